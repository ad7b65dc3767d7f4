// SPDX-License-Identifier: BSD-2-Clause
/* Randomness, instructions, and the model of registers and stack. */
#include "fuzz/gen.h"

u64 gen_u64(struct gen *g)
{
	u64 z = g->rng += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

s64 gen_number(struct gen *g)
{
	static const s64 list[] = { 0,	       1,	 2,	  3,	     4,		7,
				    8,	       15,	 16,	  31,	     32,	63,
				    64,	       127,	 128,	  255,	     256,	0x7fff,
				    0x8000,    0xffff,	 0x10000, INT32_MAX, INT32_MIN, UINT32_MAX,
				    INT64_MAX, INT64_MIN };
	s64 n = GEN_PICK(g, list);

	switch (gen_below(g, 5)) {
	case 0:
		return (s64)(0 - (u64)n);
	case 1:
		return (s64)((u64)n + gen_below(g, 3) - 1);
	case 2:
		return (s64)gen_u64(g) >> gen_below(g, 64);
	}
	return n;
}

void gen_emit(struct gen *g, u8 code, u8 dst, u8 src, s32 off, s32 imm)
{
	if (g->count < GEN_ROOM)
		g->insns[g->count++] = (struct insn){ code, dst & 15, src & 15, (s16)off, imm };
}

void emit_imm64(struct gen *g, u8 dst, u8 src, s32 low, s32 high)
{
	gen_emit(g, CODE_LD_IMM64, dst, src, 0, low);
	gen_emit(g, 0, 0, 0, 0, high);
}

void emit_mov(struct gen *g, u8 dst, u8 src)
{
	gen_emit(g, CODE_MOV | SRC_X, dst, src, 0, 0);
	g->m.r[dst] = g->m.r[src];
}

void emit_movi(struct gen *g, u8 dst, s32 imm)
{
	gen_emit(g, gen_chance(g, 80) || imm < 0 ? CODE_MOV : CLASS_ALU | 0xb0, dst, 0, 0, imm);
	reg_scalar_is(g, dst, imm, imm);
}

u32 emit_jump(struct gen *g, u8 code, u8 dst, u8 src, s32 imm)
{
	gen_emit(g, code, dst, src, 0, imm);
	return g->count - 1;
}

void patch(struct gen *g, u32 slot)
{
	s32 distance = (s32)(g->count - slot - 1);

	if (g->insns[slot].code == CODE_JA32)
		g->insns[slot].imm = distance;
	else
		g->insns[slot].off = (s16)distance;
}

void emit_bail(struct gen *g, u8 code, u8 dst, u8 src, s32 imm)
{
	if (g->open || g->exit_count >= GEN_FIXUPS - 1)
		return;
	g->exits[g->exit_count++].slot = emit_jump(g, code, dst, src, imm);
}

s32 reg_of(struct gen *g, enum gen_kind kind)
{
	u32 from = gen_below(g, REG_FP);

	for (u32 i = 0; i < REG_FP; i++) {
		u32 r = (from + i) % REG_FP;

		if (g->m.r[r].kind == kind)
			return (s32)r;
	}
	return -1;
}

u8 reg_free(struct gen *g)
{
	u32 best = 0, from = gen_below(g, REG_FP);
	s32 found = -1;

	for (u32 i = 0; i < REG_FP; i++) {
		u32 r = (from + i) % REG_FP, worth;

		if ((g->fixed | g->kept) >> r & 1)
			continue;
		worth = 1 + gen_below(g, 4) + (g->m.r[r].kind == G_SCALAR ? 2 : 0) +
			(g->m.r[r].kind == G_NONE ? 4 : 0);
		if (g->m.r[r].kind == G_RECORD || g->m.r[r].kind == G_RECORD_NULL)
			worth = 1;
		if (worth > best) {
			best = worth;
			found = (s32)r;
		}
	}
	return found < 0 ? 0 : (u8)found;
}

u8 reg_scalar(struct gen *g)
{
	for (u32 tries = 0; tries < 4; tries++) {
		s32 r = reg_of(g, G_SCALAR);

		if (r >= 0 && !(g->fixed >> r & 1) && gen_chance(g, 80))
			return (u8)r;
		idiom_fresh(g);
	}
	emit_movi(g, 0, (s32)gen_below(g, 100));
	return 0;
}

void reg_set(struct gen *g, u8 reg, enum gen_kind kind)
{
	g->m.r[reg] = (struct gen_reg){ .kind = (u8)kind };
	if (kind == G_SCALAR)
		g->m.r[reg].lo = UNKNOWN_LO;
}

void reg_scalar_is(struct gen *g, u8 reg, s64 lo, s64 hi)
{
	g->m.r[reg] = (struct gen_reg){ .kind = G_SCALAR, .lo = lo, .hi = hi };
}

void model_call(struct gen *g)
{
	for (u32 r = 1; r < 6; r++)
		g->m.r[r].kind = G_NONE;
	reg_set(g, 0, G_SCALAR);
}

static bool is_packet(u8 kind)
{
	return kind == G_PKT || kind == G_END || kind == G_META;
}

void model_packet(struct gen *g)
{
	for (u32 r = 0; r < REG_FP; r++) {
		if (is_packet(g->m.r[r].kind))
			g->m.r[r].kind = G_NONE;
	}
	for (u32 i = 0; i < ARRAY_SIZE(g->m.slot); i++) {
		if (is_packet(g->m.slot[i].kind))
			g->m.slot[i].kind = G_NONE;
	}
}

static void merge_reg(struct gen_reg *into, const struct gen_reg *other)
{
	if (into->kind != other->kind || into->off != other->off || into->id != other->id ||
	    into->map != other->map) {
		into->kind = G_NONE;
	} else if (into->kind == G_SCALAR) {
		into->lo = MIN(into->lo, other->lo);
		into->hi = MAX(into->hi, other->hi);
	}
}

void model_merge(struct gen_model *into, const struct gen_model *other)
{
	for (u32 r = 0; r < REG_FP; r++)
		merge_reg(&into->r[r], &other->r[r]);
	for (u32 i = 0; i < ARRAY_SIZE(into->slot); i++)
		merge_reg(&into->slot[i], &other->slot[i]);
	for (u32 i = 0; i < ARRAY_SIZE(into->written); i++)
		into->written[i] &= other->written[i];
	for (u32 i = 0; i < GEN_IDS; i++)
		into->range[i] = MIN(into->range[i], other->range[i]);
}

void stack_wrote(struct gen *g, s32 off, u32 size)
{
	for (u32 k = 0; k < size; k++) {
		u32 at = (u32)(STACK_SIZE + off) + k;

		if (at < STACK_SIZE) {
			g->m.written[at / 64] |= 1ull << (at % 64);
			g->m.slot[(STACK_SIZE - 1 - at) / 8].kind = G_NONE;
		}
	}
}

bool stack_is_written(const struct gen *g, s32 off, u32 size)
{
	for (u32 k = 0; k < size; k++) {
		u32 at = (u32)(STACK_SIZE + off) + k;

		if (at >= STACK_SIZE || !(g->m.written[at / 64] >> (at % 64) & 1))
			return false;
	}
	return true;
}
