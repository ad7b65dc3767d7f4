// SPDX-License-Identifier: BSD-2-Clause
/* Values into A and X, and into words of M what comes again. */
#include "filter/classic_emitter.h"

void emit_regs_meet(struct regs *into, const struct regs *other)
{
	if (into->a != other->a)
		into->a = NULL;
	if (into->x != other->x)
		into->x = NULL;
	for (u32 i = 0; i < CBPF_MEMWORDS; i++)
		if (into->m[i] != other->m[i])
			into->m[i] = NULL;
}

struct item *emit_item(struct emitter *e)
{
	struct item *item = vec_push(&e->items.list);

	if (!item) {
		e->items.failed = true;
		return NULL;
	}
	if (e->items.list.len > e->opts->limit)
		e->too_long = e->items.failed = true;
	*item = (struct item){ .also = e->pending };
	e->pending = 0;
	return item;
}

void emit_insn(struct emitter *e, u16 code, u32 k)
{
	struct item *item = emit_item(e);

	if (!item)
		return;
	item->kind = ITEM_INSN;
	item->insn = (struct cbpf_insn){ .code = code, .k = k };
}

void emit_goto(struct emitter *e, u32 label)
{
	struct item *item = emit_item(e);

	if (!item)
		return;
	item->kind = ITEM_GOTO;
	item->yes = label;
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

s32 emit_find_m(const struct emitter *e, const struct value *v)
{
	for (s32 i = 0; i < CBPF_MEMWORDS; i++)
		if (e->now.m[i] == v)
			return i;
	return -1;
}

void emit_branch(struct emitter *e, u16 code, u32 k, u32 yes, u32 no, u32 label)
{
	struct item *item = emit_item(e);

	if (!item)
		return;
	item->kind = ITEM_JUMP;
	item->insn = (struct cbpf_insn){ .code = code, .k = k };
	item->label = label;
	item->yes = yes;
	item->no = no;
}

static u32 load_code(const struct value *v)
{
	return v->size == 1 ? CBPF_B : v->size == 2 ? CBPF_H : CBPF_W;
}

/* One instruction loads v into X, whatever else happens. */
bool emit_x_direct(const struct value *v)
{
	u32 k;

	return is_const(v) || v->kind == VALUE_LEN || is_msh(v, &k);
}

/* Does evaluating v, as the registers are now, leave X alone? */
static bool spares_x(struct emitter *e, const struct value *v)
{
	if (e->now.a == v || e->now.x == v || emit_find_m(e, v) >= 0)
		return true;
	if (v->kind == VALUE_LOAD)
		return !v->a || e->now.x == v->a;
	if (v->kind == VALUE_SELECT)
		return false;
	if (v->kind != VALUE_OP)
		return true;
	return spares_x(e, v->a) && (!v->b || is_const(v->b));
}

/* Evaluating v never takes X. */
static bool is_plain(const struct value *v)
{
	if (v->kind == VALUE_LOAD)
		return !v->a;
	if (v->kind == VALUE_SELECT)
		return false;
	return v->kind != VALUE_OP || (is_plain(v->a) && (!v->b || is_const(v->b)));
}

void emit_into_x(struct emitter *e, const struct value *v)
{
	s32 m = emit_find_m(e, v);
	u32 k;

	if (e->now.x == v)
		return;
	if (v == e->g->base) {
		/* Something between took X. */
		e->too_deep = true;
		return;
	}
	if (is_const(v)) {
		emit_insn(e, CBPF_LDX | CBPF_IMM, v->k);
	} else if (m >= 0) {
		emit_insn(e, CBPF_LDX | CBPF_MEM, m);
		e->loaded |= 1u << m;
	} else if (v->kind == VALUE_LEN) {
		emit_insn(e, CBPF_LDX | CBPF_W | CBPF_LEN, 0);
	} else if (is_msh(v, &k)) {
		emit_insn(e, CBPF_LDX | CBPF_B | CBPF_MSH, k);
	} else if (v->kind != VALUE_SELECT || e->now.a == v || !emit_selection(e, v, true)) {
		emit_into_a(e, v);
		emit_insn(e, CBPF_MISC | CBPF_TAX, 0);
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
void emit_into_both(struct emitter *e, const struct value *a, const struct value *b)
{
	s32 word = emit_find_m(e, b);

	if (e->now.x == b && spares_x(e, a)) {
		emit_into_a(e, a);
		return;
	}
	if (!emit_x_direct(b) && word < 0 && is_plain(a)) {
		emit_into_x(e, b);
		emit_into_a(e, a);
		return;
	}
	if (!emit_x_direct(b) && word < 0) {
		emit_into_a(e, b);
		word = emit_find_m(e, b); /* where it has been kept */
		if (word < 0) {
			word = word_take(e);
			emit_insn(e, CBPF_ST, word);
			e->now.m[word] = b;
		}
	}
	if (word >= 0)
		e->busy |= 1u << word;
	emit_into_a(e, a);
	emit_into_x(e, b);
	if (word >= 0)
		e->busy &= ~(1u << word);
}

/* Is it better to have b in A and a in X? */
bool emit_better_swapped(const struct emitter *e, const struct value *a, const struct value *b)
{
	if (emit_x_direct(b) || e->now.x == b)
		return false;
	return emit_x_direct(a) || e->now.x == a || e->now.a == b || (is_plain(b) && !is_plain(a));
}

/* A becomes `a op b` of two values that are not constant. */
static void operate(struct emitter *e, const struct value *v)
{
	bool commutes = v->op != CBPF_SUB && v->op != CBPF_DIV && v->op != CBPF_MOD &&
			v->op != CBPF_LSH && v->op != CBPF_RSH;

	if (commutes && emit_better_swapped(e, v->a, v->b))
		emit_into_both(e, v->b, v->a);
	else
		emit_into_both(e, v->a, v->b);
	emit_insn(e, CBPF_ALU | v->op | CBPF_X, 0);
}

static void into_a_op(struct emitter *e, const struct value *v)
{
	if (!v->b) {
		emit_into_a(e, v->a);
		emit_insn(e, CBPF_ALU | CBPF_NEG, 0);
	} else if (is_const(v->b)) {
		emit_into_a(e, v->a);
		emit_insn(e, CBPF_ALU | v->op | CBPF_K, v->b->k);
	} else {
		operate(e, v);
	}
}

/* Worth a word of M: more than one instruction to compute again. */
static bool is_dear(const struct emitter *e, const struct value *v)
{
	u32 k;

	if (v->kind == VALUE_SELECT)
		return true;
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
		emit_insn(e, CBPF_ST, i);
		e->made->kept = true;
		e->now.m[i] = v;
		return;
	}
}

void emit_into_a(struct emitter *e, const struct value *v)
{
	s32 m = emit_find_m(e, v);

	if (e->now.a == v || e->items.failed)
		return;
	if (is_const(v)) {
		emit_insn(e, CBPF_LD | CBPF_IMM, v->k);
	} else if (e->now.x == v) {
		emit_insn(e, CBPF_MISC | CBPF_TXA, 0);
	} else if (m >= 0) {
		emit_insn(e, CBPF_LD | CBPF_MEM, m);
		e->loaded |= 1u << m;
	} else if (v->kind == VALUE_LEN) {
		emit_insn(e, CBPF_LD | CBPF_W | CBPF_LEN, 0);
	} else if (v->kind == VALUE_ANCILLARY) {
		emit_insn(e, CBPF_LD | CBPF_W | CBPF_ABS, CBPF_AD + v->k);
	} else if (v->kind == VALUE_LOAD && v->a) {
		e->within++;
		emit_into_x(e, v->a);
		e->within--;
		emit_insn(e, CBPF_LD | load_code(v) | CBPF_IND, v->k);
	} else if (v->kind == VALUE_LOAD) {
		emit_insn(e, CBPF_LD | load_code(v) | CBPF_ABS, v->k);
	} else if (v->kind == VALUE_SELECT) {
		emit_selection(e, v, false);
	} else {
		e->within++;
		into_a_op(e, v);
		e->within--;
	}
	e->now.a = v;
	if (e->opts->keep && !e->chosen && m < 0 && is_dear(e, v))
		keep(e, v);
}
