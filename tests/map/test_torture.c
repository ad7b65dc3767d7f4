// SPDX-License-Identifier: BSD-2-Clause
/*
 * Threads change one map of every type at once, through both sides: what is read was written as a
 * whole, what is there stays there, nothing is lost, and the sanitizers stay silent.
 *
 * SKEP_TORTURE_SECONDS: of all types together, 2 by default.
 */
#include "test.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "map/area.h"
#include "map/lock.h"
#include "map/map.h"
#include "map/stack.h"
#include "map/uring.h"

enum { THREADS = 3, KEYS = 48, OWN = 8, SLOTS_MAX = 256 };

struct worker {
	struct map *m;
	const struct map_def *def;
	u32 seed, cpu;
	u32 first_own; /* keys [first_own, first_own + OWN) are this thread's alone */
	u64 steps;
	u32 wrong;
};

static u32 stop;
static u32 records_put, records_got;

static u32 next_random(struct worker *w)
{
	w->seed = w->seed * 1664525 + 1013904223;
	return w->seed >> 8;
}

/* A value is one number in every word: another one in one of them is a torn value. */
static void value_make(struct worker *w, u64 *value, u64 n)
{
	u32 words = (u32)map_read_size(w->m) / 8;

	for (u32 i = 0; i < words; i++)
		value[i] = n;
}

static void key_make(struct worker *w, u32 n, u32 *key)
{
	bool lpm = w->def->type == MAP_TYPE_LPM_TRIE;

	key[0] = lpm ? 32 - n % 3 * 8 : n;
	key[1] = n * 0x01010101;
}

/* What a program does with a value that it found: its memory is the map's, whatever happens. */
static u64 touch(struct worker *w, const u32 *key)
{
	u64 *value = w->m->lookup(w->m, key, w->cpu);

	return value ? READ_ONCE(value[0]) + READ_ONCE(value[w->def->value_size / 8 - 1]) : 0;
}

static bool is_lru(const struct worker *w)
{
	return w->def->type == MAP_TYPE_LRU_HASH || w->def->type == MAP_TYPE_LRU_PERCPU_HASH;
}

/* Does a read of the system-call side see whole values? Not where values change in place. */
static bool is_whole(const struct worker *w)
{
	return w->def->type == MAP_TYPE_HASH || w->def->type == MAP_TYPE_LRU_HASH;
}

static void batches(struct worker *w)
{
	static const enum map_batch_op ops[] = { BATCH_READ, BATCH_READ, BATCH_WRITE,
						 BATCH_REMOVE };
	u64 *values = calloc(16, map_read_size(w->m));
	u32 keys[16 * 2], place[2] = { 0 };
	struct map_batch b = { .to = place, .keys = keys, .values = values, .count = 16 };
	enum map_batch_op op = ops[next_random(w) % 4];

	assert_non_null(values);
	if (op != BATCH_READ) {
		b.count = 4;
		for (u32 i = 0; i < 4; i++)
			memcpy((u8 *)keys + (size_t)i * w->def->key_size,
			       (u32[2]){ next_random(w) % KEYS, 0 }, w->def->key_size);
		if (w->def->type == MAP_TYPE_LPM_TRIE)
			for (u32 i = 0; i < 4; i++)
				key_make(w, next_random(w) % KEYS, &keys[(size_t)i * 2]);
		for (u32 i = 0; i < 4; i++)
			value_make(w, values + i * map_read_size(w->m) / 8, 7);
	}
	map_batch(w->m, op, &b);
	free(values);
}

/* Types with keys. */
static void step_keys(struct worker *w)
{
	bool array = w->def->type == MAP_TYPE_ARRAY || w->def->type == MAP_TYPE_PERCPU_ARRAY;
	u64 value[8 * SLOTS_MAX], back[8 * SLOTS_MAX];
	u32 shared[2], own[2], size = (u32)map_read_size(w->m);
	int err;

	assert_true(size <= sizeof(value));
	key_make(w, next_random(w) % KEYS, shared);
	key_make(w, w->first_own + next_random(w) % OWN, own);
	value_make(w, value, w->steps);
	switch (next_random(w) % 8) {
	case 0:
		map_remove(w->m, shared);
		break;
	case 1:
		w->wrong += w->m->ops->update(w->m, own, value, 0, w->cpu) != 0;
		w->wrong += !is_lru(w) && !w->m->lookup(w->m, own, w->cpu);
		if (!array && !is_lru(w))
			w->wrong += map_remove(w->m, own) != 0;
		break;
	case 2:
		err = map_read(w->m, shared, back);
		if (!err && is_whole(w))
			for (u32 i = 1; i < size / 8; i++)
				w->wrong += back[i] != back[0];
		break;
	case 3:
		map_next(w->m, shared, back);
		break;
	case 4:
		map_take(w->m, shared, back);
		break;
	case 5:
		if (w->steps % 16 == 0)
			batches(w);
		break;
	case 6:
		map_write(w->m, shared, value, 0);
		break;
	default:
		w->m->ops->update(w->m, shared, value, next_random(w) % 3, w->cpu);
	}
	touch(w, shared);
	touch(w, own);
}

/* Values pass from thread to thread whole. */
static void step_queue(struct worker *w)
{
	u64 value[8], back[8];

	value_make(w, value, w->steps);
	if (next_random(w) % 2)
		map_write(w->m, NULL, value, next_random(w) % 2 ? UPDATE_EXIST : 0);
	else if (!w->m->ops->pop(w->m, back))
		for (u32 i = 1; i < w->def->value_size / 8; i++)
			w->wrong += back[i] != back[0];
	w->m->ops->peek(w->m, back);
}

static void step_bloom(struct worker *w)
{
	u64 value[8];

	value_make(w, value, w->steps * THREADS + w->cpu);
	w->wrong += w->m->ops->push(w->m, value, 0) != 0;
	w->wrong += w->m->ops->peek(w->m, value) != 0;
}

static int got(void *arg, const void *data, size_t len)
{
	struct worker *w = arg;

	w->wrong += len < 8 || LOAD(u32, data) != LOAD(u32, (const u8 *)data + 4);
	__atomic_fetch_add(&records_got, 1, __ATOMIC_RELAXED);
	return 0;
}

/* The last thread consumes, the others produce. */
static void step_ring(struct worker *w)
{
	u32 n = next_random(w), *record;

	if (w->cpu == THREADS - 1) {
		ring_consume(w->m, got, w);
		return;
	}
	record = ring_reserve(w->m, 8 + n % 50);
	if (!record)
		return;
	record[0] = record[1] = n;
	if (n % 5)
		__atomic_fetch_add(&records_put, 1, __ATOMIC_RELAXED);
	ring_commit(record, n % 5 == 0);
}

/* The last thread produces; the others take turns to consume. */
static void step_uring(struct worker *w)
{
	u32 n = next_random(w), *record, len;
	void *data;
	int err;

	if (w->cpu == THREADS - 1) {
		record = uring_reserve(w->m, 8 + n % 50, &err);
		if (!record)
			return;
		record[0] = record[1] = n;
		if (n % 5)
			__atomic_fetch_add(&records_put, 1, __ATOMIC_RELAXED);
		uring_commit(w->m, record, n % 5 == 0);
		return;
	}
	if (uring_begin(w->m))
		return;
	while ((err = uring_peek(w->m, &data, &len)) != -ENODATA) {
		if (err)
			continue;
		got(w, data, len);
		uring_release(w->m, len);
	}
	uring_end(w->m);
}

static void step_stack(struct worker *w)
{
	u64 trace[4], back[8];
	u32 key;
	s64 id;

	for (u32 i = 0; i < 4; i++)
		trace[i] = next_random(w) % 8;
	trace[1] = trace[2] = trace[3] = trace[0];
	id = stack_put(w->m, trace, sizeof(trace), STACK_REUSE_ID);
	w->wrong += id < 0;
	key = next_random(w) % 8;
	if (!map_read(w->m, &key, back))
		w->wrong += back[0] != back[1] || back[0] != back[3] || back[4];
	if (next_random(w) % 4 == 0)
		map_remove(w->m, &key);
	map_next(w->m, &key, &key);
}

/* Pages of one thread are not another's. */
static void step_arena(struct worker *w)
{
	u32 pages = 1 + next_random(w) % 3;
	u64 at = area_alloc(w->m, 0, pages);

	if (!at)
		return;
	for (u32 i = 0; i < pages; i++) {
		u64 *word = (u64 *)(uintptr_t)(at + i * 4096ull);

		w->wrong += *word != 0;
		*word = w->cpu + 1;
	}
	for (u32 i = 0; i < pages; i++)
		w->wrong += *(u64 *)(uintptr_t)(at + i * 4096ull) != w->cpu + 1;
	area_free(w->m, at, pages);
}

static struct map *inner[THREADS];

/* Inner maps are replaced while others look values up in them. */
static void step_maps(struct worker *w)
{
	u32 key = next_random(w) % 4, inner_key = next_random(w) % 16;
	u64 value = w->steps, *found;
	struct map *m;

	switch (next_random(w) % 4) {
	case 0:
		map_ref_set(w->m, &key, inner[next_random(w) % THREADS], 0);
		break;
	case 1:
		if (next_random(w) % 8 == 0)
			map_remove(w->m, &key);
		break;
	default:
		m = w->m->ops->lookup(w->m, &key, w->cpu);
		if (!m)
			break;
		m->ops->update(m, &inner_key, &value, 0, w->cpu);
		found = m->lookup(m, &inner_key, w->cpu);
		if (found)
			READ_ONCE(*found);
	}
}

static void step_refs(struct worker *w)
{
	u32 key = next_random(w) % 4;

	if (next_random(w) % 4)
		map_ref_set(w->m, &key, inner[next_random(w) % THREADS], 0);
	else
		map_remove(w->m, &key);
	map_slot_get(w->m, key);
}

static void step_redirect(struct worker *w)
{
	u32 key = next_random(w) % 8, value[2] = { 1 + next_random(w) % 9, 0 }, *found;

	if (next_random(w) % 4)
		w->m->ops->update(w->m, &key, value, 0, w->cpu);
	else
		map_remove(w->m, &key);
	found = w->m->ops->lookup(w->m, &key, w->cpu);
	if (found)
		READ_ONCE(found[0]);
}

static const struct map_def template = {
	.type = MAP_TYPE_HASH, .key_size = 4, .value_size = 8, .max_entries = 16
};

/* Room for the shared keys and every thread's own, but not more: inserts meet a full map. */
enum { ROOM = KEYS + THREADS * OWN };

static const struct row {
	struct map_def def;
	void (*step)(struct worker *w);
} rows[] = {
	{ { .type = MAP_TYPE_ARRAY, .key_size = 4, .value_size = 40, .max_entries = ROOM },
	  step_keys },
	{ { .type = MAP_TYPE_PERCPU_ARRAY, .key_size = 4, .value_size = 16, .max_entries = ROOM },
	  step_keys },
	{ { .type = MAP_TYPE_HASH, .key_size = 4, .value_size = 40, .max_entries = ROOM },
	  step_keys },
	{ { .type = MAP_TYPE_HASH,
	    .key_size = 8,
	    .value_size = 16,
	    .max_entries = ROOM,
	    .flags = MAP_NO_PREALLOC },
	  step_keys },
	{ { .type = MAP_TYPE_PERCPU_HASH, .key_size = 4, .value_size = 16, .max_entries = ROOM },
	  step_keys },
	{ { .type = MAP_TYPE_LRU_HASH, .key_size = 4, .value_size = 40, .max_entries = KEYS / 2 },
	  step_keys },
	{ { .type = MAP_TYPE_LRU_HASH,
	    .key_size = 4,
	    .value_size = 40,
	    .max_entries = KEYS / 2,
	    .flags = MAP_NO_COMMON_LRU },
	  step_keys },
	{ { .type = MAP_TYPE_LRU_PERCPU_HASH,
	    .key_size = 4,
	    .value_size = 16,
	    .max_entries = KEYS / 2 },
	  step_keys },
	{ { .type = MAP_TYPE_LPM_TRIE,
	    .key_size = 8,
	    .value_size = 40,
	    .max_entries = ROOM,
	    .flags = MAP_NO_PREALLOC },
	  step_keys },
	{ { .type = MAP_TYPE_QUEUE, .value_size = 40, .max_entries = 10 }, step_queue },
	{ { .type = MAP_TYPE_STACK, .value_size = 40, .max_entries = 10 }, step_queue },
	{ { .type = MAP_TYPE_BLOOM_FILTER, .value_size = 8, .max_entries = 1 << 20 }, step_bloom },
	{ { .type = MAP_TYPE_RINGBUF, .max_entries = 4096 }, step_ring },
	{ { .type = MAP_TYPE_USER_RINGBUF, .max_entries = 4096 }, step_uring },
	{ { .type = MAP_TYPE_STACK_TRACE, .key_size = 4, .value_size = 64, .max_entries = 8 },
	  step_stack },
	{ { .type = MAP_TYPE_ARENA, .max_entries = 10, .flags = MAP_MMAPABLE }, step_arena },
	{ { .type = MAP_TYPE_ARRAY_OF_MAPS,
	    .key_size = 4,
	    .value_size = 4,
	    .max_entries = 4,
	    .inner = &template },
	  step_maps },
	{ { .type = MAP_TYPE_HASH_OF_MAPS,
	    .key_size = 4,
	    .value_size = 4,
	    .max_entries = 4,
	    .inner = &template },
	  step_maps },
	{ { .type = MAP_TYPE_PROG_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 4 },
	  step_refs },
	{ { .type = MAP_TYPE_PERF_EVENT_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 4 },
	  step_refs },
	{ { .type = MAP_TYPE_DEVMAP, .key_size = 4, .value_size = 8, .max_entries = 8 },
	  step_redirect },
	{ { .type = MAP_TYPE_DEVMAP_HASH, .key_size = 4, .value_size = 8, .max_entries = 8 },
	  step_redirect },
	{ { .type = MAP_TYPE_CPUMAP, .key_size = 4, .value_size = 8, .max_entries = 8 },
	  step_redirect },
};

static void (*step_of_all)(struct worker *w);

static void *work(void *arg)
{
	struct worker *w = arg;

	while (!LOAD_ACQUIRE(stop)) {
		step_of_all(w);
		w->steps++;
	}
	return NULL;
}

static double seconds(void)
{
	const char *text = getenv("SKEP_TORTURE_SECONDS");

	return text ? strtod(text, NULL) : 2;
}

/* The records that are still there when the threads have ended. */
static void drain(struct worker *w)
{
	if (w->def->type == MAP_TYPE_RINGBUF)
		ring_consume(w->m, got, w);
	if (w->def->type == MAP_TYPE_USER_RINGBUF) {
		w->cpu = 0;
		step_uring(w);
	}
}

static void torture(const struct row *r, double time)
{
	struct timespec ts = { (time_t)time, (long)((time - (double)(time_t)time) * 1e9) };
	struct worker w[THREADS];
	pthread_t thread[THREADS];
	struct map *m = NULL;
	u64 steps = 0;

	assert_int_equal(map_create(&m, &r->def, NULL), 0);
	step_of_all = r->step;
	records_put = records_got = 0;
	STORE_RELEASE(stop, 0);
	for (u32 i = 0; i < THREADS; i++) {
		w[i] = (struct worker){ .m = m,
					.def = &r->def,
					.seed = i + 1,
					.cpu = i % m->slots,
					.first_own = KEYS + i * OWN };
		if (m->slots == 1)
			w[i].cpu = i;
		assert_int_equal(pthread_create(&thread[i], NULL, work, &w[i]), 0);
	}
	nanosleep(&ts, NULL);
	STORE_RELEASE(stop, 1);
	for (u32 i = 0; i < THREADS; i++) {
		pthread_join(thread[i], NULL);
		steps += w[i].steps;
	}
	drain(&w[0]);
	for (u32 i = 0; i < THREADS; i++)
		if (w[i].wrong)
			fail_msg("%s: thread %u saw %u wrong results in %llu steps",
				 map_info(r->def.type)->name, i, w[i].wrong,
				 (unsigned long long)w[i].steps);
	assert_int_equal(records_put, records_got);
	assert_true(steps > 0);
	map_free(m);
}

static void every_type_survives_threads(void **state)
{
	double each = seconds() / ARRAY_SIZE(rows);

	for (u32 i = 0; i < THREADS; i++)
		assert_int_equal(map_create(&inner[i], &template, NULL), 0);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		torture(&rows[i], each);
	for (u32 i = 0; i < THREADS; i++)
		map_free(inner[i]);
}

static void every_type_is_tortured(void **state)
{
	for (u32 type = 1; map_info(type); type++) {
		bool found = !map_ops(type);

		for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
			found |= rows[i].def.type == type;
		if (!found)
			fail_msg("%s is in no row", map_info(type)->name);
	}
}

static const struct CMUnitTest tests[] = {
	TEST(every_type_is_tortured),
	TEST(every_type_survives_threads),
};
TEST_MAIN(tests)
