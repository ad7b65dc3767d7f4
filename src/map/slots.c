// SPDX-License-Identifier: BSD-2-Clause
/*
 * Maps whose elements are other objects, borrowed pointers of the engine: prog array, perf event
 * array, array of maps, hash of maps. The system-call side reads ids (ref_id); writing goes
 * through map_ref_set, for there are no file descriptors here.
 */
#include <errno.h>
#include <stdlib.h>

#include "map/array.h"
#include "map/hash.h"

struct slots {
	struct slab slab; /* void *, one an index */
};

static bool is_hash(const struct map *m)
{
	return m->def.type == MAP_TYPE_HASH_OF_MAPS;
}

static bool is_slots(const struct map *m)
{
	return m->def.type == MAP_TYPE_PROG_ARRAY || m->def.type == MAP_TYPE_PERF_EVENT_ARRAY ||
	       m->def.type == MAP_TYPE_ARRAY_OF_MAPS;
}

static void **slot_at(struct map *m, u32 index)
{
	struct slots *s = m->impl;

	return index < m->def.max_entries ? (void **)s->slab.data + index : NULL;
}

void *map_slot_get(struct map *m, u32 index)
{
	void **slot = is_slots(m) ? slot_at(m, index) : NULL;

	return slot ? LOAD_ACQUIRE(*slot) : NULL;
}

/* Does an inner map look like the template? */
static bool inner_fits(const struct map *m, const struct map *inner)
{
	const struct map_def *a = m->inner, *b = &inner->def;

	if (a->type != b->type || a->key_size != b->key_size || a->value_size != b->value_size ||
	    a->flags != b->flags || a->lock_at != b->lock_at || a->field_count != b->field_count)
		return false;
	return a->type != MAP_TYPE_ARRAY || (a->flags & MAP_INNER_MAP) ||
	       a->max_entries == b->max_entries;
}

static void ref_put(struct map *m, void *ref)
{
	if (ref && m->put_ref)
		m->put_ref(ref);
}

int map_slot_set(struct map *m, u32 index, void *ref)
{
	void **slot = is_slots(m) ? slot_at(m, index) : NULL;

	if (!slot)
		return is_slots(m) ? -E2BIG : -EINVAL;
	if (ref && m->inner && !inner_fits(m, ref))
		return -EINVAL;
	ref_put(m, __atomic_exchange_n(slot, ref, __ATOMIC_ACQ_REL));
	return 0;
}

static int slots_remove(struct map *m, const void *key)
{
	void **slot = slot_at(m, LOAD(u32, key)), *old;

	if (!slot)
		return -E2BIG;
	old = __atomic_exchange_n(slot, NULL, __ATOMIC_ACQ_REL);
	ref_put(m, old);
	return old ? 0 : -ENOENT;
}

/* ---- hash of maps: values are pointers ---- */

static void *hash_ref(struct map *m, const void *key)
{
	struct table *t = m->impl;
	u32 link = table_find(t, key);

	return link ? LOAD_ACQUIRE(*(void **)table_value(t, link, 0)) : NULL;
}

static void hash_ref_leave(struct map *m, void *to, u32 link)
{
	*(void **)to = READ_ONCE(*(void **)table_value(m->impl, link, 0));
}

static int maps_remove(struct map *m, const void *key)
{
	void *old = NULL;
	int err = table_remove(m->impl, m, key, &old, hash_ref_leave);

	ref_put(m, old);
	return err;
}

static int maps_store(struct map *m, const void *key, void *ref, u64 flags)
{
	struct table *t = m->impl;
	u32 hash = table_hash(t, key), *at, old, link;
	struct bucket *b = table_bucket(t, hash);
	void *gone = NULL;
	int err;

	guard_take(m, &b->lock);
	old = table_find_at(t, b, key, hash, &at);
	err = table_flags(old != 0, flags);
	if (!err && old) {
		gone = __atomic_exchange_n((void **)table_value(t, old, 0), ref, __ATOMIC_ACQ_REL);
	} else if (!err) {
		link = table_take(t, 0);
		if (link) {
			STORE_RELEASE(*(void **)table_value(t, link, 0), ref);
			table_insert(t, b, link, key, hash);
		} else {
			err = -E2BIG;
		}
	}
	lock_drop(&b->lock);
	ref_put(m, gone);
	return err;
}

void *map_ref_get(struct map *m, const void *key)
{
	return is_hash(m) ? hash_ref(m, key) : map_slot_get(m, LOAD(u32, key));
}

int map_ref_set(struct map *m, const void *key, void *ref, u64 flags)
{
	if (!is_hash(m) && !is_slots(m))
		return -EINVAL;
	if (!ref)
		return m->ops->remove(m, key);
	if (flags > UPDATE_EXIST || (is_slots(m) && flags != UPDATE_ANY))
		return -EINVAL;
	if (is_slots(m))
		return map_slot_set(m, LOAD(u32, key), ref);
	return inner_fits(m, ref) ? maps_store(m, key, ref, flags) : -EINVAL;
}

/* References go at once: no reader of a value has more than its number. */
static void maps_give(struct map *m, u32 link, void *value, u64 elem_flags, bool take)
{
	void *ref = READ_ONCE(*(void **)table_value(m->impl, link, 0));

	STORE(u32, value, m->ref_id ? m->ref_id(ref) : 0);
	if (take)
		ref_put(m, ref);
}

/* ---- what all of them share ---- */

static int refs_read(struct map *m, const void *key, void *value)
{
	void *ref = map_ref_get(m, key);

	if (m->def.type == MAP_TYPE_PERF_EVENT_ARRAY)
		return -ENOTSUPP_LINUX;
	if (!ref)
		return -ENOENT;
	STORE(u32, value, m->ref_id ? m->ref_id(ref) : 0);
	return 0;
}

static int refs_write(struct map *m, const void *key, const void *value, u64 flags)
{
	if (is_slots(m) && flags != UPDATE_ANY)
		return -EINVAL;
	if (is_slots(m) && LOAD(u32, key) >= m->def.max_entries)
		return -E2BIG;
	return -EBADF;
}

/* No program may do this: the verifier refuses it. */
static int refs_update(struct map *m, const void *key, const void *value, u64 flags, u32 cpu)
{
	return -EINVAL;
}

/* Programs get the inner map itself. */
static void *maps_lookup(struct map *m, const void *key, u32 cpu)
{
	return map_ref_get(m, key);
}

static int slots_next(struct map *m, const void *key, void *next_key)
{
	return array_index_next(m->def.max_entries, key, next_key);
}

static int maps_next(struct map *m, const void *key, void *next_key)
{
	return table_next(m->impl, key, next_key);
}

static int inner_check(const struct map_def *def, struct diag *d)
{
	const struct map_def *inner = def->inner;

	if (!inner)
		return map_refuse(def, d, -EBADF, "has no template of its inner maps");
	if (inner->type == MAP_TYPE_ARRAY_OF_MAPS || inner->type == MAP_TYPE_HASH_OF_MAPS)
		return map_refuse(def, d, -EINVAL, "an inner map cannot hold maps itself");
	if (inner->type == MAP_TYPE_PROG_ARRAY)
		return map_refuse(def, d, -ENOTSUPP_LINUX, "an inner map cannot be a prog array");
	return 0;
}

static int maps_check(const struct map_def *def, struct diag *d)
{
	int err = hash_check(def, d);

	return err ? err : inner_check(def, d);
}

static int slots_create(struct map *m)
{
	struct slots *s = calloc(1, sizeof(*s));
	int err;

	if (!s)
		return -ENOMEM;
	err = slab_new(m, &s->slab, m->def.max_entries, sizeof(void *));
	if (err) {
		free(s);
		return err;
	}
	m->impl = s;
	return 0;
}

static void slots_destroy(struct map *m)
{
	struct slots *s = m->impl;

	for (u32 i = 0; m->put_ref && i < m->def.max_entries; i++)
		ref_put(m, *slot_at(m, i));
	slab_fini(&s->slab);
	free(s);
}

static int maps_create(struct map *m)
{
	struct table *t = calloc(1, sizeof(*t));
	int err;

	if (!t)
		return -ENOMEM;
	err = table_init(t, m, sizeof(void *), 1);
	if (err) {
		free(t);
		return err;
	}
	m->impl = t;
	return 0;
}

static void maps_destroy(struct map *m)
{
	struct table *t = m->impl;

	for (u32 i = 0; m->put_ref && i <= t->mask; i++) {
		u32 link = ((struct bucket *)t->buckets.data)[i].head;

		for (; link && !(link & LINK_END); link = table_elem(t, link)->next)
			ref_put(m, *(void **)table_value(t, link, 0));
	}
	table_fini(t);
	free(t);
}

#define SLOTS_OPS(name, map_type, ...)                                                             \
	const struct map_ops name = { .type = map_type,                                            \
				      .create = slots_create,                                      \
				      .destroy = slots_destroy,                                    \
				      .update = refs_update,                                       \
				      .remove = slots_remove,                                      \
				      .next = slots_next,                                          \
				      .read = refs_read,                                           \
				      .write = refs_write,                                         \
				      .owns = map_no_owns,                                         \
				      __VA_ARGS__ }

SLOTS_OPS(prog_array_ops, MAP_TYPE_PROG_ARRAY, .lookup = map_no_lookup);
SLOTS_OPS(perf_array_ops, MAP_TYPE_PERF_EVENT_ARRAY, .lookup = map_no_lookup);
SLOTS_OPS(array_of_maps_ops, MAP_TYPE_ARRAY_OF_MAPS, .lookup = maps_lookup, .check = inner_check);

const struct map_ops hash_of_maps_ops = {
	.type = MAP_TYPE_HASH_OF_MAPS,
	.batch_give = maps_give,
	.check = maps_check,
	.create = maps_create,
	.destroy = maps_destroy,
	.lookup = maps_lookup,
	.update = refs_update,
	.remove = maps_remove,
	.next = maps_next,
	.read = refs_read,
	.write = refs_write,
	.owns = map_no_owns,
};
