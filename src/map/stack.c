// SPDX-License-Identifier: BSD-2-Clause
/*
 * Stack traces by id. An id is the number of a bucket, chosen by the trace's hash; a bucket holds
 * one trace of whole words, and its own lock is held for as long as it takes to compare or copy
 * one. Programs put traces in, only the system-call side reads and removes them.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/hash.h"
#include "map/guard.h"
#include "map/ops.h"
#include "map/slab.h"
#include "map/stack.h"

enum { FRAMES_MAX = 127, BUILD_ID_SIZE = 32 }; /* Linux's perf_event_max_stack; bytes */

struct stack_bucket {
	u32 lock, hash;
	u32 len; /* bytes of the trace; 0: empty */
	u32 pad;
	u64 trace[];
};

struct stacks {
	struct slab slab;
	u32 count; /* buckets, a power of two */
};

static struct stack_bucket *bucket_at(const struct map *m, u32 id)
{
	const struct stacks *s = m->impl;
	u64 stride = sizeof(struct stack_bucket) + m->value_stride;

	return (struct stack_bucket *)(s->slab.data + id * stride);
}

/* Bucket locked. 0: the trace is there already or now; -EEXIST: another one is. */
static int bucket_put(struct stack_bucket *b, u32 hash, const void *trace, u32 len, u64 flags)
{
	if (b->len && b->hash == hash) {
		if (flags & STACK_FAST_CMP)
			return 0;
		if (b->len == len && !memcmp(b->trace, trace, len))
			return 0;
	}
	if (b->len && !(flags & STACK_REUSE_ID))
		return -EEXIST;
	WRITE_ONCE(b->len, 0); /* a writer that is killed leaves it empty */
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	b->hash = hash;
	memcpy(b->trace, trace, len);
	STORE_RELEASE(b->len, len);
	return 0;
}

s64 stack_put(struct map *m, const void *trace, u32 len, u64 flags)
{
	const struct stacks *s = m->impl;
	struct stack_bucket *b;
	u32 hash, id;
	int err;

	len = MIN(len, m->def.value_size) & ~7u;
	if (!len)
		return -EFAULT;
	hash = (u32)hash_bytes(trace, len, 0);
	id = hash & (s->count - 1);
	b = bucket_at(m, id);
	guard_take(m, &b->lock);
	err = bucket_put(b, hash, trace, len, flags);
	lock_drop(&b->lock);
	return err ? err : (s64)id;
}

static int stack_get(struct map *m, const void *key, void *value, bool drop)
{
	const struct stacks *s = m->impl;
	u32 id = LOAD(u32, key), len;
	struct stack_bucket *b;

	if (id >= s->count)
		return -ENOENT;
	b = bucket_at(m, id);
	guard_take(m, &b->lock);
	len = b->len;
	if (len) {
		memcpy(value, b->trace, len);
		memset((u8 *)value + len, 0, m->def.value_size - len);
	}
	if (drop)
		WRITE_ONCE(b->len, 0);
	lock_drop(&b->lock);
	return len ? 0 : -ENOENT;
}

static int stack_read(struct map *m, const void *key, void *value)
{
	return stack_get(m, key, value, false);
}

static int stack_take(struct map *m, const void *key, void *value)
{
	return stack_get(m, key, value, true);
}

static int stack_remove(struct map *m, const void *key)
{
	const struct stacks *s = m->impl;
	u32 id = LOAD(u32, key), len;
	struct stack_bucket *b;

	if (id >= s->count)
		return -E2BIG;
	b = bucket_at(m, id);
	guard_take(m, &b->lock);
	len = b->len;
	WRITE_ONCE(b->len, 0);
	lock_drop(&b->lock);
	return len ? 0 : -ENOENT;
}

static int stack_next(struct map *m, const void *key, void *next_key)
{
	const struct stacks *s = m->impl;
	u32 id = key ? LOAD(u32, key) : s->count;

	id = id < s->count && READ_ONCE(bucket_at(m, id)->len) ? id + 1 : 0;
	while (id < s->count && !READ_ONCE(bucket_at(m, id)->len))
		id++;
	if (id >= s->count)
		return -ENOENT;
	STORE(u32, next_key, id);
	return 0;
}

static int stack_mend(struct map *m)
{
	const struct stacks *s = m->impl;
	u64 stride = sizeof(struct stack_bucket) + m->value_stride, from = 0, end;
	int err = 0;

	while (segment_data(m, s->slab.data, &from, &end)) {
		for (u64 id = from / stride; id < s->count && id * stride < end; id++) {
			struct stack_bucket *b = bucket_at(m, (u32)id);

			guard_clear(m, &b->lock);
			if (b->len > m->def.value_size)
				err = -EUCLEAN;
		}
		from = end;
	}
	return err;
}

static int stack_update(struct map *m, const void *key, const void *value, u64 flags, u32 cpu)
{
	return -EINVAL;
}

static int stack_check(const struct map_def *def, struct diag *d)
{
	u32 frame = def->flags & MAP_STACK_BUILD_ID ? BUILD_ID_SIZE : 8;

	if (def->value_size % frame || def->value_size / frame > FRAMES_MAX)
		return map_refuse(def, d, -EINVAL, "value_size %u: not 1 to %d frames of %u bytes",
				  def->value_size, FRAMES_MAX, frame);
	if (def->max_entries > 1u << 31)
		return map_refuse(def, d, -E2BIG, "max_entries %u is too many", def->max_entries);
	return 0;
}

static int stack_create(struct map *m)
{
	struct stacks *s = calloc(1, sizeof(*s));
	u64 count = 1;
	int err;

	if (!s)
		return -ENOMEM;
	while (count < m->def.max_entries)
		count *= 2;
	s->count = (u32)count;
	err = slab_new(m, &s->slab, count, sizeof(struct stack_bucket) + m->value_stride);
	if (err) {
		free(s);
		return err;
	}
	m->impl = s;
	return 0;
}

static void stack_destroy(struct map *m)
{
	struct stacks *s = m->impl;

	slab_fini(&s->slab);
	free(s);
}

const struct map_ops stack_trace_ops = {
	.type = MAP_TYPE_STACK_TRACE,
	.check = stack_check,
	.create = stack_create,
	.destroy = stack_destroy,
	.lookup = map_no_lookup,
	.update = stack_update,
	.remove = stack_remove,
	.next = stack_next,
	.read = stack_read,
	.take = stack_take,
	.owns = map_no_owns,
	.mend = stack_mend,
};
