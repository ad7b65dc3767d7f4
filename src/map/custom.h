/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Maps that an embedding program implements: for programs hash tables, for us a few functions.
 * They are called by several threads at once and answer with Linux's errno.
 */
#ifndef MAP_CUSTOM_H
#define MAP_CUSTOM_H

#include "map/map.h"

struct map_custom {
	/* *state is what the others get; NULL functions: nothing to make, to free. */
	int (*create)(void **state, const struct map_def *def, void *arg);
	void (*destroy)(void *state);
	/* The value's memory stays valid as long as the map. */
	void *(*lookup)(void *state, const void *key, u32 cpu);
	/* NULL: -EOPNOTSUPP. */
	int (*update)(void *state, const void *key, const void *value, u64 flags, u32 cpu);
	int (*remove)(void *state, const void *key);
	int (*next)(void *state, const void *key, void *next_key);
	/* NULL: programs that run with tests may not touch its values. */
	bool (*owns)(void *state, const void *addr, size_t len);
	void *arg;
};

extern const struct map_ops custom_ops;
int custom_check(const struct map_def *def, struct diag *d);

#endif
