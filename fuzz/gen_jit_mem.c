// SPDX-License-Identifier: BSD-2-Clause
/* Loads, stores and atomic operations inside the packet, a map's value and the stack. */
#include "fuzz/gen_jit_code.h"

struct place {
	u8 base;
	s32 from, len; /* bytes from the base on */
	bool aligned, atomics;
};

static struct place some_place(struct jgen *j, bool atomics)
{
	const struct place all[] = {
		{ j->pkt, 0, GEN_JIT_PACKET, false, false },
		{ j->val, 0, J_VALUE, false, true },
		{ j->mem, 0, J_MEM, true, true },
		{ REG_FP, -8 * (s32)j->words, 8 * (s32)j->words, true, true },
		{ REG_FP, -8 * (s32)j->words, 8 * (s32)j->words, true, true },
	};
	struct place p;

	do
		p = GEN_PICK(&j->g, all);
	while (p.base == J_NONE || (atomics && !p.atomics));
	return p;
}

static const u8 sizes[] = { SIZE_B, SIZE_H, SIZE_W, SIZE_DW };

static s32 offset_in(struct gen *g, const struct place *p, u32 log, bool aligned)
{
	s32 off = (s32)gen_below(g, (u32)(p->len - (1 << log) + 1));

	return p->from + (p->aligned || aligned ? off >> log << log : off);
}

static u8 load_code(struct gen *g, u32 log)
{
	return CLASS_LDX | sizes[log] | (log < 3 && gen_chance(g, 40) ? MODE_MEMSX : MODE_MEM);
}

/*
 * Linux 6.18 takes what is loaded with its sign for the number that was spilled there, when that
 * has no more bits: the last operation ends that.
 */
static void load(struct jgen *j, const struct place *p, u32 log, u8 dst, u8 base, s32 off)
{
	u8 code = load_code(&j->g, log);

	gen_emit(&j->g, code, dst, base, off, 0);
	if (p->aligned && INSN_MODE(code) == MODE_MEMSX)
		gen_emit(&j->g, CLASS_ALU64 | 0x40, dst, 0, 0, 0);
}

void j_load(struct jgen *j)
{
	struct place p = some_place(j, false);
	u32 log = gen_below(&j->g, 4);
	s32 off = offset_in(&j->g, &p, log, false);

	load(j, &p, log, j_target(j), p.base, off);
}

void j_store(struct jgen *j)
{
	struct place p = some_place(j, false);
	u32 log = gen_below(&j->g, 4);
	s32 off = offset_in(&j->g, &p, log, false);

	if (gen_chance(&j->g, 30))
		gen_emit(&j->g, CLASS_ST | MODE_MEM | sizes[log], p.base, 0, off,
			 (s32)gen_number(&j->g));
	else
		gen_emit(&j->g, CLASS_STX | MODE_MEM | sizes[log], p.base, j_scalar(j), off, 0);
	if (p.base == REG_FP && gen_chance(&j->g, 40)) /* and back at once */
		load(j, &p, log, j_target(j), p.base, off);
}

static void atomic_at(struct jgen *j, u8 base, s32 off, u32 log)
{
	static const s32 ops[] = { 0x00, 0x40, 0x50, 0xa0, 0x01, 0x41, 0x51, 0xa1, 0xe1, 0xf1 };
	struct gen *g = &j->g;
	s32 op = GEN_PICK(g, ops);
	u8 reg = op & 1 ? j_target(j) : j_scalar(j);

	if (op == 0xf1 && j->fixed & 1)
		op = 0xe1;
	if (op == 0xf1 && gen_chance(g, 50)) /* meant to succeed */
		gen_emit(g, CLASS_LDX | MODE_MEM | sizes[log], 0, base, off, 0);
	gen_emit(g, CLASS_STX | MODE_ATOMIC | sizes[log], base, reg, off, op);
}

void j_atomic(struct jgen *j)
{
	struct place p = some_place(j, true);
	u32 log = 2 + gen_below(&j->g, 2);

	if (gen_chance(&j->g, 15)) {
		log = gen_below(&j->g, 4);
		gen_emit(&j->g, CLASS_STX | MODE_ATOMIC | sizes[log], j_target(j), p.base,
			 offset_in(&j->g, &p, log, true), 0x100);
	} else if (gen_chance(&j->g, 15)) {
		log = gen_below(&j->g, 4);
		gen_emit(&j->g, CLASS_STX | MODE_ATOMIC | sizes[log], p.base, j_scalar(j),
			 offset_in(&j->g, &p, log, true), 0x110);
	} else {
		atomic_at(j, p.base, offset_in(&j->g, &p, log, true), log);
	}
}

/*
 * An address with a number in it: its register is a number again before the end. Not in the
 * packet, whose checked range a variable offset loses. The number first, then a stack's address,
 * only in the main function: in others Linux 6.18 takes the sum for one of the main function's
 * frame, and so folds constants (and removes code) by the wrong slot.
 */
void j_indexed(struct jgen *j)
{
	struct gen *g = &j->g;
	struct place p = some_place(j, true);
	u32 log = gen_below(g, 4);
	u8 at = j_target(j), by = j_target(j);
	s32 mask = p.len >= 64 ? 31 : 15, rest = p.len - mask - (1 << log);
	s32 off = (s32)gen_below(g, (u32)rest + 1) >> log << log;

	if (at == by)
		return;
	if (p.aligned)
		mask &= ~((1 << log) - 1);
	gen_emit(g, gen_chance(g, 50) ? CLASS_ALU64 | 0x50 : CLASS_ALU | 0x50, by, 0, 0, mask);
	if (gen_chance(g, 60) || (j->func && p.aligned)) { /* base first */
		gen_emit(g, CODE_MOV | SRC_X, at, p.base, 0, 0);
		gen_emit(g, CLASS_ALU64 | SRC_X, at, by, 0, 0);
	} else {
		gen_emit(g, CODE_MOV | SRC_X, at, by, 0, 0);
		gen_emit(g, CLASS_ALU64 | SRC_X, at, p.base, 0, 0);
	}
	off += p.from;
	if (gen_chance(g, 40)) {
		s32 part = -(s32)gen_below(g, 9) * 8;

		gen_emit(g, CLASS_ALU64, at, 0, 0, off - part);
		off = part;
	}
	if (gen_chance(g, 40)) {
		gen_emit(g, CLASS_STX | MODE_MEM | sizes[log], at, by, off, 0);
		j_fresh(j, at);
	} else {
		load(j, &p, log, at, at, off);
	}
}

/* ---- numbers put together from bytes ---- */

struct parts {
	struct place p;
	u8 regs[4]; /* of the halves, by depth */
};

/* dst = the 1 << log bytes at off, or nearly so: halves, spills and stores between them. */
static void put_together(struct jgen *j, const struct parts *q, u8 dst, s32 off, u32 log, u32 depth)
{
	struct gen *g = &j->g;
	u8 low = q->regs[depth];
	s32 spill = -8 * (s32)(1 + gen_below(g, j->words)), half = 1 << log >> 1;
	bool spilled = gen_chance(g, 25);
	u8 class = log < 3 && gen_chance(g, 50) ? CLASS_ALU : CLASS_ALU64;

	if (!log || gen_chance(g, 10)) {
		gen_emit(g, CLASS_LDX | MODE_MEM | sizes[log], dst, q->p.base, off, 0);
		return;
	}
	put_together(j, q, low, off, log - 1, depth + 1);
	if (spilled)
		gen_emit(g, CLASS_STX | MODE_MEM | SIZE_DW, REG_FP, low, spill, 0);
	if (gen_chance(g, 10))
		j_store(j);
	put_together(j, q, dst, off + (gen_chance(g, 95) ? half : 0), log - 1, depth + 1);
	if (gen_chance(g, 5))
		j_store(j);
	if (spilled)
		gen_emit(g, CLASS_LDX | MODE_MEM | SIZE_DW, low, REG_FP, spill, 0);
	gen_emit(g, class | 0x60, dst, 0, 0, gen_chance(g, 97) ? 8 * half : 8);
	if (gen_chance(g, 50)) {
		gen_emit(g, class | 0x40 | SRC_X, dst, low, 0, 0);
	} else {
		gen_emit(g, class | 0x40 | SRC_X, low, dst, 0, 0);
		gen_emit(g, CODE_MOV | SRC_X, dst, low, 0, 0);
	}
}

void j_bytes(struct jgen *j)
{
	struct parts q = { some_place(j, false), { 0 } };
	u32 log = 1 + gen_below(&j->g, 3);
	u16 taken = 0;

	if (q.p.aligned && j->words < 5)
		return;
	for (u32 k = 0, tries = 0; k < 4; tries++) {
		u8 r = j_target(j);

		if (tries == 40)
			return;
		if (taken >> r & 1)
			continue;
		taken |= (u16)(1u << r);
		q.regs[k++] = r;
	}
	put_together(j, &q, q.regs[3], offset_in(&j->g, &q.p, log, false), log, 0);
}
