// SPDX-License-Identifier: BSD-2-Clause
#include "filter/optimise.h"

#include "filter/fact.h"

/* What became of a node where these facts hold. */
struct visit {
	struct node *node, *result;
	const struct fact *known;
	u32 bytes;
};

struct optimiser {
	struct graph *g;
	struct facts facts;
	struct visit *visits; /* open addressing */
	u32 count, cap, depth;
	u32 limit; /* of `count` */
	u64 work;  /* arms that were looked at */
	bool split;
};

enum { MAX_DEPTH = 20000, MAX_VISITS = 1 << 16, MAX_WORK = 1 << 22, MORE_NODES = 8 };

static struct visit *visit_slot(struct optimiser *o, struct node *node, const struct fact *known,
				u32 bytes)
{
	u64 h = ((u64)node->id << 32 | (known ? known->id + 1 : 0)) * 0x9e3779b97f4a7c15;

	h = (h ^ h >> 32 ^ bytes) * 0xbf58476d1ce4e5b9;
	for (u32 i = h >> 40;; i++) {
		struct visit *v = &o->visits[i & (o->cap - 1)];

		if (!v->node || (v->node == node && v->known == known && v->bytes == bytes))
			return v;
	}
}

static void visit_store(struct optimiser *o, struct visit new)
{
	if (o->count * 2 >= o->cap) {
		struct visit *old = o->visits;
		u32 cap = o->cap;

		o->cap = cap ? cap * 2 : 32;
		o->count = 0;
		o->visits = pool_take(&o->g->pool, o->cap, sizeof(*o->visits));
		if (!o->visits) {
			o->visits = old;
			o->cap = cap;
			o->g->failed = true;
			return;
		}
		for (u32 i = 0; i < cap; i++)
			if (old[i].node)
				visit_store(o, old[i]);
		pool_give(&o->g->pool, old);
	}
	*visit_slot(o, new.node, new.known, new.bytes) = new;
	o->count++;
}

static struct node *specialise(struct optimiser *o, struct node *n, const struct fact *known,
			       u32 bytes);

/* The parts of arms that are possible: pieces of the set that this path knows of the value. */
struct piece {
	u32 lo, hi;
	struct node *to;
};

static u32 possible(struct optimiser *o, const struct node *n, const struct fact *known,
		    struct piece *out)
{
	const struct fact *fact = fact_find(known, n->value);
	struct interval range = fact_range(&o->facts, known, n->value);
	const struct interval *in = fact && fact->set ? fact->set->items : &range;
	u32 left = fact && fact->set ? fact->set->count : 1, count = 0;

	for (u32 arm = arm_find(n, in->lo); left; in++, left--) {
		u32 lo = in->lo;

		while (n->arms[arm].hi < lo)
			arm++;
		for (;;) {
			u32 hi = MIN(n->arms[arm].hi, in->hi);

			out[count++] = (struct piece){ lo, hi, n->arms[arm].to };
			if (hi == in->hi)
				break;
			lo = hi + 1;
			arm++;
		}
	}
	return count;
}

/* The set of values that lead to `to`. */
static const struct set *pieces_set(struct optimiser *o, const struct piece *pieces, u32 count,
				    u32 first)
{
	struct interval *items = pool_take(&o->g->pool, count - first, sizeof(*items));
	const struct set *set;
	u32 n = 0;

	if (!items) {
		o->g->failed = true;
		return NULL;
	}
	for (u32 i = first; i < count; i++) {
		if (pieces[i].to != pieces[first].to)
			continue;
		if (n && items[n - 1].hi + 1 == pieces[i].lo)
			items[n - 1].hi = pieces[i].hi;
		else
			items[n++] = (struct interval){ pieces[i].lo, pieces[i].hi };
	}
	set = set_make(&o->facts, items, n);
	pool_give(&o->g->pool, items);
	return set;
}

/* Each target becomes what it is for the values that lead to it. */
static void targets_specialise(struct optimiser *o, const struct node *n, struct piece *pieces,
			       u32 count, const struct fact *known, u32 bytes)
{
	struct node **done = pool_take(&o->g->pool, count, sizeof(struct node *));

	if (!done)
		o->g->failed = true;
	for (u32 i = 0; i < count && !o->g->failed; i++) {
		struct node *to = pieces[i].to;

		if (done[i])
			continue;
		if (to->count) {
			const struct set *set = pieces_set(o, pieces, count, i);

			done[i] =
				specialise(o, to, fact_add(&o->facts, known, n->value, set), bytes);
		} else {
			done[i] = to;
		}
		for (u32 k = i + 1; k < count && to->count; k++)
			if (pieces[k].to == to)
				done[k] = done[i];
		o->work += count - i;
	}
	for (u32 i = 0; i < count && !o->g->failed; i++)
		pieces[i].to = done[i];
	pool_give(&o->g->pool, done);
}

static struct node *specialise_touch(struct optimiser *o, struct node *n, const struct fact *known,
				     u32 bytes)
{
	const struct value *v = n->value;
	bool safe = fact_safe(&o->facts, known, bytes, v);
	struct node *to;

	if (graph_info(o->g, v)->moving && !fact_find(known, v))
		known = fact_add(&o->facts, known, v, NULL);
	to = specialise(o, n->arms[0].to, known, MAX(bytes, graph_info(o->g, v)->end));
	return safe ? to : graph_touch(o->g, v, to);
}

static struct node *specialise_switch(struct optimiser *o, struct node *n, const struct fact *known,
				      u32 bytes)
{
	const struct fact *fact = fact_find(known, n->value);
	bool safe = fact_safe(&o->facts, known, bytes, n->value);
	u32 most = n->count + (fact && fact->set ? fact->set->count : 1), count, arms_count = 0;
	struct piece *pieces = pool_take(&o->g->pool, most, sizeof(*pieces));
	struct arm *arms = pool_take(&o->g->pool, most, sizeof(*arms));
	struct node *result = o->g->no;

	o->work += most;
	if (!pieces || !arms) {
		o->g->failed = true;
		goto out;
	}
	count = possible(o, n, known, pieces);
	targets_specialise(o, n, pieces, count, known, MAX(bytes, graph_info(o->g, n->value)->end));
	for (u32 i = 0; i < count; i++)
		arms[arms_count++] = (struct arm){ pieces[i].hi, pieces[i].to };
	for (u32 i = 1; i < arms_count && safe; i++)
		safe = arms[i].to == arms[0].to;
	result = safe ? arms[0].to : graph_switch(o->g, n->value, arms, arms_count);
out:
	pool_give(&o->g->pool, pieces);
	pool_give(&o->g->pool, arms);
	return result;
}

/* The node with its value in the shortest words that the path knows. */
static struct node *simplify(struct optimiser *o, struct node *n, const struct fact *known,
			     u32 bytes)
{
	const struct value *v = fact_simplify(&o->facts, known, bytes, n->value);
	struct arm *arms;

	if (v == n->value)
		return n;
	if (n->kind == NODE_TOUCH)
		return graph_touch(o->g, v, n->arms[0].to);
	if (v->kind == VALUE_CONST)
		return n->arms[arm_find(n, v->k)].to;
	arms = pool_take(&o->g->pool, n->count, sizeof(*arms));
	if (!arms) {
		o->g->failed = true;
		return n;
	}
	memcpy(arms, n->arms, n->count * sizeof(*arms));
	n = graph_switch(o->g, v, arms, n->count);
	pool_give(&o->g->pool, arms);
	return n;
}

/* What is known of x without k. */
static const struct set *set_without(struct optimiser *o, const struct fact *known,
				     const struct value *x, u32 k)
{
	const struct fact *fact = fact_find(known, x);
	struct interval range = fact_range(&o->facts, known, x);
	const struct interval *in = fact && fact->set ? fact->set->items : &range;
	u32 left = fact && fact->set ? fact->set->count : 1, count = 0;
	struct interval *items = pool_take(&o->g->pool, left + 1, sizeof(*items));
	const struct set *set = NULL;

	if (!items) {
		o->g->failed = true;
		return NULL;
	}
	for (; left; left--, in++) {
		bool inside = in->lo <= k && k <= in->hi;

		if (!inside || in->lo < k)
			items[count++] = (struct interval){ in->lo, inside ? k - 1 : in->hi };
		if (inside && k < in->hi)
			items[count++] = (struct interval){ k + 1, in->hi };
	}
	if (count)
		set = set_make(&o->facts, items, count);
	pool_give(&o->g->pool, items);
	return set;
}

/* The node for x equal to k and for others, behind a switch that decides what its arithmetic would
 * choose. */
static struct node *specialise_choice(struct optimiser *o, struct node *n, const struct value *x,
				      u32 k, const struct fact *known, u32 bytes)
{
	struct interval one = { k, k };
	const struct set *with = set_make(&o->facts, &one, 1);
	const struct set *without = set_without(o, known, x, k);
	u32 count = 0, max = graph_info(o->g, x)->max;
	struct node *then, *other;
	struct arm arms[3];

	if (!with || !without)
		return n;
	bytes = MAX(bytes, graph_info(o->g, x)->end);
	then = specialise(o, n, fact_add(&o->facts, known, x, with), bytes);
	other = specialise(o, n, fact_add(&o->facts, known, x, without), bytes);
	if (k)
		arms[count++] = (struct arm){ k - 1, other };
	arms[count++] = (struct arm){ k, then };
	if (k < max)
		arms[count++] = (struct arm){ max, other };
	return graph_switch(o->g, x, arms, count);
}

static struct node *specialise(struct optimiser *o, struct node *n, const struct fact *known,
			       u32 bytes)
{
	struct node *result, *simple;
	const struct value *x;
	u32 k;
	struct visit *seen;

	if (!n->count || o->g->failed)
		return n;
	known = fact_restrict(&o->facts, known, n->support);
	bytes = MIN(bytes, n->deepest);
	seen = o->cap ? visit_slot(o, n, known, bytes) : NULL;
	if (seen && seen->node)
		return seen->result;
	/* What is not looked at stays as it is, which is never wrong. */
	if (o->count >= o->limit || o->work >= MAX_WORK || o->depth >= MAX_DEPTH)
		return n;
	o->depth++;
	simple = simplify(o, n, known, bytes);
	if (simple != n)
		result = specialise(o, simple, known, bytes);
	else if (o->split && fact_open_choice(&o->facts, known, n->value, &x, &k))
		result = specialise_choice(o, n, x, k, known, bytes);
	else if (n->kind == NODE_TOUCH)
		result = specialise_touch(o, n, known, bytes);
	else
		result = specialise_switch(o, n, known, bytes);
	o->depth--;
	o->g->failed |= o->facts.failed;
	visit_store(o, (struct visit){ n, result, known, bytes });
	return result;
}

static u32 graph_size(struct graph *g, struct node *root)
{
	struct node **order;

	return graph_order(g, root, &order);
}

struct node *graph_specialise(struct graph *g, struct node *root, bool split)
{
	struct optimiser o = { .g = g, .split = split };

	o.limit = MIN(graph_size(g, root) * MORE_NODES + 256, (u32)MAX_VISITS);
	facts_init(&o.facts, g);
	g->failed |= o.facts.failed;
	root = specialise(&o, root, NULL, 0);
	facts_fini(&o.facts);
	pool_give(&g->pool, o.visits);
	return g->failed ? NULL : root;
}
