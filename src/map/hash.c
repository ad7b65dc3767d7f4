// SPDX-License-Identifier: BSD-2-Clause
/* Hash and per-CPU hash. */
#include "map/hash.h"

#include "map/find.h"

#include <stdlib.h>

int hash_check(const struct map_def *def, struct diag *d)
{
	u64 room = KMALLOC_MAX - 48; /* less the head of Linux's own element */
	bool lru = def->type == MAP_TYPE_LRU_HASH || def->type == MAP_TYPE_LRU_PERCPU_HASH;

	if (lru && (def->flags & MAP_NO_PREALLOC))
		return map_refuse(def, d, -ENOTSUPP_LINUX, "LRU maps are always preallocated");
	if (!lru && (def->flags & MAP_NO_COMMON_LRU))
		return map_refuse(def, d, -EINVAL, "flag NO_COMMON_LRU is for LRU maps");
	if (lru && (def->flags & MAP_NO_COMMON_LRU) && (def->flags & MAP_NUMA_NODE))
		return map_refuse(def, d, -EINVAL, "NO_COMMON_LRU lists have no NUMA node");
	if ((u64)def->key_size + def->value_size >= room)
		return map_refuse(def, d, -E2BIG,
				  "key_size %u + value_size %u reaches the limit of %llu bytes",
				  def->key_size, def->value_size, (unsigned long long)room);
	if (def->type == MAP_TYPE_PERCPU_HASH || def->type == MAP_TYPE_LRU_PERCPU_HASH)
		return map_check_percpu(def, d);
	return 0;
}

int hash_create_pools(struct map *m, u32 pools, bool lru)
{
	struct hash_map *h = calloc(1, sizeof(*h));
	int err;

	if (!h)
		return -ENOMEM;
	err = table_init(&h->table, m, m->def.value_size, pools);
	if (!err && lru) {
		err = slab_new(m, &h->marks, h->table.count, 1);
		if (err)
			table_fini(&h->table);
	}
	if (err) {
		free(h);
		return err;
	}
	m->impl = h;
	return 0;
}

#define LOOKUP_SIZED(size)                                                                         \
	static void *lookup_##size(struct map *m, const void *key, u32 cpu)                        \
	{                                                                                          \
		const struct table *t = &((struct hash_map *)m->impl)->table;                      \
		u32 link = find_key(t, key, size);                                                 \
                                                                                                   \
		return link ? (u8 *)table_elem(t, link) + t->value_off : NULL;                     \
	}
LOOKUP_SIZED(4)
LOOKUP_SIZED(8)
LOOKUP_SIZED(12)
LOOKUP_SIZED(16)

static int hash_create(struct map *m)
{
	switch (m->def.key_size) {
	case 4:
		m->lookup = lookup_4;
		break;
	case 8:
		m->lookup = lookup_8;
		break;
	case 12:
		m->lookup = lookup_12;
		break;
	case 16:
		m->lookup = lookup_16;
		break;
	}
	return hash_create_pools(m, 1, false);
}

static int percpu_hash_create(struct map *m)
{
	return hash_create_pools(m, 1, false);
}

/* No element of a hash table that holds no key has anything in its fields. */
static void drop_all(struct map *m)
{
	struct table *t = m->impl;

	for (u32 i = 0; i <= t->mask; i++) {
		u32 link = ((struct bucket *)t->buckets.data)[i].head;

		for (; link && !(link & LINK_END); link = table_elem(t, link)->next)
			for (u32 cpu = 0; cpu < m->slots; cpu++)
				map_drop_fields(m, table_value(t, link, cpu));
	}
}

void hash_destroy(struct map *m)
{
	struct hash_map *h = m->impl;

	if (m->drops)
		drop_all(m);

	table_fini(&h->table);
	slab_fini(&h->marks);
	free(h);
}

static void *hash_lookup(struct map *m, const void *key, u32 cpu)
{
	struct hash_map *h = m->impl;
	u32 link = table_find(&h->table, key);

	return link ? (u8 *)table_elem(&h->table, link) + h->table.value_off : NULL;
}

static void *percpu_hash_lookup(struct map *m, const void *key, u32 cpu)
{
	struct hash_map *h = m->impl;
	u32 link = cpu < m->slots ? table_find(&h->table, key) : 0;

	return link ? table_value(&h->table, link, cpu) : NULL;
}

/* Fill an element's value. `fresh`: slots that the caller does not give become zero. */
static void value_put(struct map *m, u32 link, const void *value, u32 cpu, bool all, bool fresh)
{
	struct table *t = &((struct hash_map *)m->impl)->table;

	if (!map_is_percpu(m)) {
		map_store_value(m, table_value(t, link, 0), value);
		return;
	}
	for (u32 i = 0; i < m->slots; i++) {
		void *to = table_value(t, link, i);

		if (all)
			map_store_slot(m, to, (const u8 *)value + (u64)i * t->value_stride);
		else if (i == cpu)
			map_store_value(m, to, value);
		else if (fresh)
			value_zero(to, t->value_stride);
	}
}

static void mark(struct hash_map *h, u32 link, u8 bits)
{
	if (h->marks.data)
		WRITE_ONCE(h->marks.data[link - 1], bits);
}

static int pool_full(struct hash_map *h)
{
	if (h->marks.data)
		return guard_closed(h->table.map) ? -ESTALE : -EAGAIN;
	return table_stale(&h->table) ? -ESTALE : -E2BIG;
}

/* Bucket locked. -EAGAIN: the LRU's pool is full. -ESTALE: drop the bucket and begin again. */
static int store_locked(struct map *m, struct bucket *b, const void *key, u32 hash,
			const void *value, u64 flags, u32 cpu, bool all)
{
	struct hash_map *h = m->impl;
	struct table *t = &h->table;
	u32 *at, old = table_find_at(t, b, key, hash, &at), link;
	u32 pool = t->pool_count > 1 ? cpu % t->pool_count : 0;
	struct shelf *shelf;
	int err = table_flags(old != 0, flags);

	if (err)
		return err;
	if (old && (flags & UPDATE_F_LOCK)) {
		map_store_locked(m, table_value(t, old, 0), value);
	} else if (old && map_is_percpu(m)) {
		value_put(m, old, value, cpu, all, false);
		mark(h, old, MARK_LIVE | MARK_SEEN);
	} else if (old) {
		link = table_take_swap(t, old, &shelf);
		if (!link)
			return -ESTALE;
		value_put(m, link, value, cpu, all, true);
		mark(h, link, MARK_LIVE | MARK_SEEN);
		table_swap(t, at, old, link, key, hash);
		hash_leave(m, NULL, old);
		table_spare(shelf, old);
	} else {
		link = table_take(t, pool);
		if (!link)
			return pool_full(h);
		value_put(m, link, value, cpu, all, true);
		table_insert(t, b, link, key, hash);
		mark(h, link, MARK_LIVE);
	}
	return 0;
}

int hash_store(struct map *m, const void *key, const void *value, u64 flags, u32 cpu, bool all)
{
	struct hash_map *h = m->impl;
	u32 hash = table_hash(&h->table, key);
	struct bucket *b = table_bucket(&h->table, hash);
	int err;

	for (;;) {
		guard_take(m, &b->lock);
		err = store_locked(m, b, key, hash, value, flags, cpu, all);
		lock_drop(&b->lock);
		if (err == -ESTALE)
			continue;
		if (err != -EAGAIN)
			return err;
		lru_evict(m, h->table.pool_count > 1 ? cpu % h->table.pool_count : 0);
	}
}

static int hash_flags_ok(const struct map *m, u64 flags)
{
	if ((flags & ~(u64)UPDATE_F_LOCK) > UPDATE_EXIST)
		return -EINVAL;
	return (flags & UPDATE_F_LOCK) && !m->def.lock_at ? -EINVAL : 0;
}

int hash_update(struct map *m, const void *key, const void *value, u64 flags, u32 cpu)
{
	int err = hash_flags_ok(m, flags);

	return err ? err : hash_store(m, key, value, flags, cpu, false);
}

static int percpu_hash_update(struct map *m, const void *key, const void *value, u64 flags, u32 cpu)
{
	return flags > UPDATE_EXIST || cpu >= m->slots
		       ? -EINVAL
		       : hash_store(m, key, value, flags, cpu, false);
}

int hash_write(struct map *m, const void *key, const void *value, u64 flags)
{
	return flags > UPDATE_EXIST ? -EINVAL : hash_store(m, key, value, flags, 0, true);
}

/* Bucket locked: the whole value, all slots of it. */
static void value_get(const struct map *m, void *to, u32 link)
{
	const struct table *t = &((struct hash_map *)m->impl)->table;

	if (!map_is_percpu(m)) {
		map_load_value(m, to, table_value(t, link, 0));
		return;
	}
	for (u32 i = 0; i < m->slots; i++)
		value_load((u8 *)to + (u64)i * t->value_stride, table_value(t, link, i),
			   t->value_stride);
}

int hash_read(struct map *m, const void *key, void *value)
{
	struct table *t = &((struct hash_map *)m->impl)->table;
	u32 hash = table_hash(t, key), link, *at;
	struct bucket *b = table_bucket(t, hash);

	guard_take(m, &b->lock);
	link = table_find_at(t, b, key, hash, &at);
	if (link)
		value_get(m, value, link);
	lock_drop(&b->lock);
	return link ? 0 : -ENOENT;
}

void hash_leave(struct map *m, void *to, u32 link)
{
	struct table *t = m->impl;

	if (to)
		value_get(m, to, link);
	mark(m->impl, link, 0);
	for (u32 i = 0; m->drops && i < m->slots; i++)
		map_drop_fields(m, table_value(t, link, i));
}

void hash_give(struct map *m, u32 link, void *value, u64 elem_flags, bool take)
{
	void *elem = table_value(m->impl, link, 0);

	if (elem_flags & UPDATE_F_LOCK)
		map_load_locked(m, value, elem);
	else
		value_get(m, value, link);
	for (u32 i = 0; m->field_count && i < m->slots; i++)
		map_hide_fields(m, (u8 *)value + (u64)i * m->value_stride);
	if (take)
		hash_leave(m, NULL, link);
}

int hash_take(struct map *m, const void *key, void *value)
{
	struct table *t = &((struct hash_map *)m->impl)->table;

	return table_remove(t, m, key, value, hash_leave);
}

int hash_remove(struct map *m, const void *key)
{
	return hash_take(m, key, NULL);
}

int hash_next(struct map *m, const void *key, void *next_key)
{
	return table_next(&((struct hash_map *)m->impl)->table, key, next_key);
}

int hash_mend(struct map *m)
{
	struct hash_map *h = m->impl;

	return table_mend(&h->table, h->marks.data);
}

bool hash_owns(const struct map *m, const void *addr, size_t len)
{
	return table_owns(&((struct hash_map *)m->impl)->table, m->def.value_size, addr, len);
}

const struct map_ops hash_ops = {
	.type = MAP_TYPE_HASH,
	.check = hash_check,
	.create = hash_create,
	.destroy = hash_destroy,
	.lookup = hash_lookup,
	.update = hash_update,
	.remove = hash_remove,
	.next = hash_next,
	.read = hash_read,
	.take = hash_take,
	.batch_give = hash_give,
	.owns = hash_owns,
	.mend = hash_mend,
};

const struct map_ops percpu_hash_ops = {
	.type = MAP_TYPE_PERCPU_HASH,
	.check = hash_check,
	.create = percpu_hash_create,
	.destroy = hash_destroy,
	.lookup = percpu_hash_lookup,
	.update = percpu_hash_update,
	.remove = hash_remove,
	.next = hash_next,
	.read = hash_read,
	.write = hash_write,
	.take = hash_take,
	.batch_give = hash_give,
	.owns = hash_owns,
	.mend = hash_mend,
};
