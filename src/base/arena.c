// SPDX-License-Identifier: BSD-2-Clause
#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { ALIGN = 16, FIRST_CHUNK = 4096, LARGEST_CHUNK = 1 << 20 };

struct arena_chunk {
	struct arena_chunk *older;
	size_t used, size; /* bytes of data[] */
	bool borrowed;
	u8 data[] __attribute__((aligned(ALIGN)));
};

static struct arena_chunk *chunk_add(struct arena *a, size_t need)
{
	size_t size = a->chunk ? MIN(a->chunk->size * 2, (size_t)LARGEST_CHUNK) : FIRST_CHUNK;
	struct arena_chunk *c;

	size = MAX(size, need);
	if (size > SIZE_MAX - sizeof(*c))
		return NULL;
	c = calloc(1, sizeof(*c) + size);
	if (!c)
		return NULL;
	c->size = size;
	c->older = a->chunk;
	a->chunk = c;
	return c;
}

void *arena_raw(struct arena *a, size_t size)
{
	struct arena_chunk *c = a->chunk;
	void *p;

	if (size > SIZE_MAX / 2)
		return NULL;
	size = ROUND_UP(MAX(size, (size_t)1), ALIGN);
	if (!c || c->size - c->used < size)
		c = chunk_add(a, size);
	if (!c)
		return NULL;
	p = c->data + c->used;
	c->used += size;
	return p;
}

void *arena_alloc(struct arena *a, size_t size)
{
	void *p = arena_raw(a, size);

	/* Other chunks are zero, and what they have given is not given again. */
	return p && a->chunk->borrowed ? memset(p, 0, size) : p;
}

void *arena_array(struct arena *a, size_t count, size_t size)
{
	size_t bytes;

	return __builtin_mul_overflow(count, size, &bytes) ? NULL : arena_alloc(a, bytes);
}

void *arena_copy(struct arena *a, const void *data, size_t size)
{
	void *p = arena_raw(a, size);

	if (p && size)
		memcpy(p, data, size);
	return p;
}

char *arena_strndup(struct arena *a, const char *s, size_t len)
{
	char *p;

	len = strnlen(s, len);
	p = arena_alloc(a, len + 1);
	if (p)
		memcpy(p, s, len);
	return p;
}

char *arena_strdup(struct arena *a, const char *s)
{
	return arena_strndup(a, s, strlen(s));
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	char *p = NULL;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (len >= 0)
		p = arena_alloc(a, (size_t)len + 1);
	if (!p)
		return NULL;
	va_start(ap, fmt);
	vsnprintf(p, (size_t)len + 1, fmt, ap);
	va_end(ap);
	return p;
}

void arena_fini(struct arena *a)
{
	struct arena_chunk *c, *older;

	for (c = a->chunk; c; c = older) {
		older = c->older;
		if (!c->borrowed)
			free(c);
	}
	a->chunk = NULL;
}

void arena_borrow(struct arena *a, void *memory, size_t size)
{
	size_t skip = -(uintptr_t)memory % ALIGN;
	struct arena_chunk *c = (void *)((u8 *)memory + skip);

	if (size < skip + sizeof(*c))
		return;
	*c = (struct arena_chunk){ .size = size - skip - sizeof(*c), .borrowed = true };
	a->chunk = c;
}
