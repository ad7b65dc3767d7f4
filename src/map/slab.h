/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory of map elements: zeroed, page-aligned, given by the system page by page when it is first
 * touched, so that an empty map of a million elements costs nothing. Limits of sizes that Linux
 * puts on its own allocations live here too. All that threads change of a map lies in slabs.
 */
#ifndef MAP_SLAB_H
#define MAP_SLAB_H

#include "base/types.h"

/* Largest single kernel allocation (x86-64, 4 KiB pages) and largest per-CPU one, in bytes. */
enum { KMALLOC_MAX = 4 << 20, PERCPU_MAX = 32 << 10 };

struct slab {
	u8 *data;   /* NULL: none */
	size_t len; /* bytes, as asked for */
};

/* The map's next part (segment.h): count elements of size bytes. 0, -ENOMEM: more than this
 * machine's memory, or what segment_part says. */
struct map;
int slab_new(struct map *m, struct slab *s, u64 count, u64 size);
void slab_fini(struct slab *s);

/*
 * Do len bytes at addr lie wholly in the `room` bytes that start `skip` bytes into one of the
 * slab's elements of `stride` bytes?
 */
static inline bool slab_holds(const struct slab *s, u64 stride, u64 skip, u64 room,
			      const void *addr, size_t len)
{
	u64 off = (u64)(uintptr_t)addr - (u64)(uintptr_t)s->data, in;

	if (!s->data || off >= s->len)
		return false;
	in = off % stride;
	return in >= skip && in - skip <= room && len <= room - (in - skip);
}

#endif
