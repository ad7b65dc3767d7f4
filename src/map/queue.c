// SPDX-License-Identifier: BSD-2-Clause
/* Queue (first in, first out) and stack (last in, first out): values without keys. */
#include <errno.h>
#include <stdlib.h>

#include "map/guard.h"
#include "map/ops.h"
#include "map/slab.h"

/* In the map's memory. */
struct queue_state {
	u32 lock;
	u32 pad;
	u64 place; /* the oldest element, and above bit 32 how many there are: one store a change */
};

struct queue {
	struct slab slab, state_slab;
	struct queue_state *state;
	u32 max; /* elements, at most */
	bool stack;
};

/* Where the elements are. */
struct place {
	u32 first, len;
};

static struct place place_get(const struct queue *q)
{
	u64 word = READ_ONCE(q->state->place);

	return (struct place){ (u32)word, (u32)(word >> 32) };
}

/* What was written to elements comes before. */
static void place_set(struct queue *q, u32 first, u32 len)
{
	STORE_RELEASE(q->state->place, (u64)len << 32 | first % q->max);
}

static void *value_at(const struct map *m, struct place p, u32 nth)
{
	const struct queue *q = m->impl;

	return q->slab.data + ((u64)p.first + nth) % q->max * m->value_stride;
}

static int queue_push(struct map *m, const void *value, u64 flags)
{
	struct queue *q = m->impl;
	struct place p;
	int err = 0;

	if (flags != UPDATE_ANY && flags != UPDATE_EXIST)
		return -EINVAL;
	guard_take(m, &q->state->lock);
	p = place_get(q);
	if (p.len == q->max && flags == UPDATE_EXIST) { /* the oldest makes room */
		p = (struct place){ (u32)(((u64)p.first + 1) % q->max), p.len - 1 };
		place_set(q, p.first, p.len);
		__atomic_signal_fence(__ATOMIC_SEQ_CST);
	}
	if (p.len == q->max) {
		err = -E2BIG;
	} else {
		memcpy(value_at(m, p, p.len), value, m->def.value_size);
		place_set(q, p.first, p.len + 1);
	}
	lock_drop(&q->state->lock);
	return err;
}

/* An empty queue gives zeros and -ENOENT. */
static int queue_get(struct map *m, void *value, bool drop)
{
	struct queue *q = m->impl;
	struct place p;
	int err = 0;

	guard_take(m, &q->state->lock);
	p = place_get(q);
	if (!p.len) {
		memset(value, 0, m->def.value_size);
		err = -ENOENT;
	} else {
		memcpy(value, value_at(m, p, q->stack ? p.len - 1 : 0), m->def.value_size);
		if (drop)
			place_set(q, q->stack ? p.first : p.first + 1, p.len - 1);
	}
	lock_drop(&q->state->lock);
	return err;
}

static int queue_pop(struct map *m, void *value)
{
	return queue_get(m, value, true);
}

static int queue_peek(struct map *m, void *value)
{
	return queue_get(m, value, false);
}

static int queue_read(struct map *m, const void *key, void *value)
{
	return queue_get(m, value, false);
}

static int queue_take(struct map *m, const void *key, void *value)
{
	return queue_get(m, value, true);
}

static int queue_write(struct map *m, const void *key, const void *value, u64 flags)
{
	return queue_push(m, value, flags);
}

static int queue_remove(struct map *m, const void *key)
{
	return -EINVAL;
}

static int queue_next(struct map *m, const void *key, void *next_key)
{
	return -EINVAL;
}

static int queue_mend(struct map *m)
{
	struct queue *q = m->impl;
	struct place p;

	guard_clear(m, &q->state->lock);
	p = place_get(q);
	return p.first < q->max && p.len <= q->max ? 0 : -EUCLEAN;
}

static int queue_update(struct map *m, const void *key, const void *value, u64 flags, u32 cpu)
{
	return -EINVAL;
}

static int queue_check(const struct map_def *def, struct diag *d)
{
	return map_check_value(def, KMALLOC_MAX, d);
}

static int queue_create(struct map *m)
{
	struct queue *q = calloc(1, sizeof(*q));
	int err;

	if (!q)
		return -ENOMEM;
	q->max = m->def.max_entries;
	q->stack = m->def.type == MAP_TYPE_STACK;
	err = slab_new(m, &q->slab, q->max, m->value_stride);
	if (!err)
		err = slab_new(m, &q->state_slab, 1, sizeof(*q->state));
	if (err) {
		slab_fini(&q->slab);
		free(q);
		return err;
	}
	q->state = (struct queue_state *)q->state_slab.data;
	m->impl = q;
	return 0;
}

static void queue_destroy(struct map *m)
{
	struct queue *q = m->impl;

	slab_fini(&q->slab);
	slab_fini(&q->state_slab);
	free(q);
}

#define QUEUE_OPS(name, map_type)                                                                  \
	const struct map_ops name = {                                                              \
		.type = map_type,                                                                  \
		.check = queue_check,                                                              \
		.create = queue_create,                                                            \
		.destroy = queue_destroy,                                                          \
		.lookup = map_no_lookup,                                                           \
		.update = queue_update,                                                            \
		.remove = queue_remove,                                                            \
		.next = queue_next,                                                                \
		.read = queue_read,                                                                \
		.write = queue_write,                                                              \
		.take = queue_take,                                                                \
		.push = queue_push,                                                                \
		.pop = queue_pop,                                                                  \
		.peek = queue_peek,                                                                \
		.owns = map_no_owns,                                                               \
		.mend = queue_mend,                                                                \
	}

QUEUE_OPS(queue_ops, MAP_TYPE_QUEUE);
QUEUE_OPS(stack_ops, MAP_TYPE_STACK);
