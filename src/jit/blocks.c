// SPDX-License-Identifier: BSD-2-Clause
#include "jit/blocks.h"

#include <errno.h>
#include <stdlib.h>

/* Does control leave the straight line after it, or may it? */
static bool ends_block(const struct ir_insn *i)
{
	switch (i->kind) {
	case IR_JUMP:
	case IR_MAY_GOTO:
	case IR_JA:
	case IR_EXIT:
	case IR_POISON:
	case IR_DEAD:
		return true;
	}
	return false;
}

static bool falls_through(const struct ir_insn *i)
{
	return !ends_block(i) || i->kind == IR_JUMP || i->kind == IR_MAY_GOTO;
}

static bool jumps(const struct ir_insn *i)
{
	return i->kind == IR_JUMP || i->kind == IR_MAY_GOTO || i->kind == IR_JA;
}

static bool starts_block(const struct ir *ir, u32 slot)
{
	return !slot || ir->insns[slot].target || ends_block(&ir->insns[slot - 1]);
}

/* `of`: per slot where one starts, its number. */
static void find(struct ir_blocks *b, const struct ir *ir, u32 *of)
{
	for (u32 slot = 0; slot < ir->count; slot++) {
		if (starts_block(ir, slot)) {
			of[slot] = b->count;
			b->all[b->count++] = (struct ir_block){ .start = slot };
		}
		b->all[b->count - 1].end = slot + 1;
	}
}

static void link_blocks(struct ir_blocks *b, const struct ir *ir, const u32 *of)
{
	u32 at = 0;

	for (u32 k = 0; k < b->count; k++) {
		struct ir_block *block = &b->all[k];
		const struct ir_insn *last = &ir->insns[block->end - 1];

		block->to = jumps(last) ? of[last->to] : NO_BLOCK;
		block->falls = falls_through(last) && k + 1 < b->count ? k + 1 : NO_BLOCK;
		if (block->to != NO_BLOCK)
			b->all[block->to].pred_count++;
		if (block->falls != NO_BLOCK)
			b->all[block->falls].pred_count++;
	}
	for (u32 k = 0; k < b->count; k++) {
		b->all[k].preds = at;
		at += b->all[k].pred_count;
		b->all[k].pred_count = 0;
	}
	for (u32 k = 0; k < b->count; k++) {
		const u32 next[2] = { b->all[k].to, b->all[k].falls };

		for (u32 n = 0; n < 2; n++) {
			struct ir_block *to = next[n] == NO_BLOCK ? NULL : &b->all[next[n]];

			if (to)
				b->preds[to->preds + to->pred_count++] = k;
		}
	}
}

int ir_blocks_init(struct ir_blocks *b, const struct ir *ir)
{
	u32 count = 0, *of = malloc(((size_t)ir->count + 1) * sizeof(*of));

	for (u32 slot = 0; slot < ir->count; slot++)
		count += starts_block(ir, slot);
	*b = (struct ir_blocks){
		.all = malloc(((size_t)count + 1) * sizeof(*b->all)),
		.preds = malloc(((size_t)count + 1) * 2 * sizeof(*b->preds)),
		.work = malloc(((size_t)count + 1) * sizeof(*b->work)),
	};
	if (!of || !b->all || !b->preds || !b->work) {
		free(of);
		ir_blocks_fini(b);
		return -ENOMEM;
	}
	find(b, ir, of);
	link_blocks(b, ir, of);
	free(of);
	return 0;
}

void ir_blocks_fini(struct ir_blocks *b)
{
	free(b->all);
	free(b->preds);
	free(b->work);
	*b = (struct ir_blocks){ 0 };
}
