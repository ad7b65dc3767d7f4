/* SPDX-License-Identifier: BSD-2-Clause */
/* The list of programs, their packet, and what is in their maps. */
#ifndef BENCH_JIT_BENCH_SET_H
#define BENCH_JIT_BENCH_SET_H

#include "map/map.h"

enum { BENCH_PACKET = 1514 };

struct bench_prog {
	const char *name, *file;
	u32 (*native)(u8 *data, u8 *end);
	bool maps, ring;
};
extern const struct bench_prog bench_progs[]; /* NULL name: the end */

struct bench_map {
	const char *name;
	struct map **native; /* the native program's variable */
};
extern const struct bench_map bench_maps[];

void bench_packet(u8 *packet);
/* Put what programs look for into the maps, through `set`; other maps than the object's are
 * ignored by it. */
void bench_fill(const u8 *packet,
		void (*set)(void *arg, const char *map, const void *key, const void *value),
		void *arg);

#endif
