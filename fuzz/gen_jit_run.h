/* SPDX-License-Identifier: BSD-2-Clause */
/* One run of a program of gen_jit.h over a packet and maps that a seed fills. */
#ifndef FUZZ_GEN_JIT_RUN_H
#define FUZZ_GEN_JIT_RUN_H

#include "engine/engine.h"
#include "fuzz/gen_jit.h"

enum gen_jit_how { GEN_JIT_CHECKED, GEN_JIT_CHECKED_NATIVE, GEN_JIT_FAST, GEN_JIT_NATIVE };
enum { GEN_JIT_KEYS = 16 }; /* that a program may use in map "hash" */

/* All that a run leaves behind. */
struct gen_jit_after {
	int err;
	u32 result;
	u8 packet[96];
	u8 one[64], array[4][48];
	u8 hash[GEN_JIT_KEYS][1 + 32]; /* first byte: is it there? */
	char why[256];
};

/*
 * The unit was loaded from gen_jit's object: with SKEP_EXEC_CHECKED_JIT for GEN_JIT_CHECKED and
 * …_NATIVE, so that no verifier has had a hand in it. False: it cannot run in that way.
 */
bool gen_jit_run(struct unit *unit, enum gen_jit_how how, u64 seed, struct gen_jit_after *out);

/* The same in the kernel. Maps: descriptors, J_MAPS of them; false: they cannot be made. */
bool gen_jit_kernel_maps(int *maps);
bool gen_jit_run_kernel(int prog, const int *maps, u64 seed, struct gen_jit_after *out);

#endif
