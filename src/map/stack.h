/* SPDX-License-Identifier: BSD-2-Clause */
/* Stack trace maps, for the helper that fills them. Source: bpf-helpers(7), bpf_get_stackid. */
#ifndef MAP_STACK_H
#define MAP_STACK_H

#include "map/map.h"

enum {
	STACK_FAST_CMP = 1 << 9,  /* two traces of one hash are the same */
	STACK_REUSE_ID = 1 << 10, /* a new trace replaces another that has its id */
};

/*
 * Keep a trace of len bytes: addresses of 8 bytes, or struct bpf_stack_build_id where the map has
 * STACK_BUILD_ID; what is longer than a value is cut. Its id; -EEXIST: another trace has that id
 * and flags do not say to replace it; -EFAULT: an empty trace.
 */
s64 stack_put(struct map *m, const void *trace, u32 len, u64 flags);

#endif
