// SPDX-License-Identifier: BSD-2-Clause
#include "verify/tnum.h"

/* Sums and differences whose unknown bits are `unknown`. */
static struct tnum tnum_masked(u64 value, u64 unknown)
{
	return (struct tnum){ value & ~unknown, unknown };
}

struct tnum tnum_range(u64 min, u64 max)
{
	u64 differ = min ^ max;

	/* All bits from the highest differing one down vary over the range. */
	if (differ >> 63)
		return TNUM_UNKNOWN;
	if (!differ)
		return tnum_const(min);
	return tnum_masked(min, (2ull << (63 - __builtin_clzll(differ))) - 1);
}

/*
 * A carry into bit i depends on lower bits only, and is monotone in them: it is the same for every
 * pair of operands exactly when it is the same for the smallest and the largest sum.
 */
struct tnum tnum_add(struct tnum a, struct tnum b)
{
	u64 least = a.value + b.value, most = least + a.mask + b.mask;

	return tnum_masked(least, (least ^ most) | a.mask | b.mask);
}

/* Borrows likewise: the largest difference takes a's unknown bits as 1 and b's as 0. */
struct tnum tnum_sub(struct tnum a, struct tnum b)
{
	u64 middle = a.value - b.value;

	return tnum_masked(middle, ((middle + a.mask) ^ (middle - b.mask)) | a.mask | b.mask);
}

struct tnum tnum_neg(struct tnum a)
{
	return tnum_sub(tnum_const(0), a);
}

struct tnum tnum_and(struct tnum a, struct tnum b)
{
	u64 ones = a.value & b.value;

	return (struct tnum){ ones, tnum_max(a) & tnum_max(b) & ~ones };
}

struct tnum tnum_or(struct tnum a, struct tnum b)
{
	u64 ones = a.value | b.value;

	return (struct tnum){ ones, (a.mask | b.mask) & ~ones };
}

struct tnum tnum_xor(struct tnum a, struct tnum b)
{
	return tnum_masked(a.value ^ b.value, a.mask | b.mask);
}

/*
 * Long multiplication. A known 1 of a adds b shifted; an unknown bit either does or does not, so
 * the sum becomes the union of both outcomes.
 */
struct tnum tnum_mul(struct tnum a, struct tnum b)
{
	struct tnum sum = tnum_const(0);

	for (; tnum_max(a); a = tnum_rsh(a, 1), b = tnum_lsh(b, 1)) {
		struct tnum added = tnum_add(sum, b);

		if (a.value & 1)
			sum = added;
		else if (a.mask & 1)
			sum = tnum_union(sum, added);
	}
	return sum;
}

struct tnum tnum_lsh(struct tnum a, u32 shift)
{
	return (struct tnum){ a.value << shift, a.mask << shift };
}

struct tnum tnum_rsh(struct tnum a, u32 shift)
{
	return (struct tnum){ a.value >> shift, a.mask >> shift };
}

/* Value and mask of the sign bit are copied alike: an unknown sign stays unknown in every copy. */
struct tnum tnum_arsh(struct tnum a, u32 shift, u32 bits)
{
	u32 unused = 64 - bits;

	a.value = (u64)((s64)(a.value << unused) >> unused >> shift) << unused >> unused;
	a.mask = (u64)((s64)(a.mask << unused) >> unused >> shift) << unused >> unused;
	return a;
}

struct tnum tnum_bswap(struct tnum a, u32 bytes)
{
	u32 unused = 64 - 8 * bytes;

	return (struct tnum){ __builtin_bswap64(a.value) >> unused,
			      __builtin_bswap64(a.mask) >> unused };
}

struct tnum tnum_union(struct tnum a, struct tnum b)
{
	return tnum_masked(a.value, (a.value ^ b.value) | a.mask | b.mask);
}

struct tnum tnum_intersect(struct tnum a, struct tnum b)
{
	return tnum_masked(a.value | b.value, a.mask & b.mask);
}

bool tnum_overlap(struct tnum a, struct tnum b)
{
	return !((a.value ^ b.value) & ~(a.mask | b.mask));
}

bool tnum_in(struct tnum outer, struct tnum inner)
{
	return !(inner.mask & ~outer.mask) && tnum_contains(outer, inner.value);
}

/*
 * Seen from the top, the result equals v down to some bit where it has a 1 and v a 0, and is
 * smallest below. That bit is the lowest possible, so that it must not be above v's first
 * disagreement with the tnum.
 */
u64 tnum_next(struct tnum a, u64 v)
{
	u64 wrong = (v ^ a.value) & ~a.mask, able, bit;

	if (v >= tnum_max(a))
		return tnum_max(a);
	able = tnum_max(a) & ~v; /* bits that can be raised over v's */
	if (wrong) {
		u64 top = 1ull << (63 - __builtin_clzll(wrong));

		able &= -top; /* v's bits above `top` are kept, so the raised one is at or above it
			       */
	}
	bit = able & -able;
	return (v & a.mask & -(bit << 1)) | (a.value | (a.mask & bit));
}

bool tnum_is_aligned(struct tnum a, u64 size)
{
	return !(tnum_max(a) & (size - 1));
}

struct tnum tnum_cast(struct tnum a, u32 bytes)
{
	u64 keep = bytes >= 8 ? ~0ull : (1ull << 8 * bytes) - 1;

	return (struct tnum){ a.value & keep, a.mask & keep };
}

struct tnum tnum_low32(struct tnum a)
{
	return tnum_cast(a, 4);
}

struct tnum tnum_with_low32(struct tnum a, struct tnum low)
{
	u64 upper = ~0ull << 32;

	return (struct tnum){ (a.value & upper) | (u32)low.value,
			      (a.mask & upper) | (u32)low.mask };
}
