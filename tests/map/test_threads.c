// SPDX-License-Identifier: BSD-2-Clause
/* Two threads on one map: nothing is lost, nothing is torn; the thread sanitizer stays silent. */
#include "test.h"

#include <errno.h>
#include <pthread.h>

#include "map/map.h"

enum { STEPS = 20000, KEYS = 64 };

struct work {
	struct map *m;
	u32 seed, key_base;
	u32 wrong;
};

static u32 next_random(u32 *state)
{
	*state = *state * 1664525 + 1013904223;
	return *state >> 8;
}

/* Values are two equal words: a torn one shows. Keys of the own half are known to be there. */
static void *churn(void *arg)
{
	struct work *w = arg;
	bool lru = w->m->def.type == MAP_TYPE_LRU_HASH;

	for (u32 i = 0; i < STEPS; i++) {
		u32 key = next_random(&w->seed) % KEYS, own = w->key_base + i % KEYS;
		u64 value[2] = { i, i }, back[2];
		int err;

		err = map_write(w->m, &own, value, 0);
		w->wrong += err != 0;
		w->wrong += !lru && !w->m->ops->lookup(w->m, &own, 0);
		map_write(w->m, &key, value, 0);
		if (!map_read(w->m, &key, back))
			w->wrong += back[0] != back[1];
		w->m->ops->lookup(w->m, &key, 0);
		if (i % 3 == 0)
			map_remove(w->m, &key);
		if (i % 64 == 0)
			map_next(w->m, &key, &key);
		if (i % 5 == 0 && !lru)
			w->wrong += map_remove(w->m, &own) != 0;
	}
	return NULL;
}

static void run_two(struct map *m, void *(*fn)(void *))
{
	struct work w[2] = { { m, 1, 1000, 0 }, { m, 2, 2000, 0 } };
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, fn, &w[0]), 0);
	fn(&w[1]);
	pthread_join(thread, NULL);
	assert_int_equal(w[0].wrong, 0);
	assert_int_equal(w[1].wrong, 0);
}

static struct map *make(u32 type, u32 entries, u32 flags)
{
	struct map_def def = { .name = "m",
			       .type = type,
			       .key_size = 4,
			       .value_size = 16,
			       .max_entries = entries,
			       .flags = flags };
	struct map *m = NULL;

	assert_int_equal(map_create(&m, &def, NULL), 0);
	return m;
}

static void hash_survives_two_threads(void **state)
{
	struct map *m = make(MAP_TYPE_HASH, 3 * KEYS, 0);

	run_two(m, churn);
	map_free(m);
}

static void lru_survives_two_threads(void **state)
{
	struct map *m = make(MAP_TYPE_LRU_HASH, 20, 0);

	run_two(m, churn);
	map_free(m);
}

static void *lpm_churn(void *arg)
{
	struct work *w = arg;

	for (u32 i = 0; i < STEPS; i++) {
		u32 r = next_random(&w->seed), key[2] = { r % 33, r >> 4 & 0x0303 };
		u64 value[2] = { i, i };

		w->wrong += map_write(w->m, key, value, 0) != 0;
		key[0] = 32;
		w->m->ops->lookup(w->m, key, 0);
		key[0] = r / 33 % 33;
		map_remove(w->m, key);
	}
	return NULL;
}

static void lpm_survives_two_threads(void **state)
{
	struct map_def def = { .name = "m",
			       .type = MAP_TYPE_LPM_TRIE,
			       .key_size = 8,
			       .value_size = 16,
			       .max_entries = 4096,
			       .flags = MAP_NO_PREALLOC };
	struct map *m = NULL;

	assert_int_equal(map_create(&m, &def, NULL), 0);
	run_two(m, lpm_churn);
	map_free(m);
}

struct ring_work {
	struct map *m;
	u32 done;
};

static void *produce(void *arg)
{
	struct ring_work *w = arg;

	for (u32 i = 0; i < STEPS;) {
		u32 *record = ring_reserve(w->m, 4 + i % 61);

		if (!record)
			continue;
		*record = i++;
		ring_commit(record, false);
	}
	__atomic_store_n(&w->done, 1, __ATOMIC_RELEASE);
	return NULL;
}

static int check_order(void *arg, const void *data, size_t len)
{
	u32 *next = arg;

	return LOAD(u32, data) == (*next)++ ? 0 : -EILSEQ;
}

static void ring_delivers_in_order_across_threads(void **state)
{
	struct map_def def = { .name = "m", .type = MAP_TYPE_RINGBUF, .max_entries = 4096 };
	struct ring_work w = { 0 };
	pthread_t thread;
	u32 next = 0;

	assert_int_equal(map_create(&w.m, &def, NULL), 0);
	assert_int_equal(pthread_create(&thread, NULL, produce, &w), 0);
	while (!__atomic_load_n(&w.done, __ATOMIC_ACQUIRE))
		assert_true(ring_consume(w.m, check_order, &next) >= 0);
	pthread_join(thread, NULL);
	assert_true(ring_consume(w.m, check_order, &next) >= 0);
	assert_int_equal(next, STEPS);
	map_free(w.m);
}

static const struct CMUnitTest tests[] = {
	TEST(hash_survives_two_threads),
	TEST(lru_survives_two_threads),
	TEST(lpm_survives_two_threads),
	TEST(ring_delivers_in_order_across_threads),
};
TEST_MAIN(tests)
