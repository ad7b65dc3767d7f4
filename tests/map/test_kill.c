// SPDX-License-Identifier: BSD-2-Clause
/*
 * Processes that change pinned maps are killed: after each single instruction of an update
 * (ptrace), and at random moments. Whoever survives reads a consistent map, waits for no lock, and
 * finds room for as many elements as ever. SKEP_KILLS: how many kills a test makes (default 150).
 */
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "map/pin.h"
#include "map/stack.h"
#include "map/uring.h"

enum { ENTRIES = 8, WORDS = 6, ALARM = 60 };

static char folder[64], path[128];

struct kind {
	const char *name;
	u32 type, key_size, value_size, max_entries, flags;
};

static const struct kind kinds[] = {
	{ "array", MAP_TYPE_ARRAY, 4, 8, ENTRIES, 0 },
	{ "percpu_array", MAP_TYPE_PERCPU_ARRAY, 4, 8, ENTRIES, 0 },
	{ "hash", MAP_TYPE_HASH, 4, WORDS * 8, ENTRIES, 0 },
	{ "hash_long", MAP_TYPE_HASH, 20, WORDS * 8, ENTRIES, MAP_NO_PREALLOC },
	{ "percpu_hash", MAP_TYPE_PERCPU_HASH, 4, 8, ENTRIES, 0 },
	{ "lru_hash", MAP_TYPE_LRU_HASH, 4, WORDS * 8, ENTRIES, 0 },
	{ "lru_hash_own", MAP_TYPE_LRU_HASH, 4, WORDS * 8, ENTRIES, MAP_NO_COMMON_LRU },
	{ "lru_percpu_hash", MAP_TYPE_LRU_PERCPU_HASH, 4, 8, ENTRIES, 0 },
	{ "lpm_trie", MAP_TYPE_LPM_TRIE, 8, WORDS * 8, ENTRIES, MAP_NO_PREALLOC },
	{ "devmap", MAP_TYPE_DEVMAP, 4, 8, ENTRIES, 0 },
	{ "devmap_hash", MAP_TYPE_DEVMAP_HASH, 4, 8, ENTRIES, 0 },
	{ "cpumap", MAP_TYPE_CPUMAP, 4, 8, ENTRIES, 0 },
	{ "queue", MAP_TYPE_QUEUE, 0, WORDS * 8, ENTRIES, 0 },
	{ "stack", MAP_TYPE_STACK, 0, WORDS * 8, ENTRIES, 0 },
	{ "bloom_filter", MAP_TYPE_BLOOM_FILTER, 0, 8, 64, 0 },
	{ "stack_trace", MAP_TYPE_STACK_TRACE, 4, WORDS * 8, ENTRIES, 0 },
	{ "ringbuf", MAP_TYPE_RINGBUF, 0, 0, 4096, 0 },
	{ "user_ringbuf", MAP_TYPE_USER_RINGBUF, 0, 0, 4096, 0 },
};

static u32 next_random(u32 *state)
{
	*state = *state * 1664525 + 1013904223;
	return *state >> 8;
}

/* ---- keys and values that can be told from torn ones ---- */

static void key_of(const struct map *m, u32 i, u8 *key)
{
	memset(key, 0, 32);
	if (m->def.type == MAP_TYPE_LPM_TRIE) {
		static const u8 lens[] = { 0, 4, 8, 12, 14, 20, 24, 32 };

		STORE(u32, key, i < 8 ? lens[i] : lens[1 + i % 7]);
		key[4] = (u8)(i / 8 * 64);
	} else {
		STORE(u32, key, i);
	}
}

/* All words follow from the first, whatever the key. */
static void words_of(u64 *words, u32 n, u32 seed)
{
	for (u32 i = 0; i < n; i++)
		words[i] = (u64)seed << 32 | (seed * 2654435761u + i);
}

static bool words_fit(const u64 *words, u32 n)
{
	for (u32 i = 0; i < n; i++) {
		u32 seed = (u32)(words[0] >> 32);

		if (words[i] != ((u64)seed << 32 | (seed * 2654435761u + i)))
			return false;
	}
	return true;
}

static bool is_dev(u32 type)
{
	return type == MAP_TYPE_DEVMAP || type == MAP_TYPE_DEVMAP_HASH || type == MAP_TYPE_CPUMAP;
}

static void value_of(const struct map *m, u64 *value, u32 seed)
{
	seed |= 1;
	if (is_dev(m->def.type)) { /* {ifindex, program}, both positive and small, alike */
		seed = seed % 8000 + 1;
		value[0] = (u64)seed << 32 | seed;
		return;
	}
	for (u32 cpu = 0; cpu < m->slots; cpu++)
		words_of(value + (size_t)cpu * m->value_stride / 8, m->value_stride / 8,
			 seed + cpu);
}

static bool value_fits(const struct map *m, const u64 *value)
{
	bool zero = m->def.type == MAP_TYPE_ARRAY || map_is_percpu(m);

	if (is_dev(m->def.type))
		return (u32)value[0] == value[0] >> 32;
	for (u32 cpu = 0; cpu < m->slots; cpu++) {
		const u64 *at = value + (size_t)cpu * m->value_stride / 8;

		if (!(zero && !*at) && !words_fit(at, m->value_stride / 8))
			return false;
	}
	return true;
}

/* ---- what victims do ---- */

struct sum {
	u32 records, wrong;
};

static int see_record(void *arg, const void *data, size_t len)
{
	struct sum *s = arg;

	s->records++;
	s->wrong += len % 8 || !len || !words_fit(data, (u32)len / 8);
	return 0;
}

static void ring_step(struct map *m, u32 *seed)
{
	u32 words = 1 + next_random(seed) % 16;
	u64 *record, out[16];

	if (next_random(seed) % 2) {
		words_of(out, words, next_random(seed));
		ring_output(m, out, (u64)words * 8);
		return;
	}
	record = ring_reserve(m, (u64)words * 8);
	if (!record)
		return;
	words_of(record, words, next_random(seed));
	ring_commit(record, next_random(seed) % 4 == 0);
}

/* Victims drain what the survivor puts in. */
static void uring_step(struct map *m)
{
	void *data;
	u32 len;
	int err;

	if (uring_begin(m))
		return;
	for (u32 i = 0; i < 4; i++) {
		err = uring_peek(m, &data, &len);
		if (!err)
			uring_release(m, len);
		if (err && err != -EAGAIN)
			break;
	}
	uring_end(m);
}

static void step(struct map *m, u32 *seed, u64 *value)
{
	u32 i = next_random(seed) % (ENTRIES + 4), what = next_random(seed) % 8;
	u8 key[32];

	switch (m->def.type) {
	case MAP_TYPE_RINGBUF:
		ring_step(m, seed);
		return;
	case MAP_TYPE_USER_RINGBUF:
		uring_step(m);
		return;
	case MAP_TYPE_STACK_TRACE:
		words_of(value, 1 + i % WORDS, next_random(seed) | 1);
		stack_put(m, value, 8 * (1 + i % WORDS), STACK_REUSE_ID);
		return;
	case MAP_TYPE_BLOOM_FILTER:
		words_of(value, 1, next_random(seed));
		map_write(m, NULL, value, 0);
		return;
	case MAP_TYPE_QUEUE:
	case MAP_TYPE_STACK:
		value_of(m, value, next_random(seed));
		if (what < 5)
			map_write(m, NULL, value, what < 2 ? UPDATE_EXIST : UPDATE_ANY);
		else
			map_take(m, NULL, value);
		return;
	}
	key_of(m, i, key);
	if (what < 5) {
		value_of(m, value, next_random(seed));
		map_write(m, key, value, 0);
	} else {
		map_remove(m, key);
	}
}

/* ---- what survivors find ---- */

static struct map *map_new(const struct kind *k)
{
	struct map_def def = { .name = "m",
			       .type = k->type,
			       .key_size = k->key_size,
			       .value_size = k->value_size,
			       .max_entries = k->max_entries,
			       .flags = k->flags };
	struct map *m;

	if (k->type == MAP_TYPE_CPUMAP)
		def.max_entries = map_cpus();
	assert_int_equal(map_create(&m, &def, NULL), 0);
	snprintf(path, sizeof(path), "%s/%s", folder, k->name);
	unlink(path);
	assert_int_equal(pin_map(m, path, NULL, NULL), 0);
	return m;
}

static u64 *value_room(const struct map *m)
{
	u64 *value = calloc(1, MAX(map_read_size(m), (size_t)128) + 8);

	assert_non_null(value);
	return value;
}

/* Traces end with zeros. */
static bool trace_fits(const u64 *value)
{
	u32 n = 0;

	while (n < WORDS && value[n])
		n++;
	return n && words_fit(value, n);
}

/* Every element that is there can be read, once, and is whole. */
static void check_elements(struct map *m, u64 *value)
{
	u8 key[32] = { 0 }, next[32];
	u32 count = 0, limit = 4 * (m->def.max_entries + ENTRIES);
	int err;

	for (err = map_next(m, NULL, next); !err; err = map_next(m, key, next)) {
		memcpy(key, next, sizeof(key));
		if (!map_read(m, key, value))
			assert_true(m->def.type == MAP_TYPE_STACK_TRACE ? trace_fits(value)
									: value_fits(m, value));
		assert_true(++count < limit);
	}
}

/* All of it can be changed, and it holds as much as it may: nothing was lost, no lock is held. */
static void check_room(struct map *m, u64 *value)
{
	bool lru = m->def.type == MAP_TYPE_LRU_HASH || m->def.type == MAP_TYPE_LRU_PERCPU_HASH;
	u32 n = MIN(m->def.max_entries, (u32)ENTRIES), count = 0;
	u8 key[32], next[32];

	for (u32 i = 0; i < ENTRIES + 4; i++) {
		key_of(m, i, key);
		map_remove(m, key);
	}
	for (u32 i = 0; i < n; i++) {
		key_of(m, i, key);
		value_of(m, value, i);
		assert_int_equal(map_write(m, key, value, 0), 0);
		assert_int_equal(map_write(m, key, value, 0), 0);
	}
	for (int err = map_next(m, NULL, next); !err; err = map_next(m, key, next), count++)
		memcpy(key, next, sizeof(key));
	if (!(m->def.flags & MAP_NO_COMMON_LRU))
		assert_int_equal(count, m->def.type == MAP_TYPE_CPUMAP ? m->def.max_entries : n);
	key_of(m, ENTRIES, key);
	value_of(m, value, 1);
	if (lru)
		assert_int_equal(map_write(m, key, value, 0), 0);
	else if (m->def.type != MAP_TYPE_CPUMAP)
		assert_true(map_write(m, key, value, 0) < 0);
	for (u32 i = 0; i < ENTRIES + 4; i += 2) {
		key_of(m, i, key);
		map_remove(m, key);
	}
}

static void check_queue(struct map *m, u64 *value)
{
	u32 n = 0;

	while (!map_take(m, NULL, value)) {
		assert_true(value_fits(m, value));
		assert_true(++n <= ENTRIES);
	}
	value_of(m, value, 3);
	for (n = 0; n < ENTRIES; n++)
		assert_int_equal(map_write(m, NULL, value, 0), 0);
	assert_int_equal(map_write(m, NULL, value, 0), -E2BIG);
	for (n = 0; n < ENTRIES / 2; n++)
		assert_int_equal(map_take(m, NULL, value), 0);
}

/* The second time, a record that the dead left busy is passed over. */
static void check_ring(struct map *m, u64 *value)
{
	struct sum s = { 0 };

	for (u32 i = 0; i < 4; i++)
		assert_true(ring_consume(m, see_record, &s) >= 0);
	assert_int_equal(s.wrong, 0);
	assert_int_equal(ring_query(m, 0), 0);
	words_of(value, 2, 7);
	assert_int_equal(ring_output(m, value, 16), 0);
	assert_int_equal(ring_consume(m, see_record, &s), 1);
}

static void check_uring(struct map *m)
{
	void *record;
	int err = 0;

	assert_int_equal(uring_begin(m), 0);
	uring_end(m);
	while ((record = uring_reserve(m, 24, &err)))
		uring_commit(m, record, false);
	assert_int_equal(err, -ENOSPC);
}

static void check_map(struct map *m)
{
	u64 *value = value_room(m);

	alarm(ALARM);
	switch (m->def.type) {
	case MAP_TYPE_RINGBUF:
		check_ring(m, value);
		break;
	case MAP_TYPE_USER_RINGBUF:
		check_uring(m);
		break;
	case MAP_TYPE_QUEUE:
	case MAP_TYPE_STACK:
		check_queue(m, value);
		break;
	case MAP_TYPE_BLOOM_FILTER:
		words_of(value, 1, 1);
		assert_int_equal(map_write(m, NULL, value, 0), 0);
		assert_int_equal(map_read(m, NULL, value), 0);
		break;
	case MAP_TYPE_STACK_TRACE:
		check_elements(m, value);
		for (u32 i = 0; i < ENTRIES; i++) {
			words_of(value, WORDS, i + 1);
			assert_true(stack_put(m, value, WORDS * 8, STACK_REUSE_ID) >= 0);
		}
		break;
	default:
		check_elements(m, value);
		check_room(m, value);
	}
	alarm(0);
	free(value);
}

/* A newcomer looks at the whole of a map that nobody else has; that must find it in order. */
static struct map *reopen(struct map *m)
{
	map_free(m);
	assert_int_equal(pin_open(&m, path, NULL), 0);
	return m;
}

/* ---- killers ---- */

static u32 kills_wanted(void)
{
	const char *text = getenv("SKEP_KILLS");

	return text ? (u32)strtoul(text, NULL, 0) : 150;
}

static void reap(pid_t pid)
{
	int status;

	kill(pid, SIGKILL);
	while (waitpid(pid, &status, __WALL) == pid && !WIFSIGNALED(status) && !WIFEXITED(status))
		;
}

static void victim(u32 seed, u32 steps, bool traced)
{
	struct map *m;
	u64 *value;

	if (pin_open(&m, path, NULL))
		_exit(1);
	value = value_room(m);
	if (traced) {
		ptrace(PTRACE_TRACEME, 0, 0, 0);
		raise(SIGSTOP);
	}
	for (u32 i = 0; i < steps; i++)
		step(m, &seed, value);
	_exit(0);
}

/* Kill a process `insns` instructions into its update; false: it was over before. */
static bool kill_after(u32 seed, u32 insns)
{
	pid_t pid = fork();
	int status;
	bool inside = true;

	if (!pid)
		victim(seed, 1, true);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSTOPPED(status));
	for (u32 i = 0; i < insns && inside; i++) {
		ptrace(PTRACE_SINGLESTEP, pid, 0, 0);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		inside = WIFSTOPPED(status);
	}
	if (inside)
		reap(pid);
	return inside;
}

/* raise() alone is some hundred instructions; from there on each is a place to die. */
static void any_instruction_may_be_the_last(void **state)
{
	u32 wanted = kills_wanted(), seed = (u32)time(NULL), done = 0;

	for (size_t k = 0; k < ARRAY_SIZE(kinds); k++) {
		u32 each = wanted / ARRAY_SIZE(kinds) + 1, at = 0, longest = 600;
		struct map *m = map_new(&kinds[k]);

		for (u32 i = 0; i < each; i++) {
			u32 what = next_random(&seed);

			/* Random places in a random update; past its end: a shorter one. */
			at = next_random(&seed) % longest;
			if (!kill_after(what, at))
				longest = MAX(at, 60u);
			else
				done++;
			if (longest < 4000 && i % 4 == 3)
				longest += longest / 4;
			check_map(m);
			if (i % 16 == 15)
				m = reopen(m);
		}
		map_free(m);
	}
	printf("# %u processes were killed at a chosen instruction\n", done);
}

static void anybody_may_be_killed_any_time(void **state)
{
	u32 wanted = kills_wanted(), seed = (u32)getpid(), done = 0;

	for (size_t k = 0; k < ARRAY_SIZE(kinds); k++) {
		u32 each = wanted / ARRAY_SIZE(kinds) + 1;
		struct map *m = map_new(&kinds[k]);
		pid_t pids[2] = { 0 };

		for (u32 i = 0; i < each; i++) {
			struct timespec pause = { 0, next_random(&seed) % 3000000 };
			u32 who = i % 2;

			for (u32 p = 0; p < 2; p++) {
				if (pids[p])
					continue;
				pids[p] = fork();
				if (!pids[p])
					victim(next_random(&seed) + p, UINT32_MAX, false);
			}
			nanosleep(&pause, NULL);
			reap(pids[who]);
			pids[who] = 0;
			done++;
			if (i % 8 == 7 && pids[!who]) { /* all are dead */
				reap(pids[!who]);
				pids[!who] = 0;
				done++;
			}
			if (!pids[!who])
				check_map(m);
			if (i % 64 == 63)
				m = reopen(m);
		}
		for (u32 p = 0; p < 2; p++) {
			if (pids[p])
				reap(pids[p]);
		}
		check_map(m);
		map_free(m);
	}
	printf("# %u processes were killed at random\n", done);
}

/* In memory, where there is such a file system: on disk the rounds wait for it. */
static int folder_new(void **state)
{
	strcpy(folder, "/dev/shm/skep-kill-XXXXXX");
	if (mkdtemp(folder))
		return 0;
	strcpy(folder, "/tmp/skep-kill-XXXXXX");
	return mkdtemp(folder) ? 0 : -1;
}

static int folder_drop(void **state)
{
	char command[80];

	snprintf(command, sizeof(command), "rm -rf %s", folder);
	return system(command);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(any_instruction_may_be_the_last),
		TEST(anybody_may_be_killed_any_time),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, folder_new, folder_drop);
}
