/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pool: short-lived allocations of one pass, given back in any order and used again; what is left
 * is freed in one call. Takes sizes in bytes, returns zeroed memory aligned to 16.
 */
#ifndef BASE_POOL_H
#define BASE_POOL_H

#include "base/arena.h"

enum { POOL_SIZES = 40 };

struct pool {
	struct arena arena;
	struct pool_block *spare[POOL_SIZES]; /* by logarithm of the size */
};

/* NULL when there is no memory, or the product overflows. */
void *pool_take(struct pool *p, size_t count, size_t size);
void *pool_take_raw(struct pool *p, size_t count, size_t size); /* not zeroed */
void pool_give(struct pool *p, void *memory);			/* may be NULL */
void pool_fini(struct pool *p);

#endif
