/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * First pass over a program: what can be said without following values. Opcodes and reserved
 * fields, jump targets (inside the function, not into the middle of a wide instruction), falling
 * off the end, call graph (no recursion, at most 8 frames), sizes and counts. Linear time.
 */
#ifndef VERIFY_STRUCTURE_H
#define VERIFY_STRUCTURE_H

#include "object/object.h"

/* 0, or -EINVAL / -E2BIG with one diagnostic an error: what, at which instruction and line. */
int structure_check(const struct object *obj, const struct obj_prog *prog, struct diag *d);

/* The same, but reserved fields are left to who follows the paths: unreached ones do not matter. */
int structure_check_reached(const struct object *obj, const struct obj_prog *prog, struct diag *d);

#endif
