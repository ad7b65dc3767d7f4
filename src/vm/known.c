// SPDX-License-Identifier: BSD-2-Clause
#include "vm/known.h"

#include <stdlib.h>

#include "vm/op.h"

typedef bool (*map_test)(const struct map *m, u64 addr, u64 size);

static bool is_map(const struct map *m, u64 addr, u64 size)
{
	return (u64)(uintptr_t)m == addr;
}

static bool owns(const struct map *m, u64 addr, u64 size)
{
	return m->ops->owns(m, (const void *)(uintptr_t)addr, size);
}

static bool owns_record(const struct map *m, u64 addr, u64 size)
{
	return m->def.type == MAP_TYPE_RINGBUF && ring_owns(m, (const void *)(uintptr_t)addr, size);
}

static bool reserved(const struct map *m, u64 addr, u64 size)
{
	return m->def.type == MAP_TYPE_RINGBUF &&
	       ring_record_size(m, (const void *)(uintptr_t)addr) >= 0;
}

static bool holds_maps(const struct map *m)
{
	return m->def.type == MAP_TYPE_ARRAY_OF_MAPS || m->def.type == MAP_TYPE_HASH_OF_MAPS;
}

static u32 own_count(const struct vm_run *run)
{
	return run->prog->env->obj->map_count;
}

u32 known_count(const struct vm_run *run)
{
	return own_count(run) + (u32)MIN(run->inner_seen, VM_INNER_MAPS);
}

struct map *known_at(const struct vm_run *run, u32 k)
{
	return k < own_count(run) ? run->prog->env->maps[k] : run->inner[k - own_count(run)];
}

static void remember(struct vm_run *run, struct map *inner)
{
	run->inner[run->inner_seen++ % VM_INNER_MAPS] = inner;
}

/* The inner map of `m` that passes the test. */
static struct map *search_array(struct map *m, map_test test, u64 addr, u64 size)
{
	for (u32 k = 0; k < m->def.max_entries; k++) {
		struct map *inner = map_slot_get(m, k);

		if (inner && test(inner, addr, size))
			return inner;
	}
	return NULL;
}

static struct map *search_hash(struct map *m, map_test test, u64 addr, u64 size)
{
	u8 *keys = malloc(2 * (size_t)m->def.key_size), *key = keys, *last = NULL;
	struct map *inner, *found = NULL;

	for (u32 k = 0; keys && k < m->def.max_entries && !m->ops->next(m, last, key); k++) {
		inner = map_ref_get(m, key);
		if (inner && test(inner, addr, size)) {
			found = inner;
			break;
		}
		last = key;
		key = key == keys ? keys + m->def.key_size : keys;
	}
	free(keys);
	return found;
}

/* Asks the maps that hold maps, once more maps were looked up than the run remembers. */
static struct map *search_holders(struct vm_run *run, map_test test, u64 addr, u64 size)
{
	struct map *inner = NULL;

	for (u32 k = 0; k < own_count(run) && !inner && run->inner_seen > VM_INNER_MAPS; k++) {
		struct map *m = known_at(run, k);

		if (m && holds_maps(m))
			inner = (m->def.type == MAP_TYPE_ARRAY_OF_MAPS
					 ? search_array
					 : search_hash)(m, test, addr, size);
	}
	if (inner)
		remember(run, inner);
	return inner;
}

static struct map *search(struct vm_run *run, map_test test, u64 addr, u64 size)
{
	for (u32 k = 0; k < known_count(run); k++) {
		struct map *m = known_at(run, k);

		if (m && test(m, addr, size))
			return m;
	}
	return search_holders(run, test, addr, size);
}

struct map *known_map(struct vm_run *run, u64 addr)
{
	return addr ? search(run, is_map, addr, 0) : NULL;
}

struct map *known_value(struct vm_run *run, u64 addr, u64 size)
{
	struct map *m = run->last_map < known_count(run) ? known_at(run, run->last_map) : NULL;

	if (m && owns(m, addr, size))
		return m;
	for (u32 k = 0; k < known_count(run); k++) {
		m = known_at(run, k);
		if (m && owns(m, addr, size)) {
			run->last_map = k;
			return m;
		}
	}
	return search_holders(run, owns, addr, size);
}

bool known_in_record(struct vm_run *run, u64 addr, u64 size)
{
	return search(run, owns_record, addr, size);
}

bool known_record(struct vm_run *run, u64 addr)
{
	return search(run, reserved, addr, 0);
}

void known_looked_up(struct vm_run *run, const struct map *m, u64 value)
{
	struct map *inner = (struct map *)(uintptr_t)value;

	if (!holds_maps(m))
		return;
	for (u32 k = own_count(run); k < known_count(run); k++) {
		if (known_at(run, k) == inner)
			return;
	}
	remember(run, inner);
}
