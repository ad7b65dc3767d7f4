// SPDX-License-Identifier: BSD-2-Clause
#include "isa/check.h"

#include "isa/alu.h"

static const char unknown_opcode[] = "unknown opcode";
static const char stray_src[] = "the source register field must be 0";
static const char stray_dst[] = "the destination register field must be 0";
static const char stray_off[] = "the offset field must be 0";
static const char stray_imm[] = "the immediate field must be 0";

static const char *check_mov_off(const struct insn *i)
{
	bool wide = INSN_CLASS(i->code) == CLASS_ALU64;

	if (wide && i->off == MOV_ADDR_SPACE_CAST) {
		if (i->imm != 1 && i->imm != 1 << 16)
			return "an address space cast converts between spaces 0 and 1 only";
		return NULL;
	}
	if (i->imm)
		return stray_imm;
#define MOVSX(bits, text, value, alu32)                                                            \
	if (i->off == (bits) && (wide || (alu32)))                                                 \
		return NULL;
#include "isa/alu.def"
	return "a sign-extending move takes 8, 16 or (64-bit only) 32 bits";
}

static const char *check_alu(const struct insn *i)
{
	enum alu_op op = INSN_OP(i->code);
	bool wide = INSN_CLASS(i->code) == CLASS_ALU64;

	if (op == ALU_END) {
		if (wide && INSN_SRC(i->code) == SRC_X)
			return unknown_opcode;
		if (i->src)
			return stray_src;
		if (i->off)
			return stray_off;
		return swap_name(i->code, i->imm) ? NULL : "a byte swap is 16, 32 or 64 bits wide";
	}
	if (op == ALU_NEG) {
		if (INSN_SRC(i->code) == SRC_X)
			return unknown_opcode;
		if (i->src)
			return stray_src;
		if (i->off)
			return stray_off;
		return i->imm ? stray_imm : NULL;
	}
	if (!alu_info(i->code, 0))
		return unknown_opcode;
	if (INSN_SRC(i->code) == SRC_X && op == ALU_MOV && i->off)
		return check_mov_off(i);
	if (INSN_SRC(i->code) == SRC_X && i->imm)
		return stray_imm;
	if (INSN_SRC(i->code) == SRC_K && i->src)
		return stray_src;
	if (!i->off)
		return NULL;
	if (op != ALU_DIV && op != ALU_MOD)
		return stray_off;
	return i->off == 1 ? NULL : "the offset field of a division is 0 (unsigned) or 1 (signed)";
}

/* JA, gotol, CALL, callx, EXIT, may_goto: what is not a comparison. */
static const char *check_control(const struct insn *i)
{
	switch (i->code) {
	case CODE_JA:
		return i->src ? stray_src : i->dst ? stray_dst : i->imm ? stray_imm : NULL;
	case CODE_JA32:
		return i->src ? stray_src : i->dst ? stray_dst : i->off ? stray_off : NULL;
	case CODE_CALL:
		if (i->src > CALL_KFUNC)
			return "the source register field of a call is 0, 1 or 2";
		if (i->dst)
			return stray_dst;
		return i->off && i->src != CALL_KFUNC ? stray_off : NULL;
	case CODE_CALLX:
		return i->src ? stray_src : i->off ? stray_off : i->imm ? stray_imm : NULL;
	case CODE_EXIT:
		return i->src	? stray_src
		       : i->dst ? stray_dst
		       : i->off ? stray_off
		       : i->imm ? stray_imm
				: NULL;
	case CODE_JCOND:
		if (i->src)
			return "the source register field of may_goto must be 0";
		return i->dst ? stray_dst : i->imm ? stray_imm : NULL;
	}
	return unknown_opcode;
}

static const char *check_jmp(const struct insn *i)
{
	if (!jmp_info(i->code))
		return check_control(i);
	if (INSN_SRC(i->code) == SRC_X)
		return i->imm ? stray_imm : NULL;
	return i->src ? stray_src : NULL;
}

static const char *check_imm64(const struct insn *insns, u32 count, u32 at)
{
	const struct insn *i = &insns[at], *next = i + 1;

	if (at + 1 >= count)
		return "the second half of a 64-bit immediate is missing";
	if (next->code || next->dst || next->src || next->off)
		return "the second half of a 64-bit immediate must be zero but for its immediate";
	if (i->off)
		return stray_off;
	switch (i->src) {
	case PSEUDO_CONST:
	case PSEUDO_MAP_VALUE:
	case PSEUDO_MAP_IDX_VALUE:
	case PSEUDO_BTF_ID:
		return NULL;
	case PSEUDO_MAP_FD:
	case PSEUDO_MAP_IDX:
	case PSEUDO_FUNC:
		return next->imm ? "the second immediate must be 0" : NULL;
	}
	return "the source register field of a 64-bit immediate is 0 … 6";
}

static const char *check_ld(const struct insn *insns, u32 count, u32 at)
{
	const struct insn *i = &insns[at];
	u8 mode = INSN_MODE(i->code);

	if (i->code == CODE_LD_IMM64)
		return check_imm64(insns, count, at);
	if ((mode != MODE_ABS && mode != MODE_IND) || INSN_SIZE(i->code) == SIZE_DW)
		return unknown_opcode;
	if (i->dst)
		return stray_dst;
	if (mode == MODE_ABS && i->src)
		return stray_src;
	return i->off ? stray_off : NULL;
}

static const char *check_atomic(const struct insn *i)
{
	const struct atomic_info *info = atomic_info(i->imm);
	u32 size = size_bytes(i->code);

	if (!info)
		return "unknown atomic operation";
	if (size < info->min_size)
		return "this atomic operation has no 8 or 16-bit form";
	return NULL;
}

static const char *check_mem(const struct insn *i)
{
	u8 mode = INSN_MODE(i->code), class = INSN_CLASS(i->code);

	if (class == CLASS_LDX && mode == MODE_MEMSX && INSN_SIZE(i->code) != SIZE_DW)
		return i->imm ? stray_imm : NULL;
	if (class == CLASS_STX && mode == MODE_ATOMIC)
		return check_atomic(i);
	if (mode != MODE_MEM)
		return unknown_opcode;
	if (class == CLASS_ST)
		return i->src ? stray_src : NULL;
	return i->imm ? stray_imm : NULL;
}

const char *insn_check_shape(const struct insn *insns, u32 count, u32 at)
{
	const struct insn *i = &insns[at];
	const char *why = NULL;

	switch (INSN_CLASS(i->code)) {
	case CLASS_LD:
		why = check_ld(insns, count, at);
		break;
	case CLASS_LDX:
	case CLASS_ST:
	case CLASS_STX:
		why = check_mem(i);
		break;
	case CLASS_ALU:
	case CLASS_ALU64:
		why = check_alu(i);
		break;
	case CLASS_JMP:
	case CLASS_JMP32:
		why = check_jmp(i);
		break;
	}
	if (why)
		return why;
	if (i->dst >= REG_COUNT || i->src >= REG_COUNT)
		return "there is no such register: they are r0 … r10";
	return NULL;
}

const char *insn_check_opcode(const struct insn *insns, u32 count, u32 at)
{
	const struct insn *i = &insns[at];
	const char *why = insn_check_shape(insns, count, at);
	u8 class = INSN_CLASS(i->code);

	if (!why || why == unknown_opcode || class == CLASS_LD || class == CLASS_LDX)
		return why;
	return i->dst >= REG_COUNT || i->src >= REG_COUNT ? why : NULL;
}

/* Of the source register, atomics write; FETCH, XCHG and LOAD_ACQUIRE are seen here. */
static bool atomic_writes_src(const struct insn *i)
{
	return (i->imm & ATOMIC_FETCH) && i->imm != ATOMIC_CMPXCHG;
}

bool insn_writes_dst(const struct insn *i)
{
	switch (INSN_CLASS(i->code)) {
	case CLASS_LD:
		return i->code == CODE_LD_IMM64;
	case CLASS_LDX:
	case CLASS_ALU:
	case CLASS_ALU64:
		return true;
	case CLASS_STX:
		return INSN_MODE(i->code) == MODE_ATOMIC && i->imm == ATOMIC_LOAD_ACQUIRE;
	}
	return false;
}

const char *insn_check(const struct insn *insns, u32 count, u32 at)
{
	const struct insn *i = &insns[at];
	const char *why = insn_check_shape(insns, count, at);
	bool atomic = INSN_CLASS(i->code) == CLASS_STX && INSN_MODE(i->code) == MODE_ATOMIC;

	if (why)
		return why;
	if ((insn_writes_dst(i) && i->dst == REG_FP) ||
	    (atomic && atomic_writes_src(i) && i->src == REG_FP))
		return "the frame pointer r10 is read only";
	return NULL;
}
