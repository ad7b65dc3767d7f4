/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a path knows: for each value that it has evaluated the set of what the value can be, and how
 * many bytes the packet has at least. Facts are hash-consed lists, descending by the value's id, so
 * equal knowledge is the same pointer.
 */
#ifndef FILTER_FACT_H
#define FILTER_FACT_H

#include "filter/graph.h"

struct interval {
	u32 lo, hi;
};
/* Ascending, not touching, at least one. */
struct set {
	struct interval *items;
	u32 count, hash;
	struct set *next;
};

struct fact {
	const struct value *value;
	const struct set *set;
	const struct fact *rest;
	u32 id, hash;
	struct fact *next;
};

struct facts {
	struct graph *g;
	struct set **sets; /* buckets */
	struct fact **lists;
	u32 bucket_count; /* of both, a power of two */
	u32 list_count;
	bool failed;
};

void facts_init(struct facts *f, struct graph *g);
void facts_fini(struct facts *f);

/* `items` is copied. */
const struct set *set_make(struct facts *f, const struct interval *items, u32 count);
const struct fact *fact_add(struct facts *f, const struct fact *known, const struct value *v,
			    const struct set *set);
const struct fact *fact_find(const struct fact *known, const struct value *v);
/* Only what can matter to a node with this support. */
const struct fact *fact_restrict(struct facts *f, const struct fact *known, u64 support);

/* Bounds of v on this path. */
struct interval fact_range(struct facts *f, const struct fact *known, const struct value *v);
/* Can evaluating v not stop on this path? `bytes` are known to be there. */
bool fact_safe(struct facts *f, const struct fact *known, u32 bytes, const struct value *v);

/* v with the parts replaced that this path knows. Evaluating the result stops where evaluating v
 * does. */
const struct value *fact_simplify(struct facts *f, const struct fact *known, u32 bytes,
				  const struct value *v);

/* What v is depends on whether *x equals *k, and this path does not know that. */
bool fact_open_choice(struct facts *f, const struct fact *known, const struct value *v,
		      const struct value **x, u32 *k);

#endif
