// SPDX-License-Identifier: BSD-2-Clause
/* A hash table whose writers may have been killed: lists and counts anew from its chains. */
#include <stdlib.h>

#include "map/hash.h"

static bool seen_set(u64 *seen, u32 link)
{
	u64 bit = 1ull << link % 64;
	bool was = seen[link / 64] & bit;

	seen[link / 64] |= bit;
	return was;
}

static bool seen_get(const u64 *seen, u32 link)
{
	return seen[link / 64] >> link % 64 & 1;
}

/* Wait for writers of the buckets that were ever used. */
static void buckets_clear(struct table *t)
{
	u64 from = 0, end;

	while (segment_data(t->map, t->buckets.data, &from, &end)) {
		struct bucket *b = (struct bucket *)t->buckets.data;

		for (u64 i = from / sizeof(*b); i <= t->mask && i < end / sizeof(*b); i++)
			guard_clear(t->map, &b[i].lock);
		from = end;
	}
}

/* Follow one chain. -EUCLEAN: it leads astray. */
static int chain_see(struct table *t, u32 slot, u64 *seen)
{
	u32 link = READ_ONCE(((struct bucket *)t->buckets.data)[slot].head);

	if (!link)
		return 0;
	while (!(link & LINK_END)) {
		const struct elem *e;

		if (!link || link > t->count || seen_set(seen, link))
			return -EUCLEAN;
		e = table_elem(t, link);
		if ((READ_ONCE(e->hash) & t->mask) != slot)
			return -EUCLEAN;
		link = READ_ONCE(e->next);
	}
	return link == (LINK_END | slot) ? 0 : -EUCLEAN;
}

static int chains_see(struct table *t, u64 *seen)
{
	u64 from = 0, end;
	int err = 0;

	while (!err && segment_data(t->map, t->buckets.data, &from, &end)) {
		u64 last = end / sizeof(struct bucket);

		for (u64 i = from / sizeof(struct bucket); i <= t->mask && i < last && !err; i++)
			err = chain_see(t, (u32)i, seen);
		from = end;
	}
	return err;
}

/* What is in no chain goes to the free list, lowest numbers first. */
static int pool_mend(struct table *t, u32 index, const u64 *seen, u8 *marks)
{
	struct pool *p = &t->pools[index];
	u32 first = index * t->pool_size, end = first + t->pool_size, used = 0, list = 0;
	u32 fresh = READ_ONCE(p->fresh);

	if (fresh < first || fresh > end || p->first != first || p->end != end ||
	    p->max != t->pool_max)
		return -EUCLEAN;
	for (u32 link = end; link > first; link--) {
		bool live = seen_get(seen, link);

		if (live && link > fresh)
			return -EUCLEAN;
		if (link > fresh)
			continue;
		if (marks)
			WRITE_ONCE(marks[link - 1], live ? marks[link - 1] | MARK_LIVE : 0);
		used += live;
		if (live)
			continue;
		STORE_RELEASE(table_elem(t, link)->next, list ? list : UINT32_MAX);
		list = link;
	}
	p->free = list;
	p->spare = 0;
	p->swaps = 0;
	p->used = used;
	if (p->hand < first || p->hand > end)
		p->hand = first;
	return used <= p->max ? 0 : -EUCLEAN;
}

int table_mend(struct table *t, u8 *marks)
{
	u64 *seen = calloc(t->count / 64 + 1, sizeof(*seen));
	int err = seen ? 0 : -ENOMEM;

	buckets_clear(t);
	for (u32 i = 0; i < t->pool_count; i++)
		guard_clear(t->map, &t->pools[i].lock);
	if (!err)
		err = chains_see(t, seen);
	for (u32 i = 0; i < t->pool_count && !err; i++)
		err = pool_mend(t, i, seen, marks);
	free(seen);
	return err;
}
