// SPDX-License-Identifier: BSD-2-Clause
/*
 * Touches further down: where a way ends without a match it makes no difference whether a value
 * could have been evaluated, so only ways to a match need to try, and many of these evaluate it
 * anyway.
 */
#include "filter/optimise.h"

struct sunk {
	const struct node *node; /* NULL: free slot */
	const struct value *value;
	struct node *result;
};

struct sinker {
	struct graph *g;
	struct sunk *known; /* open addressing, a power of two */
	u32 cap, count;
};

enum { MORE = 4, LEAST = 16, MAX_DEPTH = 5000 };

static struct sunk *slot(struct sinker *s, const struct node *n, const struct value *v)
{
	u64 h = ((u64)n->id << 32 | v->id) * 0x9e3779b97f4a7c15;

	for (u32 i = h >> 40;; i++) {
		struct sunk *at = &s->known[i & (s->cap - 1)];

		if (!at->node || (at->node == n && at->value == v))
			return at;
	}
}

/* v touched on every way from n to a match. */
static struct node *sink(struct sinker *s, struct node *n, const struct value *v, u32 depth)
{
	struct node *result = graph_touch(s->g, v, n);
	struct sunk *at;
	struct arm *arms;

	if (result == n || !n->count || s->g->failed)
		return result;
	at = slot(s, n, v);
	if (at->node)
		return at->result;
	if (s->count * 2 >= s->cap || depth >= MAX_DEPTH)
		return result;
	s->count++;
	arms = pool_take(&s->g->pool, n->count, sizeof(*arms));
	if (!arms) {
		s->g->failed = true;
		return result;
	}
	for (u32 i = 0; i < n->count; i++)
		arms[i] = (struct arm){ n->arms[i].hi, sink(s, n->arms[i].to, v, depth + 1) };
	result = n->kind == NODE_TOUCH ? graph_touch(s->g, n->value, arms[0].to)
				       : graph_switch(s->g, n->value, arms, n->count);
	pool_give(&s->g->pool, arms);
	*slot(s, n, v) = (struct sunk){ n, v, result };
	return result;
}

static struct node *rebuild(struct sinker *s, struct node *n, struct node **done)
{
	struct arm *arms;
	struct node *new;

	if (!n->count)
		return n == s->g->true_ ? s->g->yes : n == s->g->false_ ? s->g->no : n;
	if (n->kind == NODE_TOUCH)
		return sink(s, done[n->arms[0].to->id], n->value, 0);
	arms = pool_take(&s->g->pool, n->count, sizeof(*arms));
	if (!arms) {
		s->g->failed = true;
		return n;
	}
	for (u32 i = 0; i < n->count; i++)
		arms[i] = (struct arm){ n->arms[i].hi, done[n->arms[i].to->id] };
	new = graph_switch(s->g, n->value, arms, n->count);
	pool_give(&s->g->pool, arms);
	return new;
}

struct node *graph_sink(struct graph *g, struct node *root)
{
	struct sinker s = { .g = g, .cap = LEAST };
	struct node **order, **done;
	u32 count = graph_order(g, root, &order), most = g->count;

	while (s.cap < count * MORE)
		s.cap *= 2;
	s.known = pool_take(&g->pool, s.cap, sizeof(*s.known));
	done = pool_take(&g->pool, most, sizeof(struct node *));
	if (!s.known || !done || !count)
		g->failed = true;
	for (u32 i = 0; i < count && !g->failed; i++)
		done[order[i]->id] = rebuild(&s, order[i], done);
	root = g->failed ? NULL : done[root->id];
	pool_give(&g->pool, done);
	pool_give(&g->pool, s.known);
	return root;
}
