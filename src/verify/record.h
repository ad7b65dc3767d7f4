/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For tests (opts.record): the abstract registers and spilled registers seen before each
 * instruction, so that a concrete run can be held against them.
 */
#ifndef VERIFY_RECORD_H
#define VERIFY_RECORD_H

#include "verify/env.h"

/* Add the current frame of v->cur to the record of slot v->insn. 0 or -ENOMEM. */
int record_state(struct verify *v);

#endif
