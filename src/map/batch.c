// SPDX-License-Identifier: BSD-2-Clause
/*
 * Several elements by one call, as bpf(2)'s batch commands. Hash tables are walked bucket by
 * bucket, and a bucket is given whole or not at all: the place to go on from is the number of the
 * next one. Other types go from key to key, and that place is the last key.
 */
#include <errno.h>

#include "map/hash.h"

static bool is_table(const struct map *m)
{
	return m->ops->batch_give != NULL;
}

/* Bits of enum map_batch_op. */
static u32 ops_of(const struct map *m)
{
	if (is_table(m))
		return 1 << BATCH_READ | 1 << BATCH_TAKE | 1 << BATCH_WRITE | 1 << BATCH_REMOVE;
	switch (m->def.type) {
	case MAP_TYPE_ARRAY:
	case MAP_TYPE_PERCPU_ARRAY:
	case MAP_TYPE_ARRAY_OF_MAPS:
		return 1 << BATCH_READ | 1 << BATCH_WRITE;
	case MAP_TYPE_LPM_TRIE:
		return 1 << BATCH_READ | 1 << BATCH_WRITE | 1 << BATCH_REMOVE;
	}
	return 0;
}

/* Where the next element of this call goes. */
struct place {
	u8 *key, *value;
	u32 key_size;
	size_t value_size;
};

static struct place place_of(const struct map *m, const struct map_batch *b)
{
	return (struct place){ b->keys, b->values, m->def.key_size, map_read_size(m) };
}

static void place_next(struct place *p)
{
	p->key += p->key_size;
	p->value += p->value_size;
}

/* ---- hash tables ---- */

static u32 chain_len(const struct table *t, const struct bucket *b)
{
	u32 n = 0, link = READ_ONCE(b->head);

	for (; link && !(link & LINK_END); link = READ_ONCE(table_elem(t, link)->next))
		n++;
	return n;
}

/* Bucket locked. */
static void chain_give(struct map *m, struct bucket *b, struct place *p, u64 elem_flags, bool take)
{
	struct table *t = m->impl;
	u32 link = READ_ONCE(b->head);

	while (link && !(link & LINK_END)) {
		u32 next = READ_ONCE(table_elem(t, link)->next);

		memcpy(p->key, table_elem(t, link)->key, p->key_size);
		if (take)
			table_unlink(t, &b->head, link);
		m->ops->batch_give(m, link, p->value, elem_flags, take);
		if (take)
			table_free(t, link);
		place_next(p);
		link = next;
	}
}

static int table_batch(struct map *m, struct map_batch *b, bool take)
{
	struct table *t = m->impl;
	struct place p = place_of(m, b);
	u32 room = b->count, slot = b->from ? LOAD(u32, b->from) : 0;
	int err = -ENOENT;

	b->count = 0;
	if (slot > t->mask)
		return -ENOENT;
	for (; slot <= t->mask; slot++) {
		struct bucket *bucket = (struct bucket *)t->buckets.data + slot;
		u32 n;

		if (!READ_ONCE(bucket->head) || READ_ONCE(bucket->head) & LINK_END)
			continue;
		guard_take(m, &bucket->lock);
		n = chain_len(t, bucket);
		if (n <= room - b->count)
			chain_give(m, bucket, &p, b->elem_flags, take);
		lock_drop(&bucket->lock);
		if (n > room - b->count) {
			err = b->count ? 0 : -ENOSPC;
			break;
		}
		b->count += n;
	}
	STORE(u32, b->to, slot);
	return err;
}

/* ---- by key ---- */

static int keys_read(struct map *m, struct map_batch *b)
{
	struct place p = place_of(m, b);
	u32 room = b->count, size = m->def.key_size;
	const void *last = b->from;
	int err = 0;

	b->count = 0;
	while (b->count < room) {
		err = m->ops->next(m, last, p.key);
		if (err)
			break;
		memcpy(b->to, p.key, size);
		last = b->to;
		err = map_read_elem(m, p.key, p.value, b->elem_flags);
		if (err == -ENOENT)
			continue;
		if (err)
			break;
		place_next(&p);
		b->count++;
	}
	return err;
}

static int keys_change(struct map *m, struct map_batch *b, bool remove)
{
	struct place p = place_of(m, b);
	u32 count = b->count;
	int err = 0;

	for (b->count = 0; b->count < count; b->count++) {
		if (remove)
			err = m->ops->remove(m, p.key);
		else
			err = map_write(m, p.key, p.value, b->elem_flags);
		if (err)
			break;
		place_next(&p);
	}
	return err;
}

static bool allowed(const struct map *m, enum map_batch_op op)
{
	bool reads = op == BATCH_READ || op == BATCH_TAKE, writes = op != BATCH_READ;

	return (!reads || map_user_reads(m)) && (!writes || map_user_writes(m));
}

int map_batch(struct map *m, enum map_batch_op op, struct map_batch *b)
{
	bool table = is_table(m) && (op == BATCH_READ || op == BATCH_TAKE);

	if (!allowed(m, op))
		return -EPERM;
	if (!(ops_of(m) >> op & 1))
		return -ENOTSUPP_LINUX;
	if (b->elem_flags & ~(u64)UPDATE_F_LOCK || (b->elem_flags && !m->def.lock_at))
		return -EINVAL;
	if (table && b->flags)
		return -EINVAL;
	if (!b->count)
		return 0;
	if (table)
		return table_batch(m, b, op == BATCH_TAKE);
	return op == BATCH_READ ? keys_read(m, b) : keys_change(m, b, op == BATCH_REMOVE);
}
