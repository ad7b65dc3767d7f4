/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Stack bytes of every chain of calls, once the walk knows each function's depth. Callbacks count
 * where their address is taken; those that run later (timers, work queues) start a stack of their
 * own. Source: behaviour of Linux 6.18; limits of linux/filter.h.
 */
#ifndef VERIFY_DEPTH_H
#define VERIFY_DEPTH_H

#include "verify/cfg.h"

struct depth_rules {
	u32 round;	    /* frames are rounded up to this: 16 with a JIT, 32 without */
	u32 least;	    /* bytes of an empty frame before rounding: 0 with a JIT, 1 without */
	bool private_stack; /* large frames of the main program's chain get memory of their own */
};

/*
 * `depth` is in bytes, one per function of `cfg`. Sets tail_call_reachable and private_stack of
 * cfg->funcs. 0, or -EACCES (too large), -E2BIG (too many frames) with a diagnostic that names
 * the chain.
 */
int depth_check(struct cfg *cfg, const u16 *depth, const struct depth_rules *rules, struct diag *d);

#endif
