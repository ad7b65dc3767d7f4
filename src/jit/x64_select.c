// SPDX-License-Identifier: BSD-2-Clause
/*
 * Conditional moves. IR_FLAGS emits nothing: IR_SELECT does it for both, as a register that is to
 * be zero must become so before the comparison. Scratch: r11.
 */
#include "isa/alu.h"
#include "jit/x64.h"

static const struct ir_insn *flags_before(const struct x64 *x, const struct ir_insn *i)
{
	do
		i--;
	while (i->kind != IR_FLAGS);
	return i;
}

static void cmov(struct x64 *x, enum x64_cc cc, u8 dst, u8 src)
{
	x64_rr(&x->a, true, 0x0f40 | cc, dst, src);
}

/* The scale of an address that makes `step` of 1; 0xff: none. */
static u8 scale_of(s64 step)
{
	return step == 1 ? 0 : step == 2 ? 1 : step == 4 ? 2 : step == 8 ? 3 : 0xff;
}

/* dst = condition ? high : low, where they are 1, 2, 4 or 8 apart. */
static void select_near(struct x64 *x, const struct ir_insn *i, const struct ir_insn *flags,
			const struct ir_insn *flags_of)
{
	bool up = i->imm > i->other;
	s64 low = up ? i->other : i->imm, step = up ? i->imm - low : i->other - low;
	u8 dst = x64_dst(i), scale = scale_of(step);
	bool first = !flags_of && !(ir_insn_use(flags).use >> i->dst & 1);
	enum x64_cc cc;

	if (first)
		x64_arith(&x->a, false, X64_XOR, dst, dst);
	cc = x64_emit_compare(x, flags, flags_of);
	x64_setcc(&x->a, up ? cc : cc ^ 1, dst);
	if (!first)
		x64_zext8(&x->a, dst, dst);
	if (low || scale)
		x64_rm(&x->a, low < 0, 0x8d, dst,
		       (struct x64_mem){ scale ? NO_REG : dst, scale ? dst : NO_REG, scale,
					 (s32)low });
}

static void select_constant(struct x64 *x, const struct ir_insn *i, const struct ir_insn *flags,
			    const struct ir_insn *flags_of)
{
	s64 step = i->imm > i->other ? i->imm - i->other : i->other - i->imm;
	u8 dst = x64_dst(i);
	enum x64_cc cc;

	if (i->both && i->imm == (s32)i->imm && i->other == (s32)i->other &&
	    scale_of(step) != 0xff) {
		select_near(x, i, flags, flags_of);
		return;
	}
	cc = x64_emit_compare(x, flags, flags_of);
	if (i->both)
		x64_mov_imm(&x->a, dst, (u64)i->other);
	x64_mov_imm(&x->a, R11, (u64)i->imm);
	cmov(x, cc, dst, R11);
}

void x64_emit_select(struct x64 *x, const struct ir_insn *i, const struct ir_insn *flags_of)
{
	const struct ir_insn *flags = flags_before(x, i);
	u8 from = x64_src(i);
	enum x64_cc cc;

	if (!i->reg) {
		select_constant(x, i, flags, flags_of);
		return;
	}
	cc = x64_emit_compare(x, flags, flags_of);
	if (!i->wide) {
		x64_mov(&x->a, false, R11, from);
		from = R11;
	}
	cmov(x, cc, x64_dst(i), from);
}
