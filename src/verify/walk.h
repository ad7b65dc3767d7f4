/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The walk: takes the next instruction of the current path, hands it to the part that knows it, and
 * when the path ends takes up the one that was put aside last.
 */
#ifndef VERIFY_WALK_H
#define VERIFY_WALK_H

#include "verify/env.h"

/* Follow every path from the start of function `func`. 0: all are safe. */
int walk_func(struct verify *v, u32 func);

/*
 * The explored state at slot `insn` on the way to `st` (an earlier pass through a loop that is
 * still open), with the same call sites; NULL: none. At a checkpoint instruction v->cur->parent is
 * the state of this pass: give that as `st`. After a callback, give v->cur. `st` may be NULL.
 */
const struct state *walk_prev_entry(const struct state *st, u32 insn);
/*
 * Numbers that changed between two passes and have not mattered so far become unknown in `cur`, so
 * that loops of iterators, may_goto and callbacks converge.
 */
void walk_widen(const struct state *old, struct state *cur);

#endif
