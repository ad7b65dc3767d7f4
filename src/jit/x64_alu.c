// SPDX-License-Identifier: BSD-2-Clause
/* Arithmetic and conditional jumps. Scratch: rdi, r10, r11. */
#include "isa/alu.h"
#include "jit/x64.h"

static const u8 arith_of[16] = {
	[ALU_ADD >> 4] = X64_ADD, [ALU_SUB >> 4] = X64_SUB, [ALU_OR >> 4] = X64_OR,
	[ALU_AND >> 4] = X64_AND, [ALU_XOR >> 4] = X64_XOR,
};

/* dst = the low `size` bytes of src. */
static void zext(struct x64 *x, u32 size, u8 dst, u8 src)
{
	if (size == 1) {
		x64_zext8(&x->a, dst, src);
	} else if (size == 2) {
		x64_rr(&x->a, false, 0x0fb7, dst, src);
	} else if (size == 4) {
		x64_mov(&x->a, false, dst, src);
	} else if (dst != src) {
		x64_mov(&x->a, true, dst, src);
	}
}

static void emit_arith(struct x64 *x, const struct ir_insn *i)
{
	enum x64_arith op = arith_of[i->op >> 4];
	s32 imm = (s32)i->imm;
	bool wide = i->wide;
	u8 dst = x64_dst(i);

	if (i->reg) {
		x64_arith(&x->a, wide, op, dst, x64_src(i));
		x->flags_of = i;
		return;
	}
	if (op == X64_AND && imm == 0xff) {
		zext(x, 1, dst, dst);
		return;
	}
	if (op == X64_AND && imm == 0xffff) {
		zext(x, 2, dst, dst);
		return;
	}
	if (op == X64_AND && imm >= 0)
		wide = false; /* the upper half becomes zero either way */
	if ((op == X64_ADD || op == X64_SUB) && imm == 128) {
		op = op == X64_ADD ? X64_SUB : X64_ADD; /* fits a byte so */
		imm = -128;
	}
	x64_arith_imm(&x->a, wide, op, dst, imm);
	x->flags_of = i;
}

static void emit_mul(struct x64 *x, const struct ir_insn *i)
{
	u8 dst = x64_dst(i);

	if (i->reg)
		x64_imul(&x->a, i->wide, dst, x64_src(i));
	else
		x64_imul_imm(&x->a, i->wide, dst, dst, (s32)i->imm);
}

/* Without BMI2 the count must be in cl, which is r3. */
static void shift_cl(struct x64 *x, bool wide, enum x64_shift op, u8 dst, u8 count)
{
	if (count == RCX && dst != RCX) {
		x64_shift_cl(&x->a, wide, op, dst);
		return;
	}
	x64_mov(&x->a, true, R11, RCX);
	if (count != RCX)
		x64_mov(&x->a, false, RCX, count);
	x64_shift_cl(&x->a, wide, op, dst == RCX ? R11 : dst);
	x64_mov(&x->a, true, RCX, R11);
}

static void emit_shift(struct x64 *x, const struct ir_insn *i)
{
	enum x64_shift op = i->op == ALU_LSH ? X64_SHL : i->op == ALU_RSH ? X64_SHR : X64_SAR;
	u8 dst = x64_dst(i), count = (u8)(i->imm & (i->wide ? 63 : 31));

	if (i->reg && x->bmi2)
		x64_shift_x(&x->a, i->wide, op, dst, dst, x64_src(i));
	else if (i->reg)
		shift_cl(x, i->wide, op, dst, x64_src(i));
	else if (count)
		x64_shift(&x->a, i->wide, op, dst, count);
	else if (!i->wide)
		x64_mov(&x->a, false, dst, dst);
}

void x64_emit_alu(struct x64 *x, const struct ir_insn *i)
{
	switch ((enum alu_op)i->op) {
	case ALU_ADD:
	case ALU_SUB:
	case ALU_OR:
	case ALU_AND:
	case ALU_XOR:
		emit_arith(x, i);
		break;
	case ALU_MUL:
		emit_mul(x, i);
		break;
	case ALU_DIV:
	case ALU_MOD:
		x64_emit_divide(x, i);
		break;
	case ALU_LSH:
	case ALU_RSH:
	case ALU_ARSH:
		emit_shift(x, i);
		break;
	case ALU_MOV:
		zext(x, 8, x64_dst(i), x64_src(i));
		break;
	case ALU_NEG:
	case ALU_END: /* kinds of their own */
		break;
	}
}

void x64_emit_neg(struct x64 *x, const struct ir_insn *i)
{
	x64_group3(&x->a, i->wide, 3, x64_dst(i));
}

void x64_emit_movsx(struct x64 *x, const struct ir_insn *i)
{
	u8 dst = x64_dst(i), src = x64_src(i);

	if (i->size == 4) {
		x64_rr(&x->a, true, 0x63, dst, src);
		return;
	}
	if (i->size == 1 && !i->wide && src >= RSP && src < R8 && dst < R8)
		x64_byte(&x->a, 0x40);
	x64_rr(&x->a, i->wide, i->size == 1 ? 0x0fbe : 0x0fbf, dst, src);
}

void x64_emit_zext(struct x64 *x, const struct ir_insn *i)
{
	zext(x, i->size, x64_dst(i), x64_src(i));
}

void x64_emit_swap(struct x64 *x, const struct ir_insn *i)
{
	u8 dst = x64_dst(i);

	if (i->size == 2) {
		x64_byte(&x->a, 0x66);
		x64_shift(&x->a, false, X64_ROL, dst, 8);
		zext(x, 2, dst, dst);
	} else {
		x64_bswap(&x->a, i->size == 8, dst);
	}
}

/* Not in the middle of compare and jump: zero is made by xor. */
void x64_emit_const(struct x64 *x, const struct ir_insn *i)
{
	u8 dst = x64_dst(i);

	if (!i->imm)
		x64_arith(&x->a, false, X64_XOR, dst, dst);
	else
		x64_mov_imm(&x->a, dst, (u64)i->imm);
}

void x64_emit_rotate(struct x64 *x, const struct ir_insn *i)
{
	u8 dst = x64_dst(i), src = x64_src(i);

	if (dst != src && x->bmi2) {
		x64_rorx(&x->a, i->wide, dst, src, (u8)((i->wide ? 64 : 32) - i->imm));
		return;
	}
	if (dst != src)
		x64_mov(&x->a, i->wide, dst, src);
	x64_shift(&x->a, i->wide, X64_ROL, dst, (u8)i->imm);
}

void x64_emit_lea(struct x64 *x, const struct ir_insn *i)
{
	struct x64_mem m = { x64_src(i), NO_REG, i->scale, i->off };

	if (i->index != IR_NO_REG)
		m.index = x64_reg_of[i->index];
	x64_rm(&x->a, i->wide, 0x8d, x64_dst(i), m);
}

static const u8 cc_of[16] = {
	[JMP_JEQ >> 4] = CC_E,	 [JMP_JGT >> 4] = CC_A,	  [JMP_JGE >> 4] = CC_AE,
	[JMP_JSET >> 4] = CC_NE, [JMP_JNE >> 4] = CC_NE,  [JMP_JSGT >> 4] = CC_G,
	[JMP_JSGE >> 4] = CC_GE, [JMP_JLT >> 4] = CC_B,	  [JMP_JLE >> 4] = CC_BE,
	[JMP_JSLT >> 4] = CC_L,	 [JMP_JSLE >> 4] = CC_LE,
};

/* Is it a comparison with zero of what the instruction before left in the flags? */
static bool zero_is_known(const struct ir_insn *i, const struct ir_insn *flags_of)
{
	return flags_of && !i->memory && (i->op == JMP_JEQ || i->op == JMP_JNE) && !i->reg &&
	       !i->imm && flags_of->dst == i->dst && flags_of->wide == i->wide;
}

static void compare_memory(struct x64 *x, const struct ir_insn *i)
{
	bool src = i->memory == IR_SRC_IN_MEMORY;
	struct x64_mem m = { src ? x64_src(i) : x64_dst(i), NO_REG, i->scale, i->off };

	if (i->index != IR_NO_REG)
		m.index = x64_reg_of[i->index];
	if (i->reg)
		x64_sized(&x->a, i->size, 0,
			  i->op == JMP_JSET ? 0x85
			  : src		    ? 0x3b
					    : 0x39,
			  src ? x64_dst(i) : x64_src(i), m);
	else if (i->op == JMP_JSET)
		x64_test_mem_imm(&x->a, i->size, m, (s32)i->imm);
	else
		x64_cmp_mem_imm(&x->a, i->size, m, (s32)i->imm);
}

enum x64_cc x64_emit_compare(struct x64 *x, const struct ir_insn *i, const struct ir_insn *flags_of)
{
	u8 dst = x64_dst(i);

	if (zero_is_known(i, flags_of))
		;
	else if (i->memory)
		compare_memory(x, i);
	else if (i->op == JMP_JSET && i->reg)
		x64_test(&x->a, i->wide, dst, x64_src(i));
	else if (i->op == JMP_JSET)
		x64_test_imm(&x->a, i->wide, dst, (s32)i->imm);
	else if (i->reg)
		x64_arith(&x->a, i->wide, X64_CMP, dst, x64_src(i));
	else if (!i->imm)
		x64_test(&x->a, i->wide, dst, dst); /* the flags of a comparison with 0 */
	else
		x64_arith_imm(&x->a, i->wide, X64_CMP, dst, (s32)i->imm);
	return cc_of[i->op >> 4] ^ i->sign; /* the lowest bit inverts */
}

void x64_emit_jump(struct x64 *x, const struct ir_insn *i, const struct ir_insn *flags_of)
{
	x64_jcc(x, x64_emit_compare(x, i, flags_of), i->to);
}
