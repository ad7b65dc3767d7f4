/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a program must return: the range that the verifier holds R0 to when a program of some type
 * and attach type ends (returns.def). Source: asked of a running kernel.
 */
#ifndef SPEC_RETURNS_H
#define SPEC_RETURNS_H

#include "base/types.h"

struct return_range {
	s64 min, max;
	bool width32; /* the low half of R0 is compared, as an int; else all 64 bits */
};

/*
 * False: a program of this type may return any number in this era (features.h). A program that may
 * sleep returns what others of its type return. LSM programs: see lsm_return_range.
 */
bool prog_return_range(struct return_range *out, u32 prog_type, u32 attach_type, u32 era);
/*
 * Of an LSM program at `hook`, without "bpf_lsm_"; `is_void`: the hook returns nothing. Such a
 * program of a cgroup must return 1, any other may leave anything in R0, even nothing.
 */
bool lsm_return_range(struct return_range *out, const char *hook, bool is_void, u32 attach_type,
		      u32 era);

#endif
