/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Typed growable array: `VEC(struct foo) foos = {0};`, `struct foo *f = vec_push(&foos);`
 * (zeroed, NULL when out of memory), `vec_for(f, &foos)`, `vec_fini(&foos)`.
 */
#ifndef BASE_VEC_H
#define BASE_VEC_H

#include "base/types.h"

#define VEC(type)                                                                                  \
	struct {                                                                                   \
		type *data;                                                                        \
		u32 len, cap;                                                                      \
	}

/* Make room for `extra` more elements of `size` bytes; false when out of memory. */
bool vec_reserve_(void **data, u32 len, u32 *cap, u32 extra, size_t size);

#define vec_push(v)                                                                                \
	(vec_reserve_((void **)&(v)->data, (v)->len, &(v)->cap, 1, sizeof(*(v)->data))             \
		 ? (memset(&(v)->data[(v)->len], 0, sizeof(*(v)->data)), &(v)->data[(v)->len++])   \
		 : NULL)
#define vec_for(it, v) for ((it) = (v)->data; (v)->data && (it) < (v)->data + (v)->len; (it)++)
#define vec_last(v)    (&(v)->data[(v)->len - 1])
#define vec_fini(v)                                                                                \
	do {                                                                                       \
		free((v)->data);                                                                   \
		(v)->data = NULL;                                                                  \
		(v)->len = (v)->cap = 0;                                                           \
	} while (0)

#endif
