// SPDX-License-Identifier: BSD-2-Clause
#include "bench_set.h"

#include <string.h>

/* ---- the native side of maps.c ---- */

void *bench_lookup(struct map *m, const void *key);
long bench_update(struct map *m, const void *key, const void *value, u64 flags);
long bench_output(struct map *m, const void *data, u64 size);
u32 bench_cpu(void);

void *bench_lookup(struct map *m, const void *key)
{
	return m->ops->lookup(m, key, 0);
}

long bench_update(struct map *m, const void *key, const void *value, u64 flags)
{
	return m->ops->update(m, key, value, flags, 0);
}

long bench_output(struct map *m, const void *data, u64 size)
{
	return ring_output(m, data, size);
}

u32 bench_cpu(void)
{
	return 0;
}

#define MAPS(X)                                                                                    \
	X(counts)                                                                                  \
	X(numbers) X(percpu) X(rules) X(backends) X(flows) X(routes) X(histogram) X(events)
#define DECLARE(name) extern struct map *name;
#define ENTRY(name)   { #name, &name },
MAPS(DECLARE)
const struct bench_map bench_maps[] = { MAPS(ENTRY){ 0 } };

#define PROGS(X)                                                                                   \
	X(empty, plain, 0, 0)                                                                      \
	X(integer_loop, plain, 0, 0)                                                               \
	X(sieve, plain, 0, 0)                                                                      \
	X(primes, plain, 0, 0)                                                                     \
	X(checksum, plain, 0, 0)                                                                   \
	X(copy, plain, 0, 0)                                                                       \
	X(fnv, plain, 0, 0)                                                                        \
	X(siphash, plain, 0, 0)                                                                    \
	X(murmur, plain, 0, 0)                                                                     \
	X(chacha, plain, 0, 0)                                                                     \
	X(automaton, plain, 0, 0)                                                                  \
	X(string_compare, plain, 0, 0)                                                             \
	X(classifier, plain, 0, 0)                                                                 \
	X(classifier_64, plain, 0, 0)                                                              \
	X(calls, calls, 0, 0)                                                                      \
	X(calls_nested, calls, 0, 0)                                                               \
	X(loop_callback, calls, 0, 0)                                                              \
	X(array_loop, maps, 1, 0)                                                                  \
	X(hash_loop, maps, 1, 0)                                                                   \
	X(percpu_counters, maps, 1, 0)                                                             \
	X(firewall, maps, 1, 0)                                                                    \
	X(balancer, maps, 1, 0)                                                                    \
	X(lpm, maps, 1, 0)                                                                         \
	X(ring_output, maps, 1, 1)                                                                 \
	X(histogram_log2, maps, 1, 0)
#define NATIVE_OF(name, file, maps, ring) u32 native_##name(u8 *data, u8 *end);
#define PROG(name, file, maps, ring)	  { #name, #file, native_##name, maps, ring },
PROGS(NATIVE_OF)
const struct bench_prog bench_progs[] = { PROGS(PROG){ 0 } };

/* ---- the packet ---- */

static u64 random_next(u64 *state)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return *state >> 33;
}

/* An IPv4 header as the classifier's programs look at it. */
static void header(u8 *h, u64 *rng)
{
	static const u8 protocols[] = { 6, 6, 6, 17, 17, 1, 47, 6 };

	for (u32 i = 0; i < 20; i++)
		h[i] = (u8)random_next(rng);
	h[0] = random_next(rng) % 16 ? 0x45 : 0x60;
	h[6] = random_next(rng) % 8 ? 0x40 : 0x20;
	h[7] = random_next(rng) % 8 ? 0 : 100;
	h[8] = random_next(rng) % 8 ? 64 : 1;
	h[9] = protocols[random_next(rng) % 8];
	if (random_next(rng) % 2)
		h[12] = 10;
	if (random_next(rng) % 2)
		memcpy(h + 16, "\xc0\xa8", 2);
}

void bench_packet(u8 *p)
{
	static const u8 head[] = { 2,  0,    0, 0, 0,	 1,    2,    0,	   0,	 0,    0, 2,   8,
				   0,  0x45, 0, 5, 0xdc, 0x12, 0x34, 0x40, 0,	 64,   6, 0,   0,
				   10, 1,    2, 3, 192,	 168,  7,    9,	   0x30, 0x39, 1, 0xbb };
	u64 rng = 7;

	memset(p, 0, BENCH_PACKET);
	memcpy(p, head, sizeof(head));
	p[47] = 0x18;
	for (u32 i = 0; i < 40; i++)
		p[54 + i] = i % 7 == 6 ? ' ' : i % 5 == 4 ? (u8)('0' + i % 10) : (u8)('a' + i % 26);
	for (u32 k = 1; k < 4; k++) {
		memcpy(p + 54 + k * 40, p + 54, 40);
		p[54 + k * 40 + 10 * k] ^= 1;
	}
	for (u32 i = 0; i < 64; i++)
		header(p + 214 + i * 20, &rng);
}

void bench_fill(const u8 *packet,
		void (*set)(void *arg, const char *map, const void *key, const void *value),
		void *arg)
{
	u8 tuple[16] = { 0 };
	u32 rule[4] = { 1 }, backend[2], prefix[2] = { 8, 10 };

	memcpy(tuple, packet + 26, 8);
	memcpy(tuple + 10, packet + 36, 2); /* any source port */
	tuple[12] = 6;
	set(arg, "rules", tuple, rule);
	for (u32 key = 0; key < 256; key += 2)
		set(arg, "numbers", &key, &(u64){ key });
	for (u32 key = 0; key < 16; key++) {
		backend[0] = 0x0a000001 + (key << 24);
		backend[1] = key;
		set(arg, "backends", &key, backend);
	}
	for (u32 k = 0; k < 32; k++) {
		prefix[0] = 8 + k % 3 * 8;
		memcpy(&prefix[1], packet + 214 + k * 20 + 16, 4);
		set(arg, "routes", prefix, &(u32){ k + 1 });
	}
}
