// SPDX-License-Identifier: BSD-2-Clause
/*
 * Constant blinding: numbers that the author of a program chose do not stand in its machine code,
 * where a jump into the middle of instructions would find code of his. Each becomes the exclusive
 * or of two others, one of them random; offsets of memory stay, which have 16 bits.
 */
#include <errno.h>
#include <sys/random.h>

#include "jit/ir.h"

enum { HARMLESS = 128 }; /* numbers of one byte */

static u64 next_key(u64 *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static bool has_number(const struct ir_insn *i)
{
	switch (i->kind) {
	case IR_ALU:
		return !i->reg && i->op != ALU_LSH && i->op != ALU_RSH && i->op != (u8)ALU_ARSH;
	case IR_JUMP:
	case IR_STORE:
		return !i->reg;
	case IR_CONST:
	case IR_LD_PACKET:
		return true;
	}
	return false;
}

int ir_blind(struct ir *ir)
{
	u64 state = 0;

	if (getrandom(&state, sizeof(state), 0) != sizeof(state))
		return -EIO;
	state |= 1; /* the generator has no way out of 0 */
	for (u32 slot = 0; slot < ir->count; slot++) {
		struct ir_insn *i = &ir->insns[slot];

		if (!has_number(i) || (i->imm >= -HARMLESS && i->imm < HARMLESS))
			continue;
		i->blind = true;
		i->other = (s64)next_key(&state);
		if (i->kind == IR_CONST || i->kind == IR_LD_PACKET)
			continue;
		i->reg = true;
		i->src = IR_HIDDEN;
	}
	return 0;
}
