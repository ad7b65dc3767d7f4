// SPDX-License-Identifier: BSD-2-Clause
/*
 * LRU hash, plain and per-CPU: an insert into a full map drops a key that programs did not look
 * up since a clock's hand last passed it. Each CPU turns a hand of its own over all elements;
 * NO_COMMON_LRU: one pool and one hand a slot.
 * Linux evicts in batches and may begin a little before the map is full; here exactly at full.
 */
#include <stdlib.h>

#include "map/hash.h"

/* Link of the next live element without a second chance, 0: none in two rounds. Each shelf has a
 * hand, which goes round its whole pool. */
static u32 clock_turn(struct hash_map *h, u32 pool)
{
	struct table *t = &h->table;
	struct shelf *s = table_shelf(t, pool);
	u32 link = 0, first = pool * t->pool_size, size = t->pool_size;

	if (!guard_take_inner(t->map, &s->lock))
		return 0;
	for (u64 left = 2 * (u64)size; left && !link; left--) {
		u8 *mark, bits;

		if (s->hand - first >= size)
			s->hand = first;
		mark = &h->marks.data[s->hand];
		bits = READ_ONCE(*mark);
		if (bits == MARK_LIVE)
			link = s->hand + 1;
		else if (bits & MARK_SEEN)
			WRITE_ONCE(*mark, MARK_LIVE);
		s->hand++;
	}
	lock_drop(&s->lock);
	return link;
}

/* Unlink that element unless someone was faster. */
static void evict(struct map *m, u32 link)
{
	struct hash_map *h = m->impl;
	struct table *t = &h->table;
	struct bucket *b = table_bucket(t, READ_ONCE(table_elem(t, link)->hash));
	u32 *from = &b->head, at;

	guard_take(t->map, &b->lock);
	while ((at = READ_ONCE(*from)) && !(at & LINK_END) && at != link)
		from = &table_elem(t, at)->next;
	if (at == link) {
		table_unlink(t, from, link);
		hash_leave(m, NULL, link);
		table_free(t, link);
	}
	lock_drop(&b->lock);
}

void lru_evict(struct map *m, u32 pool)
{
	struct hash_map *h = m->impl;
	u32 link = clock_turn(h, pool);

	if (link)
		evict(m, link);
	else if (!guard_suspect(m))
		lock_wait(1023); /* every element is on its way in or out */
}

static int lru_create(struct map *m)
{
	u32 cpus = map_cpus(), pools = m->def.flags & MAP_NO_COMMON_LRU ? cpus : 1;

	if (pools > 1) { /* equal shares, as in Linux: rounded up, down only at the top */
		u32 rounded = (u32)ROUND_UP((u64)m->def.max_entries, cpus);

		m->def.max_entries =
			rounded < m->def.max_entries ? m->def.max_entries / cpus * cpus : rounded;
	}
	return hash_create_pools(m, pools, true);
}

static void *lru_lookup(struct map *m, const void *key, u32 cpu)
{
	struct hash_map *h = m->impl;
	u32 link = cpu < m->slots || m->slots == 1 ? table_find(&h->table, key) : 0;
	u8 *mark;

	if (!link)
		return NULL;
	mark = &h->marks.data[link - 1];
	if (READ_ONCE(*mark) == MARK_LIVE)
		WRITE_ONCE(*mark, MARK_LIVE | MARK_SEEN);
	return table_value(&h->table, link, cpu);
}

static int lru_update(struct map *m, const void *key, const void *value, u64 flags, u32 cpu)
{
	if (flags > UPDATE_EXIST || (map_is_percpu(m) && cpu >= m->slots))
		return -EINVAL;
	return hash_store(m, key, value, flags, cpu, false);
}

const struct map_ops lru_ops = {
	.type = MAP_TYPE_LRU_HASH,
	.check = hash_check,
	.create = lru_create,
	.destroy = hash_destroy,
	.lookup = lru_lookup,
	.update = lru_update,
	.remove = hash_remove,
	.next = hash_next,
	.read = hash_read,
	.take = hash_take,
	.batch_give = hash_give,
	.owns = hash_owns,
	.mend = hash_mend,
};

const struct map_ops percpu_lru_ops = {
	.type = MAP_TYPE_LRU_PERCPU_HASH,
	.check = hash_check,
	.create = lru_create,
	.destroy = hash_destroy,
	.lookup = lru_lookup,
	.update = lru_update,
	.remove = hash_remove,
	.next = hash_next,
	.read = hash_read,
	.write = hash_write,
	.take = hash_take,
	.batch_give = hash_give,
	.owns = hash_owns,
	.mend = hash_mend,
};
