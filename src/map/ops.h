/* SPDX-License-Identifier: BSD-2-Clause */
/* For the map types themselves: the ops they define, checks and copies that they share. */
#ifndef MAP_OPS_H
#define MAP_OPS_H

#include "map/copy.h"
#include "map/lock.h"
#include "map/map.h"

/* Rows of the table of map types, one a type. */
#define MAP_OPS(X)                                                                                 \
	X(array_ops)                                                                               \
	X(percpu_array_ops)                                                                        \
	X(hash_ops)                                                                                \
	X(percpu_hash_ops)                                                                         \
	X(lru_ops)                                                                                 \
	X(percpu_lru_ops)                                                                          \
	X(lpm_ops)                                                                                 \
	X(ring_ops)                                                                                \
	X(prog_array_ops)                                                                          \
	X(perf_array_ops)                                                                          \
	X(array_of_maps_ops)                                                                       \
	X(hash_of_maps_ops)                                                                        \
	X(devmap_ops)                                                                              \
	X(devmap_hash_ops)                                                                         \
	X(cpumap_ops)                                                                              \
	X(queue_ops)                                                                               \
	X(stack_ops)                                                                               \
	X(bloom_ops)                                                                               \
	X(stack_trace_ops)                                                                         \
	X(user_ring_ops)                                                                           \
	X(arena_ops)
#define X(ops) extern const struct map_ops ops;
MAP_OPS(X)
#undef X

/* "map 'x' (hash): …", returns err. */
int map_refuse(const struct map_def *def, struct diag *d, int err, const char *fmt, ...)
	__printf(4, 5);
/* -E2BIG when value_size is above limit. */
int map_check_value(const struct map_def *def, u64 limit, struct diag *d);
/* Per-CPU values: -E2BIG above PERCPU_MAX bytes; no NUMA node (-EINVAL). */
int map_check_percpu(const struct map_def *def, struct diag *d);
/* A power of two of pages? -EINVAL. */
int ring_check(const struct map_def *def, struct diag *d);

/* Are type, sizes, flags legal? 0, or the errno that Linux gives, with a diagnostic. */
int map_check(const struct map_def *def, struct diag *d);

/* map_read without the question whether it may. */
int map_read_elem(struct map *m, const void *key, void *value, u64 flags);
/* Give a map whose segment is set up its type, definition and memory. */
int map_make(struct map *m, const struct map_def *def);

/* For what a type has not: NULL, -ENOTSUPP_LINUX, false. */
void *map_no_lookup(struct map *m, const void *key, u32 cpu);
int map_no_update(struct map *m, const void *key, const void *value, u64 flags, u32 cpu);
int map_no_remove(struct map *m, const void *key);
int map_no_next(struct map *m, const void *key, void *next_key);
int map_no_read(struct map *m, const void *key, void *value);
bool map_no_owns(const struct map *m, const void *addr, size_t len);

/* Slots of this map's values: 1, or map_cpus() as it was when the map was made. */
static inline u32 map_cpus_of(const struct map *m)
{
	return m->slots;
}

/* Copy a value's data into and out of its element, around its fields. */
void map_store_fields(const struct map *m, void *elem, const void *from);
static inline void map_store_value(const struct map *m, void *elem, const void *from)
{
	if (unlikely(m->field_count))
		map_store_fields(m, elem, from);
	else
		value_store(elem, from, m->def.value_size);
}
void map_load_value(const struct map *m, void *to, const void *elem);
/* The same while the element's spin lock is held. */
void map_store_locked(const struct map *m, void *elem, const void *from);
void map_load_locked(const struct map *m, void *to, void *elem);
/* One slot's value of a per-CPU map, whose padding Linux copies, too. */
static inline void map_store_slot(const struct map *m, void *elem, const void *from)
{
	if (unlikely(m->field_count))
		map_store_fields(m, elem, from);
	else
		value_store(elem, from, m->value_stride);
}
/* A copy for the system-call side: its fields become zeros. */
void map_hide_fields(const struct map *m, void *copy);
/* The element goes: end what its fields hold, and zero them. */
void map_drop_fields(struct map *m, void *value);
static inline void map_drop_value(struct map *m, void *value)
{
	if (unlikely(m->drops))
		map_drop_fields(m, value);
}

/* May the system-call side read, write? */
bool map_user_reads(const struct map *m);
bool map_user_writes(const struct map *m);

#endif
