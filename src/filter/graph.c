// SPDX-License-Identifier: BSD-2-Clause
#include "filter/graph.h"

#include <stdlib.h>

#include "base/hash.h"
#include "classic/classic.h"

enum { FEW_BUCKETS = 32, FEW_INFOS = 16 };

/* With room for its arms behind it. */
static struct node *node_new(struct graph *g, enum node_kind kind, u32 arms)
{
	struct node *n = arena_raw(g->values->arena, sizeof(*n) + arms * sizeof(struct arm));

	if (!n) {
		g->failed = true;
		return NULL;
	}
	*n = (struct node){ .kind = kind, .id = g->count++, .arms = (struct arm *)(n + 1) };
	return n;
}

static struct node *node_end(struct graph *g, enum node_kind kind)
{
	return node_new(g, kind, 0);
}

void graph_init(struct graph *g, struct values *values)
{
	memset(g, 0, offsetof(struct graph, room));
	arena_borrow(&g->pool.arena, g->room, sizeof(g->room));
	g->values = values;
	g->bucket_count = FEW_BUCKETS;
	g->buckets = pool_take(&g->pool, g->bucket_count, sizeof(*g->buckets));
	g->no = node_end(g, NODE_NO);
	g->yes = node_end(g, NODE_YES);
	g->false_ = node_end(g, NODE_FALSE);
	g->true_ = node_end(g, NODE_TRUE);
	if (!g->buckets)
		g->failed = true;
}

void graph_fini(struct graph *g)
{
	vec_fini(&g->compares);
	vec_fini(&g->compare_info);
	pool_fini(&g->pool);
}

/* The largest result of an operation on values up to a and b. */
static u32 op_max(const struct value *v, u32 a, u32 b)
{
	bool constant = v->b && v->b->kind == VALUE_CONST;
	u32 ones = a | b;

	for (u32 s = 1; s < 32; s *= 2)
		ones |= ones >> s;
	switch (v->op) {
	case CBPF_AND:
		return MIN(a, b);
	case CBPF_OR:
	case CBPF_XOR:
		return ones;
	case CBPF_RSH:
		return constant && b < 32 ? a >> b : a;
	case CBPF_LSH:
		return constant && b < 32 && (u64)a << b <= UINT32_MAX ? a << b : UINT32_MAX;
	case CBPF_ADD:
		return (u64)a + b <= UINT32_MAX ? a + b : UINT32_MAX;
	case CBPF_MUL:
		return (u64)a * b <= UINT32_MAX ? a * b : UINT32_MAX;
	case CBPF_DIV:
		return constant && b ? a / b : a;
	case CBPF_MOD:
		return b ? MIN(a, b - 1) : 0;
	default:
		return UINT32_MAX;
	}
}

static u64 support_bit(const struct value *v)
{
	return 1ull << (v->id % 64);
}

static void info_load(struct value_info *info, const struct value *v)
{
	info->max = v->size == 1 ? 0xff : v->size == 2 ? 0xffff : UINT32_MAX;
	if (v->a)
		info->moving = true;
	else if (v->k > INT32_MAX - 4)
		info->stops = true;
	else
		info->end = v->k + v->size;
}

/* Of a and b only one is evaluated. */
static void info_select(struct value_info *info, const struct value *v, const struct value_info *a,
			const struct value_info *b, const struct value_info *c)
{
	*info = (struct value_info){ .max = MAX(a->max, b->max),
				     .support =
					     support_bit(v) | a->support | b->support | c->support,
				     .end = MAX(c->end, MIN(a->end, b->end)),
				     .moving = true,
				     .selects = true,
				     .stops = c->stops || (a->stops && b->stops) };
}

static void info_fill(struct value_info *info, const struct value *v, const struct value_info *a,
		      const struct value_info *b)
{
	*info = (struct value_info){ .max = UINT32_MAX, .support = support_bit(v) };
	for (const struct value_info *part = a; part; part = part == a ? b : NULL) {
		info->support |= part->support;
		info->end = MAX(info->end, part->end);
		info->moving |= part->moving;
		info->stops |= part->stops;
		info->selects |= part->selects;
	}
	switch ((int)v->kind) {
	case VALUE_CONST:
		info->max = v->k;
		info->support = 0;
		break;
	case VALUE_LOAD:
		info_load(info, v);
		break;
	case VALUE_COMPARE:
		info->max = 1;
		break;
	case VALUE_OP:
		info->max = b ? op_max(v, a->max, b->max) : UINT32_MAX;
		if (v->op == CBPF_DIV || v->op == CBPF_MOD) {
			info->moving |= v->b->kind != VALUE_CONST;
			info->stops |= v->b->kind == VALUE_CONST && !v->b->k;
		}
		break;
	default:
		break;
	}
}

static bool info_grow(struct graph *g)
{
	u32 count = g->values->count + g->values->count / 2 + FEW_INFOS;
	struct value_info *more = pool_take(&g->pool, count, sizeof(*more));

	if (!more)
		return false;
	if (g->info)
		memcpy(more, g->info, g->info_count * sizeof(*more));
	pool_give(&g->pool, g->info);
	g->info = more;
	g->info_count = count;
	return true;
}

/* Comparisons have ids from the top down, so that those of the values stay dense. */
static struct value_info *info_slot(struct graph *g, const struct value *v)
{
	if (!(v->id & 0x80000000))
		return v->id < g->info_count || info_grow(g) ? &g->info[v->id] : NULL;
	while (g->compare_info.len <= ~v->id)
		if (!vec_push(&g->compare_info))
			return NULL;
	return &g->compare_info.data[~v->id];
}

struct value_info *graph_info(struct graph *g, const struct value *v)
{
	struct value_info a = { 0 }, b = { 0 }, c, *info = info_slot(g, v);

	if (!info) {
		g->failed = true;
		g->nothing = (struct value_info){ .max = UINT32_MAX, .moving = true };
		return &g->nothing;
	}
	if (info->max || info->support)
		return info;
	if (v->a)
		a = *graph_info(g, v->a);
	if (v->b)
		b = *graph_info(g, v->b);
	if (v->c) {
		g->selects = true;
		c = *graph_info(g, v->c);
		info = info_slot(g, v);
		info_select(info, v, &a, &b, &c);
	} else {
		info = info_slot(g, v);
		info_fill(info, v, v->a ? &a : NULL, v->b ? &b : NULL);
	}
	return info;
}

const struct value *graph_compare(struct graph *g, u8 op, const struct value *a,
				  const struct value *b)
{
	const struct value **slot;
	struct value *v;

	vec_for (slot, &g->compares)
		if ((*slot)->op == op && (*slot)->a == a && (*slot)->b == b)
			return *slot;
	v = arena_alloc(g->values->arena, sizeof(*v));
	slot = vec_push(&g->compares);
	if (!v || !slot) {
		g->failed = true;
		return a;
	}
	*v = (struct value){ .kind = (enum value_kind)VALUE_COMPARE, .op = op, .a = a, .b = b };
	v->id = ~(g->compares.len - 1);
	*slot = v;
	return v;
}

/* Are the bytes of load v among those of load u, with the same base? */
static bool load_inside(const struct value *u, const struct value *v)
{
	return u->kind == VALUE_LOAD && v->kind == VALUE_LOAD && u->a == v->a && v->k >= u->k &&
	       (u64)v->k + v->size <= (u64)u->k + u->size;
}

/* Values share parts, so a walk through all of a deep one could be without end. */
enum { MAX_COVER_DEPTH = 6 };

static bool covers(struct graph *g, const struct value *u, const struct value *v, u32 depth)
{
	if (u == v || load_inside(u, v))
		return true;
	if (depth == MAX_COVER_DEPTH)
		return false;
	if (u->c)
		return covers(g, u->c, v, depth + 1);
	return (u->a && covers(g, u->a, v, depth + 1)) || (u->b && covers(g, u->b, v, depth + 1));
}

static bool divides(const struct value *v)
{
	return v->kind == VALUE_OP && (v->op == CBPF_DIV || v->op == CBPF_MOD) &&
	       v->b->kind != VALUE_CONST;
}

/* Only loads and divisions stop: the parts of other values do for the whole. */
static bool covers_parts(struct graph *g, const struct value *u, const struct value *v, u32 depth)
{
	struct value_info info = *graph_info(g, v);

	if (u == v)
		return true;
	if (info.stops || info.end > graph_info(g, u)->end)
		return false;
	if (!info.moving || covers(g, u, v, 0))
		return true;
	if (v->kind == VALUE_LOAD || divides(v) || depth == MAX_COVER_DEPTH)
		return false;
	return covers_parts(g, u, v->a, depth + 1) &&
	       (!v->b || covers_parts(g, u, v->b, depth + 1)) &&
	       (!v->c || covers_parts(g, u, v->c, depth + 1));
}

bool graph_covers(struct graph *g, const struct value *u, const struct value *v)
{
	return covers_parts(g, u, v, 0);
}

static void buckets_grow(struct graph *g)
{
	u32 count = g->bucket_count * 4;
	struct node **buckets = pool_take(&g->pool, count, sizeof(*buckets));

	if (!buckets) {
		g->failed = true;
		return;
	}
	for (u32 i = 0; i < g->bucket_count; i++)
		for (struct node *n = g->buckets[i], *next; n; n = next) {
			next = n->next;
			n->next = buckets[n->hash & (count - 1)];
			buckets[n->hash & (count - 1)] = n;
		}
	pool_give(&g->pool, g->buckets);
	g->buckets = buckets;
	g->bucket_count = count;
}

static u32 node_hash(enum node_kind kind, const struct value *v, const struct arm *arms, u32 count)
{
	u64 h = (u64)kind << 32 | v->id;

	for (u32 i = 0; i < count; i++) {
		h = (h ^ arms[i].hi) * 0x9e3779b97f4a7c15;
		h = (h ^ h >> 29 ^ arms[i].to->id) * 0xbf58476d1ce4e5b9;
	}
	return h ^ h >> 32;
}

static bool arms_equal(const struct arm *a, const struct arm *b, u32 count)
{
	for (u32 i = 0; i < count; i++)
		if (a[i].hi != b[i].hi || a[i].to != b[i].to)
			return false;
	return true;
}

static struct node *node_make(struct graph *g, enum node_kind kind, const struct value *v,
			      const struct arm *arms, u32 count)
{
	u32 hash = node_hash(kind, v, arms, count);
	const struct value_info *info;
	struct node *n;

	if (g->failed)
		return g->no;
	if (g->count > g->bucket_count)
		buckets_grow(g);
	for (n = g->buckets[hash & (g->bucket_count - 1)]; n; n = n->next)
		if (n->hash == hash && n->kind == kind && n->value == v && n->count == count &&
		    arms_equal(n->arms, arms, count))
			return n;
	n = node_new(g, kind, count);
	if (!n || g->count > GRAPH_MAX_NODES) {
		g->failed = true;
		return g->no;
	}
	memcpy(n->arms, arms, count * sizeof(*arms));
	info = graph_info(g, v);
	n->value = v;
	n->count = count;
	n->hash = hash;
	n->support = info->support;
	n->deepest = info->end;
	for (u32 i = 0; i < count; i++) {
		n->support |= arms[i].to->support;
		n->deepest = MAX(n->deepest, arms[i].to->deepest);
	}
	n->next = g->buckets[hash & (g->bucket_count - 1)];
	g->buckets[hash & (g->bucket_count - 1)] = n;
	return n;
}

struct node *graph_switch(struct graph *g, const struct value *v, struct arm *arms, u32 count)
{
	struct value_info info = *graph_info(g, v);
	u32 n = 0;

	if (g->failed || info.stops)
		return g->no;
	for (u32 i = 0; i < count; i++) {
		while (arms[i].to->kind == NODE_TOUCH && graph_covers(g, v, arms[i].to->value))
			arms[i].to = arms[i].to->arms[0].to;
		if (n && arms[n - 1].to == arms[i].to)
			n--;
		arms[n++] = arms[i];
		if (arms[i].hi >= info.max)
			break;
	}
	arms[n - 1].hi = info.max;
	return n == 1 ? graph_touch(g, v, arms[0].to) : node_make(g, NODE_SWITCH, v, arms, n);
}

const struct value *graph_base(struct graph *g)
{
	if (!g->base)
		g->base = graph_compare(g, UINT8_MAX, NULL, NULL);
	return g->base;
}

struct node *graph_make_base(struct graph *g, const struct value *v, struct node *to)
{
	struct arm arm = { UINT32_MAX, to };

	return node_make(g, NODE_BASE, v, &arm, 1);
}

struct node *graph_touch(struct graph *g, const struct value *v, struct node *to)
{
	struct value_info info = *graph_info(g, v);
	struct arm arm = { .hi = UINT32_MAX };

	if (g->failed || info.stops)
		return g->no;
	if (to == g->no || (!info.moving && !info.end))
		return to;
	if (to->count && graph_covers(g, to->value, v))
		return to;
	if (v->c && graph_covers(g, v->c, v->a) && graph_covers(g, v->c, v->b))
		return graph_touch(g, v->c, to);
	/* Only loads and divisions stop: the parts of other operations do for the whole. */
	if (!v->c && info.moving && v->kind != VALUE_LOAD && !divides(v)) {
		to = v->b ? graph_touch(g, v->b, to) : to;
		return graph_touch(g, v->a, to);
	}
	if (!info.moving)
		v = value_load(g->values, 1, NULL, info.end - 1);
	while (to->kind == NODE_TOUCH && graph_covers(g, v, to->value))
		to = to->arms[0].to;
	arm.to = to;
	return node_make(g, NODE_TOUCH, v, &arm, 1);
}

u32 arm_find(const struct node *n, u32 x)
{
	u32 low = 0, high = n->count - 1;

	while (low < high) {
		u32 middle = (low + high) / 2;

		if (x <= n->arms[middle].hi)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

/* Depth first without recursion: graphs can be deep. */
u32 graph_order(struct graph *g, struct node *root, struct node ***out)
{
	struct frame {
		struct node *node;
		u32 arm;
	} *stack = pool_take(&g->pool, g->count, sizeof(*stack));
	struct node **order = arena_array(g->values->arena, g->count, sizeof(struct node *));
	u32 depth = 0, count = 0, now = ++g->orders;

	if (stack && order) {
		stack[depth++] = (struct frame){ root, 0 };
		root->ordered = now;
	} else {
		g->failed = true;
	}
	while (depth) {
		struct frame *f = &stack[depth - 1];

		if (f->arm == f->node->count) {
			order[count++] = f->node;
			depth--;
		} else {
			struct node *to = f->node->arms[f->arm++].to;

			if (to->ordered != now) {
				to->ordered = now;
				stack[depth++] = (struct frame){ to, 0 };
			}
		}
	}
	pool_give(&g->pool, stack);
	*out = order;
	return count;
}
