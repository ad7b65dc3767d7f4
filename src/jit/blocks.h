/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Basic blocks and the order in which a data flow visits them: a list of blocks to visit (again),
 * so that a flow over n instructions takes time linear in n however jumps lie.
 */
#ifndef JIT_BLOCKS_H
#define JIT_BLOCKS_H

#include "jit/ir.h"

enum { NO_BLOCK = UINT32_MAX };

struct ir_block {
	u32 start, end; /* slots [start, end) */
	u32 to, falls;	/* blocks after it: where it jumps, what it runs into; NO_BLOCK: none */
	u32 preds;	/* blocks before it: preds[…] of struct ir_blocks, as many as … */
	u32 pred_count; /* … this */
	bool queued;
};

struct ir_blocks {
	struct ir_block *all; /* ascending; owned */
	u32 count;
	u32 *preds, *work; /* owned; `work` is the list of those to visit, the last one first */
	u32 work_len;
};

/* 0 or -ENOMEM. */
int ir_blocks_init(struct ir_blocks *b, const struct ir *ir);
void ir_blocks_fini(struct ir_blocks *b);

static inline void ir_block_queue(struct ir_blocks *b, u32 block)
{
	if (block != NO_BLOCK && !b->all[block].queued) {
		b->all[block].queued = true;
		b->work[b->work_len++] = block;
	}
}

/* The next to visit; NULL: none is left. */
static inline struct ir_block *ir_block_next(struct ir_blocks *b)
{
	struct ir_block *next;

	if (!b->work_len)
		return NULL;
	next = &b->all[b->work[--b->work_len]];
	next->queued = false;
	return next;
}

#endif
