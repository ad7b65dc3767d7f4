// SPDX-License-Identifier: BSD-2-Clause
#include "filter/place.h"

#include <stdlib.h>

#include <errno.h>

/* Positions count from the end of the program: the last instruction is 1, 0 means nowhere. */
struct placer {
	const struct items *items;
	VEC(struct cbpf_insn) code; /* last instruction first */
	u32 *where;		    /* of labels */
	u32 *nearest;		    /* of labels: the island placed last, or the label itself */
	u32 snaplen;
	bool failed;
};

enum { REACH = 255 };

static u32 place(struct placer *p, struct cbpf_insn insn)
{
	struct cbpf_insn *slot = vec_push(&p->code);

	if (!slot) {
		p->failed = true;
		return 1;
	}
	*slot = insn;
	return p->code.len;
}

static bool is_return(u32 label)
{
	return label == LABEL_ACCEPT || label == LABEL_REJECT;
}

static u32 place_return(struct placer *p, u32 label)
{
	return place(p, (struct cbpf_insn){ .code = CBPF_RET | CBPF_K,
					    .k = label == LABEL_ACCEPT ? p->snaplen : 0 });
}

/* Instructions between one that is placed now and position `to`. */
static u32 distance(const struct placer *p, u32 to)
{
	return p->code.len - to;
}

/* A return of its own, or a JA; its position. Linux's checker takes what follows a return for
 * reached from it when it looks whether words of M have been written. */
static u32 place_island(struct placer *p, u32 label)
{
	if (is_return(label) && !p->items->uses_m)
		return p->nearest[label] = place_return(p, label);
	return place(p, (struct cbpf_insn){ .code = CBPF_JMP | CBPF_JA,
					    .k = distance(p, p->where[label]) });
}

/* The position of what is reached by going there: nothing is placed in front of the target. */
static u32 place_goto(struct placer *p, u32 label)
{
	return p->code.len == p->nearest[label] ? p->code.len : place_island(p, label);
}

static u32 place_jump(struct placer *p, const struct item *item)
{
	struct cbpf_insn insn = item->insn;

	/* An island for one side may push the other out of reach. */
	for (int round = 0; round < 2; round++) {
		if (distance(p, p->nearest[item->yes]) > REACH)
			p->nearest[item->yes] = place_island(p, item->yes);
		if (distance(p, p->nearest[item->no]) > REACH)
			p->nearest[item->no] = place_island(p, item->no);
	}
	insn.jt = distance(p, p->nearest[item->yes]);
	insn.jf = distance(p, p->nearest[item->no]);
	return place(p, insn);
}

static void place_all(struct placer *p, const struct items *items)
{
	for (u32 i = items->list.len; i-- && !p->failed;) {
		const struct item *item = &items->list.data[i];
		u32 at;

		if (item->kind == ITEM_JUMP)
			at = place_jump(p, item);
		else if (item->kind == ITEM_GOTO)
			at = place_goto(p, item->yes);
		else
			at = place(p, item->insn);
		if (item->label)
			p->where[item->label] = p->nearest[item->label] = at;
		if (item->also)
			p->where[item->also] = p->nearest[item->also] = at;
	}
}

static bool is_used(const struct items *items, u32 label)
{
	const struct item *item;

	vec_for (item, &items->list)
		if (item->kind != ITEM_INSN &&
		    (item->yes == label || (item->kind == ITEM_JUMP && item->no == label)))
			return true;
	return false;
}

static int copy_out(struct cbpf_prog *out, struct arena *a, struct placer *p)
{
	struct cbpf_insn *insns = arena_array(a, p->code.len, sizeof(*insns));

	if (p->failed || !insns)
		return -ENOMEM;
	for (u32 i = 0; i < p->code.len; i++)
		insns[i] = p->code.data[p->code.len - 1 - i];
	*out = (struct cbpf_prog){ insns, p->code.len };
	return 0;
}

int place_items(struct cbpf_prog *out, struct arena *a, struct pool *pool,
		const struct items *items, u32 labels, u32 snaplen)
{
	struct placer p = { .items = items, .snaplen = snaplen };
	int err = -ENOMEM;

	p.where = pool_take(pool, labels, sizeof(*p.where));
	p.nearest = pool_take(pool, labels, sizeof(*p.nearest));
	if (p.where && p.nearest && !items->failed &&
	    vec_reserve_((void **)&p.code.data, 0, &p.code.cap, items->list.len + 8,
			 sizeof(*p.code.data))) {
		for (u32 label = LABEL_REJECT; label >= LABEL_ACCEPT; label--)
			if (is_used(items, label))
				p.where[label] = p.nearest[label] = place_return(&p, label);
		place_all(&p, items);
		err = copy_out(out, a, &p);
	}
	vec_fini(&p.code);
	pool_give(pool, p.where);
	pool_give(pool, p.nearest);
	return err;
}
