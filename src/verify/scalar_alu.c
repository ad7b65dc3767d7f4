// SPDX-License-Identifier: BSD-2-Clause
#include "isa/alu.h"
#include "verify/bounds.h"

typedef __int128 wide; /* holds every sum and product of two bounds */

static bool fits_signed(u32 bits, wide v)
{
	return v >= BOUNDS_SMIN(bits) && v <= BOUNDS_SMAX(bits);
}

static void set_signed(struct bounds *d, wide min, wide max)
{
	bool fits = fits_signed(d->bits, min) && fits_signed(d->bits, max);

	d->smin = fits ? (s64)min : BOUNDS_SMIN(d->bits);
	d->smax = fits ? (s64)max : BOUNDS_SMAX(d->bits);
}

/* Both ends wrapped, or neither: the range is kept modulo 2^bits. */
static void set_wrapped(struct bounds *d, wide min, wide max)
{
	bool kept = min >> d->bits == max >> d->bits;

	d->umin = kept ? bounds_unsigned(d->bits, (s64)min) : 0;
	d->umax = kept ? bounds_unsigned(d->bits, (s64)max) : BOUNDS_UMAX(d->bits);
}

static void bounds_sum(struct bounds *d, const struct bounds *s)
{
	set_signed(d, (wide)d->smin + s->smin, (wide)d->smax + s->smax);
	set_wrapped(d, (wide)d->umin + s->umin, (wide)d->umax + s->umax);
}

static void bounds_difference(struct bounds *d, const struct bounds *s)
{
	set_signed(d, (wide)d->smin - s->smax, (wide)d->smax - s->smin);
	set_wrapped(d, (wide)d->umin - s->umax, (wide)d->umax - s->umin);
}

/* The extreme products are among those of the ends; unsigned ones must not wrap at all. */
static void bounds_product(struct bounds *d, const struct bounds *s)
{
	wide a = (wide)d->smin * s->smin, b = (wide)d->smin * s->smax;
	wide c = (wide)d->smax * s->smin, e = (wide)d->smax * s->smax;
	unsigned __int128 most = (unsigned __int128)d->umax * s->umax;
	bool fits = most <= BOUNDS_UMAX(d->bits);

	set_signed(d, MIN(MIN(a, b), MIN(c, e)), MAX(MAX(a, b), MAX(c, e)));
	d->umin = fits ? d->umin * s->umin : 0;
	d->umax = fits ? (u64)most : BOUNDS_UMAX(d->bits);
}

/*
 * AND, OR, XOR: `var` is already the result. AND keeps no bit that an operand lacks; the other two
 * make none that neither has.
 */
static void bounds_bitwise(struct bounds *d, const struct bounds *s, enum alu_op op,
			   struct tnum var)
{
	u64 value = bounds_unsigned(d->bits, (s64)var.value);
	u64 most = bounds_unsigned(d->bits, (s64)tnum_max(var));

	d->umin = op == ALU_OR ? MAX(d->umin, s->umin) : value;
	d->umax = op == ALU_AND ? MIN(d->umax, s->umax) : most;
	bounds_signed_from_unsigned(d);
}

/* Of 64-bit shifts by 32, the lower half's signed range becomes the upper half's: a compiler's
 * sign extension starts so. */
static void bounds_lsh(struct bounds *d, u32 shift, const struct bounds *low)
{
	bool half = d->bits == 64 && shift == 32;
	struct bounds full = bounds_full(d->bits);

	d->smin = half ? (s64)((u64)low->smin << 32) : full.smin;
	d->smax = half ? (s64)((u64)low->smax << 32) : full.smax;
	if (d->umax > 1ull << (d->bits - 1 - shift)) { /* a bit might be shifted out */
		d->umin = 0;
		d->umax = full.umax;
	} else {
		d->umin <<= shift;
		d->umax <<= shift;
	}
}

static void bounds_rsh(struct bounds *d, u32 shift)
{
	*d = (struct bounds){ d->bits, BOUNDS_SMIN(d->bits), BOUNDS_SMAX(d->bits), d->umin >> shift,
			      d->umax >> shift };
}

static void bounds_arsh(struct bounds *d, u32 shift)
{
	*d = (struct bounds){ d->bits, d->smin >> shift, d->smax >> shift, 0,
			      BOUNDS_UMAX(d->bits) };
}

static struct tnum tnum_alu(enum alu_op op, struct tnum a, struct tnum b)
{
	switch (op) {
	case ALU_ADD:
		return tnum_add(a, b);
	case ALU_SUB:
		return tnum_sub(a, b);
	case ALU_MUL:
		return tnum_mul(a, b);
	case ALU_AND:
		return tnum_and(a, b);
	case ALU_OR:
		return tnum_or(a, b);
	case ALU_XOR:
		return tnum_xor(a, b);
	default:
		return TNUM_UNKNOWN;
	}
}

/* Operations of which the low half of the result depends on the low halves only. */
static void scalar_arith(struct scalar *dst, const struct scalar *src, enum alu_op op)
{
	struct tnum var = tnum_alu(op, dst->var, src->var);

	for (u32 bits = 32; bits <= 64; bits += 32) {
		struct bounds d = bounds_get(dst, bits), s = bounds_get(src, bits);

		if (op == ALU_ADD)
			bounds_sum(&d, &s);
		else if (op == ALU_SUB)
			bounds_difference(&d, &s);
		else if (op == ALU_MUL)
			bounds_product(&d, &s);
		else
			bounds_bitwise(&d, &s, op, var);
		bounds_put(dst, &d);
	}
	dst->var = var;
}

static struct tnum tnum_shift(enum alu_op op, struct tnum a, u32 shift, u32 bits)
{
	if (op == ALU_LSH)
		return tnum_lsh(a, shift);
	return op == ALU_RSH ? tnum_rsh(a, shift) : tnum_arsh(a, shift, bits);
}

/* shift < bits. What a shift moves between the halves is left to the tnum. */
static void scalar_shift(struct scalar *dst, enum alu_op op, u32 shift, u32 bits)
{
	struct bounds b = bounds_get(dst, bits), low = bounds_get(dst, 32);
	struct tnum var = tnum_shift(op, bounds_tnum(dst, bits), shift, bits);

	*dst = scalar_unknown();
	if (op == ALU_LSH && bits == 64) {
		struct bounds low_result = low;

		if (shift < 32)
			bounds_lsh(&low_result, shift, &low);
		else
			low_result = bounds_full(32);
		bounds_put(dst, &low_result);
	}
	if (op == ALU_LSH)
		bounds_lsh(&b, shift, &low);
	else if (op == ALU_RSH)
		bounds_rsh(&b, shift);
	else
		bounds_arsh(&b, shift);
	bounds_put(dst, &b);
	dst->var = bits == 64 ? var : tnum_low32(var);
}

/* MOVSX in 32 bits: as scalar_sext, on the low half. */
static void scalar_sext_low(struct scalar *s, u32 unused)
{
	s32 min = (s32)((u32)s->s32_min << unused) >> unused;
	s32 max = (s32)((u32)s->s32_max << unused) >> unused, first = MIN(min, max);
	s32 last = MAX(min, max);
	u32 shift = 32 - unused;
	bool known =
		(u32)s->s32_min >> shift == (u32)s->s32_max >> shift && (first >= 0) == (last >= 0);

	*s = scalar_unknown();
	if (known) {
		s->var = tnum_low32(tnum_range((u64)(s64)first, (u64)(s64)last));
		s->u32_min = (u32)first;
		s->u32_max = (u32)last;
	} else {
		first = INT32_MIN >> unused;
		last = INT32_MAX >> unused;
	}
	s->s32_min = first;
	s->s32_max = last;
}

static void scalar_mov(struct scalar *dst, const struct scalar *src, const struct insn *i)
{
	bool is32 = INSN_CLASS(i->code) == CLASS_ALU;
	u32 width = INSN_SRC(i->code) == SRC_X ? (u32)(u16)i->off : 0;

	*dst = *src;
	if (width != 8 && width != 16 && width != 32)
		width = 0;
	if (width && !is32)
		scalar_sext(dst, width / 8);
	else if (width && width < 32)
		scalar_sext_low(dst, 32 - width);
	if (is32)
		scalar_zext32(dst);
}

/* Bits move with their bytes; of the ranges nothing is left but what the bits say. */
static void scalar_swap(struct scalar *s, const struct insn *i)
{
	u32 bytes = (u32)i->imm / 8;

	if (swap_eval(i->code, i->imm, 1) != 1) {
		s->var = tnum_bswap(s->var, bytes);
		scalar_forget_ranges(s);
	}
	if (bytes < 8)
		scalar_trunc(s, bytes);
	else
		scalar_sync(s);
}

/*
 * Shifts are followed when the count is one known number below the width; of a 32-bit shift it is
 * the low half, and still all 64 bits must be below the width.
 */
static bool shift_count(const struct scalar *src, u32 bits, u32 *count)
{
	struct tnum var = bounds_tnum(src, bits);

	*count = (u32)var.value;
	return tnum_is_const(var) && src->umax < bits;
}

void scalar_alu(struct scalar *dst, const struct scalar *src, const struct insn *i)
{
	bool is32 = INSN_CLASS(i->code) == CLASS_ALU;
	u32 bits = is32 ? 32 : 64, count;
	enum alu_op op = INSN_OP(i->code);
	struct scalar old = *dst;

	switch (op) {
	case ALU_MOV:
		scalar_mov(dst, src, i);
		return;
	case ALU_END:
		scalar_swap(dst, i);
		return;
	case ALU_NEG:
		*dst = scalar_const(0);
		scalar_arith(dst, &old, ALU_SUB);
		break;
	case ALU_ADD:
	case ALU_SUB:
	case ALU_MUL:
	case ALU_AND:
	case ALU_OR:
	case ALU_XOR:
		scalar_arith(dst, src, op);
		break;
	case ALU_LSH:
	case ALU_RSH:
	case ALU_ARSH:
		if (shift_count(src, bits, &count)) {
			scalar_shift(dst, op, count, bits);
			break;
		}
		/* fall through */
	default: /* divisions: Linux 6.18 does not follow them */
		*dst = scalar_unknown();
		return;
	}
	if (is32)
		scalar_zext32(dst);
	else
		scalar_sync(dst);
}
