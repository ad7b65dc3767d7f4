/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random programs for what executes them: a seed becomes an object of one XDP program that is
 * valid by construction, ends soon, and computes the same numbers wherever it runs: no address
 * ever becomes a number. Its result is a hash over its registers and its stack, left in the map
 * "one" too. Much of it is what machine code gets wrong: 32-bit operations, sign extension,
 * shifts, division, byte order, atomics, conditions at the edges of the signed and unsigned
 * ranges, the pairs that compilers fold into one instruction, spills around calls.
 */
#ifndef FUZZ_GEN_JIT_H
#define FUZZ_GEN_JIT_H

#include "object/object.h"

enum gen_jit_map {
	J_ARRAY, /* 4 values of 48 bytes */
	J_ONE,	 /* one value of 64 bytes; the hash in its first 8 */
	J_HASH,	 /* keys of 4 bytes, values of 32, room for 8 */
	J_PROGS, /* slot 0 is the program itself, 1 stays empty */
	J_MAPS
};
enum { GEN_JIT_PACKET = 64 }; /* bytes that a packet must have, else the program returns 1 */

/* What the program has that not everyone can run. */
struct gen_jit_has {
	bool callbacks, tail_calls;
};

/* Owned by the caller; NULL: out of memory. `idioms`: about how many, 0: 24. */
struct object *gen_jit(u64 seed, u32 idioms, struct gen_jit_has *has);

#endif
