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

/* An element that is in no chain: to spare for a shelf that has none, else free. `nth` of those. */
static void elem_shelve(struct table *t, struct shelf *shelves, u32 count, u32 nth, u32 link)
{
	u32 *list = &shelves[nth % count].free;

	if (nth < count) {
		shelves[nth].spare = link;
		return;
	}
	STORE_RELEASE(table_elem(t, link)->next, *list ? *list : UINT32_MAX);
	WRITE_ONCE(*list, link);
}

/* Highest numbers first: so the lowest are used next. */
static int pool_mend(struct table *t, u32 index, const u64 *seen, u8 *marks)
{
	u32 per = t->shelf_count / t->pool_count, first = index * t->pool_size, used = 0, idle = 0;
	u32 end = first + t->pool_max;
	struct shelf *shelves = &t->shelves[index * per];
	struct pool *p = &t->pools[index];
	u32 fresh = READ_ONCE(p->fresh);

	if (!per || fresh < first || fresh > end || p->first != first || p->end != end)
		return -EUCLEAN;
	for (u32 k = 0; k < per; k++) {
		WRITE_ONCE(shelves[k].free, 0);
		shelves[k].spare = 0;
		if (shelves[k].hand - first > t->pool_size)
			shelves[k].hand = first;
	}
	for (u32 link = first + t->pool_size; link > first; link--) {
		bool live = seen_get(seen, link), never = link > fresh && link <= end;

		if (live && never)
			return -EUCLEAN;
		if (never)
			continue;
		if (marks)
			WRITE_ONCE(marks[link - 1], live ? marks[link - 1] | MARK_LIVE : 0);
		used += live;
		if (!live)
			elem_shelve(t, shelves, per, idle++, link);
	}
	return used <= fresh - first && idle >= per ? 0 : -EUCLEAN;
}

int table_mend(struct table *t, u8 *marks)
{
	u64 *seen = calloc(t->count / 64 + 1, sizeof(*seen));
	int err = seen ? 0 : -ENOMEM;

	buckets_clear(t);
	for (u32 i = 0; i < t->shelf_count; i++)
		guard_clear(t->map, &t->shelves[i].lock);
	if (!err)
		err = chains_see(t, seen);
	for (u32 i = 0; i < t->pool_count && !err; i++)
		err = pool_mend(t, i, seen, marks);
	free(seen);
	return err;
}
