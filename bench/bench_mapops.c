// SPDX-License-Identifier: BSD-2-Clause
/*
 * Nanoseconds per map operation called from C: lookups and updates of keys that are there, in
 * random order, one thread. Usage: bench_mapops [ENTRIES], 65536 by default.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "map/map.h"

enum { ROUNDS = 1 << 21 };

static double now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e9 + (double)ts.tv_nsec;
}

/* The key of the i-th entry: IPv4 prefixes /32 for the trie, else the number, zero-padded. */
static void key_make(const struct map *m, u32 i, u8 *key)
{
	bool lpm = m->def.type == MAP_TYPE_LPM_TRIE;

	memset(key, 0, m->def.key_size);
	if (lpm)
		STORE(u32, key, 32);
	STORE(u32, key + (lpm ? 4 : 0), lpm ? i * 2654435761u : i);
}

static void bench(const char *name, u32 type, u32 key_size, u32 entries, u32 flags)
{
	struct map_def def = { .name = name,
			       .type = type,
			       .key_size = key_size,
			       .value_size = 8,
			       .max_entries = entries,
			       .flags = flags };
	u8 *keys = malloc((size_t)entries * key_size), *order;
	u64 value = 1, sum = 0;
	struct map *m;
	double start, lookup, update;

	if (!keys || map_create(&m, &def, NULL)) {
		printf("%-16s not created\n", name);
		free(keys);
		return;
	}
	for (u32 i = 0; i < entries; i++) {
		order = keys + (size_t)(i * 40503ull % entries) * key_size;
		key_make(m, i, order);
		m->ops->update(m, order, &value, 0, 0);
	}
	start = now_ns();
	for (u32 i = 0; i < ROUNDS; i++) {
		u64 *v = m->ops->lookup(m, keys + (size_t)(i % entries) * key_size, 0);

		sum += v ? *v : 0;
	}
	lookup = (now_ns() - start) / ROUNDS;
	start = now_ns();
	for (u32 i = 0; i < ROUNDS; i++)
		m->ops->update(m, keys + (size_t)(i % entries) * key_size, &value, 0, 0);
	update = (now_ns() - start) / ROUNDS;
	printf("%-16s %10.1f %10.1f%s\n", name, lookup, update,
	       sum < ROUNDS ? "   (some keys were not found)" : "");
	map_free(m);
	free(keys);
}

int main(int argc, char **argv)
{
	u32 n = argc > 1 ? (u32)strtoul(argv[1], NULL, 0) : 65536;

	if (!n)
		return 1;
	printf("%-16s %10s %10s   (ns, %u entries)\n", "map", "lookup", "update", n);
	bench("array", MAP_TYPE_ARRAY, 4, n, 0);
	bench("percpu_array", MAP_TYPE_PERCPU_ARRAY, 4, n, 0);
	bench("hash/4", MAP_TYPE_HASH, 4, n, 0);
	bench("hash/16", MAP_TYPE_HASH, 16, n, 0);
	bench("percpu_hash/4", MAP_TYPE_PERCPU_HASH, 4, n, 0);
	bench("lru_hash/4", MAP_TYPE_LRU_HASH, 4, n, 0);
	bench("lpm_trie/8", MAP_TYPE_LPM_TRIE, 8, n, MAP_NO_PREALLOC);
	return 0;
}
