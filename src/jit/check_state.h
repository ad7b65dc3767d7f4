/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside of check.c: what is certain before an instruction, and what follows from it. */
#ifndef JIT_CHECK_STATE_H
#define JIT_CHECK_STATE_H

#include "jit/ir.h"

enum what {
	WHAT_NUMBER, /* or any address */
	WHAT_FRAME,
	WHAT_CONTEXT,
	WHAT_CONSTANT,
	WHAT_VALUE_OR_NULL, /* what the look-up at `site` gave */
	WHAT_VALUE,
};
/* The frame's end, the context's start or the start of a value of env->maps[map], plus n; the
 * number n. */
struct known {
	u8 what;
	u16 map;
	u32 site;
	u64 n;
};

struct certain {
	bool reached;
	u16 must, may; /* registers written on every way, on some way */
	struct known reg[REG_COUNT];
	u64 written[STACK_SIZE / 64]; /* bytes of the frame, from the lowest on */
};

/* Are `size` bytes of the frame, from r10 + at on, in it; and written? */
bool frame_holds(s64 at, u32 size);
bool frame_written(const struct certain *s, s64 at, u32 size);
/* May the program access these bytes, whatever else? `how`: vm_access and access_flag. */
bool known_memory(const struct ir *ir, const struct certain *s, const struct known *k, s64 off,
		  u32 size, u32 how);
/* Are the arguments of that call such that the helper takes them? *map: index of the map in r1, or
 * -1. */
bool known_args(const struct ir *ir, const struct certain *s, const struct vm_call *call, s32 *map);
/* Does a look-up in it give the start of a value? */
bool known_gives_values(const struct map *m);

#endif
