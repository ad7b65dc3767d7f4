// SPDX-License-Identifier: BSD-2-Clause
#include "filter/fact.h"

#include <stdlib.h>

#include "classic/classic.h"
#include "filter/test.h"

enum { BUCKETS = 1024 };

void facts_init(struct facts *f, struct graph *g)
{
	*f = (struct facts){ .g = g };
	f->sets = calloc(BUCKETS, sizeof(*f->sets));
	f->lists = calloc(BUCKETS, sizeof(*f->lists));
	f->failed = !f->sets || !f->lists;
}

void facts_fini(struct facts *f)
{
	free(f->sets);
	free(f->lists);
	*f = (struct facts){ 0 };
}

const struct set *set_make(struct facts *f, const struct interval *items, u32 count)
{
	u64 h = count;
	struct set *s;

	for (u32 i = 0; i < count; i++)
		h = (h ^ ((u64)items[i].lo << 32 | items[i].hi)) * 0x9e3779b97f4a7c15;
	h ^= h >> 32;
	for (s = f->sets[h % BUCKETS]; s; s = s->next)
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
	s->next = f->sets[h % BUCKETS];
	f->sets[h % BUCKETS] = s;
	return s;
}

static const struct fact *fact_cons(struct facts *f, const struct value *v, const struct set *set,
				    const struct fact *rest)
{
	u64 h = ((u64)v->id << 32 | (set ? set->hash : 0)) * 0x9e3779b97f4a7c15;
	struct fact *l;

	h = (h ^ h >> 31 ^ (rest ? rest->id + 1 : 0)) * 0xbf58476d1ce4e5b9;
	h ^= h >> 32;
	for (l = f->lists[h % BUCKETS]; l; l = l->next)
		if (l->hash == (u32)h && l->value == v && l->set == set && l->rest == rest)
			return l;
	l = arena_alloc(f->g->values->arena, sizeof(*l));
	if (!l) {
		f->failed = true;
		return rest;
	}
	*l = (struct fact){ v, set, rest, f->list_count++, h, f->lists[h % BUCKETS] };
	f->lists[h % BUCKETS] = l;
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

static bool is_one(struct interval r)
{
	return r.lo == r.hi;
}

static struct interval range_op(struct facts *f, const struct fact *known, const struct value *v)
{
	struct interval a = fact_range(f, known, v->a), b;
	u32 max = graph_info(f->g, v)->max;
	const struct value *folded;
	struct interval r;

	if (!v->b)
		return (struct interval){ 0, max };
	if (value_monotone(f->g, v))
		return (struct interval){ value_apply(v, a.lo), value_apply(v, a.hi) };
	b = fact_range(f, known, v->b);
	if (is_one(a) && is_one(b)) {
		folded = value_op(f->g->values, v->op, value_const(f->g->values, a.lo),
				  value_const(f->g->values, b.lo));
		if (folded && folded->kind == VALUE_CONST)
			return (struct interval){ folded->k, folded->k };
	}
	r = range_bits(v, a, b);
	r.hi = MIN(r.hi, max);
	return r;
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

struct interval fact_range(struct facts *f, const struct fact *known, const struct value *v)
{
	const struct fact *fact = fact_find(known, v);

	if (v->kind == VALUE_CONST)
		return (struct interval){ v->k, v->k };
	if (fact && fact->set)
		return (struct interval){ fact->set->items[0].lo,
					  fact->set->items[fact->set->count - 1].hi };
	if (v->kind == VALUE_OP)
		return range_op(f, known, v);
	if ((int)v->kind == VALUE_COMPARE)
		return range_compare(v->op, fact_range(f, known, v->a), fact_range(f, known, v->b));
	return (struct interval){ 0, graph_info(f->g, v)->max };
}

bool fact_safe(struct facts *f, const struct fact *known, u32 bytes, const struct value *v)
{
	struct value_info info = *graph_info(f->g, v);

	if (info.stops || info.end > bytes)
		return false;
	if (!info.moving)
		return true;
	for (const struct fact *fact = known; fact; fact = fact->rest)
		if (graph_covers(f->g, fact->value, v))
			return true;
	if (v->kind == VALUE_LOAD)
		return false;
	if (v->kind == VALUE_OP && (v->op == CBPF_DIV || v->op == CBPF_MOD) &&
	    !fact_range(f, known, v->b).lo)
		return false;
	return (!v->a || fact_safe(f, known, bytes, v->a)) &&
	       (!v->b || fact_safe(f, known, bytes, v->b));
}
