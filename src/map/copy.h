/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Copies of values that other threads may read or write at the same time: word by word, and no
 * aligned word is ever torn, as with Linux's copies of per-CPU values.
 */
#ifndef MAP_COPY_H
#define MAP_COPY_H

#include "map/lock.h"

#define COPY_STORE(type)                                                                           \
	for (; size >= sizeof(type) && !((uintptr_t)at % sizeof(type));                            \
	     at += sizeof(type), data += sizeof(type), size -= (u32)sizeof(type))                  \
	WRITE_ONCE(*(type *)(void *)at, LOAD(type, data))
#define COPY_LOAD(type)                                                                            \
	for (; size >= sizeof(type) && !((uintptr_t)at % sizeof(type));                            \
	     at += sizeof(type), data += sizeof(type), size -= (u32)sizeof(type))                  \
	STORE(type, data, READ_ONCE(*(const type *)(const void *)at))

/* Into an element. */
static inline void value_store(void *elem, const void *from, u32 size)
{
	const u8 *data = from;
	u8 *at = elem;

	if ((uintptr_t)at % 8 == 4 && size >= 4) { /* behind a spin lock */
		WRITE_ONCE(*(u32 *)(void *)at, LOAD(u32, data));
		at += 4, data += 4, size -= 4;
	}
	COPY_STORE(u64);
	COPY_STORE(u32);
	COPY_STORE(u8);
}

/* Out of an element. */
static inline void value_load(void *to, const void *elem, u32 size)
{
	const u8 *at = elem;
	u8 *data = to;

	if ((uintptr_t)at % 8 == 4 && size >= 4) {
		STORE(u32, data, READ_ONCE(*(const u32 *)(const void *)at));
		at += 4, data += 4, size -= 4;
	}
	COPY_LOAD(u64);
	COPY_LOAD(u32);
	COPY_LOAD(u8);
}

/* size: a multiple of 8. */
static inline void value_zero(void *elem, u32 size)
{
	for (u64 *word = elem; size; size -= 8)
		WRITE_ONCE(*word++, 0);
}

#endif
