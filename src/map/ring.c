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

#include "map/guard.h"
#include "map/ops.h"
#include "map/slab.h"
#include "map/twice.h"

#define RING_BUSY    (1u << 31)
#define RING_DISCARD (1u << 30)
#define RING_LEN_MAX (UINT32_MAX / 4)
#define UNIT	     4096 /* bytes; pages are whole ones of it, and the data begins with a page */

#define PAGES_BITS 20 /* 2 GiB of units */
#define PAGES_MASK ((1u << PAGES_BITS) - 1)
#define OWNER_MASK 1023

struct ring_head {
	u32 len;   /* bytes of the record, RING_BUSY, RING_DISCARD */
	u32 place; /* units from the ring's first to this head's; above PAGES_BITS who reserved it
		    */
};

/* In the map's memory. */
struct ring_state {
	u64 producer, consumer; /* bytes ever reserved, ever consumed */
	u64 pending;		/* where the oldest busy record may be */
	u64 lost;
	u32 lock;
};

struct ring {
	struct ring_state *state;
	u64 size; /* bytes */
	u8 *data; /* of `pages` */
	u64 *starts;
	struct map *map; /* whose ring it is */
	u64 stuck;	 /* where the consumer last met a busy record */
	struct slab starts_slab, state_slab;
	struct twice pages; /* the first bytes lead back to the ring; they are not shared */
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
	u64 end = r->state->producer + room;

	while (r->state->pending < r->state->producer) {
		u32 len = LOAD_ACQUIRE(head_at(r, r->state->pending)->len);

		if (len & RING_BUSY)
			break;
		r->state->pending += record_room(len);
	}
	return end - LOAD_ACQUIRE(r->state->consumer) < r->size &&
	       end - r->state->pending < r->size;
}

/* Is the record there busy for ever, because who reserved it died? Then the gate is closed. */
static bool is_orphan(struct ring *r, u64 pos)
{
	const struct ring_head *head = head_at(r, pos);

	return r->map->seg.head && (LOAD_ACQUIRE(head->len) & RING_BUSY) &&
	       segment_slot_dead(r->map, head->place >> PAGES_BITS) && guard_suspect(r->map);
}

/* Lock held; it is dropped where the ring is mended. */
static bool make_room(struct ring *r, u64 room)
{
	while (!has_room(r, room)) {
		if (r->state->pending == r->state->producer || !is_orphan(r, r->state->pending))
			return false;
		lock_drop(&r->state->lock);
		guard_mend(r->map);
		guard_take(r->map, &r->state->lock);
	}
	return true;
}

/* A busy record of that many bytes, NULL: there is no room. `named`: programs get its address. */
static inline struct ring_head *reserve(struct ring *r, u64 size, bool named)
{
	struct ring_head *head = NULL;
	u64 room;

	if (unlikely(size > RING_LEN_MAX || record_room((u32)size) > r->size)) {
		__atomic_fetch_add(&r->state->lost, 1, __ATOMIC_RELAXED);
		return NULL;
	}
	room = record_room((u32)size);
	guard_take(r->map, &r->state->lock);
	if (make_room(r, room)) {
		head = head_at(r, r->state->producer);
		head->place = (u32)(((u8 *)head - r->data) / UNIT) | (r->map->seg.slot & OWNER_MASK)
									     << PAGES_BITS;
		WRITE_ONCE(head->len, (u32)size | RING_BUSY);
		if (named)
			starts_set(r, r->state->producer & (r->size - 1), true);
		STORE_RELEASE(r->state->producer, r->state->producer + room);
	}
	lock_drop(&r->state->lock);
	if (!head)
		__atomic_fetch_add(&r->state->lost, 1, __ATOMIC_RELAXED);
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

	return LOAD(struct ring *,
		    at - (u64)(head->place & PAGES_MASK) * UNIT - sizeof(struct ring *));
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
	u64 consumer = LOAD_ACQUIRE(r->state->consumer),
	    producer = LOAD_ACQUIRE(r->state->producer);

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

/* The consumer met the same busy record again: true when it is one no more. */
static bool is_stuck(struct ring *r, u64 pos)
{
	bool again = r->stuck == pos + 1;

	r->stuck = pos + 1;
	if (!again || !is_orphan(r, pos))
		return false;
	guard_mend(r->map);
	return true;
}

int ring_consume(struct map *m, ring_fn fn, void *arg)
{
	struct ring *r = m->impl;
	u64 pos = r->state->consumer, end = LOAD_ACQUIRE(r->state->producer);
	int count = 0, ret = 0;

	while (pos < end && ret >= 0) {
		struct ring_head *head = head_at(r, pos);
		u32 len = LOAD_ACQUIRE(head->len);

		if (len & RING_BUSY) {
			if (!is_stuck(r, pos))
				break;
			continue;
		}
		if (!(len & RING_DISCARD)) {
			ret = fn(arg, head + 1, len);
			count++;
		}
		pos += record_room(len);
		STORE_RELEASE(r->state->consumer, pos);
		if (pos == end)
			end = LOAD_ACQUIRE(r->state->producer);
	}
	return ret < 0 ? ret : count;
}

u64 ring_lost(struct map *m)
{
	struct ring *r = m->impl;

	return __atomic_exchange_n(&r->state->lost, 0, __ATOMIC_RELAXED);
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
	r->map = m;
	err = slab_new(m, &r->starts_slab, ROUND_UP(r->size, 512ull) / 512, 8);
	if (!err)
		err = slab_new(m, &r->state_slab, 1, sizeof(*r->state));
	if (!err)
		err = twice_new(m, &r->pages, r->size);
	if (err) {
		slab_fini(&r->starts_slab);
		slab_fini(&r->state_slab);
		free(r);
		return err;
	}
	r->state = (struct ring_state *)r->state_slab.data;
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
	slab_fini(&r->state_slab);
	free(r);
}

/* Discard what the dead had reserved. The consumer goes on meanwhile, no producer does. */
static int ring_mend(struct map *m)
{
	struct ring *r = m->impl;
	struct ring_state *s = r->state;
	u64 pos, end;

	guard_clear(m, &s->lock);
	pos = LOAD_ACQUIRE(s->consumer);
	end = s->producer;
	if (pos % 8 || end % 8 || pos > end || end - pos > r->size)
		return -EUCLEAN;
	s->pending = end;
	starts_set(r, end & (r->size - 1), false);
	while (pos < end) {
		struct ring_head *head = head_at(r, pos);
		u32 len = LOAD_ACQUIRE(head->len);
		bool dead = segment_slot_dead(m, head->place >> PAGES_BITS);

		if (record_room(len) > end - pos)
			return -EUCLEAN;
		if ((len & RING_BUSY) && dead) {
			starts_set(r, pos & (r->size - 1), false);
			STORE_RELEASE(head->len, (len & ~RING_BUSY) | RING_DISCARD);
		} else if (len & RING_BUSY) {
			s->pending = MIN(s->pending, pos);
		}
		pos += record_room(len);
	}
	return 0;
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
	.mend = ring_mend,
};
