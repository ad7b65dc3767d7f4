/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One step backwards of precision tracking: given the registers and slots whose numbers matter
 * after an instruction, those that matter before it. Source: the semantics of the instructions.
 */
#ifndef VERIFY_BACKTRACK_H
#define VERIFY_BACKTRACK_H

#include "verify/env.h"

/* What is looked for, by frame. */
struct backtrack {
	u32 frame; /* the one that runs */
	u16 regs[MAX_FRAMES];
	u64 slots[MAX_FRAMES];
};

bool backtrack_empty(const struct backtrack *bt);
/*
 * Step over the instruction at `at`; `after` is the slot that ran after it, UINT32_MAX when that is
 * not known; `hist` its entry in the history, or NULL. False: it cannot be followed; the caller
 * takes every number for precise.
 */
bool backtrack_insn(const struct verify *v, struct backtrack *bt, u32 at, u32 after,
		    const struct history *hist);

/* history.linked: up to six registers and slots. */
u64 linked_add(u64 linked, u32 frame, u32 index, bool is_reg); /* unchanged when it is full */
u32 linked_count(u64 linked);
/* Entry k: frame, index of register or slot. */
void linked_get(u64 linked, u32 k, u32 *frame, u32 *index, bool *is_reg);

#endif
