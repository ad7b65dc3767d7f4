/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The hash table under hash, LRU hash, hash of maps and devmap hash: chained buckets over elements
 * of one slab. An element is {next, hash, key padded to 8, value}; its number never changes, so
 * pointers to values stay memory of the map for as long as it lives.
 *
 * Readers take no lock. Writers lock the bucket (two words: head and lock), then, for as long as
 * it takes to pick an element, a shelf of free ones: there is one for each CPU, so that threads
 * do not meet there; never two buckets or two shelves at once. Keys are stored and compared
 * as 64-bit words with relaxed atomics. A chain ends with a word that names its bucket: a reader
 * whose element was recycled under it arrives at another end and starts again.
 *
 * Every change of a chain is one store, so that a writer may be killed anywhere: what it leaves is
 * at most an element that is in no chain and on no list, and counts that are off. table_mend makes
 * the lists and counts anew from the chains.
 *
 * Replacing a value takes another element and swaps it in, as Linux does: who still holds the old
 * pointer sees the old value until the element is used again. For that each shelf has one element
 * to spare, and gets the old one in return.
 */
#ifndef MAP_TABLE_H
#define MAP_TABLE_H

#include <errno.h>

#include "map/guard.h"
#include "map/ops.h"
#include "map/slab.h"

struct elem {
	u32 next; /* link: 1 + element number, or LINK_END | bucket */
	u32 hash;
	u64 key[]; /* zero-padded; then the value, unless values have a slab of their own */
};

struct bucket {
	u32 head; /* link; 0: never used */
	u32 lock;
};

#define LINK_END 0x80000000u

/* All three in the map's memory. Elements [first, end) of a pool; those from `fresh` on hold no key
 * yet, and are on no shelf. After `end` come the spare ones. */
struct pool {
	u32 first, fresh, end;
	u32 pad[13];
};

/* Of a CPU, or of a pool where there are several. */
struct shelf {
	u32 lock;
	u32 free;  /* list of links; 0: empty */
	u32 spare; /* link: the next replacement's */
	u32 hand;  /* of the LRU's clock: an element of the pool */
	u32 pad[12];
};
_Static_assert(sizeof(struct shelf) == 64 && sizeof(struct pool) == 64, "a cache line each");

struct table {
	struct slab buckets, elems;
	struct slab values; /* per-CPU maps: [slot][element] */
	struct slab pool_slab, shelf_slab;
	struct map *map;       /* whose table it is */
	u32 mask;	       /* buckets - 1 */
	u32 stride, value_off; /* bytes; of an element, of the value in it */
	u32 key_size, value_stride;
	u32 count; /* elements */
	u64 seed;
	struct pool *pools;	   /* in pool_slab */
	struct shelf *shelves;	   /* in shelf_slab */
	u32 pool_count, pool_size; /* elements of a pool, spares included */
	u32 pool_max;		   /* keys */
	u32 shelf_count;	   /* CPUs, or pools where there are several */
};

/* Room for max_entries keys in `pools` pools of equal size. 0, -E2BIG, -ENOMEM. */
int table_init(struct table *t, struct map *m, u32 value_size, u32 pools);
void table_fini(struct table *t);

u32 table_hash(const struct table *t, const void *key);

static inline struct elem *table_elem(const struct table *t, u32 link)
{
	return (struct elem *)(t->elems.data + (u64)(link - 1) * t->stride);
}

static inline void *table_value(const struct table *t, u32 link, u32 cpu)
{
	if (t->values.data)
		return t->values.data + ((u64)cpu * t->count + link - 1) * t->value_stride;
	return (u8 *)table_elem(t, link) + t->value_off;
}

static inline struct bucket *table_bucket(const struct table *t, u32 hash)
{
	return (struct bucket *)t->buckets.data + (hash & t->mask);
}

/* Link of the key's element or 0. */
u32 table_find(const struct table *t, const void *key);
/* The same under the bucket's lock; *at is then the word that links to it. */
u32 table_find_at(struct table *t, struct bucket *b, const void *key, u32 hash, u32 **at);

/* An element for a new key: link, or 0 when the pool holds as many keys as it may; table_stale says
 * whether that can be believed. */
u32 table_take(struct table *t, u32 pool);
/* An element of the same pool to replace another with, and the lock of its shelf, which
 * table_spare drops. 0: as if by table_stale. */
u32 table_take_swap(struct table *t, u32 old, struct shelf **shelf);
/* The shelf of the calling thread. */
struct shelf *table_shelf(struct table *t, u32 pool);
/* There was no element: because of a process that died? Then drop the bucket and begin again. */
static inline bool table_stale(struct table *t)
{
	return guard_suspect(t->map);
}

/* Under the bucket's lock. */
void table_insert(struct table *t, struct bucket *b, u32 link, const void *key, u32 hash);
/* Put `link` in the place of `old`, which then goes with table_spare. */
void table_swap(struct table *t, u32 *at, u32 old, u32 link, const void *key, u32 hash);
void table_spare(struct shelf *shelf, u32 old);
/* Take it off its chain; then it goes with table_free. */
void table_unlink(struct table *t, u32 *at, u32 link);
void table_free(struct table *t, u32 link);

/* Lock, find, unlink, `take` (may be NULL) the element before it is free: 0 or -ENOENT. */
typedef void (*table_take_fn)(struct map *m, void *to, u32 link);
int table_remove(struct table *t, struct map *m, const void *key, void *to, table_take_fn take);
/* Keys in bucket order; a key that is gone starts again. -ENOENT at the end. */
int table_next(struct table *t, const void *key, void *next_key);
/* map_ops.mend. `marks` of an LRU, else NULL. */
int table_mend(struct table *t, u8 *marks);
bool table_owns(const struct table *t, u32 value_size, const void *addr, size_t len);

/* 0, -EEXIST or -ENOENT: do the flags allow this? */
static inline int table_flags(bool exists, u64 flags)
{
	flags &= ~(u64)UPDATE_F_LOCK;
	if (exists && flags == UPDATE_NOEXIST)
		return -EEXIST;
	if (!exists && flags == UPDATE_EXIST)
		return -ENOENT;
	return 0;
}

#endif
