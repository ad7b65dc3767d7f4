/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Loops of a program as strongly connected components of each function's flow graph. Inside one, a
 * state that has not been followed to the end may come back changed, so comparing is stricter.
 * Source: R. Tarjan, "Depth-first search and linear graph algorithms", 1972.
 */
#ifndef VERIFY_LOOPS_H
#define VERIFY_LOOPS_H

#include "verify/cfg.h"

/* Fills cfg->scc and scc_count. 0 or -ENOMEM. */
int loops_find(struct cfg *cfg);

#endif
