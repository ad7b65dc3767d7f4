// SPDX-License-Identifier: BSD-2-Clause
#include "filter/legal.h"

#include <stdlib.h>

#include "classic/classic.h"

static const struct value *shift_legal(struct values *vs, u8 op, const struct value *a,
				       const struct value *b, u32 max)
{
	const struct value *one = value_const(vs, 1), *fits;

	if (b->kind == VALUE_CONST && b->k >= 32)
		return value_op(vs, CBPF_MUL, a, value_const(vs, 0));
	if (max < 32)
		return value_op(vs, op, a, b);
	/* ((b >> 5) - 1) >> 31 is 1 for b < 32 and else 0. */
	fits = value_op(vs, CBPF_SUB, value_op(vs, CBPF_RSH, b, value_const(vs, 5)), one);
	fits = value_op(vs, CBPF_RSH, fits, value_const(vs, 31));
	b = value_op(vs, CBPF_AND, b, value_const(vs, 31));
	return value_op(vs, CBPF_MUL, value_op(vs, op, a, b), fits);
}

static const struct value *make_legal(struct graph *g, const struct value *v)
{
	const struct value *a, *b;

	if (v->kind == VALUE_SELECT)
		return value_select(g->values, value_legal(g, v->c), v->k, value_legal(g, v->a),
				    value_legal(g, v->b));
	if (v->kind != VALUE_OP && (v->kind != VALUE_LOAD || !v->a))
		return v;
	a = value_legal(g, v->a);
	if (v->kind == VALUE_LOAD)
		return a == v->a ? v : value_load(g->values, v->size, a, v->k);
	b = v->b ? value_legal(g, v->b) : NULL;
	/* Masks of nothing stand for the words of a network that do not count: they are not loaded,
	 * nor does libpcap, when it optimises. */
	if (v->op == CBPF_AND && b->kind == VALUE_CONST && !b->k)
		return b;
	if (v->op == CBPF_LSH || v->op == CBPF_RSH)
		return shift_legal(g->values, v->op, a, b, graph_info(g, b)->max);
	return a == v->a && b == v->b ? v : value_op(g->values, v->op, a, b);
}

const struct value *value_legal(struct graph *g, const struct value *v)
{
	const struct value *legal = graph_info(g, v)->legal;

	if (!legal) {
		legal = make_legal(g, v);
		graph_info(g, v)->legal = legal;
	}
	return legal;
}

/* `len - 4` wraps only to the top 4 KiB of addresses, which no machine takes for a packet's. */
static bool wraps_harmlessly(struct graph *g, const struct value *base)
{
	return base->kind == VALUE_OP && base->op == CBPF_SUB && base->b->kind == VALUE_CONST &&
	       base->b->k <= 0x1000 &&
	       (base->a->kind == VALUE_LEN || graph_info(g, base->a)->max <= 0xffff);
}

/* Loads whose address could wrap, each once, those inside of others first. */
typedef VEC(const struct value *) wild_loads;

static void find_wild(struct graph *g, const struct value *v, u32 walk, wild_loads *out)
{
	struct value_info *info = graph_info(g, v);

	if (info->seen == walk)
		return;
	info->seen = walk;
	/* What is chosen has no such loads: value_select() asks for that. */
	if (v->c) {
		find_wild(g, v->c, walk, out);
		return;
	}
	if (v->a)
		find_wild(g, v->a, walk, out);
	if (v->b)
		find_wild(g, v->b, walk, out);
	if (v->kind == VALUE_LOAD && v->a && !wraps_harmlessly(g, v->a)) {
		const struct value **slot = vec_push(out);

		if (slot)
			*slot = v;
		else
			g->failed = true;
	}
}

/* No packet is as long as this; more deeply computed addresses have a larger limit, which what an
 * address is made of, when it is below its own, often implies. */
static u32 wild_limit(const struct value *load)
{
	if (load->k < 0x10000)
		return 0x70000000 + 0x100000 * MIN(load->a->depth, 64u);
	return load->k < INT32_MAX - 4 ? INT32_MAX - 4 - load->k : 0;
}

struct node *graph_guard(struct graph *g, const struct value *v, struct node *to)
{
	wild_loads wild = { 0 };

	if (graph_info(g, v)->moving)
		find_wild(g, v, ++g->walks, &wild);
	while (wild.len) {
		const struct value *load = wild.data[--wild.len];
		u32 limit = wild_limit(load);
		struct arm arms[2] = { { limit, to }, { UINT32_MAX, g->no } };

		if (graph_info(g, load->a)->max > limit)
			to = graph_switch(g, load->a, arms, 2);
	}
	vec_fini(&wild);
	return to;
}
