/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tracked numbers: 64 bits of which each is 0, 1 or unknown. Bits unknown have mask 1 and value 0;
 * `value & mask` is always 0. Pure functions. Every operation is sound: it returns a tnum that
 * holds the result of every pair of held operands. Sources: the published descriptions of tnums
 * (Vishwanathan et al., "Sound, Precise, and Fast Abstract Interpretation with Tristate Numbers").
 */
#ifndef VERIFY_TNUM_H
#define VERIFY_TNUM_H

#include "base/types.h"

struct tnum {
	u64 value, mask;
};

#define TNUM_UNKNOWN ((struct tnum){ 0, ~0ull })

static inline struct tnum tnum_const(u64 v)
{
	return (struct tnum){ v, 0 };
}

static inline bool tnum_is_const(struct tnum a)
{
	return !a.mask;
}

static inline bool tnum_is_unknown(struct tnum a)
{
	return !~a.mask;
}

static inline bool tnum_equal(struct tnum a, struct tnum b)
{
	return a.value == b.value && a.mask == b.mask;
}

static inline bool tnum_contains(struct tnum a, u64 v)
{
	return !((v ^ a.value) & ~a.mask);
}

static inline u64 tnum_max(struct tnum a)
{
	return a.value | a.mask;
}

struct tnum tnum_range(u64 min, u64 max); /* the smallest that holds min…max, unsigned */
struct tnum tnum_add(struct tnum a, struct tnum b);
struct tnum tnum_sub(struct tnum a, struct tnum b);
struct tnum tnum_neg(struct tnum a);
struct tnum tnum_mul(struct tnum a, struct tnum b);
struct tnum tnum_and(struct tnum a, struct tnum b);
struct tnum tnum_or(struct tnum a, struct tnum b);
struct tnum tnum_xor(struct tnum a, struct tnum b);
struct tnum tnum_lsh(struct tnum a, u32 shift); /* shift < 64 */
struct tnum tnum_rsh(struct tnum a, u32 shift);
struct tnum tnum_arsh(struct tnum a, u32 shift, u32 bits); /* of the low `bits`; upper bits 0 */

struct tnum tnum_bswap(struct tnum a, u32 bytes); /* of the low 2, 4 or 8 bytes, zero-extended */

struct tnum tnum_union(struct tnum a, struct tnum b);
/* What both hold. Where they contradict each other nothing does, and the bit becomes 1. */
struct tnum tnum_intersect(struct tnum a, struct tnum b);
bool tnum_overlap(struct tnum a, struct tnum b); /* is there a value that both hold? */
bool tnum_in(struct tnum outer, struct tnum inner);
/* The smallest value held that is greater than v; the greatest held when there is none. */
u64 tnum_next(struct tnum a, u64 v);
bool tnum_is_aligned(struct tnum a, u64 size); /* size: a power of two */

struct tnum tnum_cast(struct tnum a, u32 bytes); /* low bytes, zero-extended */
struct tnum tnum_low32(struct tnum a);
struct tnum tnum_with_low32(struct tnum a, struct tnum low); /* a's upper half, low's lower */

#endif
