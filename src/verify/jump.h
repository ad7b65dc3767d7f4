/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Conditional jumps: decides them where the operands decide, else forks; both edges learn what the
 * comparison said of numbers, of NULL and of the packet's end.
 */
#ifndef VERIFY_JUMP_H
#define VERIFY_JUMP_H

#include "verify/env.h"

/*
 * A conditional jump (not JA, may_goto, CALL, EXIT) at v->insn: *next is the slot where the current
 * state goes on; the other edge, when it is possible, has been pushed.
 */
int jump_insn(struct verify *v, const struct insn *i, u32 *next);
/* All registers and spills that share `id` and may be NULL become NULL or not. */
void jump_mark_null(struct verify *v, struct state *st, u32 id, u32 ref_id, bool is_null);
/* Registers and spills linked to `known` by id (scalars) learn its range, deltas included. */
void jump_sync_linked(struct verify *v, struct state *st, const struct reg *known, u64 linked);

#endif
