// SPDX-License-Identifier: BSD-2-Clause
/*
 * Ports of IPv6 lie at 54 and 56, those of IPv4 at the header's length plus 14 and 16: the same
 * tests, counted from another base. Such parts become one, whose loads count from X.
 */
#include "classic/classic.h"
#include "filter/optimise.h"

struct sharer {
	struct graph *g;
	const struct value *base; /* of the moving part */
	u32 shift;		  /* the fixed part's offsets are larger by this */
	u32 budget;		  /* pairs that may still be compared */
	struct node **into;	  /* by id: what a node of the moving part became; NULL: not yet */
	struct node **instead;	  /* by id: what stands for it in the new graph */
	u32 size;		  /* of both */
};

enum { MAX_PAIRS = 4096 };

/* Nothing but loads at fixed places, from the base, and constants: X stays what it is. */
static bool spares_base(const struct sharer *s, const struct value *v)
{
	if (v->kind == VALUE_LOAD)
		return !v->a || v->a == s->base;
	if (v->kind == VALUE_OP)
		return spares_base(s, v->a) && (!v->b || v->b->kind == VALUE_CONST);
	return v->kind == VALUE_LEN || v->kind == VALUE_ANCILLARY;
}

static bool same_value(const struct sharer *s, const struct value *fixed,
		       const struct value *moving)
{
	if (fixed == moving)
		return true;
	if (fixed->kind != moving->kind || fixed->op != moving->op)
		return false;
	if (fixed->kind == VALUE_OP)
		return fixed->b == moving->b && same_value(s, fixed->a, moving->a);
	return fixed->kind == VALUE_LOAD && !fixed->a && moving->a == s->base &&
	       fixed->size == moving->size && fixed->k == moving->k + s->shift;
}

/* Touches of fixed places have become loads of one byte. */
static bool same_touch(const struct sharer *s, const struct value *fixed,
		       const struct value *moving)
{
	if (same_value(s, fixed, moving))
		return true;
	return fixed->kind == VALUE_LOAD && moving->kind == VALUE_LOAD && !fixed->a &&
	       moving->a == s->base &&
	       fixed->k + fixed->size == moving->k + moving->size + s->shift;
}

static bool same_part(struct sharer *s, const struct node *fixed, const struct node *moving)
{
	if (fixed == moving)
		return true;
	if (fixed->kind != moving->kind || fixed->count != moving->count || !fixed->count ||
	    !s->budget || !spares_base(s, moving->value))
		return false;
	s->budget--;
	if (fixed->kind == NODE_TOUCH ? !same_touch(s, fixed->value, moving->value)
				      : !same_value(s, fixed->value, moving->value))
		return false;
	for (u32 i = 0; i < fixed->count; i++)
		if (fixed->arms[i].hi != moving->arms[i].hi ||
		    !same_part(s, fixed->arms[i].to, moving->arms[i].to))
			return false;
	return true;
}

static const struct value *from_base(struct sharer *s, const struct value *v)
{
	const struct value *a;

	if (v->kind == VALUE_LOAD && v->a)
		return value_load(s->g->values, v->size, graph_base(s->g), v->k);
	if (v->kind != VALUE_OP)
		return v;
	a = from_base(s, v->a);
	return a == v->a ? v : value_op(s->g->values, v->op, a, v->b);
}

/* The moving part with its loads counted from the base; what does not change with it stays. */
static struct node *part_from_base(struct sharer *s, struct node *n)
{
	struct arm *arms;
	struct node *new = n;
	const struct value *v;
	bool changed;

	if (!n->count || !spares_base(s, n->value))
		return n;
	if (s->into[n->id])
		return s->into[n->id];
	v = from_base(s, n->value);
	changed = v != n->value;
	arms = pool_take(&s->g->pool, n->count, sizeof(*arms));
	if (!arms) {
		s->g->failed = true;
		return n;
	}
	for (u32 i = 0; i < n->count; i++) {
		arms[i] = (struct arm){ n->arms[i].hi, part_from_base(s, n->arms[i].to) };
		changed |= arms[i].to != n->arms[i].to;
	}
	if (changed)
		new = n->kind == NODE_TOUCH ? graph_touch(s->g, v, arms[0].to)
					    : graph_switch(s->g, v, arms, n->count);
	pool_give(&s->g->pool, arms);
	return s->into[n->id] = new;
}

static const struct value *first_load(const struct value *v)
{
	while (v->kind == VALUE_OP)
		v = v->a;
	return v->kind == VALUE_LOAD ? v : NULL;
}

/* The same tests from a fixed base; true: `fixed` is replaced. */
static bool try_pair(struct sharer *s, struct node *fixed, struct node *moving)
{
	const struct value *f, *m = first_load(moving->value);

	if (fixed->kind != NODE_SWITCH || fixed->count != moving->count || s->instead[fixed->id])
		return false;
	f = first_load(fixed->value);
	if (!f || f->a || f->k < m->k)
		return false;
	s->base = m->a;
	s->shift = f->k - m->k;
	s->budget = MAX_PAIRS;
	if (!same_part(s, fixed, moving))
		return false;
	s->instead[fixed->id] = graph_make_base(s->g, value_const(s->g->values, s->shift),
						part_from_base(s, moving));
	return true;
}

static bool find_pairs(struct sharer *s, struct node **order, u32 count)
{
	bool any = false;

	for (u32 i = count; i--;) {
		struct node *moving = order[i];
		const struct value *m =
			moving->kind == NODE_SWITCH ? first_load(moving->value) : NULL;
		bool found = false;

		/* What lies inside of a part that is shared already has been rewritten with it. */
		if (!m || !m->a || s->into[moving->id] || s->instead[moving->id])
			continue;
		for (u32 k = 0; k < count; k++)
			found |= try_pair(s, order[k], moving);
		if (found)
			s->instead[moving->id] =
				graph_make_base(s->g, m->a, part_from_base(s, moving));
		any |= found;
	}
	return any;
}

/* The graph with the replacements in it. */
static struct node *replace(struct sharer *s, struct node **order, u32 count)
{
	for (u32 i = 0; i < count && !s->g->failed; i++) {
		struct node *n = order[i];
		struct arm *arms;

		if (s->instead[n->id])
			continue;
		s->instead[n->id] = n;
		if (!n->count)
			continue;
		arms = pool_take(&s->g->pool, n->count, sizeof(*arms));
		if (!arms) {
			s->g->failed = true;
			break;
		}
		for (u32 k = 0; k < n->count; k++)
			arms[k] = (struct arm){ n->arms[k].hi, s->instead[n->arms[k].to->id] };
		s->instead[n->id] = n->kind == NODE_TOUCH
					    ? graph_touch(s->g, n->value, arms[0].to)
					    : graph_switch(s->g, n->value, arms, n->count);
		pool_give(&s->g->pool, arms);
	}
	return s->instead[order[count - 1]->id];
}

struct node *graph_share(struct graph *g, struct node *root)
{
	struct sharer s = { .g = g, .size = g->count };
	struct node **order, *shared = NULL;
	u32 count = graph_order(g, root, &order);

	s.into = pool_take(&g->pool, s.size, sizeof(struct node *));
	s.instead = pool_take(&g->pool, s.size, sizeof(struct node *));
	if (!s.into || !s.instead || !count)
		g->failed = true;
	else if (find_pairs(&s, order, count))
		shared = replace(&s, order, count);
	pool_give(&g->pool, s.into);
	pool_give(&g->pool, s.instead);
	return g->failed ? NULL : shared;
}
