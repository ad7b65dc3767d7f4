// SPDX-License-Identifier: BSD-2-Clause
/*
 * Ring buffer. Positions only grow; the data pages are mapped twice in a row (twice.h). A record is
 * an 8-byte head and its bytes, padded to 8. Reserving holds the lock; committing is one store; the
 * one consumer stops at the first record that is still busy. One bit for every 8 bytes says where
 * reserved records start: that is how the checked machine tells a record from a lookalike.
 */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "map/ops.h"
#include "map/slab.h"
#include "map/twice.h"

#define RING_BUSY    (1u << 31)
#define RING_DISCARD (1u << 30)
#define RING_LEN_MAX (UINT32_MAX / 4)
#define UNIT	     4096 /* bytes; pages are whole ones of it, and the data begins with a page */

struct ring_head {
	u32 len;   /* bytes of the record, RING_BUSY, RING_DISCARD */
	u32 pages; /* from the ring's first unit to this head's */
};

struct ring {
	u64 producer, consumer; /* bytes ever reserved, ever consumed */
	u64 pending;		/* where the oldest busy record may be */
	u64 size;		/* bytes */
	u64 lost;
	u32 lock;
	u8 *data; /* of `pages` */
	u64 *starts;
	struct slab starts_slab;
	struct twice pages; /* the first bytes lead back to the ring */
};

static struct ring_head *head_at(const struct ring *r, u64 pos)
{
	return (struct ring_head *)(r->data + (pos & (r->size - 1)));
}

static u64 record_room(u32 len)
{
	return ROUND_UP((u64)(len & ~(RING_BUSY | RING_DISCARD)) + sizeof(struct ring_head), 8);
}

static void starts_set(struct ring *r, u64 off, bool on)
{
	u64 *word = &r->starts[off / 512], bit = 1ull << (off / 8 % 64);

	if (on)
		__atomic_fetch_or(word, bit, __ATOMIC_RELAXED);
	else
		__atomic_fetch_and(word, ~bit, __ATOMIC_RELAXED);
}

/* Lock held. Move `pending` past what is committed, then see whether `room` more bytes fit: a
 * record may not reach the oldest one that is busy or not consumed. */
static bool has_room(struct ring *r, u64 room)
{
	u64 end = r->producer + room;

	while (r->pending < r->producer) {
		u32 len = LOAD_ACQUIRE(head_at(r, r->pending)->len);

		if (len & RING_BUSY)
			break;
		r->pending += record_room(len);
	}
	return end - LOAD_ACQUIRE(r->consumer) < r->size && end - r->pending < r->size;
}

/* A busy record of that many bytes, NULL: there is no room. `named`: programs get its address. */
static inline struct ring_head *reserve(struct ring *r, u64 size, bool named)
{
	struct ring_head *head = NULL;
	u64 room;

	if (unlikely(size > RING_LEN_MAX || record_room((u32)size) > r->size)) {
		__atomic_fetch_add(&r->lost, 1, __ATOMIC_RELAXED);
		return NULL;
	}
	room = record_room((u32)size);
	lock_take(&r->lock);
	if (has_room(r, room)) {
		head = head_at(r, r->producer);
		head->pages = (u32)(((u8 *)head - r->data) / UNIT);
		WRITE_ONCE(head->len, (u32)size | RING_BUSY);
		if (named)
			starts_set(r, r->producer & (r->size - 1), true);
		STORE_RELEASE(r->producer, r->producer + room);
	}
	lock_drop(&r->lock);
	if (!head)
		__atomic_fetch_add(&r->lost, 1, __ATOMIC_RELAXED);
	return head;
}

void *ring_reserve(struct map *m, u64 size)
{
	struct ring_head *head = reserve(m->impl, size, true);

	return head ? head + 1 : NULL;
}

/* The word before the data is a pointer to the ring. */
static struct ring *ring_of(const struct ring_head *head)
{
	u8 *at = (u8 *)((uintptr_t)head & ~(uintptr_t)(UNIT - 1));

	return LOAD(struct ring *, at - (u64)head->pages * UNIT - sizeof(struct ring *));
}

void ring_commit(void *record, bool discard)
{
	struct ring_head *head = (struct ring_head *)record - 1;
	struct ring *r = ring_of(head);
	u32 len = READ_ONCE(head->len) & ~RING_BUSY;

	starts_set(r, (u64)((u8 *)head - r->data), false);
	STORE_RELEASE(head->len, discard ? len | RING_DISCARD : len);
}

int ring_output(struct map *m, const void *data, u64 size)
{
	struct ring_head *head = reserve(m->impl, size, false);

	if (!head)
		return -EAGAIN;
	if (size)
		memcpy(head + 1, data, size);
	STORE_RELEASE(head->len, (u32)size);
	return 0;
}

u64 ring_query(const struct map *m, u64 what)
{
	const struct ring *r = m->impl;
	u64 consumer = LOAD_ACQUIRE(r->consumer), producer = LOAD_ACQUIRE(r->producer);

	switch (what) {
	case 0:
		return producer - consumer;
	case 1:
		return r->size;
	case 2:
		return consumer;
	case 3:
		return producer;
	default:
		return 0;
	}
}

s64 ring_record_size(const struct map *m, const void *record)
{
	const struct ring *r = m->impl;
	u64 off = (u64)(uintptr_t)record - (u64)(uintptr_t)r->data - sizeof(struct ring_head);
	const struct ring_head *head;
	u32 len;

	if (off >= r->size || off % 8 || !(READ_ONCE(r->starts[off / 512]) >> (off / 8 % 64) & 1))
		return -1;
	head = (const struct ring_head *)(r->data + off);
	len = READ_ONCE(head->len);
	return len & ~RING_BUSY;
}

/* Offset of the last start at or below off, -1: none. */
static s64 start_before(const struct ring *r, u64 off)
{
	s64 word = (s64)(off / 512);
	u64 bits = READ_ONCE(r->starts[word]) & (~0ull >> (63 - off / 8 % 64));

	while (!bits && --word >= 0)
		bits = READ_ONCE(r->starts[word]);
	return bits ? word * 512 + (63 - __builtin_clzll(bits)) * 8 : -1;
}

bool ring_owns(const struct map *m, const void *record, size_t len)
{
	const struct ring *r = m->impl;
	u64 off = (u64)(uintptr_t)record - (u64)(uintptr_t)r->data, first, size;
	s64 start;

	if (off >= 2 * r->size)
		return false;
	start = start_before(r, MIN(off, r->size - 8));
	if (start < 0)
		return false;
	first = (u64)start + sizeof(struct ring_head);
	size = READ_ONCE(((struct ring_head *)(r->data + start))->len) & ~RING_BUSY;
	return off >= first && off - first <= size && len <= size - (off - first);
}

int ring_consume(struct map *m, ring_fn fn, void *arg)
{
	struct ring *r = m->impl;
	u64 pos = r->consumer, end = LOAD_ACQUIRE(r->producer);
	int count = 0, ret = 0;

	while (pos < end && ret >= 0) {
		struct ring_head *head = head_at(r, pos);
		u32 len = LOAD_ACQUIRE(head->len);

		if (len & RING_BUSY)
			break;
		if (!(len & RING_DISCARD)) {
			ret = fn(arg, head + 1, len);
			count++;
		}
		pos += record_room(len);
		STORE_RELEASE(r->consumer, pos);
		if (pos == end)
			end = LOAD_ACQUIRE(r->producer);
	}
	return ret < 0 ? ret : count;
}

u64 ring_lost(struct map *m)
{
	struct ring *r = m->impl;

	return __atomic_exchange_n(&r->lost, 0, __ATOMIC_RELAXED);
}

int ring_check(const struct map_def *def, struct diag *d)
{
	u32 page = (u32)sysconf(_SC_PAGESIZE), size = def->max_entries;

	if ((size & (size - 1)) || size % page)
		return map_refuse(def, d, -EINVAL,
				  "max_entries %u: not a power of two that %u divides", size, page);
	return 0;
}

static int ring_create(struct map *m)
{
	struct ring *r = calloc(1, sizeof(*r));
	int err;

	if (!r)
		return -ENOMEM;
	r->size = m->def.max_entries;
	err = slab_new(&r->starts_slab, ROUND_UP(r->size, 512ull) / 512, 8);
	if (!err)
		err = twice_new(&r->pages, r->size);
	if (err) {
		slab_fini(&r->starts_slab);
		free(r);
		return err;
	}
	r->starts = (u64 *)r->starts_slab.data;
	r->data = r->pages.data;
	STORE(struct ring *, r->data - sizeof(r), r);
	m->impl = r;
	return 0;
}

static void ring_destroy(struct map *m)
{
	struct ring *r = m->impl;

	twice_fini(&r->pages);
	slab_fini(&r->starts_slab);
	free(r);
}

const struct map_ops ring_ops = {
	.type = MAP_TYPE_RINGBUF,
	.check = ring_check,
	.create = ring_create,
	.destroy = ring_destroy,
	.lookup = map_no_lookup,
	.update = map_no_update,
	.remove = map_no_remove,
	.next = map_no_next,
	.read = map_no_read,
	.owns = ring_owns,
};
