// SPDX-License-Identifier: BSD-2-Clause
#include "filter/test.h"

#include "classic/classic.h"
#include "filter/legal.h"

u32 value_apply(const struct value *v, u32 x)
{
	u32 k = v->b->k;

	switch (v->op) {
	case CBPF_ADD:
		return x + k;
	case CBPF_SUB:
		return x - k;
	case CBPF_MUL:
		return x * k;
	case CBPF_DIV:
		return k ? x / k : 0;
	case CBPF_AND:
		return x & k;
	case CBPF_LSH:
		return k < 32 ? x << k : 0;
	case CBPF_RSH:
		return k < 32 ? x >> k : 0;
	default:
		return x;
	}
}

/* k keeps the upper bits of values up to `max`, all of them down to some bit. */
static bool mask_is_high(u32 k, u32 max)
{
	u32 low = ~k;

	for (u32 s = 1; s < 32; s *= 2)
		max |= max >> s;
	low &= max;
	return !(low & (low + 1));
}

bool value_monotone(struct graph *g, const struct value *v)
{
	u32 max, k;

	if (v->kind != VALUE_OP || !v->b || v->b->kind != VALUE_CONST || v->a->kind == VALUE_CONST)
		return false;
	max = graph_info(g, v->a)->max;
	k = v->b->k;
	switch (v->op) {
	case CBPF_AND:
		return mask_is_high(k, max);
	case CBPF_RSH:
		return k < 32;
	case CBPF_LSH:
		return k < 32 && (u64)max << k <= UINT32_MAX;
	case CBPF_MUL:
		return (u64)max * k <= UINT32_MAX;
	case CBPF_ADD:
		return (u64)max + k <= UINT32_MAX;
	case CBPF_DIV:
		return k > 0;
	default:
		return false;
	}
}

/* The largest x up to `max` for which the result of v is at most `hi`; -1: none. */
static s64 preimage(const struct value *v, u32 max, u32 hi)
{
	s64 low = -1, high = max;

	while (low < high) {
		s64 middle = low + (high - low + 1) / 2;

		if (value_apply(v, middle) <= hi)
			low = middle;
		else
			high = middle - 1;
	}
	return low;
}

/* Undo the outermost operation of v: arms of the value inside. False: v stays as it is. */
static bool undo(struct graph *g, const struct value **v, struct arm *arms, u32 *count)
{
	const struct value *outer = *v;
	u32 max, n = 0;

	if (!value_monotone(g, outer))
		return false;
	max = graph_info(g, outer->a)->max;
	for (u32 i = 0; i < *count; i++) {
		s64 hi = i + 1 == *count ? max : preimage(outer, max, arms[i].hi);

		if (hi >= 0 && (!n || hi > arms[n - 1].hi))
			arms[n++] = (struct arm){ hi, arms[i].to };
	}
	*v = outer->a;
	*count = n;
	return true;
}

/* Arms for "lo..hi goes to yes, all else to no". */
static u32 range_arms(struct arm *arms, u32 lo, u32 hi, struct node *yes, struct node *no)
{
	u32 n = 0;

	if (lo)
		arms[n++] = (struct arm){ lo - 1, no };
	arms[n++] = (struct arm){ hi, yes };
	if (hi < UINT32_MAX)
		arms[n++] = (struct arm){ UINT32_MAX, no };
	return n;
}

static struct node *test_range(struct graph *g, const struct value *v, u32 lo, u32 hi,
			       struct node *yes, struct node *no)
{
	struct arm arms[3];
	u32 count = range_arms(arms, lo, hi, yes, no);

	/* x + k == c and x - k == c hold for one x, whether they wrap or not. */
	while (lo == hi && v->kind == VALUE_OP && (v->op == CBPF_ADD || v->op == CBPF_SUB) &&
	       v->b->kind == VALUE_CONST) {
		lo = hi = v->op == CBPF_ADD ? lo - v->b->k : lo + v->b->k;
		v = v->a;
		count = range_arms(arms, lo, hi, yes, no);
	}
	while (undo(g, &v, arms, &count))
		;
	return graph_switch(g, v, arms, count);
}

static struct node *test_const(struct graph *g, u8 op, const struct value *a, u32 k,
			       struct node *yes, struct node *no)
{
	switch (op) {
	case CBPF_JEQ:
		return test_range(g, a, k, k, yes, no);
	case CBPF_JGT:
		return test_range(g, a, 0, k, no, yes);
	case CBPF_JGE:
		return k ? test_range(g, a, 0, k - 1, no, yes) : graph_touch(g, a, yes);
	default:
		a = value_op(g->values, CBPF_AND, a, value_const(g->values, k));
		return test_range(g, a, 0, 0, no, yes);
	}
}

static struct node *test_any(struct graph *g, u8 op, const struct value *a, const struct value *b,
			     struct node *yes, struct node *no)
{
	struct arm arms[2] = { { 0, no }, { 1, yes } };

	if (b->kind == VALUE_CONST)
		return test_const(g, op, a, b->k, yes, no);
	if (a->kind != VALUE_CONST)
		return graph_switch(g, graph_compare(g, op, a, b), arms, 2);
	/* k > x is !(x >= k), and the like */
	switch (op) {
	case CBPF_JGT:
		return test_const(g, CBPF_JGE, b, a->k, no, yes);
	case CBPF_JGE:
		return test_const(g, CBPF_JGT, b, a->k, no, yes);
	default:
		return test_const(g, op, b, a->k, yes, no);
	}
}

struct node *graph_test(struct graph *g, u8 op, const struct value *a, const struct value *b,
			struct node *yes, struct node *no)
{
	struct node *n;

	a = value_legal(g, a);
	b = value_legal(g, b);
	n = test_any(g, op, a, b, yes, no);
	g->failed |= g->values->failed;
	return g->failed ? g->no : graph_guard(g, a, graph_guard(g, b, n));
}
