/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Inside of gen_jit: the function being written and its invariants, which hold between idioms on
 * every path: each register in `scalars` holds a number, each other one the pointer of its role;
 * the words fp-8 … fp-8*words hold numbers. So paths may meet anywhere.
 */
#ifndef FUZZ_GEN_JIT_CODE_H
#define FUZZ_GEN_JIT_CODE_H

#include "fuzz/gen.h"
#include "fuzz/gen_jit.h"

enum { J_VALUE = 48, J_MEM = 32, J_NONE = 255, J_FUNCS = 4 };

struct jgen {
	struct gen g;	       /* random numbers and instructions; its model is not used */
	u8 ctx, pkt, val, mem; /* registers: context, packet, map value, caller's stack; J_NONE */
	u16 scalars;	       /* bit per register that holds a number */
	u16 fixed;	       /* of those: not to be written (counters) */
	u32 words;	       /* numbers on the stack, 4 or more */
	u32 depth;	       /* of blocks */
	s32 left;
	u32 func, func_count;
	u32 starts[J_FUNCS];
	bool callback[J_FUNCS];
	struct gen_jit_has has;
};

/* Stack words behind the numbers: pointers around calls, counters. */
static inline s32 j_spill(const struct jgen *j, u32 i)
{
	return -8 * (s32)(j->words + 1 + i);
}
u8 j_scalar(struct jgen *j); /* any number's register */
u8 j_target(struct jgen *j); /* one that may be written */
void j_fresh(struct jgen *j, u8 reg);
void j_block(struct jgen *j, u32 idioms);
u32 j_condition(struct jgen *j); /* a conditional jump's slot */

/* ---- gen_jit_alu.c ---- */
void j_alu(struct jgen *j);
void j_pair(struct jgen *j); /* what a compiler folds */
/* ---- gen_jit_mem.c ---- */
void j_load(struct jgen *j);
void j_store(struct jgen *j);
void j_atomic(struct jgen *j);
void j_indexed(struct jgen *j);
void j_bytes(struct jgen *j);
/* ---- gen_jit_call.c ---- */
void j_lookup(struct jgen *j);
void j_hash(struct jgen *j);
void j_call(struct jgen *j);
void j_loop_call(struct jgen *j);
void j_tail_call(struct jgen *j);

#endif
