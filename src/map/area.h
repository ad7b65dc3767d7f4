/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Arena maps (not base/arena.h): up to 4 GiB of memory that programs and the process that runs
 * them share, at one address for both. All addresses of an arena have the same upper 32 bits, so
 * that the lower ones name a place in it.
 *
 * The whole window of 4 GiB that those 32 bits reach, and AREA_GUARD bytes before and after it,
 * belong to the arena: an access whose address was cut to the window cannot touch anything else,
 * whatever its offset. Pages that were not allocated read as zeros.
 */
#ifndef MAP_AREA_H
#define MAP_AREA_H

#include "map/map.h"

#define AREA_WINDOW (1ull << 32)
#define AREA_GUARD  (64ull << 10)

struct area {
	u64 window; /* address of the window, a multiple of its size */
	u64 start;  /* address of the first page */
	u64 size;   /* bytes */
};
/* False: not an arena. */
bool area_of(const struct map *m, struct area *out);

/* Where the value of a register points: NULL stays NULL. */
static inline u64 area_cast(u64 window, u64 pointer)
{
	return (u32)pointer ? window | (u32)pointer : 0;
}

/* Zeroed pages, at `at` where that is not 0: their address, or 0. */
u64 area_alloc(struct map *m, u64 at, u32 pages);
void area_free(struct map *m, u64 at, u32 pages);
/* Never to be allocated. 0; -EINVAL: outside; -EBUSY: some are in use or reserved. */
int area_reserve(struct map *m, u64 at, u32 pages);

#endif
