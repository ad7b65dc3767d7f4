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
/* The number spilled to that slot of frame `frame` matters. */
int precision_mark_slot(struct verify *v, u32 frame, u32 slot);
/*
 * All that matters to `old` matters to `st`, which stands before slot `at` and ended because `old`
 * covers it. *changed (may be NULL) is set when a mark is new.
 */
void precision_spread(const struct verify *v, const struct state *old, struct state *st, u32 at,
		      bool *changed);
/* Every number in the explored states above `st` matters: the fallback. True: a mark is new. */
bool precision_mark_all(struct state *st);
/* No number of `st` has mattered yet: what happens from here on decides. */
void precision_forget(struct state *st);

/*
 * Record the current step, at most one entry an instruction; needed at jump points, for stack
 * accesses and linked registers. 0 or -ENOMEM.
 */
int precision_record(struct verify *v, u32 stack_access, u64 linked);

/*
 * The numbers of the current state that share the identifier of `r` (and of `other`, when that is
 * not NULL) and are read later, as they go into the history: at most six; those that find no room
 * lose their identifier. 0 when there is only one.
 */
u64 precision_linked(const struct verify *v, const struct reg *r, const struct reg *other);
/* Register or spilled register k of a packed set, NULL past its end. */
struct reg *precision_linked_reg(const struct state *st, u64 linked, u32 k);

#endif
