// SPDX-License-Identifier: BSD-2-Clause
#include "map/uring.h"

#include <errno.h>
#include <stdlib.h>

#include "map/guard.h"
#include "map/ops.h"
#include "map/slab.h"
#include "map/twice.h"

#define BUSY		(1u << 31)
#define DISCARD		(1u << 30)
#define LEN_MAX		(UINT32_MAX / 4)
#define SIZE_MAX_DYNPTR ((1u << 24) - 1) /* what a dynptr may span */

struct uring_head {
	u32 len;   /* bytes of the record, BUSY, DISCARD */
	u32 owner; /* number of who reserved it, where the map is shared */
};

/* In the map's memory. */
struct uring_state {
	u64 producer, consumer; /* bytes ever reserved, ever consumed */
	u32 draining;		/* a lock word (guard.h) */
};

struct uring {
	struct uring_state *state;
	struct slab state_slab;
	struct twice pages;
};

static struct uring_head *head_at(const struct uring *r, u64 pos)
{
	return (struct uring_head *)(r->pages.data + (pos & (r->pages.size - 1)));
}

static u64 room_of(u32 len)
{
	return ROUND_UP((u64)len + sizeof(struct uring_head), 8);
}

void *uring_reserve(struct map *m, u32 size, int *err)
{
	struct uring *r = m->impl;
	struct uring_head *head;

	if (size > LEN_MAX || room_of(size) > r->pages.size) {
		*err = -E2BIG;
		return NULL;
	}
	if (r->state->producer + room_of(size) - LOAD_ACQUIRE(r->state->consumer) > r->pages.size) {
		*err = -ENOSPC;
		return NULL;
	}
	head = head_at(r, r->state->producer);
	head->owner = m->seg.slot;
	WRITE_ONCE(head->len, size | BUSY);
	STORE_RELEASE(r->state->producer, r->state->producer + room_of(size));
	return head + 1;
}

void uring_commit(struct map *m, void *record, bool discard)
{
	struct uring_head *head = (struct uring_head *)record - 1;
	u32 len = READ_ONCE(head->len) & ~BUSY;

	STORE_RELEASE(head->len, discard ? len | DISCARD : len);
}

int uring_begin(struct map *m)
{
	struct uring *r = m->impl;

	u32 word = 0;

	if (__atomic_compare_exchange_n(&r->state->draining, &word, m->seg.self, false,
					__ATOMIC_SEQ_CST, __ATOMIC_RELAXED)) {
		if (!guard_closed(m))
			return 0;
		STORE_RELEASE(r->state->draining, 0);
	}
	if (!guard_closed(m) && !guard_dead(m, word))
		return -EBUSY;
	guard_mend(m);
	return uring_begin(m);
}

void uring_end(struct map *m)
{
	struct uring *r = m->impl;

	STORE_RELEASE(r->state->draining, 0);
}

int uring_peek(struct map *m, void **data, u32 *len)
{
	struct uring *r = m->impl;
	u64 end = LOAD_ACQUIRE(r->state->producer), pos = READ_ONCE(r->state->consumer);
	struct uring_head *head = head_at(r, pos);
	u32 word, size;

	if (end % 8)
		return -EINVAL;
	if (pos >= end)
		return -ENODATA;
	word = LOAD_ACQUIRE(head->len);
	size = word & ~(BUSY | DISCARD);
	if (room_of(size) > end - pos)
		return -EINVAL;
	if (room_of(size) > r->pages.size || size > SIZE_MAX_DYNPTR)
		return -E2BIG;
	if (word & DISCARD) {
		uring_release(m, size);
		return -EAGAIN;
	}
	if (word & BUSY)
		return -ENODATA;
	*data = head + 1;
	*len = size;
	return 0;
}

void uring_release(struct map *m, u32 len)
{
	struct uring *r = m->impl;

	STORE_RELEASE(r->state->consumer, READ_ONCE(r->state->consumer) + room_of(len));
}

static int uring_create(struct map *m)
{
	struct uring *r = calloc(1, sizeof(*r));
	int err;

	if (!r)
		return -ENOMEM;
	err = slab_new(m, &r->state_slab, 1, sizeof(*r->state));
	if (!err)
		err = twice_new(m, &r->pages, m->def.max_entries);
	if (err) {
		slab_fini(&r->state_slab);
		free(r);
		return err;
	}
	r->state = (struct uring_state *)r->state_slab.data;
	m->impl = r;
	return 0;
}

static void uring_destroy(struct map *m)
{
	struct uring *r = m->impl;

	twice_fini(&r->pages);
	slab_fini(&r->state_slab);
	free(r);
}

/* Records that a dead producer left busy are discarded; what one damaged, drains refuse. */
static int uring_mend(struct map *m)
{
	struct uring *r = m->impl;
	u64 pos, end;

	guard_clear(m, &r->state->draining);
	pos = r->state->consumer;
	end = LOAD_ACQUIRE(r->state->producer);
	while (pos < end && end % 8 == 0 && pos % 8 == 0) {
		struct uring_head *head = head_at(r, pos);
		u32 len = LOAD_ACQUIRE(head->len), size = len & ~(BUSY | DISCARD);

		if (room_of(size) > end - pos || room_of(size) > r->pages.size)
			break;
		if ((len & BUSY) && segment_slot_dead(m, head->owner))
			STORE_RELEASE(head->len, size | DISCARD);
		pos += room_of(size);
	}
	return 0;
}

/* May programs read there? Any place among the data, for a callback's record. */
static bool uring_owns(const struct map *m, const void *addr, size_t len)
{
	const struct uring *r = m->impl;
	u64 off = (u64)(uintptr_t)addr - (u64)(uintptr_t)r->pages.data;

	return off < 2 * r->pages.size && len <= 2 * r->pages.size - off;
}

const struct map_ops user_ring_ops = {
	.type = MAP_TYPE_USER_RINGBUF,
	.check = ring_check,
	.create = uring_create,
	.destroy = uring_destroy,
	.lookup = map_no_lookup,
	.update = map_no_update,
	.remove = map_no_remove,
	.next = map_no_next,
	.read = map_no_read,
	.owns = uring_owns,
	.mend = uring_mend,
};
