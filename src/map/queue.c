// SPDX-License-Identifier: BSD-2-Clause
/* Queue (first in, first out) and stack (last in, first out): values without keys. */
#include <errno.h>
#include <stdlib.h>

#include "map/ops.h"
#include "map/slab.h"

struct queue {
	struct slab slab;
	u32 lock;
	u32 first, len, max; /* elements: the oldest, how many, at most */
	bool stack;
};

static void *value_at(const struct map *m, u32 nth)
{
	const struct queue *q = m->impl;

	return q->slab.data + ((u64)q->first + nth) % q->max * m->value_stride;
}

static int queue_push(struct map *m, const void *value, u64 flags)
{
	struct queue *q = m->impl;
	int err = 0;

	if (flags != UPDATE_ANY && flags != UPDATE_EXIST)
		return -EINVAL;
	lock_take(&q->lock);
	if (q->len == q->max && flags == UPDATE_EXIST) { /* the oldest makes room */
		q->first = (q->first + 1) % q->max;
		q->len--;
	}
	if (q->len == q->max)
		err = -E2BIG;
	else
		memcpy(value_at(m, q->len++), value, m->def.value_size);
	lock_drop(&q->lock);
	return err;
}

/* An empty queue gives zeros and -ENOENT. */
static int queue_get(struct map *m, void *value, bool drop)
{
	struct queue *q = m->impl;
	int err = 0;

	lock_take(&q->lock);
	if (!q->len) {
		memset(value, 0, m->def.value_size);
		err = -ENOENT;
	} else {
		memcpy(value, value_at(m, q->stack ? q->len - 1 : 0), m->def.value_size);
		if (drop) {
			q->len--;
			if (!q->stack)
				q->first = (q->first + 1) % q->max;
		}
	}
	lock_drop(&q->lock);
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
	err = slab_new(&q->slab, q->max, m->value_stride);
	if (err) {
		free(q);
		return err;
	}
	m->impl = q;
	return 0;
}

static void queue_destroy(struct map *m)
{
	struct queue *q = m->impl;

	slab_fini(&q->slab);
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
	}

QUEUE_OPS(queue_ops, MAP_TYPE_QUEUE);
QUEUE_OPS(stack_ops, MAP_TYPE_STACK);
