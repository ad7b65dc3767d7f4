// SPDX-License-Identifier: BSD-2-Clause
/* Array and per-CPU array. Values of slot c of a per-CPU array lie together: [slot][index]. */
#include <errno.h>
#include <stdlib.h>

#include "map/array.h"
#include "map/ops.h"
#include "map/slab.h"

struct array {
	struct slab slab;
	u32 count;
	u32 stride; /* bytes a value */
};

int array_index_next(u32 count, const void *key, void *next_key)
{
	u32 index = key ? LOAD(u32, key) : UINT32_MAX;

	if (index >= count)
		index = 0;
	else if (++index == count)
		return -ENOENT;
	STORE(u32, next_key, index);
	return 0;
}

static int array_check(const struct map_def *def, struct diag *d)
{
	bool percpu = def->type == MAP_TYPE_PERCPU_ARRAY;

	if (percpu)
		return map_check_percpu(def, d);
	return map_check_value(def, INT32_MAX, d);
}

static int array_create(struct map *m)
{
	struct array *a = calloc(1, sizeof(*a));
	u32 slots = map_is_percpu(m) ? map_cpus() : 1;
	int err;

	if (!a)
		return -ENOMEM;
	a->count = m->def.max_entries;
	a->stride = m->value_stride;
	err = slab_new(m, &a->slab, (u64)a->count * slots, a->stride);
	if (err) {
		free(a);
		return err;
	}
	m->impl = a;
	return 0;
}

static void array_destroy(struct map *m)
{
	struct array *a = m->impl;

	for (u64 i = 0; m->drops && i < (u64)a->count * m->slots; i++)
		map_drop_fields(m, a->slab.data + i * a->stride);
	slab_fini(&a->slab);
	free(a);
}

static void *array_lookup(struct map *m, const void *key, u32 cpu)
{
	struct array *a = m->impl;
	u32 index = LOAD(u32, key);

	return index < a->count ? a->slab.data + (u64)index * a->stride : NULL;
}

bool array_layout(const struct map *m, struct array_layout *out)
{
	const struct array *a = m->impl;

	if (m->def.type != MAP_TYPE_ARRAY && m->def.type != MAP_TYPE_PERCPU_ARRAY)
		return false;
	*out = (struct array_layout){ a->slab.data, a->count, a->stride, map_is_percpu(m) };
	return true;
}

static void *percpu_array_lookup(struct map *m, const void *key, u32 cpu)
{
	struct array *a = m->impl;
	u32 index = LOAD(u32, key);

	if (index >= a->count || cpu >= map_cpus_of(m))
		return NULL;
	return a->slab.data + ((u64)cpu * a->count + index) * a->stride;
}

static int array_update_check(const struct map *m, const struct array *a, u32 index, u64 flags)
{
	if ((flags & ~(u64)UPDATE_F_LOCK) > UPDATE_EXIST)
		return -EINVAL;
	if (index >= a->count)
		return -E2BIG;
	if (flags & UPDATE_NOEXIST)
		return -EEXIST;
	if ((flags & UPDATE_F_LOCK) && !m->def.lock_at)
		return -EINVAL;
	return 0;
}

static int array_update(struct map *m, const void *key, const void *value, u64 flags, u32 cpu)
{
	struct array *a = m->impl;
	u32 index = LOAD(u32, key);
	int err = array_update_check(m, a, index, flags);
	void *to;

	if (err)
		return err;
	to = a->slab.data + (u64)index * a->stride;
	if (flags & UPDATE_F_LOCK)
		map_store_locked(m, to, value);
	else
		map_store_value(m, to, value);
	map_drop_value(m, to);
	return 0;
}

static int percpu_array_update(struct map *m, const void *key, const void *value, u64 flags,
			       u32 cpu)
{
	struct array *a = m->impl;
	u32 index = LOAD(u32, key);
	int err = flags > UPDATE_EXIST ? -EINVAL : array_update_check(m, a, index, flags);
	void *to = err ? NULL : percpu_array_lookup(m, key, cpu);

	if (to) {
		map_store_value(m, to, value);
		map_drop_value(m, to);
	}
	return err;
}

static int percpu_array_read(struct map *m, const void *key, void *value)
{
	u32 stride = m->value_stride, slots = map_cpus_of(m);

	for (u32 cpu = 0; cpu < slots; cpu++) {
		const void *from = percpu_array_lookup(m, key, cpu);

		if (!from)
			return -ENOENT;
		value_load((u8 *)value + (u64)cpu * stride, from, stride);
	}
	return 0;
}

static int percpu_array_write(struct map *m, const void *key, const void *value, u64 flags)
{
	struct array *a = m->impl;
	u32 stride = m->value_stride, slots = map_cpus_of(m);
	int err = flags > UPDATE_EXIST ? -EINVAL : array_update_check(m, a, LOAD(u32, key), flags);

	for (u32 cpu = 0; !err && cpu < slots; cpu++) {
		void *to = percpu_array_lookup(m, key, cpu);

		map_store_slot(m, to, (const u8 *)value + (u64)cpu * stride);
		map_drop_value(m, to);
	}
	return err;
}

/* Values change in place: they may be torn, as on Linux. */
static int array_mend(struct map *m)
{
	return 0;
}

static int array_remove(struct map *m, const void *key)
{
	return -EINVAL;
}

static int array_next(struct map *m, const void *key, void *next_key)
{
	return array_index_next(m->def.max_entries, key, next_key);
}

static bool array_owns(const struct map *m, const void *addr, size_t len)
{
	const struct array *a = m->impl;

	return slab_holds(&a->slab, a->stride, 0, m->def.value_size, addr, len);
}

const struct map_ops array_ops = {
	.type = MAP_TYPE_ARRAY,
	.check = array_check,
	.create = array_create,
	.destroy = array_destroy,
	.lookup = array_lookup,
	.update = array_update,
	.remove = array_remove,
	.next = array_next,
	.owns = array_owns,
	.mend = array_mend,
};

const struct map_ops percpu_array_ops = {
	.type = MAP_TYPE_PERCPU_ARRAY,
	.check = array_check,
	.create = array_create,
	.destroy = array_destroy,
	.lookup = percpu_array_lookup,
	.update = percpu_array_update,
	.remove = array_remove,
	.next = array_next,
	.read = percpu_array_read,
	.write = percpu_array_write,
	.owns = array_owns,
	.mend = array_mend,
};
