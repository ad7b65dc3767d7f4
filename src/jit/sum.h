/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Loops that only add up numbers which stand one after the other in memory: all rounds but the
 * last can be done by code that takes many numbers at once.
 */
#ifndef JIT_SUM_H
#define JIT_SUM_H

#include "jit/ir.h"

/*
 * A round: total += the `size` bytes at base + index + off; each register in `steps` moves on by
 * `size`; on while v + v_off < limit. What else a round writes does not depend on the round before.
 */
struct ir_sum {
	u8 total, size, base, index; /* index: IR_NO_REG: none */
	u8 v, limit_reg;	     /* limit_reg IR_NO_REG: it is `limit` */
	u8 same[2];		     /* must be equal at the start; IR_NO_REG: nothing must */
	bool wide;		     /* of the total */
	u16 steps;		     /* bit per register */
	s32 off;
	s64 v_off, limit;
};

/* Is the loop whose first slot this is such a sum? It is entered from the slot before. */
bool ir_sum_at(struct ir_sum *s, const struct ir *ir, u32 head);

/* What comes of all rounds but the last: of `distance`, from v + v_off to the limit, the bytes
 * that are passed, and the sum of the numbers in them. */
struct jit_summed {
	u64 total, bytes;
};
struct jit_summed jit_sum1(const u8 *at, u64 distance);
struct jit_summed jit_sum2(const u8 *at, u64 distance);
struct jit_summed jit_sum4(const u8 *at, u64 distance);

#endif
