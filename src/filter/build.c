// SPDX-License-Identifier: BSD-2-Clause
#include "filter/build.h"

#include <stdlib.h>

#include "filter/test.h"

struct pair {
	struct node *first, *second, *end; /* `end` of first is replaced by second */
	struct node *joined;		   /* NULL: free slot */
};

/* Conditions may be shared. */
struct known {
	const struct cond *cond; /* NULL: free slot */
	bool negated;
	struct node *yes, *no, *node; /* joined parts: the ends NULL */
};

/* One part of a chain of ANDs or ORs. */
struct part {
	const struct cond *cond;
	bool negated;
};
/* Those of chains inside of others stand behind those of the others. */
struct parts {
	VEC(struct part) found, open;
};

struct builder {
	struct graph *g;
	enum build_mode mode;
	struct pair *pairs; /* open addressing */
	u32 count, cap, depth;
	u64 work;	     /* arms that joining has looked at */
	struct known *known; /* open addressing */
	u32 known_count, known_cap;
	struct parts parts;
};

enum { MAX_DEPTH = 20000, MAX_WORK = 1 << 24 };

static struct known *known_slot(struct builder *b, const struct known *key)
{
	u64 h = (u64)(uintptr_t)key->cond ^ (u64)(uintptr_t)key->yes << 7 ^
		(u64)(uintptr_t)key->no << 14 ^ key->negated;

	for (u32 i = (h * 0x9e3779b97f4a7c15) >> 40;; i++) {
		struct known *k = &b->known[i & (b->known_cap - 1)];

		if (!k->cond || (k->cond == key->cond && k->negated == key->negated &&
				 k->yes == key->yes && k->no == key->no))
			return k;
	}
}

static struct node *known_find(struct builder *b, const struct known *key)
{
	return b->known_cap ? known_slot(b, key)->node : NULL;
}

static void known_store(struct builder *b, const struct known *new)
{
	if (b->known_count * 2 >= b->known_cap) {
		struct known *old = b->known;
		u32 cap = b->known_cap;

		b->known_cap = cap ? cap * 2 : 16;
		b->known_count = 0;
		b->known = pool_take(&b->g->pool, b->known_cap, sizeof(*b->known));
		if (!b->known) {
			b->known = old;
			b->known_cap = cap;
			b->g->failed = true;
			return;
		}
		for (u32 i = 0; i < cap; i++)
			if (old[i].cond)
				known_store(b, &old[i]);
		pool_give(&b->g->pool, old);
	}
	*known_slot(b, new) = *new;
	b->known_count++;
}

static struct pair *pair_slot(struct builder *b, struct node *first, struct node *second,
			      struct node *end)
{
	u64 h = (u64)first->id << 32 | second->id << 1 | (end == b->g->true_);

	for (u32 i = (h * 0x9e3779b97f4a7c15) >> 40;; i++) {
		struct pair *p = &b->pairs[i & (b->cap - 1)];

		if (!p->joined || (p->first == first && p->second == second && p->end == end))
			return p;
	}
}

static void pair_store(struct builder *b, struct pair new)
{
	if (b->count * 2 >= b->cap) {
		struct pair *old = b->pairs;
		u32 cap = b->cap;

		b->cap = cap ? cap * 2 : 32;
		b->count = 0;
		b->pairs = pool_take(&b->g->pool, b->cap, sizeof(*b->pairs));
		if (!b->pairs) {
			b->pairs = old;
			b->cap = cap;
			b->g->failed = true;
			return;
		}
		for (u32 i = 0; i < cap; i++)
			if (old[i].joined)
				pair_store(b, old[i]);
		pool_give(&b->g->pool, old);
	}
	*pair_slot(b, new.first, new.second, new.end) = new;
	b->count++;
}

static struct node *join(struct builder *b, struct node *first, struct node *second,
			 struct node *end);

/* Two switches on the same value: each piece of its range goes to the join of both targets. */
static struct node *join_arms(struct builder *b, struct node *first, struct node *second,
			      struct node *end)
{
	struct arm *arms = pool_take(&b->g->pool, first->count + second->count, sizeof(*arms));
	struct node *joined = b->g->no;
	u32 i = 0, j = 0, n = 0;

	b->work += first->count + second->count;
	if (!arms) {
		b->g->failed = true;
		return joined;
	}
	while (i < first->count && j < second->count) {
		struct arm *x = &first->arms[i], *y = &second->arms[j];

		arms[n].hi = MIN(x->hi, y->hi);
		arms[n++].to = join(b, x->to, y->to, end);
		i += x->hi <= y->hi;
		j += y->hi <= x->hi;
	}
	joined = graph_switch(b->g, first->value, arms, n);
	pool_give(&b->g->pool, arms);
	return joined;
}

static struct node *join_below(struct builder *b, struct node *first, struct node *second,
			       struct node *end)
{
	struct arm *arms =
		arena_copy(b->g->values->arena, first->arms, first->count * sizeof(*arms));

	b->work += first->count;
	if (!arms) {
		b->g->failed = true;
		return b->g->no;
	}
	for (u32 i = 0; i < first->count; i++)
		arms[i].to = join(b, first->arms[i].to, second, end);
	if (first->kind == NODE_TOUCH)
		return graph_touch(b->g, first->value, arms[0].to);
	return graph_switch(b->g, first->value, arms, first->count);
}

/* `first` with `second` in place of its end FALSE (for an OR) or TRUE (for an AND). */
static struct node *join(struct builder *b, struct node *first, struct node *second,
			 struct node *end)
{
	struct node *joined;
	struct pair *known;

	if (first == end)
		return second;
	if (!first->count || second == end || b->g->failed)
		return first;
	known = b->cap ? pair_slot(b, first, second, end) : NULL;
	if (known && known->joined)
		return known->joined;
	if (++b->depth > MAX_DEPTH)
		b->g->failed = true;
	if (b->mode == BUILD_MERGE && b->work < MAX_WORK && first->kind == NODE_SWITCH &&
	    second->kind == NODE_SWITCH && first->value == second->value)
		joined = join_arms(b, first, second, end);
	else
		joined = join_below(b, first, second, end);
	b->depth--;
	pair_store(b, (struct pair){ first, second, end, joined });
	return joined;
}

/* Where to halve: near the middle, where a part looks first at what the first part looks at, so
 * that of `src a or dst a or src b or dst b …` no half begins with dst. */
static u32 split_point(struct node **parts, u32 count)
{
	u32 middle = count / 2;

	for (u32 away = 0; away < middle; away++) {
		if (parts[middle - away]->value == parts[0]->value)
			return middle - away;
		if (middle + away < count && parts[middle + away]->value == parts[0]->value)
			return middle + away;
	}
	return middle;
}

/* Halves first: of n parts of one switch each, n log n arms are looked at rather than n². */
static struct node *join_all(struct builder *b, struct node **parts, u32 count, struct node *end)
{
	u32 first;

	if (count == 1)
		return parts[0];
	first = split_point(parts, count);
	return join(b, join_all(b, parts, first, end),
		    join_all(b, parts + first, count - first, end), end);
}

static void part_push(struct builder *b, const struct cond *c, bool negated)
{
	struct part *part = vec_push(&b->parts.open);

	if (part)
		*part = (struct part){ c, negated };
	else
		b->g->failed = true;
}

/* The parts of a chain, in order, whichever way it leans: `is_and` after negations are moved
 * inwards. Returns where they begin in `found`; they end at its end. */
static u32 parts_find(struct builder *b, const struct cond *c, bool negated, bool is_and)
{
	struct parts *p = &b->parts;
	u32 first = p->found.len, floor = p->open.len;

	part_push(b, c, negated);
	while (p->open.len > floor && !b->g->failed) {
		struct part at = *vec_last(&p->open), *found;

		p->open.len--;
		c = at.cond;
		if (c->kind == COND_NOT) {
			part_push(b, c->lhs, !at.negated);
		} else if ((c->kind == COND_AND || c->kind == COND_OR) &&
			   ((c->kind == COND_AND) != at.negated) == is_and) {
			part_push(b, c->rhs, at.negated);
			part_push(b, c->lhs, at.negated);
		} else if ((found = vec_push(&p->found))) {
			*found = at;
		} else {
			b->g->failed = true;
		}
	}
	return first;
}

static struct node *build_leaf(struct builder *b, const struct cond *c, bool negated,
			       struct node *yes, struct node *no)
{
	if (c->kind == COND_TEST)
		return graph_test(b->g, c->op, c->a, c->b, negated ? no : yes, negated ? yes : no);
	return (c->kind == COND_TRUE) != negated ? yes : no;
}

static const struct cond *not_strip(const struct cond *c, bool *negated)
{
	for (; c->kind == COND_NOT; c = c->lhs)
		*negated = !*negated;
	return c;
}

/* Each part is built with the ends TRUE and FALSE, then they are joined. */
static struct node *build_merged(struct builder *b, const struct cond *c, bool negated)
{
	struct graph *g = b->g;
	struct node **nodes, *joined;
	struct known key;
	u32 first, count;
	bool is_and;

	c = not_strip(c, &negated);
	if (c->kind != COND_AND && c->kind != COND_OR)
		return build_leaf(b, c, negated, g->true_, g->false_);
	key = (struct known){ .cond = c, .negated = negated };
	joined = known_find(b, &key);
	if (joined)
		return joined;
	joined = g->no;
	if (++b->depth > MAX_DEPTH)
		g->failed = true;
	is_and = (c->kind == COND_AND) != negated;
	first = parts_find(b, c, negated, is_and);
	count = b->parts.found.len - first;
	nodes = pool_take(&g->pool, count + 1, sizeof(struct node *));
	if (!nodes)
		g->failed = true;
	for (u32 i = 0; i < count && !g->failed; i++) {
		struct part part = b->parts.found.data[first + i];

		nodes[i] = build_merged(b, part.cond, part.negated);
	}
	if (!g->failed)
		joined = join_all(b, nodes, count, is_and ? g->true_ : g->false_);
	pool_give(&g->pool, nodes);
	b->parts.found.len = first;
	b->depth--;
	key.node = joined;
	known_store(b, &key);
	return joined;
}

/* From the back: what follows a part is there before it. Nothing is copied. */
static struct node *build_plain(struct builder *b, const struct cond *c, bool negated,
				struct node *yes, struct node *no)
{
	struct known key;
	struct node *node;
	bool is_and;
	u32 first;

	c = not_strip(c, &negated);
	if (c->kind != COND_AND && c->kind != COND_OR)
		return build_leaf(b, c, negated, yes, no);
	key = (struct known){ .cond = c, .negated = negated, .yes = yes, .no = no };
	node = known_find(b, &key);
	if (node)
		return node;
	if (++b->depth > MAX_DEPTH)
		b->g->failed = true;
	is_and = (c->kind == COND_AND) != negated;
	first = parts_find(b, c, negated, is_and);
	node = is_and ? yes : no;
	for (u32 i = b->parts.found.len; i-- > first && !b->g->failed;) {
		struct part part = b->parts.found.data[i];

		node = build_plain(b, part.cond, part.negated, is_and ? node : yes,
				   is_and ? no : node);
	}
	b->parts.found.len = first;
	b->depth--;
	key.node = node;
	known_store(b, &key);
	return node;
}

struct node *graph_build(struct graph *g, const struct cond *cond, enum build_mode mode)
{
	struct builder b = { .g = g, .mode = mode };
	struct node *root;

	if (mode == BUILD_PLAIN)
		root = build_plain(&b, cond, false, g->yes, g->no);
	else
		root = build_merged(&b, cond, false);
	pool_give(&g->pool, b.pairs);
	pool_give(&g->pool, b.known);
	vec_fini(&b.parts.found);
	vec_fini(&b.parts.open);
	return g->failed ? NULL : root;
}
