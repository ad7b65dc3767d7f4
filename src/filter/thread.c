// SPDX-License-Identifier: BSD-2-Clause
/*
 * Jump threading: a node knows what all ways to it have in common; with that and what its arm
 * says, each way out goes past the nodes that it decides. No node becomes two, so the graph never
 * grows.
 */
#include "filter/fact.h"
#include "filter/optimise.h"

struct place {
	const struct fact *known;
	u32 bytes;
	bool reached;
	struct node *new;
};

struct threader {
	struct graph *g;
	struct facts facts;
	struct place *places; /* by id */
	u32 work;
};

enum { MAX_WORK = 1 << 22 };

static const struct set *set_join(struct threader *t, const struct set *a, const struct set *b)
{
	struct interval *items;
	const struct set *joined;
	u32 i = 0, j = 0, n = 0;

	if (!a || !b || a == b)
		return a == b ? a : NULL;
	t->work += a->count + b->count;
	items = pool_take(&t->g->pool, a->count + b->count, sizeof(*items));
	if (!items) {
		t->g->failed = true;
		return NULL;
	}
	while (i < a->count || j < b->count) {
		bool first = j == b->count || (i < a->count && a->items[i].lo <= b->items[j].lo);
		struct interval next = first ? a->items[i++] : b->items[j++];

		if (n && (u64)items[n - 1].hi + 1 >= next.lo)
			items[n - 1].hi = MAX(items[n - 1].hi, next.hi);
		else
			items[n++] = next;
	}
	joined = set_make(&t->facts, items, n);
	pool_give(&t->g->pool, items);
	return joined;
}

/* What both know. */
static const struct fact *facts_meet(struct threader *t, const struct fact *a, const struct fact *b)
{
	const struct fact *rest, *other;

	if (!a || !b || a == b)
		return a == b ? a : NULL;
	rest = facts_meet(t, a->rest, b);
	other = fact_find(b, a->value);
	if (!other)
		return rest;
	return fact_add(&t->facts, rest, a->value, set_join(t, a->set, other->set));
}

static void arrive(struct threader *t, struct node *at, const struct fact *known, u32 bytes)
{
	struct place *p = &t->places[at->id];

	known = fact_restrict(&t->facts, known, at->support);
	if (p->reached) {
		known = facts_meet(t, p->known, known);
		bytes = MIN(bytes, p->bytes);
	}
	p->known = known;
	p->bytes = bytes;
	p->reached = true;
}

/* The node that a way with this knowledge comes to: what it decides is passed by. */
static struct node *pass(struct threader *t, struct node *n, const struct fact *known, u32 bytes)
{
	while (n->count && fact_safe(&t->facts, known, bytes, n->value)) {
		const struct fact *fact = fact_find(known, n->value);
		struct interval range = fact_range(&t->facts, known, n->value);
		const struct interval *in = fact && fact->set ? fact->set->items : &range;
		u32 count = fact && fact->set ? fact->set->count : 1;
		struct node *to = NULL;

		if (n->kind == NODE_TOUCH) {
			n = n->arms[0].to;
			continue;
		}
		t->work += count;
		for (u32 i = 0; i < count; i++) {
			u32 first = arm_find(n, in[i].lo), last = arm_find(n, in[i].hi);

			for (u32 k = first; k <= last; k++) {
				if (to && n->arms[k].to != to)
					return n;
				to = n->arms[k].to;
			}
		}
		n = to;
	}
	return n;
}

/* The values of arm i, all arms to the same target together, as far as they are possible. */
static const struct set *arm_set(struct threader *t, const struct node *n, u32 arm,
				 const struct fact *fact)
{
	struct interval *items = pool_take(&t->g->pool, n->count, sizeof(*items));
	const struct set *set;
	u32 count = 0;

	t->work += n->count;
	if (!items) {
		t->g->failed = true;
		return NULL;
	}
	for (u32 i = arm; i < n->count; i++)
		if (n->arms[i].to == n->arms[arm].to)
			items[count++] =
				(struct interval){ i ? n->arms[i - 1].hi + 1 : 0, n->arms[i].hi };
	set = set_make(&t->facts, items, count);
	pool_give(&t->g->pool, items);
	return set;
}

/* Does an arm lie wholly outside of what is possible? */
static bool arm_is_idle(const struct node *n, u32 i, const struct set *possible)
{
	u32 lo = i ? n->arms[i - 1].hi + 1 : 0, hi = n->arms[i].hi, first = 0, count;

	if (!possible)
		return false;
	for (count = possible->count; first < count && possible->items[first].hi < lo; first++)
		;
	return first == count || possible->items[first].lo > hi;
}

static bool seen_before(const struct node *n, u32 i)
{
	for (u32 k = 0; k < i; k++)
		if (n->arms[k].to == n->arms[i].to)
			return true;
	return false;
}

/* Where its arms go now; targets[] by arm, NULL: no way to it. */
static void thread_node(struct threader *t, struct node *n, struct node **targets)
{
	struct place *p = &t->places[n->id];
	const struct fact *fact = fact_find(p->known, n->value);
	u32 bytes = MAX(p->bytes, graph_info(t->g, n->value)->end);

	for (u32 i = 0; i < n->count; i++) {
		const struct set *set = NULL;
		const struct fact *known;

		if (arm_is_idle(n, i, fact ? fact->set : NULL)) {
			targets[i] = NULL;
			continue;
		}
		if (!n->arms[i].to->count) {
			targets[i] = n->arms[i].to;
			continue;
		}
		t->work += i;
		if (seen_before(n, i) && !fact) {
			for (u32 k = 0; k < i; k++)
				if (n->arms[k].to == n->arms[i].to)
					targets[i] = targets[k];
			continue;
		}
		if (n->kind == NODE_SWITCH)
			set = arm_set(t, n, i, fact);
		known = n->kind == NODE_SWITCH || graph_info(t->g, n->value)->moving
				? fact_add(&t->facts, p->known, n->value, set)
				: p->known;
		targets[i] = pass(t, n->arms[i].to, known, bytes);
		arrive(t, targets[i], known, bytes);
	}
}

static struct node *rebuild(struct threader *t, struct node *n, struct node **targets)
{
	struct arm *arms = pool_take(&t->g->pool, n->count, sizeof(*arms));
	struct node *new = t->g->no;
	u32 count = 0;

	if (!arms) {
		t->g->failed = true;
		return new;
	}
	for (u32 i = 0; i < n->count; i++)
		if (targets[i])
			arms[count++] =
				(struct arm){ n->arms[i].hi, t->places[targets[i]->id].new };
	if (n->kind == NODE_TOUCH)
		new = graph_touch(t->g, n->value, arms[0].to);
	else if (count)
		new = graph_switch(t->g, n->value, arms, count);
	pool_give(&t->g->pool, arms);
	return new;
}

static struct node *thread_all(struct threader *t, struct node *root, struct node **order,
			       u32 count)
{
	struct node ***targets = pool_take(&t->g->pool, count, sizeof(struct node **));

	if (!targets) {
		t->g->failed = true;
		return NULL;
	}
	arrive(t, root, NULL, 0);
	for (u32 i = count; i-- && !t->g->failed;) {
		if (!order[i]->count || !t->places[order[i]->id].reached)
			continue;
		targets[i] = pool_take(&t->g->pool, order[i]->count, sizeof(struct node *));
		if (targets[i])
			thread_node(t, order[i], targets[i]);
		else
			t->g->failed = true;
		t->g->failed |= t->work > MAX_WORK;
	}
	for (u32 i = 0; i < count && !t->g->failed; i++)
		if (targets[i] || !order[i]->count)
			t->places[order[i]->id].new =
				order[i]->count ? rebuild(t, order[i], targets[i]) : order[i];
	for (u32 i = 0; i < count; i++)
		pool_give(&t->g->pool, targets[i]);
	pool_give(&t->g->pool, targets);
	return t->places[root->id].new;
}

static struct node *thread_once(struct graph *g, struct node *root)
{
	struct threader t = { .g = g };
	struct node **order;
	u32 count = graph_order(g, root, &order);

	facts_init(&t.facts, g);
	t.places = pool_take(&g->pool, g->count, sizeof(*t.places));
	if (t.facts.failed || !t.places || !count)
		g->failed = true;
	else
		root = thread_all(&t, root, order, count);
	g->failed |= t.facts.failed;
	pool_give(&g->pool, t.places);
	facts_fini(&t.facts);
	return g->failed ? NULL : root;
}

struct node *graph_thread(struct graph *g, struct node *root)
{
	for (u32 round = 0; round < 4 && root; round++) {
		struct node *before = root;

		root = thread_once(g, root);
		if (root == before)
			break;
	}
	return root;
}
