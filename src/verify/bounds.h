/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One width of a scalar's ranges, 64 or 32 bits: what arithmetic, jumps and deductions treat alike.
 * Values of 32 bits are kept sign- and zero-extended. Only scalar*.c include it.
 */
#ifndef VERIFY_BOUNDS_H
#define VERIFY_BOUNDS_H

#include "verify/scalar.h"

struct bounds {
	u32 bits;
	s64 smin, smax;
	u64 umin, umax;
};

#define BOUNDS_SMIN(bits) ((bits) == 64 ? INT64_MIN : INT32_MIN)
#define BOUNDS_SMAX(bits) ((bits) == 64 ? INT64_MAX : INT32_MAX)
#define BOUNDS_UMAX(bits) ((bits) == 64 ? UINT64_MAX : UINT32_MAX)

static inline s64 bounds_signed(u32 bits, u64 v)
{
	return bits == 64 ? (s64)v : (s32)v;
}

static inline u64 bounds_unsigned(u32 bits, s64 v)
{
	return bits == 64 ? (u64)v : (u32)v;
}

struct bounds bounds_full(u32 bits);
struct bounds bounds_get(const struct scalar *s, u32 bits);
void bounds_put(struct scalar *s, const struct bounds *b);

void bounds_add_signed(struct bounds *b, s64 min, s64 max);   /* intersect the signed range */
void bounds_add_unsigned(struct bounds *b, u64 min, u64 max); /* and the unsigned one */
void bounds_add_tnum(struct bounds *b, struct tnum var);      /* with the low `bits` of var */
void bounds_cross(struct bounds *b);			      /* signed and unsigned, mutually */
/* The signed range that says what the unsigned one says, or all of it when that crosses signs. */
void bounds_signed_from_unsigned(struct bounds *b);

/* The tnum of the low `bits`. */
static inline struct tnum bounds_tnum(const struct scalar *s, u32 bits)
{
	return bits == 64 ? s->var : tnum_low32(s->var);
}

static inline void bounds_set_tnum(struct scalar *s, u32 bits, struct tnum var)
{
	s->var = bits == 64 ? var : tnum_with_low32(s->var, var);
}

#endif
