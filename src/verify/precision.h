/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Precision: where a number mattered for safety, it and what it came from are marked backwards
 * through the path, so that pruning compares them.
 */
#ifndef VERIFY_PRECISION_H
#define VERIFY_PRECISION_H

#include "verify/env.h"

enum history_flag {
	HIST_STACK = 1u << 31, /* the instruction accessed the stack: frame, slot */
};
#define HIST_SLOT(frame, slot) (HIST_STACK | (u32)(frame) << 6 | (u32)(slot))

/* The number in the current frame's register matters. */
int precision_mark(struct verify *v, u8 regno);
/* Record the current step; needed at jump points, for stack accesses and linked registers. */
int precision_record(struct verify *v, u32 stack_access, u64 linked);
/* Registers and slots (packed, see jump.c) linked to `r` now. */
u64 precision_linked(const struct state *st, const struct reg *r);

#endif
