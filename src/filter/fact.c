// SPDX-License-Identifier: BSD-2-Clause
#include "filter/fact.h"

#include "classic/classic.h"
#include "filter/test.h"

enum { FEW_BUCKETS = 16, BUCKETS = 1024 };

void facts_init(struct facts *f, struct graph *g)
{
	*f = (struct facts){ .g = g,
			     .bucket_count = g->count < BUCKETS / 4 ? FEW_BUCKETS : BUCKETS };
	f->sets = pool_take(&f->g->pool, f->bucket_count, sizeof(*f->sets));
	f->lists = pool_take(&f->g->pool, f->bucket_count, sizeof(*f->lists));
	f->failed = !f->sets || !f->lists;
}

void facts_fini(struct facts *f)
{
	pool_give(&f->g->pool, f->sets);
	pool_give(&f->g->pool, f->lists);
	*f = (struct facts){ 0 };
}

const struct set *set_make(struct facts *f, const struct interval *items, u32 count)
{
	u64 h = count;
	struct set *s;

	for (u32 i = 0; i < count; i++)
		h = (h ^ ((u64)items[i].lo << 32 | items[i].hi)) * 0x9e3779b97f4a7c15;
	h ^= h >> 32;
	for (s = f->sets[h & (f->bucket_count - 1)]; s; s = s->next)
		if (s->hash == (u32)h && s->count == count &&
		    !memcmp(s->items, items, count * sizeof(*items)))
			return s;
	s = arena_alloc(f->g->values->arena, sizeof(*s));
	if (s)
		s->items = arena_copy(f->g->values->arena, items, count * sizeof(*items));
	if (!s || !s->items) {
		f->failed = true;
		return NULL;
	}
	s->count = count;
	s->hash = h;
	s->next = f->sets[h & (f->bucket_count - 1)];
	f->sets[h & (f->bucket_count - 1)] = s;
	return s;
}

static const struct fact *fact_cons(struct facts *f, const struct value *v, const struct set *set,
				    const struct fact *rest)
{
	u64 h = ((u64)v->id << 32 | (set ? set->hash : 0)) * 0x9e3779b97f4a7c15;
	struct fact *l;

	h = (h ^ h >> 31 ^ (rest ? rest->id + 1 : 0)) * 0xbf58476d1ce4e5b9;
	h ^= h >> 32;
	for (l = f->lists[h & (f->bucket_count - 1)]; l; l = l->next)
		if (l->hash == (u32)h && l->value == v && l->set == set && l->rest == rest)
			return l;
	l = arena_alloc(f->g->values->arena, sizeof(*l));
	if (!l) {
		f->failed = true;
		return rest;
	}
	*l = (struct fact){ v, set, rest, f->list_count++, h, f->lists[h & (f->bucket_count - 1)] };
	f->lists[h & (f->bucket_count - 1)] = l;
	return l;
}

const struct fact *fact_add(struct facts *f, const struct fact *known, const struct value *v,
			    const struct set *set)
{
	if (!known || known->value->id < v->id)
		return fact_cons(f, v, set, known);
	if (known->value == v)
		return fact_cons(f, v, set, known->rest);
	return fact_cons(f, known->value, known->set, fact_add(f, known->rest, v, set));
}

const struct fact *fact_find(const struct fact *known, const struct value *v)
{
	while (known && known->value->id > v->id)
		known = known->rest;
	return known && known->value == v ? known : NULL;
}

const struct fact *fact_restrict(struct facts *f, const struct fact *known, u64 support)
{
	const struct fact *rest;

	if (!known)
		return NULL;
	rest = fact_restrict(f, known->rest, support);
	if (!(support >> (known->value->id % 64) & 1))
		return rest;
	return rest == known->rest ? known : fact_cons(f, known->value, known->set, rest);
}

/* Bits that are known of a value between lo and hi: those above the first that differs. */
struct bits {
	u32 value, unknown;
};

static struct bits bits_of(struct interval r)
{
	u32 differ = r.lo ^ r.hi;

	for (u32 s = 1; s < 32; s *= 2)
		differ |= differ >> s;
	return (struct bits){ r.lo & ~differ, differ };
}

/* Bounds that come from the bits of the operands. */
static struct interval range_bits(const struct value *v, struct interval x, struct interval y)
{
	struct bits a = bits_of(x), b = bits_of(y);
	u32 ones = a.value | b.value, may = a.value | a.unknown, value;

	switch (v->op) {
	case CBPF_AND:
		return (struct interval){ a.value & b.value, may & (b.value | b.unknown) };
	case CBPF_OR:
		return (struct interval){ ones, may | b.value | b.unknown };
	case CBPF_XOR:
		value = (a.value ^ b.value) & ~(a.unknown | b.unknown);
		return (struct interval){ value, value | a.unknown | b.unknown };
	default:
		return (struct interval){ 0, UINT32_MAX };
	}
}

/* Values share parts: the walk through a deep one is cut short. */
enum { MAX_WALK = 8 };

static struct interval range_of(struct facts *f, const struct fact *known, const struct value *v,
				u32 depth);

static bool is_one(struct interval r)
{
	return r.lo == r.hi;
}

static struct interval range_op(struct facts *f, const struct fact *known, const struct value *v,
				u32 depth)
{
	struct interval a = range_of(f, known, v->a, depth), b;
	u32 max = graph_info(f->g, v)->max;
	const struct value *folded;
	struct interval r;

	if (!v->b)
		return (struct interval){ 0, max };
	if (value_monotone(f->g, v))
		return (struct interval){ value_apply(v, a.lo), value_apply(v, a.hi) };
	b = range_of(f, known, v->b, depth);
	if (is_one(a) && is_one(b)) {
		folded = value_op(f->g->values, v->op, value_const(f->g->values, a.lo),
				  value_const(f->g->values, b.lo));
		if (folded && folded->kind == VALUE_CONST)
			return (struct interval){ folded->k, folded->k };
	}
	if (v->op == CBPF_ADD && (u64)a.hi + b.hi <= UINT32_MAX)
		return (struct interval){ a.lo + b.lo, a.hi + b.hi };
	r = range_bits(v, a, b);
	r.hi = MIN(r.hi, max);
	return r;
}

static struct interval range_hull(struct interval a, struct interval b)
{
	return (struct interval){ MIN(a.lo, b.lo), MAX(a.hi, b.hi) };
}

static struct interval range_compare(u8 op, struct interval a, struct interval b)
{
	const struct interval no = { 0, 0 }, yes = { 1, 1 }, open = { 0, 1 };

	switch (op) {
	case CBPF_JEQ:
		if (a.hi < b.lo || b.hi < a.lo)
			return no;
		return is_one(a) && is_one(b) ? yes : open;
	case CBPF_JGT:
		return a.lo > b.hi ? yes : a.hi <= b.lo ? no : open;
	case CBPF_JGE:
		return a.lo >= b.hi ? yes : a.hi < b.lo ? no : open;
	default:
		if (is_one(a) && is_one(b))
			return a.lo & b.lo ? yes : no;
		return open;
	}
}

static struct interval range_of(struct facts *f, const struct fact *known, const struct value *v,
				u32 depth)
{
	const struct fact *fact = fact_find(known, v);

	if (v->kind == VALUE_CONST)
		return (struct interval){ v->k, v->k };
	if (fact && fact->set)
		return (struct interval){ fact->set->items[0].lo,
					  fact->set->items[fact->set->count - 1].hi };
	if (v->kind == VALUE_OP && depth < MAX_WALK)
		return range_op(f, known, v, depth + 1);
	if (v->kind == VALUE_SELECT && depth < MAX_WALK)
		return range_hull(range_of(f, known, v->a, depth + 1),
				  range_of(f, known, v->b, depth + 1));
	if ((int)v->kind == VALUE_COMPARE && depth < MAX_WALK)
		return range_compare(v->op, range_of(f, known, v->a, depth + 1),
				     range_of(f, known, v->b, depth + 1));
	return (struct interval){ 0, graph_info(f->g, v)->max };
}

struct interval fact_range(struct facts *f, const struct fact *known, const struct value *v)
{
	return range_of(f, known, v, 0);
}

static bool safe(struct facts *f, const struct fact *known, u32 bytes, const struct value *v,
		 u32 depth)
{
	struct value_info info = *graph_info(f->g, v);

	if (info.stops || info.end > bytes)
		return false;
	if (!info.moving)
		return true;
	for (const struct fact *fact = known; fact; fact = fact->rest)
		if (graph_covers(f->g, fact->value, v))
			return true;
	if (v->kind == VALUE_LOAD || depth == MAX_WALK)
		return false;
	if (v->kind == VALUE_OP && (v->op == CBPF_DIV || v->op == CBPF_MOD) &&
	    !fact_range(f, known, v->b).lo)
		return false;
	return (!v->a || safe(f, known, bytes, v->a, depth + 1)) &&
	       (!v->b || safe(f, known, bytes, v->b, depth + 1)) &&
	       (!v->c || safe(f, known, bytes, v->c, depth + 1));
}

bool fact_safe(struct facts *f, const struct fact *known, u32 bytes, const struct value *v)
{
	return safe(f, known, bytes, v, 0);
}

static bool set_has(const struct set *s, u32 k)
{
	u32 i = 0;

	while (i < s->count && s->items[i].hi < k)
		i++;
	return i < s->count && s->items[i].lo <= k;
}

/* Can t be k where its set, or that of what it is made of, is known? */
static bool may_be(struct facts *f, const struct fact *known, const struct value *t, u32 k)
{
	const struct fact *fact = fact_find(known, t);

	if (fact && fact->set)
		return set_has(fact->set, k);
	if (!value_monotone(f->g, t))
		return true;
	fact = fact_find(known, t->a);
	if (!fact || !fact->set)
		return true;
	for (u32 i = 0; i < fact->set->count; i++)
		if (value_apply(t, fact->set->items[i].lo) <= k &&
		    value_apply(t, fact->set->items[i].hi) >= k)
			return true;
	return false;
}

enum choice { CHOICE_OPEN, CHOICE_YES, CHOICE_NO };

/* Does t == k hold on this path? */
static enum choice choose(struct facts *f, const struct fact *known, const struct value *t, u32 k)
{
	struct interval range = fact_range(f, known, t);

	if (range.lo == k && range.hi == k)
		return CHOICE_YES;
	if (k < range.lo || k > range.hi || !may_be(f, known, t, k))
		return CHOICE_NO;
	return CHOICE_OPEN;
}

/* Of what is chosen by an open choice nothing may be asked before. */
static bool find_choice(struct facts *f, const struct fact *known, const struct value *v, u32 walk,
			const struct value **x, u32 *k)
{
	struct value_info *info = graph_info(f->g, v);

	if (info->seen == walk || !info->selects)
		return false;
	info->seen = walk;
	if (v->kind != VALUE_SELECT)
		return (v->a && find_choice(f, known, v->a, walk, x, k)) ||
		       (v->b && find_choice(f, known, v->b, walk, x, k));
	if (find_choice(f, known, v->c, walk, x, k))
		return true;
	*x = v->c;
	*k = v->k;
	return choose(f, known, v->c, v->k) == CHOICE_OPEN;
}

bool fact_open_choice(struct facts *f, const struct fact *known, const struct value *v,
		      const struct value **x, u32 *k)
{
	return graph_info(f->g, v)->selects && find_choice(f, known, v, ++f->g->walks, x, k);
}

static const struct value *simplify(struct facts *f, const struct fact *known, u32 bytes,
				    const struct value *v, u32 walk);

static const struct value *simplify_op(struct facts *f, const struct fact *known, u32 bytes,
				       const struct value *v, u32 walk)
{
	const struct value *a = simplify(f, known, bytes, v->a, walk);
	const struct value *b = v->b ? simplify(f, known, bytes, v->b, walk) : NULL;
	bool zero = b && b->kind == VALUE_CONST && !b->k;

	/* Of `x & 0` only the evaluation of x is left, and on this path x cannot stop. */
	if (zero && (v->op == CBPF_AND || v->op == CBPF_MUL) && fact_safe(f, known, bytes, a))
		return b;
	if (b && a->kind == VALUE_CONST && !a->k && (v->op == CBPF_AND || v->op == CBPF_MUL) &&
	    fact_safe(f, known, bytes, b))
		return a;
	return a == v->a && b == v->b ? v : value_op(f->g->values, v->op, a, b);
}

static const struct value *simplify_select(struct facts *f, const struct fact *known, u32 bytes,
					   const struct value *v, u32 walk)
{
	enum choice c = choose(f, known, v->c, v->k);

	if (c != CHOICE_OPEN && fact_safe(f, known, bytes, v->c))
		return simplify(f, known, bytes, c == CHOICE_YES ? v->a : v->b, walk);
	return value_select(f->g->values, simplify(f, known, bytes, v->c, walk), v->k,
			    simplify(f, known, bytes, v->a, walk),
			    simplify(f, known, bytes, v->b, walk));
}

static const struct value *simplify(struct facts *f, const struct fact *known, u32 bytes,
				    const struct value *v, u32 walk)
{
	struct value_info *info = graph_info(f->g, v);
	const struct fact *fact = fact_find(known, v);
	const struct value *new = v, *a;

	if (info->seen == walk)
		return info->under;
	if (fact && fact->set && fact->set->count == 1 &&
	    fact->set->items[0].lo == fact->set->items[0].hi) {
		new = value_const(f->g->values, fact->set->items[0].lo);
	} else if (v->kind == VALUE_OP) {
		new = simplify_op(f, known, bytes, v, walk);
	} else if (v->kind == VALUE_SELECT) {
		new = simplify_select(f, known, bytes, v, walk);
	} else if (v->kind == VALUE_LOAD && v->a) {
		a = simplify(f, known, bytes, v->a, walk);
		if (a != v->a)
			new = value_load(f->g->values, v->size, a, v->k);
	}
	info = graph_info(f->g, v);
	info->seen = walk;
	info->under = new;
	return new;
}

const struct value *fact_simplify(struct facts *f, const struct fact *known, u32 bytes,
				  const struct value *v)
{
	if (!known ||
	    (v->kind != VALUE_OP && v->kind != VALUE_SELECT && (v->kind != VALUE_LOAD || !v->a)))
		return v;
	return simplify(f, known, bytes, v, ++f->g->walks);
}
