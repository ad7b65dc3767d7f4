/* SPDX-License-Identifier: BSD-2-Clause */
/* Maps whose keys are u32 indexes: the order of keys that all of them share. */
#ifndef MAP_ARRAY_H
#define MAP_ARRAY_H

#include "map/map.h"

/* The index after *key of `count`; NULL or out of range: the first. -ENOENT after the last. */
int array_index_next(u32 count, const void *key, void *next_key);

/* Where the values of an array are, for who looks them up without a call: slot `cpu` has
 * (cpu * count + index) * stride. */
struct array_layout {
	u8 *data;
	u32 count, stride; /* elements; bytes */
	bool percpu;
};
/* False: it is neither an array nor a per-CPU array. */
bool array_layout(const struct map *m, struct array_layout *out);

#endif
