// SPDX-License-Identifier: BSD-2-Clause
#include "filter/emit_classic.h"

#include <errno.h>
#include <stdlib.h>

#include "filter/place.h"
#include "filter/plan.h"

enum { MAX_SHARED = 2000 }; /* nodes of graphs in which equal comparisons are looked for */

/* What the registers hold at one place, NULL: not known. */
struct regs {
	const struct value *a, *x, *m[CBPF_MEMWORDS];
};

/* Of one node. */
struct block {
	struct regs entry;
	u32 label;
	bool reached;
	/* Switches with the same arms: all but the last load their value and go to the comparisons
	 * of the last. */
	const struct node *host;
	u32 tests;		 /* label of the comparisons, 0: nobody else comes there */
	struct regs tests_entry; /* what those know who come */
};

struct emitter {
	struct graph *g;
	const struct emit_opts *opts;
	struct emit_made *made;
	struct items items;
	struct block *blocks; /* by id of the node */
	u32 labels;	      /* the next that is free */
	struct plan plan;
	struct regs now;
	u32 at;	       /* place in the order of emission of the node being emitted */
	u32 within;    /* values being evaluated, around the one that is */
	u32 busy;      /* words of M that an evaluation under way needs */
	u32 loaded;    /* words of M that are read somewhere */
	bool too_deep; /* M is too small */
	bool too_long;
};

static void put(struct emitter *e, u16 code, u32 k)
{
	struct item *item = vec_push(&e->items.list);

	if (!item) {
		e->items.failed = true;
		return;
	}
	if (e->items.list.len > e->opts->limit)
		e->too_long = e->items.failed = true;
	*item = (struct item){ .kind = ITEM_INSN, .insn = { .code = code, .k = k } };
}

static bool is_const(const struct value *v)
{
	return v->kind == VALUE_CONST;
}

/* 4 * (byte[k] & 15), which one instruction loads into X. */
static bool is_msh(const struct value *v, u32 *k)
{
	const struct value *mask = v->a;

	if (v->kind != VALUE_OP || !v->b || !is_const(v->b) || mask->kind != VALUE_OP ||
	    mask->op != CBPF_AND || !is_const(mask->b) || mask->b->k != 15)
		return false;
	if (!(v->op == CBPF_LSH && v->b->k == 2) && !(v->op == CBPF_MUL && v->b->k == 4))
		return false;
	if (mask->a->kind != VALUE_LOAD || mask->a->size != 1 || mask->a->a)
		return false;
	*k = mask->a->k;
	return true;
}

static s32 find_m(const struct emitter *e, const struct value *v)
{
	for (s32 i = 0; i < CBPF_MEMWORDS; i++)
		if (e->now.m[i] == v)
			return i;
	return -1;
}

static u32 load_code(const struct value *v)
{
	return v->size == 1 ? CBPF_B : v->size == 2 ? CBPF_H : CBPF_W;
}

/* One instruction loads v into X, whatever else happens. */
static bool x_direct(const struct value *v)
{
	u32 k;

	return is_const(v) || v->kind == VALUE_LEN || is_msh(v, &k);
}

/* Does evaluating v, as the registers are now, leave X alone? */
static bool spares_x(struct emitter *e, const struct value *v)
{
	if (e->now.a == v || e->now.x == v || find_m(e, v) >= 0)
		return true;
	if (v->kind == VALUE_LOAD)
		return !v->a || e->now.x == v->a;
	if (v->kind != VALUE_OP)
		return true;
	return spares_x(e, v->a) && (!v->b || is_const(v->b));
}

/* Evaluating v never takes X. */
static bool is_plain(const struct value *v)
{
	if (v->kind == VALUE_LOAD)
		return !v->a;
	return v->kind != VALUE_OP || (is_plain(v->a) && (!v->b || is_const(v->b)));
}

static void into_a(struct emitter *e, const struct value *v);

static void into_x(struct emitter *e, const struct value *v)
{
	s32 m = find_m(e, v);
	u32 k;

	if (e->now.x == v)
		return;
	if (v == e->g->base) {
		/* Something between took X. */
		e->too_deep = true;
		return;
	}
	if (is_const(v)) {
		put(e, CBPF_LDX | CBPF_IMM, v->k);
	} else if (m >= 0) {
		put(e, CBPF_LDX | CBPF_MEM, m);
		e->loaded |= 1u << m;
	} else if (v->kind == VALUE_LEN) {
		put(e, CBPF_LDX | CBPF_W | CBPF_LEN, 0);
	} else if (is_msh(v, &k)) {
		put(e, CBPF_LDX | CBPF_B | CBPF_MSH, k);
	} else {
		into_a(e, v);
		put(e, CBPF_MISC | CBPF_TAX, 0);
	}
	e->now.x = v;
}

/* A word of M that nothing needs; prefers one that holds nothing. */
static s32 word_take(struct emitter *e)
{
	for (s32 i = CBPF_MEMWORDS; i--;)
		if (!e->now.m[i] && !(e->busy >> i & 1))
			return i;
	for (s32 i = CBPF_MEMWORDS; i--;)
		if (!(e->busy >> i & 1))
			return i;
	e->too_deep = true;
	return 0;
}

/* a into A and b into X. */
static void into_both(struct emitter *e, const struct value *a, const struct value *b)
{
	s32 word = find_m(e, b);

	if (e->now.x == b && spares_x(e, a)) {
		into_a(e, a);
		return;
	}
	if (!x_direct(b) && word < 0 && is_plain(a)) {
		into_x(e, b);
		into_a(e, a);
		return;
	}
	if (!x_direct(b) && word < 0) {
		into_a(e, b);
		word = find_m(e, b); /* where it has been kept */
		if (word < 0) {
			word = word_take(e);
			put(e, CBPF_ST, word);
			e->now.m[word] = b;
		}
	}
	if (word >= 0)
		e->busy |= 1u << word;
	into_a(e, a);
	into_x(e, b);
	if (word >= 0)
		e->busy &= ~(1u << word);
}

/* Is it better to have b in A and a in X? */
static bool better_swapped(const struct emitter *e, const struct value *a, const struct value *b)
{
	if (x_direct(b) || e->now.x == b)
		return false;
	return x_direct(a) || e->now.x == a || e->now.a == b || (is_plain(b) && !is_plain(a));
}

/* A becomes `a op b` of two values that are not constant. */
static void operate(struct emitter *e, const struct value *v)
{
	bool commutes = v->op != CBPF_SUB && v->op != CBPF_DIV && v->op != CBPF_MOD &&
			v->op != CBPF_LSH && v->op != CBPF_RSH;

	if (commutes && better_swapped(e, v->a, v->b))
		into_both(e, v->b, v->a);
	else
		into_both(e, v->a, v->b);
	put(e, CBPF_ALU | v->op | CBPF_X, 0);
}

static void into_a_op(struct emitter *e, const struct value *v)
{
	if (!v->b) {
		into_a(e, v->a);
		put(e, CBPF_ALU | CBPF_NEG, 0);
	} else if (is_const(v->b)) {
		into_a(e, v->a);
		put(e, CBPF_ALU | v->op | CBPF_K, v->b->k);
	} else {
		operate(e, v);
	}
}

/* Worth a word of M: more than one instruction to compute again. */
static bool is_dear(const struct emitter *e, const struct value *v)
{
	u32 k;

	if (v->kind == VALUE_LOAD)
		return v->a && v->a != e->g->base && !is_msh(v->a, &k);
	return v->kind == VALUE_OP && !is_msh(v, &k) &&
	       !(v->a->kind == VALUE_LOAD && !v->a->a && v->b && is_const(v->b));
}

/* Into a word of M that holds nothing, or nothing that is asked for after this node. */
static void keep(struct emitter *e, const struct value *v)
{
	if (graph_info(e->g, v)->last <= e->at && !e->within)
		return;
	for (s32 i = 0; i < CBPF_MEMWORDS; i++) {
		const struct value *old = e->now.m[i];

		if (e->busy >> i & 1 || (old && (e->within || graph_info(e->g, old)->last > e->at)))
			continue;
		put(e, CBPF_ST, i);
		e->made->kept = true;
		e->now.m[i] = v;
		return;
	}
}

static void into_a(struct emitter *e, const struct value *v)
{
	s32 m = find_m(e, v);

	if (e->now.a == v || e->items.failed)
		return;
	if (is_const(v)) {
		put(e, CBPF_LD | CBPF_IMM, v->k);
	} else if (e->now.x == v) {
		put(e, CBPF_MISC | CBPF_TXA, 0);
	} else if (m >= 0) {
		put(e, CBPF_LD | CBPF_MEM, m);
		e->loaded |= 1u << m;
	} else if (v->kind == VALUE_LEN) {
		put(e, CBPF_LD | CBPF_W | CBPF_LEN, 0);
	} else if (v->kind == VALUE_ANCILLARY) {
		put(e, CBPF_LD | CBPF_W | CBPF_ABS, CBPF_AD + v->k);
	} else if (v->kind == VALUE_LOAD && v->a) {
		e->within++;
		into_x(e, v->a);
		e->within--;
		put(e, CBPF_LD | load_code(v) | CBPF_IND, v->k);
	} else if (v->kind == VALUE_LOAD) {
		put(e, CBPF_LD | load_code(v) | CBPF_ABS, v->k);
	} else {
		e->within++;
		into_a_op(e, v);
		e->within--;
	}
	e->now.a = v;
	if (e->opts->keep && m < 0 && is_dear(e, v))
		keep(e, v);
}

static void regs_meet(struct regs *into, const struct regs *other)
{
	if (into->a != other->a)
		into->a = NULL;
	if (into->x != other->x)
		into->x = NULL;
	for (u32 i = 0; i < CBPF_MEMWORDS; i++)
		if (into->m[i] != other->m[i])
			into->m[i] = NULL;
}

/* A jump leaves for that node with the registers as they are now. */
static u32 leave_for(struct emitter *e, const struct node *to)
{
	struct block *b = &e->blocks[to->id];

	if (b->reached)
		regs_meet(&b->entry, &e->now);
	else
		b->entry = e->now;
	b->reached = true;
	return b->label;
}

static void put_jump(struct emitter *e, u16 code, u32 k, u32 yes, u32 no, u32 label)
{
	struct item *item = vec_push(&e->items.list);

	if (item)
		*item = (struct item){ .kind = ITEM_JUMP,
				       .insn = { .code = code, .k = k },
				       .label = label,
				       .yes = yes,
				       .no = no };
	else
		e->items.failed = true;
}

/* `(x & k) == 0`, with k constant, is one jump that leaves x in A. */
static bool is_jset(const struct node *n)
{
	return n->value->kind == VALUE_OP && n->value->op == CBPF_AND && is_const(n->value->b) &&
	       n->count == 2 && !n->arms[0].hi;
}

static void emit_compare(struct emitter *e, const struct node *n)
{
	const struct value *v = n->value, *a = v->a, *b = v->b;
	struct node *yes = n->arms[1].to, *no = n->arms[0].to;
	u8 op = v->op;

	if (better_swapped(e, a, b)) {
		a = v->b;
		b = v->a;
		/* a > b is !(b >= a) */
		if (op == CBPF_JGT || op == CBPF_JGE) {
			op = op == CBPF_JGT ? CBPF_JGE : CBPF_JGT;
			yes = n->arms[0].to;
			no = n->arms[1].to;
		}
	}
	into_both(e, a, b);
	put_jump(e, CBPF_JMP | op | CBPF_X, 0, leave_for(e, yes), leave_for(e, no), 0);
}

static u32 ref_label(struct emitter *e, struct plan_ref ref, u32 first)
{
	return ref.node ? leave_for(e, ref.node) : first + ref.test;
}

static void emit_tests(struct emitter *e, const struct node *n, u32 label)
{
	u32 first = e->labels;

	plan_switch(&e->plan, n, e->opts->chain);
	e->labels += e->plan.tests.len;
	for (u32 i = 0; i < e->plan.tests.len; i++) {
		const struct plan_test *t = &e->plan.tests.data[i];

		put_jump(e, CBPF_JMP | t->op, t->k, ref_label(e, t->yes, first),
			 ref_label(e, t->no, first), i ? first + i : label);
	}
}

/* The comparisons are those of another switch, which stands further down. */
static void emit_guest(struct emitter *e, const struct node *n)
{
	struct block *host = &e->blocks[e->blocks[n->id].host->id];
	struct item *item;

	into_a(e, n->value);
	if (host->tests)
		regs_meet(&host->tests_entry, &e->now);
	else
		host->tests_entry = e->now;
	if (!host->tests)
		host->tests = e->labels++;
	item = vec_push(&e->items.list);
	if (item)
		*item = (struct item){ .kind = ITEM_GOTO, .yes = host->tests };
	else
		e->items.failed = true;
}

static void emit_switch(struct emitter *e, const struct node *n)
{
	if ((int)n->value->kind == VALUE_COMPARE) {
		emit_compare(e, n);
	} else if (is_jset(n) && e->now.a != n->value) {
		into_a(e, n->value->a);
		put_jump(e, CBPF_JMP | CBPF_JSET, n->value->b->k, leave_for(e, n->arms[1].to),
			 leave_for(e, n->arms[0].to), 0);
	} else if (e->blocks[n->id].host) {
		emit_guest(e, n);
	} else {
		into_a(e, n->value);
		if (e->blocks[n->id].tests)
			regs_meet(&e->now, &e->blocks[n->id].tests_entry);
		emit_tests(e, n, e->blocks[n->id].tests);
	}
}

static void emit_touch(struct emitter *e, const struct node *n)
{
	struct item *item;

	if (n->kind == NODE_BASE) {
		into_x(e, n->value);
		e->now.x = e->g->base;
	} else if (e->now.a != n->value && e->now.x != n->value)
		into_a(e, n->value);
	item = vec_push(&e->items.list);
	if (item)
		*item = (struct item){ .kind = ITEM_GOTO, .yes = leave_for(e, n->arms[0].to) };
	else
		e->items.failed = true;
}

static void emit_node(struct emitter *e, const struct node *n)
{
	u32 start = e->items.list.len;

	e->now = e->blocks[n->id].entry;
	if (n->kind == NODE_SWITCH)
		emit_switch(e, n);
	else
		emit_touch(e, n);
	if (!e->items.failed)
		e->items.list.data[start].also = e->blocks[n->id].label;
}

/* Stores into words that nothing reads. A word is given one value only while there are enough, so
 * the simple question is nearly as good as asking about each store. */
static void drop_stores(struct emitter *e)
{
	u32 n = 0, also = 0;

	for (u32 i = 0; i < e->items.list.len; i++) {
		struct item item = e->items.list.data[i];

		if (!item.also)
			item.also = also;
		also = 0;
		if (item.kind == ITEM_INSN && item.insn.code == CBPF_ST &&
		    !(e->loaded >> item.insn.k & 1)) {
			also = item.also;
			continue;
		}
		e->items.list.data[n++] = item;
	}
	e->items.list.len = n;
}

/* Notes for each value the last node, in the order of emission, that has to evaluate it: what has
 * been evaluated before is there again with all its parts. */
static void note_last(struct emitter *e, const struct value *v, u32 walk, u32 at)
{
	struct value_info *info = graph_info(e->g, v);
	bool before = info->seen >= walk;

	info->last = at;
	info->seen = walk;
	if (before)
		return;
	if (v->a)
		note_last(e, v->a, walk, at);
	if (v->b)
		note_last(e, v->b, walk, at);
}

static void note_uses(struct emitter *e, struct node **order, u32 count)
{
	u32 walk = ++e->g->walks;

	for (u32 i = count; i--;)
		if (order[i]->count)
			note_last(e, order[i]->value, walk, count - i);
}

static bool same_arms(const struct node *a, const struct node *b)
{
	if (a->kind != NODE_SWITCH || b->kind != NODE_SWITCH || a->count != b->count)
		return false;
	return !memcmp(a->arms, b->arms, a->count * sizeof(*a->arms));
}

/* Finds for each switch the last one with the same arms. `order` has targets first: what is emitted
 * last comes first. */
static void find_hosts(struct emitter *e, struct node **order, u32 count)
{
	for (u32 i = 0; i < count; i++) {
		struct block *b = &e->blocks[order[i]->id];

		for (u32 k = 0; k < i && order[i]->count > 2; k++)
			if (same_arms(order[i], order[k]) && !e->blocks[order[k]->id].host) {
				b->host = order[k];
				e->made->shared = true;
				break;
			}
	}
}

static int emit_graph(struct emitter *e, struct cbpf_prog *out, struct node *root)
{
	struct node **order;
	u32 count = graph_order(e->g, root, &order);

	if (e->g->failed)
		return -ENOMEM;
	e->labels = LABEL_FIRST_FREE;
	for (u32 i = 0; i < count; i++)
		if (order[i]->count)
			e->blocks[order[i]->id].label = e->labels++;
	if (e->opts->share && count < MAX_SHARED)
		find_hosts(e, order, count);
	e->blocks[e->g->yes->id].label = LABEL_ACCEPT;
	e->blocks[e->g->no->id].label = LABEL_REJECT;
	if (!root->count) {
		struct item *item = vec_push(&e->items.list);

		if (item)
			*item = (struct item){ .kind = ITEM_GOTO,
					       .yes = e->blocks[root->id].label };
	}
	note_uses(e, order, count);
	for (u32 i = count; i-- && !e->items.failed;) {
		e->at = count - i;
		if (order[i]->count)
			emit_node(e, order[i]);
	}
	if (e->too_long)
		return -ENAMETOOLONG;
	if (e->too_deep)
		return -E2BIG;
	if (e->items.failed || e->plan.failed || e->g->failed)
		return -ENOMEM;
	drop_stores(e);
	e->items.uses_m = e->loaded;
	return place_items(out, e->g->values->arena, &e->items, e->labels, e->opts->snaplen);
}

int emit_classic(struct cbpf_prog *out, struct graph *g, struct node *root,
		 const struct emit_opts *opts, struct emit_made *made)
{
	struct emitter e = { .g = g, .opts = opts, .made = made };
	int err = -ENOMEM;

	e.blocks = calloc(g->count, sizeof(*e.blocks));
	if (e.blocks)
		err = emit_graph(&e, out, root);
	free(e.blocks);
	vec_fini(&e.items.list);
	plan_fini(&e.plan);
	return err;
}
