/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How keys are hashed, compared and found, for callers that know the key's size when they are
 * compiled: then it is a few instructions.
 */
#ifndef MAP_FIND_H
#define MAP_FIND_H

#include "map/table.h"

static inline u64 key_fold(u64 a, u64 b)
{
	unsigned __int128 product = (unsigned __int128)a * b;

	return (u64)product ^ (u64)(product >> 64);
}

/* The last, partial word of a key, zero-padded. */
static inline u64 key_tail(const u8 *key, u32 len)
{
	u64 word = 0;

	memcpy(&word, key, len);
	return word;
}

static inline __attribute__((always_inline)) u32 key_hash(u64 seed, const u8 *key, u32 size)
{
	u64 h = seed ^ 0x2d358dccaa6c78a5ULL ^ size;

	for (; size >= 8; key += 8, size -= 8)
		h = key_fold(h ^ LOAD(u64, key), 0x8bb84b93962eacc9ULL);
	if (size)
		h = key_fold(h ^ key_tail(key, size), 0x8bb84b93962eacc9ULL);
	return (u32)(h ^ h >> 32);
}

static inline __attribute__((always_inline)) bool key_equal(const struct elem *e, const u8 *key,
							    u32 size)
{
	const u64 *word = e->key;

	for (; size >= 8; key += 8, size -= 8)
		if (READ_ONCE(*word++) != LOAD(u64, key))
			return false;
	return !size || READ_ONCE(*word) == key_tail(key, size);
}

static inline __attribute__((always_inline)) u32 find_key(const struct table *t, const u8 *key,
							  u32 size)
{
	u32 hash = key_hash(t->seed, key, size), slot = hash & t->mask, link;
	const struct bucket *b = table_bucket(t, hash);

again:
	for (link = LOAD_ACQUIRE(b->head); link && !(link & LINK_END);) {
		const struct elem *e = table_elem(t, link);

		if (key_equal(e, key, size))
			return link;
		link = LOAD_ACQUIRE(e->next);
	}
	if (unlikely(link && link != (LINK_END | slot)))
		goto again; /* the element moved to another chain */
	return 0;
}

#endif
