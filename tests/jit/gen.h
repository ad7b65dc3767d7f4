/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random programs that are safe to run without tests, for comparing ways to execute them: r6 is
 * memory of GEN_MEMORY bytes, the stack is only touched in the running frame, loops end. Biased to
 * 32 bits, sign extension, shifts, atomics, jumps, and to the pairs that the compiler merges. At
 * the end all registers go into r0. Helper 5 mixes its arguments.
 */
#ifndef TESTS_JIT_GEN_H
#define TESTS_JIT_GEN_H

#include "isa/insn.h"

enum { GEN_MEMORY = 256, GEN_STACK = 64, GEN_SLOTS = 4096 };

/* Fills in `out`; the number of slots. The same seed gives the same program. */
u32 gen_machine(u64 seed, struct insn out[GEN_SLOTS]);

#endif
