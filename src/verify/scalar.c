// SPDX-License-Identifier: BSD-2-Clause
#include "verify/scalar.h"

#include "verify/bounds.h"

struct bounds bounds_full(u32 bits)
{
	return (struct bounds){ bits, BOUNDS_SMIN(bits), BOUNDS_SMAX(bits), 0, BOUNDS_UMAX(bits) };
}

struct bounds bounds_get(const struct scalar *s, u32 bits)
{
	if (bits == 64)
		return (struct bounds){ 64, s->smin, s->smax, s->umin, s->umax };
	return (struct bounds){ 32, s->s32_min, s->s32_max, s->u32_min, s->u32_max };
}

void bounds_put(struct scalar *s, const struct bounds *b)
{
	if (b->bits == 64) {
		s->smin = b->smin;
		s->smax = b->smax;
		s->umin = b->umin;
		s->umax = b->umax;
	} else {
		s->s32_min = (s32)b->smin;
		s->s32_max = (s32)b->smax;
		s->u32_min = (u32)b->umin;
		s->u32_max = (u32)b->umax;
	}
}

void bounds_add_signed(struct bounds *b, s64 min, s64 max)
{
	b->smin = MAX(b->smin, min);
	b->smax = MIN(b->smax, max);
}

void bounds_add_unsigned(struct bounds *b, u64 min, u64 max)
{
	b->umin = MAX(b->umin, min);
	b->umax = MIN(b->umax, max);
}

/* An unknown sign bit is set in the smallest signed value and clear in the largest. */
void bounds_add_tnum(struct bounds *b, struct tnum var)
{
	u64 sign = 1ull << (b->bits - 1), value = bounds_unsigned(b->bits, (s64)var.value);
	u64 mask = bounds_unsigned(b->bits, (s64)var.mask);

	bounds_add_signed(b, bounds_signed(b->bits, value | (mask & sign)),
			  bounds_signed(b->bits, value | (mask & ~sign)));
	bounds_add_unsigned(b, value, value | mask);
}

void bounds_signed_from_unsigned(struct bounds *b)
{
	s64 min = bounds_signed(b->bits, b->umin), max = bounds_signed(b->bits, b->umax);
	struct bounds full = bounds_full(b->bits);

	b->smin = min <= max ? min : full.smin;
	b->smax = min <= max ? max : full.smax;
}

/*
 * A range that does not cross the sign boundary of the other kind means the same in both. A signed
 * range from negative to positive is two ends of the unsigned line; when the unsigned range touches
 * only one of them, the other is impossible.
 */
void bounds_cross(struct bounds *b)
{
	s64 min = bounds_signed(b->bits, b->umin), max = bounds_signed(b->bits, b->umax);
	u64 low, high;

	if (min <= max)
		bounds_add_signed(b, min, max);
	low = bounds_unsigned(b->bits, b->smin);
	high = bounds_unsigned(b->bits, b->smax);
	if (low <= high) {
		bounds_add_unsigned(b, low, high);
	} else if (b->umax < low) {
		b->smin = bounds_signed(b->bits, b->umin);
		b->umax = MIN(b->umax, high);
	} else if (high < b->umin) {
		b->smax = bounds_signed(b->bits, b->umax);
		b->umin = MAX(b->umin, low);
	}
}

struct scalar scalar_unknown(void)
{
	return (struct scalar){ TNUM_UNKNOWN, INT64_MIN, INT64_MAX, 0,	       UINT64_MAX,
				INT32_MIN,    INT32_MAX, 0,	    UINT32_MAX };
}

struct scalar scalar_const(u64 v)
{
	return (struct scalar){
		tnum_const(v), (s64)v, (s64)v, v, v, (s32)v, (s32)v, (u32)v, (u32)v
	};
}

struct scalar scalar_range(u64 umin, u64 umax)
{
	struct scalar s = scalar_unknown();

	s.umin = umin;
	s.umax = umax;
	scalar_sync(&s);
	return s;
}

bool scalar_is_const(const struct scalar *s)
{
	return tnum_is_const(s->var);
}

bool scalar_is_const32(const struct scalar *s)
{
	return tnum_is_const(tnum_low32(s->var));
}

static bool bounds_contain(const struct bounds *b, u64 v)
{
	s64 as_signed = bounds_signed(b->bits, v);

	v = bounds_unsigned(b->bits, (s64)v);
	return b->umin <= v && v <= b->umax && b->smin <= as_signed && as_signed <= b->smax;
}

bool scalar_contains(const struct scalar *s, u64 v)
{
	struct bounds wide = bounds_get(s, 64), low = bounds_get(s, 32);

	return tnum_contains(s->var, v) && bounds_contain(&wide, v) && bounds_contain(&low, v);
}

bool scalar_within(const struct scalar *outer, const struct scalar *inner)
{
	return outer->umin <= inner->umin && outer->umax >= inner->umax &&
	       outer->smin <= inner->smin && outer->smax >= inner->smax &&
	       outer->u32_min <= inner->u32_min && outer->u32_max >= inner->u32_max &&
	       outer->s32_min <= inner->s32_min && outer->s32_max >= inner->s32_max &&
	       tnum_in(outer->var, inner->var);
}

bool scalar_equal(const struct scalar *a, const struct scalar *b)
{
	return scalar_within(a, b) && scalar_within(b, a);
}

static bool bounds_valid(const struct bounds *b, struct tnum var)
{
	if (b->smin > b->smax || b->umin > b->umax)
		return false;
	return !tnum_is_const(var) ||
	       (b->umin == var.value && b->umax == var.value && b->smin == b->smax &&
		b->smin == bounds_signed(b->bits, var.value));
}

bool scalar_valid(const struct scalar *s)
{
	struct bounds wide = bounds_get(s, 64), low = bounds_get(s, 32);

	return !(s->var.value & s->var.mask) && bounds_valid(&wide, s->var) &&
	       bounds_valid(&low, tnum_low32(s->var));
}

void scalar_forget_ranges(struct scalar *s)
{
	struct tnum var = s->var;

	*s = scalar_unknown();
	s->var = var;
}

/*
 * A range that meets the tnum in one value only is that value: its own start, the tnum's greatest
 * or one between.
 */
static void sync_single(struct scalar *s)
{
	u64 next = tnum_next(s->var, s->umin);

	if (tnum_contains(s->var, s->umin)) {
		if (next > s->umax)
			*s = scalar_const(s->umin);
	} else if (next == tnum_max(s->var) ||
		   (next <= s->umax && tnum_next(s->var, next) > s->umax)) {
		*s = scalar_const(next);
	}
}

static void sync_from_tnum(struct scalar *s)
{
	for (u32 bits = 32; bits <= 64; bits += 32) {
		struct bounds b = bounds_get(s, bits);

		bounds_add_tnum(&b, s->var);
		bounds_put(s, &b);
	}
	sync_single(s);
}

/*
 * Low halves of a 64-bit range min…max. They form a range of their own when the upper halves are
 * equal. With upper halves one apart, the low half runs to the end of its line and on from the
 * start: a proper signed range when it goes from negative to positive.
 */
static void deduce_low_half(struct bounds *low, u64 min, u64 max)
{
	u32 upper_min = (u32)(min >> 32), upper_max = (u32)(max >> 32);

	if (upper_min == upper_max) {
		if ((u32)min <= (u32)max)
			bounds_add_unsigned(low, (u32)min, (u32)max);
		if ((s32)min <= (s32)max)
			bounds_add_signed(low, (s32)min, (s32)max);
	} else if (upper_min + 1 == upper_max && (s32)min < 0 && (s32)max >= 0) {
		bounds_add_signed(low, (s32)min, (s32)max);
	}
}

static u64 join(u64 upper, u32 low)
{
	return upper >> 32 << 32 | low;
}

/*
 * Both ends of the 64-bit ranges move inward to the nearest value whose low half is possible, as
 * far as that does not change the upper half.
 */
static void deduce_from_low_half(struct scalar *s)
{
	struct bounds b = bounds_get(s, 64);

	bounds_add_unsigned(&b, join(b.umin, s->u32_min), join(b.umax, s->u32_max));
	bounds_add_signed(&b, (s64)join((u64)b.smin, s->u32_min),
			  (s64)join((u64)b.smax, s->u32_max));
	/*
	 * A sign-extended 32-bit value whose low half is not negative is that half: with the upper
	 * half all ones it would be less than INT32_MIN.
	 */
	if (s->s32_min >= 0 && b.smin >= INT32_MIN && b.smax <= INT32_MAX) {
		b.smin = s->s32_min;
		b.smax = s->s32_max;
		b.umin = (u32)s->s32_min;
		b.umax = (u32)s->s32_max;
		s->var = tnum_intersect(s->var, tnum_range(b.umin, b.umax));
	}
	bounds_put(s, &b);
}

static void sync_ranges(struct scalar *s)
{
	struct bounds low = bounds_get(s, 32), wide;

	deduce_low_half(&low, s->umin, s->umax);
	deduce_low_half(&low, (u64)s->smin, (u64)s->smax);
	bounds_cross(&low);
	bounds_put(s, &low);
	wide = bounds_get(s, 64);
	bounds_cross(&wide);
	bounds_put(s, &wide);
	deduce_from_low_half(s);
}

static void sync_to_tnum(struct scalar *s)
{
	struct tnum var = tnum_intersect(s->var, tnum_range(s->umin, s->umax));
	struct tnum low = tnum_intersect(tnum_low32(var), tnum_range(s->u32_min, s->u32_max));

	s->var = tnum_with_low32(var, low);
}

/* Three rounds, as Linux: one deduction can enable another, but no fixed point is sought. */
void scalar_sync(struct scalar *s)
{
	sync_from_tnum(s);
	for (int round = 0; round < 3; round++)
		sync_ranges(s);
	sync_to_tnum(s);
	sync_from_tnum(s);
}

void scalar_set_low32(struct scalar *s, u32 v)
{
	s->var = tnum_with_low32(s->var, tnum_const(v));
	s->s32_min = s->s32_max = (s32)v;
	s->u32_min = s->u32_max = v;
}

void scalar_zext32(struct scalar *s)
{
	bool positive = s->s32_min >= 0 && s->s32_max >= 0;

	s->var = tnum_low32(s->var);
	s->umin = s->u32_min;
	s->umax = s->u32_max;
	s->smin = positive ? s->s32_min : 0;
	s->smax = positive ? s->s32_max : (s64)UINT32_MAX;
	scalar_sync(s);
}

void scalar_trunc(struct scalar *s, u32 bytes)
{
	u64 mask;

	if (bytes >= 8)
		return;
	mask = (1ull << 8 * bytes) - 1;
	s->var = tnum_cast(s->var, bytes);
	if ((s->umin & ~mask) == (s->umax & ~mask)) {
		s->umin &= mask;
		s->umax &= mask;
	} else {
		s->umin = 0;
		s->umax = mask;
	}
	s->smin = (s64)s->umin;
	s->smax = (s64)s->umax;
	if (bytes < 4) {
		struct bounds low = bounds_full(32);

		bounds_put(s, &low);
	}
	scalar_sync(s);
}

/* Sign-extension of the low `bytes` of v. */
static s64 extend(u64 v, u32 bytes)
{
	u32 unused = 64 - 8 * bytes;

	return (s64)(v << unused) >> unused;
}

/*
 * When the bits above the sign do not vary and the results at both ends have one sign, the results
 * between them lie between; else the operand's ranges say nothing.
 */
void scalar_sext(struct scalar *s, u32 bytes)
{
	s64 least = -(1ll << (8 * bytes - 1)), most = -least - 1, first, last;
	u32 shift = 8 * bytes;

	if (tnum_is_const(s->var)) {
		*s = scalar_const((u64)extend(s->var.value, bytes));
		return;
	}
	first = MIN(extend((u64)s->smin, bytes), extend((u64)s->smax, bytes));
	last = MAX(extend((u64)s->smin, bytes), extend((u64)s->smax, bytes));
	if ((u64)s->smin >> shift == (u64)s->smax >> shift && (first >= 0) == (last >= 0)) {
		*s = (struct scalar){ tnum_range((u64)first, (u64)last),
				      first,
				      last,
				      (u64)first,
				      (u64)last,
				      (s32)first,
				      (s32)last,
				      (u32)first,
				      (u32)last };
		return;
	}
	*s = scalar_unknown();
	s->smin = s->s32_min = (s32)least;
	s->smax = s->s32_max = (s32)most;
}

void scalar_intersect(struct scalar *s, const struct scalar *with)
{
	for (u32 bits = 32; bits <= 64; bits += 32) {
		struct bounds b = bounds_get(s, bits), other = bounds_get(with, bits);

		bounds_add_signed(&b, other.smin, other.smax);
		bounds_add_unsigned(&b, other.umin, other.umax);
		bounds_put(s, &b);
	}
	if (!tnum_overlap(s->var, with->var)) /* no value: make that visible */
		s->smin = 1, s->smax = 0;
	s->var = tnum_intersect(s->var, with->var);
	if (s->umin <= s->umax && s->smin <= s->smax && s->u32_min <= s->u32_max &&
	    s->s32_min <= s->s32_max)
		scalar_sync(s);
}
