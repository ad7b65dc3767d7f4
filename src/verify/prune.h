/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pruning: states explored at an instruction, and the question whether the current one adds
 * anything. Source: Documentation/bpf/verifier.rst, "Pruning".
 */
#ifndef VERIFY_PRUNE_H
#define VERIFY_PRUNE_H

#include "verify/env.h"

struct prune;
int prune_init(struct verify *v);
void prune_fini(struct verify *v);
/*
 * At prune point v->insn: 1 when an explored state covers the current one (the path ends), 0 when
 * it goes on (a checkpoint may have been stored; v->cur then has it as its parent), or negative:
 * refused (endless loop) or out of memory.
 */
int prune_visited(struct verify *v);
/* The current path ended (exit, pruned, impossible): count down branches of its parents and free
 * states that nobody needs. v->cur stays owned by the caller. */
void prune_path_done(struct verify *v, struct state *st);

#endif
