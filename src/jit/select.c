// SPDX-License-Identifier: BSD-2-Clause
/*
 * Branches around a constant or a copy become comparisons and conditional moves: if (c) goto L;
 * d = x; L: is IR_FLAGS and IR_SELECT. Nobody jumps between the two, nothing that changes flags is
 * ever put between them.
 */
#include "jit/ir.h"

enum { WINDOW = 32 };

static u32 skip_none(const struct ir *ir, u32 slot, bool targets)
{
	while (slot < ir->count && ir->insns[slot].kind == IR_NONE &&
	       (targets || !ir->insns[slot].target))
		slot++;
	return slot;
}

static bool fits(s64 imm)
{
	return imm == (s32)imm || (u64)imm <= UINT32_MAX;
}

/* A constant or a copy. Sums and the like would wait for the comparison where a prediction does
 * not; a histogram of logarithms took 54 ns with them instead of 40. */
static bool is_simple(const struct ir_insn *i)
{
	if (i->kind == IR_CONST)
		return fits(i->imm);
	if (i->kind == IR_ZEXT)
		return i->size == 4;
	return i->kind == IR_ALU && i->op == ALU_MOV;
}

/* The constant that `reg` surely holds before `slot`. */
static bool constant_before(const struct ir *ir, u8 reg, u32 slot, s64 *imm)
{
	for (u32 n = 0; n < WINDOW && slot && !ir->insns[slot].target; n++) {
		const struct ir_insn *i = &ir->insns[--slot];

		if (i->kind == IR_JA || i->kind == IR_EXIT)
			return false;
		if (!(ir_insn_use(i).def >> reg & 1))
			continue;
		*imm = i->imm;
		return i->kind == IR_CONST && fits(i->imm);
	}
	return false;
}

static void select_made(const struct ir *ir, u32 slot, struct ir_insn *body)
{
	struct ir_insn *jump = &ir->insns[slot];
	bool constant = body->kind == IR_CONST;
	s64 other;

	jump->kind = IR_FLAGS;
	jump->sign = !jump->sign; /* true: the body is wanted */
	if (constant) {
		body->reg = false;
		body->both = constant_before(ir, body->dst, slot, &other);
		body->other = body->both ? other : 0;
	} else if (body->kind == IR_ZEXT) {
		body->reg = true;
		body->wide = false;
	}
	body->kind = IR_SELECT;
}

static void convert(const struct ir *ir, u32 slot)
{
	u32 at = skip_none(ir, slot + 1, false), next, to = ir->insns[slot].to;
	struct ir_insn *body = &ir->insns[at];

	if (at >= ir->count || body->target || !is_simple(body) || body->dst == REG_FP)
		return;
	next = skip_none(ir, at + 1, true);
	if ((to > at && to <= next) || (ir->insns[next].kind == IR_JA && ir->insns[next].to == to))
		select_made(ir, slot, body);
}

/* What nobody jumps to any more does not end a stretch. */
static void retarget(struct ir *ir)
{
	for (u32 slot = 0; slot < ir->count; slot++)
		ir->insns[slot].target = false;
	for (u32 k = 0; k < ir->func_count; k++)
		ir->insns[ir->funcs[k].start].target = true;
	for (u32 slot = 0; slot < ir->count; slot++) {
		const struct ir_insn *i = &ir->insns[slot];

		if (i->kind == IR_JUMP || i->kind == IR_JA || i->kind == IR_MAY_GOTO)
			ir->insns[i->to].target = true;
	}
}

void ir_select(struct ir *ir)
{
	for (u32 slot = 0; slot < ir->count; slot++) {
		if (ir->insns[slot].kind == IR_JUMP)
			convert(ir, slot);
	}
	retarget(ir);
}
