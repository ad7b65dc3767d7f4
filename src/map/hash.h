/* SPDX-License-Identifier: BSD-2-Clause */
/* What hash and LRU hash, plain and per-CPU, share: one update over one table. */
#ifndef MAP_HASH_H
#define MAP_HASH_H

#include "map/table.h"

/* LRU: a byte an element. */
enum { MARK_LIVE = 1, MARK_SEEN = 2 };

struct hash_map {
	struct table table;
	struct slab marks; /* LRU only */
};

int hash_check(const struct map_def *def, struct diag *d);
int hash_create_pools(struct map *m, u32 pools, bool lru);
void hash_destroy(struct map *m);
/* Value of one slot, or of all slots where `all` is set (value then holds them all). */
int hash_store(struct map *m, const void *key, const void *value, u64 flags, u32 cpu, bool all);
int hash_update(struct map *m, const void *key, const void *value, u64 flags, u32 cpu);
int hash_write(struct map *m, const void *key, const void *value, u64 flags);
int hash_read(struct map *m, const void *key, void *value);
int hash_remove(struct map *m, const void *key);
int hash_take(struct map *m, const void *key, void *value);
int hash_next(struct map *m, const void *key, void *next_key);
int hash_mend(struct map *m);
bool hash_owns(const struct map *m, const void *addr, size_t len);

/* Make room in a pool by dropping a key that was not looked up lately. */
void lru_evict(struct map *m, u32 pool);
/* An element has left its chain; its value goes to `to` unless that is NULL. Bucket locked. */
void hash_leave(struct map *m, void *to, u32 link);
void hash_give(struct map *m, u32 link, void *value, u64 elem_flags, bool take);

#endif
