// SPDX-License-Identifier: BSD-2-Clause
#include "filter/optimise.h"

#include <stdlib.h>

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
	u64 work; /* arms that were looked at */
};

enum { MAX_DEPTH = 20000, MAX_VISITS = 1 << 16, MAX_WORK = 1 << 22 };

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

		o->cap = cap ? cap * 2 : 256;
		o->count = 0;
		o->visits = calloc(o->cap, sizeof(*o->visits));
		if (!o->visits) {
			o->visits = old;
			o->cap = cap;
			o->g->failed = true;
			return;
		}
		for (u32 i = 0; i < cap; i++)
			if (old[i].node)
				visit_store(o, old[i]);
		free(old);
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
	struct interval *items = calloc(count - first, sizeof(*items));
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
	free(items);
	return set;
}

/* Each target becomes what it is for the values that lead to it. */
static void targets_specialise(struct optimiser *o, const struct node *n, struct piece *pieces,
			       u32 count, const struct fact *known, u32 bytes)
{
	struct node **done = calloc(count, sizeof(struct node *));

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
	free(done);
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
	struct piece *pieces = calloc(most, sizeof(*pieces));
	struct arm *arms = calloc(most, sizeof(*arms));
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
	free(pieces);
	free(arms);
	return result;
}

static struct node *specialise(struct optimiser *o, struct node *n, const struct fact *known,
			       u32 bytes)
{
	struct node *result;
	struct visit *seen;

	if (!n->count || o->g->failed)
		return n;
	known = fact_restrict(&o->facts, known, n->support);
	bytes = MIN(bytes, n->deepest);
	seen = o->cap ? visit_slot(o, n, known, bytes) : NULL;
	if (seen && seen->node)
		return seen->result;
	/* What is not looked at stays as it is, which is never wrong. */
	if (o->count >= MAX_VISITS || o->work >= MAX_WORK || o->depth >= MAX_DEPTH)
		return n;
	o->depth++;
	if (n->kind == NODE_TOUCH)
		result = specialise_touch(o, n, known, bytes);
	else
		result = specialise_switch(o, n, known, bytes);
	o->depth--;
	o->g->failed |= o->facts.failed;
	visit_store(o, (struct visit){ n, result, known, bytes });
	return result;
}

struct node *graph_specialise(struct graph *g, struct node *root)
{
	struct optimiser o = { .g = g };

	facts_init(&o.facts, g);
	g->failed |= o.facts.failed;
	root = specialise(&o, root, NULL, 0);
	facts_fini(&o.facts);
	free(o.visits);
	return g->failed ? NULL : root;
}
