// SPDX-License-Identifier: BSD-2-Clause
#include "base/pool.h"

struct pool_block {
	union {
		struct pool_block *next; /* while it is spare */
		u32 log;		 /* of its size, while it is taken */
	};
	u8 data[] __attribute__((aligned(16)));
};

void *pool_take_raw(struct pool *p, size_t count, size_t size)
{
	struct pool_block *b;
	size_t bytes;
	u32 log;

	if (__builtin_mul_overflow(count, size, &bytes) || bytes > SIZE_MAX / 4)
		return NULL;
	log = 64 - (u32)__builtin_clzll((bytes + sizeof(*b) - 1) | 16);
	if (log >= POOL_SIZES)
		return NULL;
	b = p->spare[log];
	if (b)
		p->spare[log] = b->next;
	else
		b = arena_raw(&p->arena, (size_t)1 << log);
	if (!b)
		return NULL;
	b->log = log;
	return b->data;
}

void *pool_take(struct pool *p, size_t count, size_t size)
{
	void *memory = pool_take_raw(p, count, size);

	return memory ? memset(memory, 0, count * size) : NULL;
}

void pool_give(struct pool *p, void *memory)
{
	struct pool_block *b;
	u32 log;

	if (!memory)
		return;
	b = (struct pool_block *)((u8 *)memory - offsetof(struct pool_block, data));
	log = b->log;
	b->next = p->spare[log];
	p->spare[log] = b;
}

void pool_fini(struct pool *p)
{
	arena_fini(&p->arena);
	*p = (struct pool){ 0 };
}
