// SPDX-License-Identifier: BSD-2-Clause
#include "filter/emit_ebpf.h"

#include <errno.h>
#include <stdlib.h>

#include "classic/classic.h"
#include "filter/ebpf_emitter.h"

/* Deep values with shared parts, of which registers hold few, are for classic BPF's memory. */
enum { CHAIN = 4, MAX_SLOTS = 1 << 18 };

void ebpf_put(struct ebpf_emitter *e, u8 code, u8 dst, u8 src, s16 off, s32 imm)
{
	struct insn *i = vec_push(&e->out->code);

	if (i)
		*i = (struct insn){
			.code = code, .dst = dst & 15, .src = src & 15, .off = off, .imm = imm
		};
	else
		e->failed = true;
	if (e->out->code.len > MAX_SLOTS)
		e->unsupported = true;
}

void ebpf_meet(struct ebpf_state *into, const struct ebpf_state *other)
{
	if (into->r0 != other->r0)
		into->r0 = NULL;
	for (u32 i = 0; i < EBPF_KEPT; i++) {
		if (into->kept[i].value != other->kept[i].value ||
		    into->kept[i].address != other->kept[i].address)
			into->kept[i].value = NULL;
		into->kept[i].behind = MIN(into->kept[i].behind, other->kept[i].behind);
	}
	into->bytes = MIN(into->bytes, other->bytes);
}

void ebpf_leave(struct ebpf_emitter *e, const struct node *to)
{
	struct ebpf_block *b = &e->blocks[to->id];

	if (b->reached)
		ebpf_meet(&b->entry, &e->now);
	else
		b->entry = e->now;
	b->reached = true;
}

static void fixup(struct ebpf_emitter *e, const struct node *to)
{
	struct ebpf_fixup *f = vec_push(&e->fixups);

	if (f)
		*f = (struct ebpf_fixup){ e->out->code.len, to };
	else
		e->failed = true;
}

void ebpf_jump(struct ebpf_emitter *e, u8 code, u8 dst, u8 src, s32 imm, const struct node *to)
{
	ebpf_leave(e, to);
	if (e->far && code != CODE_JA) {
		ebpf_put(e, code, dst, src, 1, imm);
		ebpf_put(e, CODE_JA, 0, 0, 1, 0);
	}
	fixup(e, to);
	if (e->far)
		ebpf_put(e, CODE_JA32, 0, 0, 0, 0);
	else
		ebpf_put(e, code, dst, src, 0, imm);
}

static void go_to(struct ebpf_emitter *e, const struct node *to)
{
	if (to == e->next)
		ebpf_leave(e, to);
	else
		ebpf_jump(e, CODE_JA, 0, 0, 0, to);
}

/* Constants of 64-bit comparisons are extended by their sign; those of 32-bit ones came with
 * Linux 5.1, so they are taken only where they are needed. */
u8 ebpf_jump_class(u32 k)
{
	return k > INT32_MAX ? CLASS_JMP32 : CLASS_JMP;
}

static u8 opposite(u8 op)
{
	return op == CBPF_JEQ ? EBPF_JNE : EBPF_JLE;
}

/* A comparison inside of a plan; its targets there are later comparisons. */
struct inner_fixup {
	u32 slot, test;
};
struct inner {
	VEC(struct inner_fixup) fixups;
	u32 *slots; /* of the comparisons */
};

static void inner_jump(struct ebpf_emitter *e, struct inner *in, u8 code, u32 k, u32 test)
{
	struct inner_fixup *f;

	if (e->far && code != CODE_JA) {
		ebpf_put(e, code, 0, 0, 1, (s32)k);
		ebpf_put(e, CODE_JA, 0, 0, 1, 0);
	}
	f = vec_push(&in->fixups);
	if (f)
		*f = (struct inner_fixup){ e->out->code.len, test };
	else
		e->failed = true;
	ebpf_put(e, e->far ? CODE_JA32 : code, 0, 0, 0, e->far ? 0 : (s32)k);
}

static void jump_ref(struct ebpf_emitter *e, struct inner *in, u8 code, u32 k, struct plan_ref to)
{
	if (to.node)
		ebpf_jump(e, code, 0, 0, (s32)k, to.node);
	else
		inner_jump(e, in, code, k, to.test);
}

void ebpf_set_distance(struct ebpf_emitter *e, u32 slot, u32 to)
{
	struct insn *i = &e->out->code.data[slot];
	s64 distance = (s64)to - slot - 1;

	if (i->code == CODE_JA32)
		i->imm = (s32)distance;
	else if (distance > INT16_MAX)
		e->too_far = true;
	else
		i->off = (s16)distance;
}

static u32 swapped(u32 k, u32 size)
{
	return size == 4 ? __builtin_bswap32(k) : size == 2 ? __builtin_bswap16((u16)k) : k;
}

/* `raw`: r0 has the bytes of a load of that size as they lie, 0: the value. */
static void emit_tests(struct ebpf_emitter *e, u32 raw)
{
	u32 count = e->plan.tests.len;
	struct inner in = { .slots = calloc(count + 1, sizeof(*in.slots)) };

	if (!in.slots)
		e->failed = true;
	for (u32 i = 0; i < count && !e->failed; i++) {
		struct plan_test t = e->plan.tests.data[i];
		u32 k = raw ? swapped(t.k, raw) : t.k;
		u8 class = ebpf_jump_class(k);

		in.slots[i] = e->out->code.len;
		if (t.no.node && t.no.node != e->next && t.yes.node == e->next) {
			jump_ref(e, &in, class | opposite(t.op), k, t.no);
			ebpf_leave(e, t.yes.node);
			if (i + 1 < count)
				ebpf_jump(e, CODE_JA, 0, 0, 0, t.yes.node);
			continue;
		}
		jump_ref(e, &in, class | t.op, k, t.yes);
		if (!t.no.node && t.no.test == i + 1)
			continue;
		if (i + 1 < count || t.no.node != e->next)
			jump_ref(e, &in, CODE_JA, 0, t.no);
		else
			ebpf_leave(e, t.no.node);
	}
	for (u32 i = 0; i < in.fixups.len && !e->failed; i++)
		ebpf_set_distance(e, in.fixups.data[i].slot, in.slots[in.fixups.data[i].test]);
	vec_fini(&in.fixups);
	free(in.slots);
}

static bool only_equal(const struct plan *p)
{
	for (u32 i = 0; i < p->tests.len; i++)
		if (p->tests.data[i].op != CBPF_JEQ)
			return false;
	return true;
}

static void emit_compare(struct ebpf_emitter *e, const struct node *n)
{
	const struct value *v = n->value;
	u8 reg = ebpf_both(e, v->a, v->b);

	ebpf_jump(e, CLASS_JMP | v->op | SRC_X, 0, reg, 0, n->arms[1].to);
	go_to(e, n->arms[0].to);
}

/* `(x & k) == 0` with a constant. */
static bool is_jset(const struct node *n)
{
	return n->value->kind == VALUE_OP && n->value->op == CBPF_AND &&
	       n->value->b->kind == VALUE_CONST && n->count == 2 && !n->arms[0].hi;
}

static void emit_jset(struct ebpf_emitter *e, const struct node *n)
{
	const struct value *x = n->value->a;
	u32 k = n->value->b->k;

	if (ebpf_value_raw(e, x))
		k = swapped(k, x->size);
	else
		ebpf_value(e, x);
	ebpf_jump(e, ebpf_jump_class(k) | CBPF_JSET, 0, 0, (s32)k, n->arms[1].to);
	go_to(e, n->arms[0].to);
}

static void emit_node(struct ebpf_emitter *e, const struct node *n)
{
	e->node = n;
	e->now = e->blocks[n->id].entry;
	e->blocks[n->id].slot = e->out->code.len;
	if (n->kind == NODE_TOUCH) {
		ebpf_value(e, n->value);
		go_to(e, n->arms[0].to);
	} else if ((int)n->value->kind == VALUE_COMPARE) {
		emit_compare(e, n);
	} else if (is_jset(n) && e->now.r0 != n->value) {
		emit_jset(e, n);
	} else if (!ebpf_wide(e, n) && !ebpf_set(e, n)) {
		u32 raw = 0;

		plan_switch(&e->plan, n, CHAIN);
		if (only_equal(&e->plan) && ebpf_value_raw(e, n->value))
			raw = n->value->size;
		else
			ebpf_value(e, n->value);
		emit_tests(e, raw);
	}
}

static void emit_end(struct ebpf_emitter *e, const struct node *n, u32 result)
{
	struct ebpf_block *b = &e->blocks[n->id];

	if (!b->reached)
		return;
	b->slot = e->out->code.len;
	ebpf_put(e, CLASS_ALU | EBPF_MOV, 0, 0, 0, (s32)result);
	ebpf_put(e, CLASS_JMP | 0x90, 0, 0, 0, 0);
}

static void count_uses(struct ebpf_emitter *e, const struct value *v, u32 walk)
{
	struct value_info *info = graph_info(e->g, v);

	if (info->seen == walk)
		return;
	info->seen = walk;
	if (!(v->id & 0x80000000) && e->uses[v->id] < UINT16_MAX)
		e->uses[v->id]++;
	if (v->a)
		count_uses(e, v->a, walk);
	if (v->b)
		count_uses(e, v->b, walk);
	if (v->c)
		count_uses(e, v->c, walk);
}

/* What each node needs of every packet that matches. */
static void prepare(struct ebpf_emitter *e)
{
	for (u32 i = 0; i < e->order_count; i++) {
		struct node *n = e->order[i];
		struct ebpf_block *b = &e->blocks[n->id];

		b->must = n == e->g->no ? UINT32_MAX : 0;
		if (!n->count)
			continue;
		b->must = UINT32_MAX;
		for (u32 k = 0; k < n->count; k++)
			b->must = MIN(b->must, e->blocks[n->arms[k].to->id].must);
		if (b->must != UINT32_MAX)
			b->must = MAX(b->must, graph_info(e->g, n->value)->end);
		count_uses(e, n->value, ++e->g->walks);
	}
}

enum { XDP_DATA = 0, XDP_DATA_END = 4, XDP_RX_QUEUE = 16 };

/* r1 = the packet, r2 = its end, r3 = the bytes on the wire; EBPF_PROLOGUE instructions. */
static void prologue(struct ebpf_emitter *e)
{
	const u8 mov = CLASS_ALU64 | EBPF_MOV | SRC_X, load = CLASS_LDX | MODE_MEM | SIZE_W;

	if (e->form == EBPF_SOCKET) {
		ebpf_put(e, mov, 6, 1, 0, 0);
	} else if (e->form == EBPF_XDP) {
		ebpf_put(e, load, 3, 1, XDP_RX_QUEUE, 0);
		ebpf_put(e, load, 2, 1, XDP_DATA_END, 0);
		ebpf_put(e, load, 1, 1, XDP_DATA, 0);
		ebpf_put(e, mov, 1, 1, 0, 0);
		ebpf_put(e, mov, 1, 1, 0, 0);
	} else {
		ebpf_put(e, mov, 3, 2, 0, 0);
		ebpf_put(e, CLASS_ALU64 | CBPF_RSH, 3, 0, 0, 32);
		ebpf_put(e, CLASS_ALU | EBPF_MOV | SRC_X, 2, 2, 0, 0);
		ebpf_put(e, CLASS_ALU64 | CBPF_ADD | SRC_X, 2, 1, 0, 0);
		ebpf_put(e, mov, 1, 1, 0, 0);
	}
}

static void emit_ask(struct ebpf_emitter *e)
{
	struct ebpf_block *b = &e->blocks[ebpf_ask(e)->id];

	if (!b->reached)
		return;
	b->slot = e->out->code.len;
	ebpf_put(e, CLASS_ALU64 | EBPF_MOV, 0, 0, 0, 1);
	ebpf_put(e, CLASS_ALU64 | CBPF_LSH, 0, 0, 0, 32);
	ebpf_put(e, CLASS_JMP | 0x90, 0, 0, 0, 0);
}

static int emit_all(struct ebpf_emitter *e, struct node *root, u32 snaplen)
{
	prepare(e);
	prologue(e);
	ebpf_leave(e, root);
	for (u32 i = e->order_count; i-- && !e->failed;) {
		e->next = NULL;
		for (u32 k = i; k-- && !e->next;)
			if (e->order[k]->count)
				e->next = e->order[k];
		if (!e->next)
			e->next = e->g->yes;
		if (e->order[i]->count && e->blocks[e->order[i]->id].reached)
			emit_node(e, e->order[i]);
	}
	emit_end(e, e->g->yes, snaplen);
	emit_end(e, e->g->no, 0);
	emit_ask(e);
	for (u32 i = 0; i < e->fixups.len && !e->failed; i++)
		ebpf_set_distance(e, e->fixups.data[i].slot,
				  e->blocks[e->fixups.data[i].to->id].slot);
	if (e->unsupported)
		return -EOPNOTSUPP;
	return e->failed || e->plan.failed || e->out->rodata.err || e->g->failed ? -ENOMEM : 0;
}

static int emit_once(struct ebpf_emitter *e, struct node *root, u32 snaplen)
{
	int err = -ENOMEM;

	e->out->code.len = e->out->refs.len = 0;
	e->plan.pool = &e->g->pool;
	buf_clear(&e->out->rodata);
	e->order_count = graph_order(e->g, root, &e->order);
	e->blocks = calloc(e->g->count, sizeof(*e->blocks));
	e->uses = calloc(e->g->values->count + 1, sizeof(*e->uses));
	if (e->blocks && e->uses && e->order_count)
		err = emit_all(e, root, snaplen);
	free(e->blocks);
	free(e->uses);
	vec_fini(&e->fixups);
	plan_fini(&e->plan);
	return err;
}

int emit_ebpf(struct ebpf_prog *out, struct graph *g, struct node *root, enum ebpf_form form,
	      u32 snaplen)
{
	struct ebpf_emitter e = { .g = g, .form = form, .out = out };
	int err = emit_once(&e, root, snaplen);

	if (!err && e.too_far) {
		e = (struct ebpf_emitter){ .g = g, .form = form, .out = out, .far = true };
		err = emit_once(&e, root, snaplen);
	}
	return err;
}

void ebpf_prog_fini(struct ebpf_prog *p)
{
	vec_fini(&p->code);
	vec_fini(&p->refs);
	buf_fini(&p->rodata);
}
