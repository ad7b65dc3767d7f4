/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which registers may be read before they are written, at every instruction: states that differ
 * only in other registers behave alike. Backward data flow within each function; r10 is always
 * there and not tracked. A callee cannot touch its caller's r6 … r9, so a caller's frame is live as
 * it is at the call.
 */
#ifndef VERIFY_LIVENESS_H
#define VERIFY_LIVENESS_H

#include "verify/cfg.h"

/* Fills cfg->live. 0 or -ENOMEM. */
int liveness_find(struct cfg *cfg, const struct object *obj);

/* Registers an instruction reads and writes, bit per register; used for backtracking, too. */
struct reg_use {
	u16 use, def;
};
struct reg_use liveness_insn(const struct object *obj, const struct obj_prog *prog, u32 at);

#endif
