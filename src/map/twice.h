/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory of ring buffers: a page of the ring's own, then the data pages twice in a row, so that a
 * record that passes the end is contiguous all the same.
 */
#ifndef MAP_TWICE_H
#define MAP_TWICE_H

#include "base/types.h"

struct map;
struct twice {
	u8 *data; /* size bytes, then the same pages again; one page before it, this process's own
		   */
	u64 page, size;
};

/* The map's next part. size: a power of two and a multiple of the page. 0, -ENOMEM, or the errno of
 * memfd_create. */
int twice_new(struct map *m, struct twice *t, u64 size);
void twice_fini(struct twice *t);

#endif
