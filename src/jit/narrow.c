// SPDX-License-Identifier: BSD-2-Clause
/*
 * Which registers have zeros in their upper half, at every instruction: a forward data flow that
 * starts from "all" and only takes away, so that loops settle on what every path keeps. What it
 * finds makes extensions needless and divisions short.
 */
#include <errno.h>
#include <stdlib.h>

#include "jit/blocks.h"

static bool alu_zero(const struct ir_insn *i, u16 zero)
{
	bool dst = zero >> i->dst & 1, src = i->reg ? zero >> i->src & 1 : i->imm >= 0;

	if (!i->wide)
		return true;
	switch ((enum alu_op)i->op) {
	case ALU_MOV:
		return src;
	case ALU_AND:
		return dst || src;
	case ALU_OR:
	case ALU_XOR:
		return dst && src;
	case ALU_RSH:
		return dst || (!i->reg && (i->imm & 63) >= 32);
	case ALU_DIV: /* no result is larger than the dividend */
	case ALU_MOD:
		return dst && !i->sign;
	default:
		return false;
	}
}

/* Is the upper half of what it writes zero? */
static bool result_zero(const struct ir_insn *i, u16 zero)
{
	switch (i->kind) {
	case IR_ALU:
		return alu_zero(i, zero);
	case IR_NEG:
	case IR_MOVSX:
	case IR_LEA:
	case IR_ROTATE:
		return !i->wide;
	case IR_SWAP:
		return i->size <= 4;
	case IR_ZEXT:
		return i->size <= 4 || zero >> i->src & 1;
	case IR_SELECT:
		return (i->reg ? !i->wide || zero >> i->src & 1 : (u64)i->imm <= UINT32_MAX) &&
		       (i->both ? (u64)i->other <= UINT32_MAX : zero >> i->dst & 1);
	case IR_CONST:
		return (u64)i->imm <= UINT32_MAX;
	case IR_LOAD:
		return i->size <= 4 && !i->sign;
	case IR_ATOMIC:
		return i->size <= 4;
	}
	return false;
}

static u16 after(const struct ir_insn *i, u16 zero)
{
	u16 def = ir_insn_use(i).def;

	return result_zero(i, zero) ? zero | def : (u16)(zero & ~def);
}

static bool meet(u16 *in, u16 out)
{
	u16 old = *in;

	*in &= out;
	return *in != old;
}

/* Registers are only taken away, so a block is visited as often as there are registers, at most. */
static void flow(const struct ir *ir, struct ir_blocks *blocks, u16 *in)
{
	struct ir_block *b;

	for (u32 k = blocks->count; k-- > 0;)
		ir_block_queue(blocks, k);
	while ((b = ir_block_next(blocks))) {
		u16 zero = in[b - blocks->all];

		for (u32 slot = b->start; slot < b->end; slot++)
			zero = after(&ir->insns[slot], zero);
		if (b->to != NO_BLOCK && meet(&in[b->to], zero))
			ir_block_queue(blocks, b->to);
		if (b->falls != NO_BLOCK && meet(&in[b->falls], zero))
			ir_block_queue(blocks, b->falls);
	}
}

static void apply(struct ir_insn *i, u16 zero)
{
	bool dst = zero >> i->dst & 1, src = zero >> i->src & 1;

	if (i->kind == IR_ZEXT && i->size == 4 && src) {
		i->kind = i->dst == i->src ? IR_NONE : IR_ALU;
		i->op = ALU_MOV;
		i->wide = i->reg = true;
	} else if (i->kind == IR_SELECT && i->reg && src) {
		i->wide = true; /* it need not be extended first */
	} else if (i->kind == IR_ALU && (i->op == ALU_DIV || i->op == ALU_MOD) && i->wide &&
		   !i->sign && dst && (i->reg ? src : i->imm >= 0)) {
		i->wide = false;
		i->size = 8; /* for fuse.c: it is what 64 bits would give */
	}
}

static void apply_block(struct ir *ir, const struct ir_block *b, u16 zero)
{
	for (u32 slot = b->start; slot < b->end; slot++) {
		struct ir_insn *i = &ir->insns[slot];
		u16 next = after(i, zero);

		apply(i, zero);
		zero = next;
	}
}

int ir_narrow(struct ir *ir)
{
	struct ir_blocks blocks;
	u16 *in = NULL;
	int err = ir_blocks_init(&blocks, ir);

	if (!err) {
		in = malloc(((size_t)blocks.count + 1) * sizeof(*in));
		err = in ? 0 : -ENOMEM;
	}
	if (!err) {
		for (u32 k = 0; k < blocks.count; k++)
			in[k] = 0xffff;
		for (u32 k = 0; k < blocks.count; k++) {
			struct ir_block *b = &blocks.all[k];

			if (ir_func_at(ir, b->start)->start == b->start)
				in[k] = 0;
		}
		flow(ir, &blocks, in);
		for (u32 k = 0; k < blocks.count; k++)
			apply_block(ir, &blocks.all[k], in[k]);
	}
	free(in);
	ir_blocks_fini(&blocks);
	return err;
}
