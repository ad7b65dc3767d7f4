// SPDX-License-Identifier: BSD-2-Clause
/* Arithmetic, conditions, and the sequences that a compiler of machine code folds into one. */
#include "fuzz/gen_jit_code.h"

#define MOV64X (CODE_MOV | SRC_X)
#define MOV32X (CLASS_ALU | SRC_X | 0xb0)

u8 j_scalar(struct jgen *j)
{
	u8 r;

	do
		r = (u8)gen_below(&j->g, REG_FP);
	while (!(j->scalars >> r & 1));
	return r;
}

u8 j_target(struct jgen *j)
{
	u8 r;

	do
		r = j_scalar(j);
	while (j->fixed >> r & 1);
	return r;
}

void j_fresh(struct jgen *j, u8 reg)
{
	struct gen *g = &j->g;
	s64 n = gen_number(g);
	u8 size = (u8)(gen_below(g, 4) << 3);

	switch (gen_below(g, 5)) {
	case 0:
		gen_emit(g, gen_chance(g, 50) ? CODE_MOV : CLASS_ALU | 0xb0, reg, 0, 0, (s32)n);
		break;
	case 1:
		emit_imm64(g, reg, 0, (s32)n, (s32)(n >> 32));
		break;
	default:
		if (j->pkt != J_NONE)
			gen_emit(g, CLASS_LDX | MODE_MEM | size, reg, j->pkt, (s32)gen_below(g, 57),
				 0);
		else
			gen_emit(g, CODE_MOV, reg, 0, 0, (s32)n);
	}
}

static u8 alu_class(struct gen *g)
{
	return gen_chance(g, 60) ? CLASS_ALU : CLASS_ALU64;
}

static void alu_imm(struct jgen *j, u8 class, u8 op, u8 dst, s32 off)
{
	s32 imm = (s32)gen_number(&j->g);

	if (op == 0x60 || op == 0x70 || op == 0xc0)
		imm &= class == CLASS_ALU64 ? 63 : 31;
	if ((op == 0x30 || op == 0x90) && !imm)
		imm = -1;
	gen_emit(&j->g, class | op, dst, 0, off, imm);
}

void j_alu(struct jgen *j)
{
	static const u8 ops[] = { 0x00, 0x10, 0x20, 0x30, 0x40, 0x50, 0x60, 0x70, 0x90,
				  0xa0, 0xb0, 0xc0, 0x60, 0x70, 0xc0, 0x30, 0x90, 0x00 };
	static const u8 swaps[] = { 0xd4, 0xdc, 0xd7 };
	struct gen *g = &j->g;
	u8 class = alu_class(g), op = GEN_PICK(g, ops), dst = j_target(j), src = j_scalar(j);
	s32 off = 0;

	if (gen_chance(g, 8)) {
		gen_emit(g, GEN_PICK(g, swaps), dst, 0, 0, 16 << gen_below(g, 3));
		return;
	}
	if (gen_chance(g, 5)) {
		gen_emit(g, class | 0x80, dst, 0, 0, 0);
		return;
	}
	if ((op == 0x30 || op == 0x90) && gen_chance(g, 50))
		off = 1;
	if (gen_chance(g, 45)) {
		alu_imm(j, class, op, dst, off);
		return;
	}
	if (op == 0xb0 && gen_chance(g, 70))
		off = 8 << gen_below(g, class == CLASS_ALU64 ? 3 : 2);
	gen_emit(g, class | SRC_X | op, dst, src, off, 0);
}

u32 j_condition(struct jgen *j)
{
	static const u8 jumps[] = {
		0x10, 0x20, 0x30, 0x40, 0x50, 0x60, 0x70, 0xa0, 0xb0, 0xc0, 0xd0
	};
	struct gen *g = &j->g;
	u8 class = gen_chance(g, 60) ? CLASS_JMP32 : CLASS_JMP, op = GEN_PICK(g, jumps);
	u8 a = j_scalar(j), b = j_scalar(j);

	/* Close together, so that the edge is met. */
	if (gen_chance(g, 30) && !(j->fixed >> a & 1)) {
		gen_emit(g, gen_chance(g, 50) ? MOV64X : MOV32X, a, b, 0, 0);
		if (gen_chance(g, 60))
			gen_emit(g, alu_class(g), a, 0, 0, (s32)gen_below(g, 3) - 1);
	}
	/* A test of what an operation before has left behind. */
	if (gen_chance(g, 30) && !(j->fixed >> a & 1))
		alu_imm(j, alu_class(g), GEN_PICK(g, ((const u8[]){ 0x50, 0x10, 0x00, 0x70 })), a,
			0);
	if (gen_chance(g, 50))
		return emit_jump(g, class | SRC_X | op, a, b, 0);
	return emit_jump(g, class | op, a, 0, gen_chance(g, 40) ? 0 : (s32)gen_number(g));
}

static void rotate(struct jgen *j, u8 a, u8 b)
{
	struct gen *g = &j->g;
	u8 class = alu_class(g), bits = class == CLASS_ALU ? 32 : 64;
	s32 by = 1 + (s32)gen_below(g, bits - 1);
	s32 other = gen_chance(g, 90) ? bits - by : by;
	u8 join = GEN_PICK(g, ((const u8[]){ 0x40, 0x40, 0xa0, 0x00 }));

	gen_emit(g, class | SRC_X | 0xb0, b, a, 0, 0);
	gen_emit(g, class | (gen_chance(g, 50) ? 0x60 : 0x70), a, 0, 0, by);
	gen_emit(g, class | (INSN_OP(g->insns[g->count - 1].code) == 0x60 ? 0x70 : 0x60), b, 0, 0,
		 other);
	if (gen_chance(g, 50))
		gen_emit(g, class | SRC_X | join, a, b, 0, 0);
	else
		gen_emit(g, class | SRC_X | join, b, a, 0, 0);
}

/* Remainder by way of the quotient. */
static void quotient(struct jgen *j, u8 a, u8 b, u8 c)
{
	struct gen *g = &j->g;
	u8 class = alu_class(g), other = gen_chance(g, 85) ? class : alu_class(g);
	s32 off = gen_chance(g, 30);

	if (gen_chance(g, 40) && !(j->fixed >> c & 1)) /* so that the upper halves are zero */
		gen_emit(g, MOV32X, c, c, 0, 0);
	gen_emit(g, other | SRC_X | 0xb0, a, b, 0, 0);
	gen_emit(g, class | SRC_X | 0x30, a, c, off, 0);
	if (gen_chance(g, 50)) {
		gen_emit(g, class | SRC_X | 0x20, a, c, 0, 0);
		gen_emit(g, (gen_chance(g, 85) ? class : other) | SRC_X | 0x10, b, a, 0, 0);
	} else {
		gen_emit(g, class | SRC_X | 0x90, b, c, off, 0);
	}
}

/* dst = condition ? one : other. */
static void select_one(struct jgen *j, u8 a, u8 b)
{
	struct gen *g = &j->g;
	u32 jump;

	if (gen_chance(g, 50)) {
		gen_emit(g, CODE_MOV, a, 0, 0, (s32)gen_below(g, 2));
		jump = j_condition(j);
		gen_emit(g, alu_class(g) | 0xb0, a, 0, 0,
			 gen_chance(g, 70) ? (s32)gen_below(g, 2) : 77);
	} else {
		jump = j_condition(j);
		gen_emit(g, alu_class(g) | SRC_X | 0xb0, a, b, 0, 0);
	}
	patch(g, jump);
}

/* Extensions by hand: the upper half away, or filled with the sign. */
static void extend(struct jgen *j, u8 a, u8 b)
{
	struct gen *g = &j->g;
	s32 by = GEN_PICK(g, ((const u8[]){ 32, 32, 48, 56, 16 }));

	if (gen_chance(g, 40))
		gen_emit(g, MOV32X, a, b, 0, 0);
	if (gen_chance(g, 20)) {
		gen_emit(g, CLASS_ALU64 | 0x50, a, 0, 0,
			 GEN_PICK(g, ((const s32[]){ 0xff, 0xffff, -1, INT32_MAX, INT32_MIN })));
		return;
	}
	gen_emit(g, CLASS_ALU64 | 0x60, a, 0, 0, by);
	gen_emit(g, CLASS_ALU64 | (gen_chance(g, 50) ? 0x70 : 0xc0), a, 0, 0, by);
}

/* a = b + c * scale + n */
static void address(struct jgen *j, u8 a, u8 b, u8 c)
{
	struct gen *g = &j->g;
	u8 class = alu_class(g);

	gen_emit(g, class | SRC_X | 0xb0, a, c, 0, 0);
	if (gen_chance(g, 60))
		gen_emit(g, class | 0x60, a, 0, 0, 1 + (s32)gen_below(g, 4));
	else
		gen_emit(g, class | 0x20, a, 0, 0, (s32)gen_number(g));
	gen_emit(g, class | SRC_X, a, b, 0, 0);
	gen_emit(g, class | (gen_chance(g, 50) ? 0x00 : 0x10), a, 0, 0, (s32)gen_number(g));
}

void j_pair(struct jgen *j)
{
	u8 a = j_target(j), b = j_target(j), c = j_scalar(j);

	switch (gen_below(&j->g, 6)) {
	case 0:
		rotate(j, a, b);
		break;
	case 1:
		quotient(j, a, b, c);
		break;
	case 2:
		extend(j, a, b);
		break;
	case 3:
		address(j, a, b, c);
		break;
	default:
		select_one(j, a, b);
	}
}
