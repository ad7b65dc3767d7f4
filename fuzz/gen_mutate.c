// SPDX-License-Identifier: BSD-2-Clause
/* Small changes to programs that exist: instructions deleted, doubled, altered. */
#include <stdlib.h>

#include "fuzz/gen.h"

/* The slot that a jump, call or function address goes to; -1: none. */
static s64 target_of(const struct insn *i, u32 at)
{
	if (insn_is_jump(i))
		return (s64)at + 1 + insn_distance(i);
	if ((i->code == CODE_CALL && i->src == CALL_LOCAL) ||
	    (insn_is_wide(i) && i->src == PSEUDO_FUNC))
		return (s64)at + 1 + i->imm;
	return -1;
}

static void target_set(struct insn *i, u32 at, s64 to)
{
	s64 distance = to - at - 1;

	if (insn_is_jump(i) && i->code != CODE_JA32)
		i->off = (s16)distance;
	else
		i->imm = (s32)distance;
}

/* New place of what was at slot `from`, when `n` slots are removed (or, negative, put in) at `at`.
 */
static s64 moved(s64 from, u32 at, s32 n)
{
	if (from < (s64)at + (n < 0))
		return from;
	return n > 0 && from < (s64)at + n ? (s64)at : from - n;
}

u32 gen_delete(struct insn *insns, u32 count, u32 at, u32 n)
{
	for (u32 i = 0; i < count; i += insn_is_wide(&insns[i]) ? 2 : 1) {
		s64 to = target_of(&insns[i], i);

		if (to >= 0 && (i < at || i >= at + n))
			target_set(&insns[i], (u32)moved(i, at, (s32)n), moved(to, at, (s32)n));
	}
	memmove(insns + at, insns + at + n, (count - at - n) * sizeof(*insns));
	return count - n;
}

/* Double `n` slots at `at`; jumps to them go to the first. */
static u32 duplicate(struct insn *insns, u32 count, u32 at, u32 n)
{
	for (u32 i = 0; i < count; i += insn_is_wide(&insns[i]) ? 2 : 1) {
		s64 to = target_of(&insns[i], i);

		if (to >= 0)
			target_set(&insns[i], (u32)moved(i, at, -(s32)n), moved(to, at, -(s32)n));
	}
	memmove(insns + at + n, insns + at, (count - at) * sizeof(*insns));
	return count + n;
}

static void alter(struct gen *g, struct insn *i)
{
	static const u8 sizes[] = { SIZE_B, SIZE_H, SIZE_W, SIZE_DW };
	u8 class = INSN_CLASS(i->code);

	switch (gen_below(g, 7)) {
	case 0: /* another operation of its class, or another width */
		if (class == CLASS_LDX || class == CLASS_ST || class == CLASS_STX)
			i->code = (u8)((i->code & ~0x18) | GEN_PICK(g, sizes));
		else if (class == CLASS_ALU || class == CLASS_ALU64)
			i->code = (u8)((i->code & 0x0f) | gen_below(g, 13) << 4);
		else if (insn_is_jump(i) && INSN_OP(i->code) && i->code != CODE_JCOND)
			i->code = (u8)((i->code & 0x0f) | (1 + gen_below(g, 7)) << 4);
		break;
	case 1: /* 32 bits for 64 or back */
		if (class == CLASS_ALU || class == CLASS_ALU64)
			i->code ^= CLASS_ALU ^ CLASS_ALU64;
		else if (insn_is_jump(i) && INSN_OP(i->code) && i->code != CODE_JCOND)
			i->code ^= CLASS_JMP ^ CLASS_JMP32;
		break;
	case 2:
		i->dst = (u8)(gen_below(g, REG_COUNT) & 15);
		break;
	case 3:
		if (class != CLASS_LD && i->code != CODE_CALL)
			i->src = (u8)(gen_below(g, REG_COUNT) & 15);
		break;
	case 4:
		if (class >= CLASS_LDX && class <= CLASS_STX)
			i->off = (s16)(i->off + (s32)gen_below(g, 17) - 8);
		break;
	case 5:
		if (!(i->code == CODE_CALL && i->src == CALL_LOCAL) && !insn_is_wide(i))
			i->imm = gen_chance(g, 50) ? (s32)((u32)i->imm + gen_below(g, 5) - 2)
						   : (s32)gen_number(g);
		break;
	default:
		i->imm ^= insn_is_wide(i) && i->src ? 0 : (s32)(1u << gen_below(g, 32));
		break;
	}
}

/* Delete, or double over the next one, without moving anything. */
static void overwrite(struct gen *g, struct insn *insns, u32 at, u32 width)
{
	static const struct insn nothing = { .code = CODE_JA };

	if (width == 1 && at && gen_chance(g, 30) && !insn_is_wide(&insns[at - 1]) &&
	    (at < 2 || !insn_is_wide(&insns[at - 2])))
		insns[at] = insns[at - 1];
	else
		for (u32 k = 0; k < width; k++)
			insns[at + k] = nothing;
}

u32 gen_mutate(u64 seed, bool in_place, const struct insn *in, u32 count, struct insn *out,
	       u32 room)
{
	struct gen *g = calloc(1, sizeof(*g));

	memcpy(out, in, count * sizeof(*in));
	if (!g)
		return count;
	g->rng = seed;
	for (u32 n = 1 + gen_below(g, 3); n; n--) {
		u32 at = gen_below(g, count), width;

		if (at && insn_is_wide(&out[at - 1]))
			at--;
		width = insn_is_wide(&out[at]) ? 2 : 1;
		if (in_place && gen_chance(g, 30))
			overwrite(g, out, at, width);
		else if (gen_chance(g, 20) && count > width && !in_place)
			count = gen_delete(out, count, at, width);
		else if (gen_chance(g, 12) && count + width <= room && !in_place)
			count = duplicate(out, count, at, width);
		else
			alter(g, &out[at]);
	}
	free(g);
	return count;
}
