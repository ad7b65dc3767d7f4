// SPDX-License-Identifier: BSD-2-Clause
/*
 * Bloom filter: values are pushed, peek asks whether a value may have been. map_extra is the
 * number of hash functions, 5 when 0; bits = max_entries * hashes / ln 2, up to a power of two.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/hash.h"
#include "map/ops.h"
#include "map/slab.h"

struct bloom {
	struct slab slab;
	u64 mask, seed; /* bits - 1 */
	u32 hashes;
};

static u64 bit_of(const struct bloom *b, u64 hash, u32 nth)
{
	return ((hash & UINT32_MAX) + nth * (hash >> 32 | 1)) & b->mask;
}

static int bloom_push(struct map *m, const void *value, u64 flags)
{
	struct bloom *b = m->impl;
	u64 hash = hash_bytes(value, m->def.value_size, b->seed);

	if (flags != UPDATE_ANY)
		return -EINVAL;
	for (u32 i = 0; i < b->hashes; i++) {
		u64 bit = bit_of(b, hash, i);

		__atomic_fetch_or(&b->slab.data[bit / 8], 1 << bit % 8, __ATOMIC_RELAXED);
	}
	return 0;
}

static int bloom_peek(struct map *m, void *value)
{
	struct bloom *b = m->impl;
	u64 hash = hash_bytes(value, m->def.value_size, b->seed);

	for (u32 i = 0; i < b->hashes; i++) {
		u64 bit = bit_of(b, hash, i);

		if (!(READ_ONCE(b->slab.data[bit / 8]) >> bit % 8 & 1))
			return -ENOENT;
	}
	return 0;
}

static int bloom_read(struct map *m, const void *key, void *value)
{
	return bloom_peek(m, value);
}

static int bloom_write(struct map *m, const void *key, const void *value, u64 flags)
{
	return bloom_push(m, value, flags);
}

static int bloom_update(struct map *m, const void *key, const void *value, u64 flags, u32 cpu)
{
	return -EINVAL;
}

static int bloom_mend(struct map *m)
{
	return 0; /* who is killed leaves a value that is not a member yet */
}

static int bloom_remove(struct map *m, const void *key)
{
	return -EOPNOTSUPP;
}

static int bloom_next(struct map *m, const void *key, void *next_key)
{
	return -EOPNOTSUPP;
}

static int bloom_check(const struct map_def *def, struct diag *d)
{
	if (def->extra & ~15ull)
		return map_refuse(def, d, -EINVAL,
				  "map_extra %llu: a bloom filter has at most 15 hash functions",
				  (unsigned long long)def->extra);
	return map_check_value(def, KMALLOC_MAX, d);
}

static int bloom_create(struct map *m)
{
	struct bloom *b = calloc(1, sizeof(*b));
	u64 bits = 64;
	int err;

	if (!b)
		return -ENOMEM;
	b->hashes = m->def.extra ? (u32)m->def.extra : 5;
	b->seed = m->def.flags & MAP_ZERO_SEED ? 0 : m->def.seed;
	while (bits < UINT32_MAX && bits < (u64)m->def.max_entries * b->hashes * 7 / 5)
		bits *= 2;
	b->mask = bits - 1;
	err = slab_new(m, &b->slab, bits / 8, 1);
	if (err) {
		free(b);
		return err;
	}
	m->impl = b;
	return 0;
}

static void bloom_destroy(struct map *m)
{
	struct bloom *b = m->impl;

	slab_fini(&b->slab);
	free(b);
}

const struct map_ops bloom_ops = {
	.type = MAP_TYPE_BLOOM_FILTER,
	.check = bloom_check,
	.create = bloom_create,
	.destroy = bloom_destroy,
	.lookup = map_no_lookup,
	.update = bloom_update,
	.remove = bloom_remove,
	.next = bloom_next,
	.read = bloom_read,
	.write = bloom_write,
	.push = bloom_push,
	.peek = bloom_peek,
	.owns = map_no_owns,
	.mend = bloom_mend,
};
