// SPDX-License-Identifier: BSD-2-Clause
#include "isa/alu.h"
#include "verify/bounds.h"

/* JSET's opposite, which no instruction has. */
#define OP_NOT_SET 0x48

static u8 op_inverse(u8 op)
{
	enum { JMP_NONE = OP_NOT_SET };

	switch (op) {
#define JMP(name, code, text, value, is_signed, inverse, mirror)                                   \
	case code:                                                                                 \
		return JMP_##inverse;
#include "isa/jmp.def"
	}
	return op;
}

static u8 op_mirror(u8 op)
{
	switch (op) {
#define JMP(name, code, text, value, is_signed, inverse, mirror)                                   \
	case code:                                                                                 \
		return JMP_##mirror;
#include "isa/jmp.def"
	}
	return op;
}

static bool bounds_disjoint(const struct bounds *a, const struct bounds *b)
{
	return a->umin > b->umax || a->umax < b->umin || a->smin > b->smax || a->smax < b->smin;
}

/* 1: surely equal, 0: surely different, -1: unknown. */
static int decide_equal(const struct scalar *a, const struct scalar *b, u32 bits)
{
	struct tnum va = bounds_tnum(a, bits), vb = bounds_tnum(b, bits);

	if (tnum_is_const(va) && tnum_is_const(vb))
		return va.value == vb.value;
	if (!tnum_overlap(va, vb))
		return 0;
	for (; bits >= 32; bits -= 32) { /* different low halves make different numbers */
		struct bounds ba = bounds_get(a, bits), bb = bounds_get(b, bits);

		if (bounds_disjoint(&ba, &bb))
			return 0;
	}
	return -1;
}

/* 1: a & b is surely not 0, 0: surely 0. Only against a constant. */
static int decide_set(const struct scalar *a, const struct scalar *b, u32 bits)
{
	struct tnum va = bounds_tnum(a, bits), vb = bounds_tnum(b, bits);

	if (!tnum_is_const(vb)) {
		struct tnum swap = va;

		va = vb;
		vb = swap;
	}
	if (!tnum_is_const(vb))
		return -1;
	if (va.value & vb.value)
		return 1;
	return tnum_max(va) & vb.value ? -1 : 0;
}

/* 1: a < b for all pairs, 0: for none. */
static int less_unsigned(const struct bounds *a, const struct bounds *b)
{
	return a->umax < b->umin ? 1 : a->umin >= b->umax ? 0 : -1;
}

static int less_signed(const struct bounds *a, const struct bounds *b)
{
	return a->smax < b->smin ? 1 : a->smin >= b->smax ? 0 : -1;
}

static int opposite(int decision)
{
	return decision < 0 ? decision : !decision;
}

int scalar_branch(const struct scalar *a, const struct scalar *b, u8 op, bool is32)
{
	u32 bits = is32 ? 32 : 64;
	struct bounds ba = bounds_get(a, bits), bb = bounds_get(b, bits);

	switch (op) {
	case JMP_JEQ:
		return decide_equal(a, b, bits);
	case JMP_JNE:
		return opposite(decide_equal(a, b, bits));
	case JMP_JSET:
		return decide_set(a, b, bits);
	case JMP_JLT:
		return less_unsigned(&ba, &bb);
	case JMP_JGE:
		return opposite(less_unsigned(&ba, &bb));
	case JMP_JGT:
		return less_unsigned(&bb, &ba);
	case JMP_JLE:
		return opposite(less_unsigned(&bb, &ba));
	case JMP_JSLT:
		return less_signed(&ba, &bb);
	case JMP_JSGE:
		return opposite(less_signed(&ba, &bb));
	case JMP_JSGT:
		return less_signed(&bb, &ba);
	case JMP_JSLE:
		return opposite(less_signed(&bb, &ba));
	}
	return -1;
}

static void refine_equal(struct scalar *a, struct scalar *b, u32 bits)
{
	struct bounds both = bounds_get(a, bits), other = bounds_get(b, bits);
	struct tnum var = tnum_intersect(bounds_tnum(a, bits), bounds_tnum(b, bits));

	bounds_add_unsigned(&both, other.umin, other.umax);
	bounds_add_signed(&both, other.smin, other.smax);
	bounds_put(a, &both);
	bounds_put(b, &both);
	bounds_set_tnum(a, bits, var);
	bounds_set_tnum(b, bits, var);
}

/* A range that ends in the excluded constant ends one earlier. Wrapping makes it invalid only when
 * nothing else was in it. */
static void refine_different(struct scalar *a, u64 constant, u32 bits)
{
	struct bounds r = bounds_get(a, bits);
	s64 as_signed = bounds_signed(bits, constant);

	r.umin += r.umin == constant;
	r.umax -= r.umax == constant;
	r.smin += r.smin == as_signed;
	r.smax -= r.smax == as_signed;
	bounds_put(a, &r);
}

/* a & constant != 0: with a single bit, that bit is set. */
static void refine_set(struct scalar *a, u64 constant, u32 bits)
{
	if (constant && !(constant & (constant - 1)))
		bounds_set_tnum(a, bits, tnum_or(bounds_tnum(a, bits), tnum_const(constant)));
}

/* a & constant == 0: all those bits are clear. The ranges follow from the tnum anew, so that they
 * cannot contradict it on an edge that is never taken. */
static void refine_clear(struct scalar *a, u64 constant, u32 bits)
{
	scalar_forget_ranges(a);
	bounds_set_tnum(a, bits, tnum_and(bounds_tnum(a, bits), tnum_const(~constant)));
}

/* a < b (margin 1) or a <= b (margin 0), unsigned or signed. a and b may be one register: then what
 * was learnt of the one is known of the other. */
static void refine_order(struct scalar *a, struct scalar *b, u32 bits, bool is_signed, u32 margin)
{
	struct bounds ra = bounds_get(a, bits), rb = bounds_get(b, bits);

	if (is_signed)
		ra.smax = MIN(ra.smax, (s64)((u64)rb.smax - margin));
	else
		ra.umax = MIN(ra.umax, rb.umax - margin);
	bounds_put(a, &ra);
	rb = bounds_get(b, bits);
	if (is_signed)
		rb.smin = MAX(rb.smin, (s64)((u64)ra.smin + margin));
	else
		rb.umin = MAX(rb.umin, ra.umin + margin);
	bounds_put(b, &rb);
}

/* Operations on a constant and another operand, whichever is which. */
static void refine_by_constant(struct scalar *a, struct scalar *b, u8 op, u32 bits)
{
	struct tnum constant = bounds_tnum(b, bits);

	if (!tnum_is_const(constant)) {
		constant = bounds_tnum(a, bits);
		a = b;
	}
	if (!tnum_is_const(constant))
		return;
	if (op == JMP_JNE)
		refine_different(a, constant.value, bits);
	else if (op == JMP_JSET)
		refine_set(a, constant.value, bits);
	else
		refine_clear(a, constant.value, bits);
}

static void refine(struct scalar *a, struct scalar *b, u8 op, u32 bits)
{
	switch (op) {
	case JMP_JEQ:
		refine_equal(a, b, bits);
		break;
	case JMP_JNE:
	case JMP_JSET:
	case OP_NOT_SET:
		refine_by_constant(a, b, op, bits);
		break;
	case JMP_JLT:
	case JMP_JLE:
	case JMP_JSLT:
	case JMP_JSLE:
		refine_order(a, b, bits, op == JMP_JSLT || op == JMP_JSLE,
			     op == JMP_JLT || op == JMP_JSLT);
		break;
	}
}

void scalar_refine(struct scalar *a, struct scalar *b, u8 op, bool is32, bool taken)
{
	u32 bits = is32 ? 32 : 64;

	if (!taken)
		op = op_inverse(op);
	if (op == JMP_JGT || op == JMP_JGE || op == JMP_JSGT || op == JMP_JSGE)
		refine(b, a, op_mirror(op), bits);
	else
		refine(a, b, op, bits);
	scalar_sync(a);
	scalar_sync(b);
}
