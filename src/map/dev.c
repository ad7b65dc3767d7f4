// SPDX-License-Identifier: BSD-2-Clause
/*
 * Where redirects go: devmap, devmap hash (values {u32 ifindex[, u32 prog]}) and cpumap (values
 * {u32 queue size[, u32 prog]}). Whether an ifindex or a program exists is the engine's to know;
 * a prog that is no positive number is stored as 0, as Linux shows it.
 */
#include <errno.h>
#include <stdlib.h>

#include "map/array.h"
#include "map/table.h"

enum { CPUMAP_QUEUE_MAX = 16384 };

struct dev_array {
	struct slab slab;
};

/* First word 0: an empty entry. */
static u32 *entry_at(const struct map *m, u32 index)
{
	const struct dev_array *a = m->impl;

	if (index >= m->def.max_entries)
		return NULL;
	return (u32 *)(a->slab.data + (u64)index * m->value_stride);
}

static void *dev_lookup(struct map *m, const void *key, u32 cpu)
{
	u32 *entry = entry_at(m, LOAD(u32, key));

	return entry && READ_ONCE(*entry) ? entry : NULL;
}

static void entry_set(const struct map *m, u32 *entry, const void *value)
{
	s32 prog = m->def.value_size > 4 ? LOAD(s32, (const u8 *)value + 4) : 0;

	/* One store of both: entries are 8 bytes apart. */
	STORE_RELEASE(*(u64 *)(void *)entry, LOAD(u32, value) | (u64)(prog > 0 ? prog : 0) << 32);
}

static bool value_names_prog(const struct map *m, const void *value)
{
	return m->def.value_size > 4 && LOAD(s32, (const u8 *)value + 4) > 0;
}

/* ifindex 0 empties the entry. */
static int devmap_update(struct map *m, const void *key, const void *value, u64 flags, u32 cpu)
{
	u32 *entry = entry_at(m, LOAD(u32, key));

	if (flags > UPDATE_EXIST)
		return -EINVAL;
	if (!entry)
		return -E2BIG;
	if (flags == UPDATE_NOEXIST)
		return -EEXIST;
	if (!LOAD(u32, value) && value_names_prog(m, value))
		return -EINVAL;
	entry_set(m, entry, value);
	return 0;
}

static int devmap_remove(struct map *m, const void *key)
{
	u32 *entry = entry_at(m, LOAD(u32, key));

	if (!entry)
		return -EINVAL;
	STORE_RELEASE(*entry, 0);
	return 0;
}

static int cpumap_update(struct map *m, const void *key, const void *value, u64 flags, u32 cpu)
{
	u32 *entry = entry_at(m, LOAD(u32, key));

	if (flags > UPDATE_EXIST)
		return -EINVAL;
	if (!entry)
		return -E2BIG;
	if (flags == UPDATE_NOEXIST)
		return -EEXIST;
	if (LOAD(u32, value) > CPUMAP_QUEUE_MAX)
		return -EOVERFLOW;
	if (LOAD(u32, key) >= map_cpus())
		return -ENODEV;
	entry_set(m, entry, value);
	return 0;
}

static int dev_mend(struct map *m)
{
	return 0; /* an update is one store */
}

static int dev_next(struct map *m, const void *key, void *next_key)
{
	return array_index_next(m->def.max_entries, key, next_key);
}

static int dev_create(struct map *m)
{
	struct dev_array *a = calloc(1, sizeof(*a));
	int err;

	if (!a)
		return -ENOMEM;
	err = slab_new(m, &a->slab, m->def.max_entries, m->value_stride);
	if (err) {
		free(a);
		return err;
	}
	m->impl = a;
	return 0;
}

static void dev_destroy(struct map *m)
{
	struct dev_array *a = m->impl;

	slab_fini(&a->slab);
	free(a);
}

static bool dev_owns(const struct map *m, const void *addr, size_t len)
{
	const struct dev_array *a = m->impl;

	return slab_holds(&a->slab, m->value_stride, 0, m->def.value_size, addr, len);
}

/* ---- devmap hash ---- */

static void *devhash_lookup(struct map *m, const void *key, u32 cpu)
{
	u32 link = table_find(m->impl, key);

	return link ? table_value(m->impl, link, 0) : NULL;
}

/* Bucket locked. -ESTALE: drop it and begin again. */
static int devhash_store(struct map *m, struct bucket *b, const void *key, u32 hash,
			 const void *value, u64 flags)
{
	struct table *t = m->impl;
	u32 *at, old = table_find_at(t, b, key, hash, &at), link;
	struct shelf *shelf;

	if (old && flags == UPDATE_NOEXIST)
		return -EEXIST;
	link = old ? table_take_swap(t, old, &shelf) : table_take(t, 0);
	if (!link)
		return table_stale(t) ? -ESTALE : -E2BIG;
	entry_set(m, table_value(t, link, 0), value);
	if (old) {
		table_swap(t, at, old, link, key, hash);
		table_spare(shelf, old);
	} else {
		table_insert(t, b, link, key, hash);
	}
	return 0;
}

/* Linux does not look at BPF_EXIST here. */
static int devhash_update(struct map *m, const void *key, const void *value, u64 flags, u32 cpu)
{
	struct table *t = m->impl;
	u32 hash = table_hash(t, key);
	struct bucket *b = table_bucket(t, hash);
	int err;

	if (flags > UPDATE_EXIST || !LOAD(u32, value))
		return -EINVAL;
	do {
		guard_take(m, &b->lock);
		err = devhash_store(m, b, key, hash, value, flags);
		lock_drop(&b->lock);
	} while (err == -ESTALE);
	return err;
}

static int devhash_remove(struct map *m, const void *key)
{
	return table_remove(m->impl, m, key, NULL, NULL);
}

static int devhash_next(struct map *m, const void *key, void *next_key)
{
	return table_next(m->impl, key, next_key);
}

static int devhash_mend(struct map *m)
{
	return table_mend(m->impl, NULL);
}

static bool devhash_owns(const struct map *m, const void *addr, size_t len)
{
	return table_owns(m->impl, m->def.value_size, addr, len);
}

static int devhash_create(struct map *m)
{
	struct table *t = calloc(1, sizeof(*t));
	int err;

	if (!t)
		return -ENOMEM;
	err = table_init(t, m, m->def.value_size, 1);
	if (err) {
		free(t);
		return err;
	}
	m->impl = t;
	return 0;
}

static void devhash_destroy(struct map *m)
{
	table_fini(m->impl);
	free(m->impl);
}

const struct map_ops devmap_ops = {
	.type = MAP_TYPE_DEVMAP,
	.create = dev_create,
	.destroy = dev_destroy,
	.lookup = dev_lookup,
	.update = devmap_update,
	.remove = devmap_remove,
	.next = dev_next,
	.owns = dev_owns,
	.mend = dev_mend,
};

const struct map_ops cpumap_ops = {
	.type = MAP_TYPE_CPUMAP,
	.create = dev_create,
	.destroy = dev_destroy,
	.lookup = dev_lookup,
	.update = cpumap_update,
	.remove = devmap_remove,
	.next = dev_next,
	.owns = dev_owns,
	.mend = dev_mend,
};

const struct map_ops devmap_hash_ops = {
	.type = MAP_TYPE_DEVMAP_HASH,
	.create = devhash_create,
	.destroy = devhash_destroy,
	.lookup = devhash_lookup,
	.update = devhash_update,
	.remove = devhash_remove,
	.next = devhash_next,
	.owns = devhash_owns,
	.mend = devhash_mend,
};
