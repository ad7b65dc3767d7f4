/* SPDX-License-Identifier: BSD-2-Clause */
/* Maps whose keys are u32 indexes: the order of keys that all of them share. */
#ifndef MAP_ARRAY_H
#define MAP_ARRAY_H

#include "base/types.h"

/* The index after *key of `count`; NULL or out of range: the first. -ENOENT after the last. */
int array_index_next(u32 count, const void *key, void *next_key);

#endif
