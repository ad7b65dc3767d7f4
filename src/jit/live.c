// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <stdlib.h>

#include "jit/blocks.h"

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
		return (struct ir_use){ i->reg ? operand : BIT(2), CLOBBERED };
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

/* ---- the flow ---- */

enum { DROP_ROUNDS = 3 }; /* what nobody reads after these stays */

/* Of each block: registers that it reads before it writes them, that it writes, that are read from
 * its start on. */
struct block_live {
	u16 gen, kill, in;
};

struct live {
	struct ir *ir;
	struct ir_blocks blocks;
	struct block_live *of; /* owned */
};

static int live_init(struct live *l, struct ir *ir)
{
	int err = ir_blocks_init(&l->blocks, ir);

	l->ir = ir;
	if (err)
		return err;
	l->of = calloc((size_t)l->blocks.count + 1, sizeof(*l->of));
	return l->of ? 0 : -ENOMEM;
}

static void live_fini(struct live *l)
{
	ir_blocks_fini(&l->blocks);
	free(l->of);
}

static struct block_live summary(const struct ir *ir, const struct ir_block *b)
{
	struct block_live s = { 0 };

	for (u32 slot = b->end; slot-- > b->start;) {
		struct ir_use u = ir_insn_use(&ir->insns[slot]);

		s.gen = (u16)(u.use | (s.gen & ~u.def));
		s.kill |= u.def;
	}
	return s;
}

static u16 block_out(const struct live *l, const struct ir_block *b)
{
	u16 out = b->to == NO_BLOCK ? 0 : l->of[b->to].in;

	return b->falls == NO_BLOCK ? out : out | l->of[b->falls].in;
}

/* Registers only become live, so a block is visited as often as there are registers, at most. */
static void live_solve(struct live *l)
{
	struct ir_blocks *blocks = &l->blocks;
	struct ir_block *b;

	for (u32 k = 0; k < blocks->count; k++) {
		l->of[k] = summary(l->ir, &blocks->all[k]);
		ir_block_queue(blocks, k);
	}
	while ((b = ir_block_next(blocks))) {
		struct block_live *s = &l->of[b - blocks->all];
		u16 in = (u16)(s->gen | (block_out(l, b) & ~s->kill));

		if (in == s->in)
			continue;
		s->in = in;
		for (u32 k = 0; k < b->pred_count; k++)
			ir_block_queue(blocks, blocks->preds[b->preds + k]);
	}
}

/* Does it do nothing but make a result that nobody reads? */
static bool is_unread(const struct ir *ir, u32 slot)
{
	const struct ir_insn *i = &ir->insns[slot], *next = i + 1;

	if (i->kind == IR_FLAGS) {
		while (next->kind == IR_NONE && next < ir->insns + ir->count)
			next++;
		return next->kind != IR_SELECT;
	}
	return ((i->kind >= IR_ALU && i->kind <= IR_LOAD) || i->kind >= IR_ROTATE) &&
	       !(i->live >> i->dst & 1);
}

/* Fills in `live`. True: instructions were dropped, and some block needs less than was thought. */
static bool live_apply(struct live *l, bool drop)
{
	bool less = false;

	for (u32 k = 0; k < l->blocks.count; k++) {
		const struct ir_block *b = &l->blocks.all[k];
		u16 now = block_out(l, b);

		for (u32 slot = b->end; slot-- > b->start;) {
			struct ir_insn *i = &l->ir->insns[slot];
			struct ir_use u;

			i->live = now;
			if (drop && is_unread(l->ir, slot))
				i->kind = IR_NONE;
			u = ir_insn_use(i);
			now = (u16)(u.use | (now & ~u.def));
		}
		less |= now != l->of[k].in;
	}
	return less;
}

static int live_run(struct ir *ir, bool drop)
{
	struct live l = { 0 };
	int err = live_init(&l, ir);

	for (u32 round = 0; !err && round < DROP_ROUNDS; round++) {
		live_solve(&l);
		if (!live_apply(&l, drop))
			break;
	}
	live_fini(&l);
	return err;
}

int ir_live(struct ir *ir)
{
	return live_run(ir, false);
}

int ir_drop(struct ir *ir)
{
	return live_run(ir, true);
}
