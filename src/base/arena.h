/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Arena: many small allocations freed in one call. Takes sizes in bytes, returns zeroed memory
 * aligned to 16. Holds memory only: never file descriptors, locks or mappings.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/types.h"

struct arena {
	struct arena_chunk *chunk; /* the one being filled; older ones hang off it */
};

/* Zeroed memory, or NULL when there is none left. A size of 0 gives a valid pointer. */
void *arena_alloc(struct arena *a, size_t size);
/* The same, not zeroed. */
void *arena_raw(struct arena *a, size_t size);
/* `count` elements of `size` bytes; NULL too when the product overflows. */
void *arena_array(struct arena *a, size_t count, size_t size);
void *arena_copy(struct arena *a, const void *data, size_t size);
/* A NUL-terminated copy of the first `len` bytes of `s`. */
char *arena_strndup(struct arena *a, const char *s, size_t len);
char *arena_strdup(struct arena *a, const char *s);
char *arena_printf(struct arena *a, const char *fmt, ...) __printf(2, 3);
void arena_fini(struct arena *a);

/* The first `size` bytes come from `memory`, which the caller owns; for an arena that is empty. */
void arena_borrow(struct arena *a, void *memory, size_t size);

#endif
