// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <stdlib.h>

#include "jit/ir.h"

enum { ARGS = 0x3e, CLOBBERED = 0x3f };
#define BIT(r) ((u16)((r) < REG_COUNT ? 1u << (r) : 0))

static struct ir_use atomic_use(const struct ir_insn *i)
{
	struct ir_use u = { BIT(i->dst) | BIT(i->src), 0 };

	if (i->imm == ATOMIC_LOAD_ACQUIRE)
		return (struct ir_use){ BIT(i->src), BIT(i->dst) };
	if (i->imm == ATOMIC_CMPXCHG) {
		u.use |= BIT(0);
		u.def = BIT(0);
	} else if (i->imm == ATOMIC_XCHG ||
		   (i->imm != ATOMIC_STORE_RELEASE && i->imm & ATOMIC_FETCH)) {
		u.def = BIT(i->src);
	}
	return u;
}

struct ir_use ir_insn_use(const struct ir_insn *i)
{
	u16 operand = i->reg ? BIT(i->src) : 0, index = BIT(i->index);

	switch ((enum ir_kind)i->kind) {
	case IR_NONE:
	case IR_DEAD:
	case IR_JA:
	case IR_MAY_GOTO:
	case IR_POISON:
		return (struct ir_use){ 0, 0 };
	case IR_ALU:
		return (struct ir_use){ operand | (i->op == (u8)ALU_MOV ? 0 : BIT(i->dst)),
					BIT(i->dst) };
	case IR_NEG:
	case IR_SWAP:
		return (struct ir_use){ BIT(i->dst), BIT(i->dst) };
	case IR_MOVSX:
	case IR_ZEXT:
	case IR_ROTATE:
		return (struct ir_use){ BIT(i->src), BIT(i->dst) };
	case IR_CONST:
		return (struct ir_use){ 0, BIT(i->dst) };
	case IR_SELECT:
		return (struct ir_use){ operand | (i->both ? 0 : BIT(i->dst)), BIT(i->dst) };
	case IR_LOAD:
	case IR_LEA:
		return (struct ir_use){ BIT(i->src) | index, BIT(i->dst) };
	case IR_STORE:
		return (struct ir_use){ BIT(i->dst) | index | operand, 0 };
	case IR_ATOMIC:
		return atomic_use(i);
	case IR_JUMP:
	case IR_FLAGS:
		return (struct ir_use){ BIT(i->dst) | index | operand, 0 };
	case IR_LD_PACKET:
		return (struct ir_use){ operand | BIT(6), CLOBBERED };
	case IR_CALL:
		return (struct ir_use){ ARGS, CLOBBERED };
	case IR_CALL_LOCAL:
		return (struct ir_use){ ARGS | BIT(REG_FP), CLOBBERED };
	case IR_LOOKUP:
		return (struct ir_use){ BIT(2), CLOBBERED };
	case IR_MAP: /* r1 is known, ring buffers' flags too */
		return (struct ir_use){ i->op == IR_MAP_UPDATE	 ? 0x1c
					: i->op == IR_MAP_OUTPUT ? 0xc
								 : BIT(2),
					CLOBBERED };
	case IR_CPU:
		return (struct ir_use){ 0, CLOBBERED };
	case IR_LOOP: /* r1 rounds, r3 for the callback, r4 flags */
		return (struct ir_use){ 0x1a | BIT(REG_FP), CLOBBERED };
	case IR_CALLX:
		return (struct ir_use){ ARGS | BIT(i->dst) | BIT(REG_FP), CLOBBERED };
	case IR_TAIL_CALL: /* r0 stays when it fails */
		return (struct ir_use){ 0xe | BIT(REG_FP), ARGS };
	case IR_EXIT:
		return (struct ir_use){ BIT(0), 0 };
	}
	return (struct ir_use){ 0, 0 };
}

/* Registers read from the start of each slot on, as far as known. */
static u16 live_out(const struct ir *ir, const u16 *in, u32 slot)
{
	const struct ir_insn *i = &ir->insns[slot];
	u16 out = in[slot + 1];

	switch (i->kind) {
	case IR_JUMP:
	case IR_MAY_GOTO:
		return out | in[i->to];
	case IR_JA:
		return in[i->to];
	case IR_EXIT:
	case IR_POISON:
	case IR_DEAD:
		return 0;
	}
	return out;
}

int ir_live(struct ir *ir)
{
	u16 *in = calloc((size_t)ir->count + 1, sizeof(*in));
	bool changed = true;

	if (!in)
		return -ENOMEM;
	/* Backward jumps only carry news up: as many rounds as loops nest, and one. */
	while (changed) {
		changed = false;
		for (u32 slot = ir->count; slot-- > 0;) {
			struct ir_insn *i = &ir->insns[slot];
			struct ir_use u = ir_insn_use(i);
			u16 now;

			i->live = live_out(ir, in, slot);
			now = (u16)(u.use | (i->live & ~u.def));
			changed |= now != in[slot];
			in[slot] = now;
		}
	}
	free(in);
	return 0;
}
