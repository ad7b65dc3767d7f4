// SPDX-License-Identifier: BSD-2-Clause
/*
 * Eight threads run whatever programs stand in four places while another loads units, puts their
 * programs there, and frees those that stood there before. SKEP_STRESS_SECONDS says for how long
 * (2); `make stress` takes a minute, natively and with the thread sanitizer.
 */
#include "../test.h"

#include <errno.h>
#include <pthread.h>
#include <time.h>
#include <unistd.h>

#include <skep/skep.h>

enum { THREADS = 8, PLACES = 4, PACKETS = 16, LEN = 64 };

/* The sanitizer does not see what machine code does. */
#ifdef __SANITIZE_THREAD__
enum { FASTEST = SKEP_EXEC_INTERP };
#else
enum { FASTEST = SKEP_EXEC_AUTO };
#endif

/* Sanitizers map memory as they like. */
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
enum { SANITIZED = true };
#else
enum { SANITIZED = false };
#endif

static struct skep_prog *places[PLACES];
static uint64_t newest; /* version that was put last */
static bool stop;

struct runner {
	pthread_t thread;
	uint8_t data[LEN]; /* its first byte is the number of the thread */
	uint64_t runs, wrong;
};

static bool plausible(uint64_t version)
{
	return version && version <= __atomic_load_n(&newest, __ATOMIC_SEQ_CST);
}

static void run_one(struct runner *r, struct skep_prog **place)
{
	struct skep_run run = {
		.size = sizeof(run), .data_in = r->data, .data_in_len = LEN, .repeat = 3
	};

	r->wrong += skep_prog_run_at(place, &run, NULL) || !plausible(run.result);
	r->runs += 3;
}

static void run_many(struct runner *r, struct skep_prog **place)
{
	struct skep_packet packets[PACKETS];
	uint64_t results[PACKETS];
	struct skep_batch batch = {
		.size = sizeof(batch), .packets = packets, .count = PACKETS, .results = results
	};

	for (uint32_t i = 0; i < PACKETS; i++)
		packets[i] = (struct skep_packet){ .data = r->data, .len = LEN, .wire_len = LEN };
	r->wrong += skep_prog_run_batch_at(place, &batch, NULL) != 0;
	for (uint32_t i = 0; i < PACKETS; i++)
		r->wrong += !plausible(results[i]) || results[i] != results[0];
	r->runs += PACKETS;
}

static void *run_always(void *arg)
{
	struct runner *r = arg;

	for (uint64_t i = r->data[0]; !__atomic_load_n(&stop, __ATOMIC_RELAXED); i++)
		(i % 3 ? run_one : run_many)(r, &places[i % PLACES]);
	return NULL;
}

static int count_event(void *arg, const struct skep_event *ev)
{
	++*(uint64_t *)arg;
	return 0;
}

/* A unit of that version: every third is interpreted, every fourth with checks. */
static struct skep_unit *load(struct skep_engine *eng, const struct skep_object *obj,
			      uint64_t version)
{
	struct skep_load_opts opts = { .size = sizeof(opts) };
	struct skep_diag *diag = skep_diag_new();
	struct skep_unit *unit = NULL;
	uint32_t key = 0;

	opts.exec = version % 8 == 3   ? SKEP_EXEC_CHECKED
		    : version % 8 == 7 ? SKEP_EXEC_CHECKED_JIT
		    : version % 3 == 2 ? SKEP_EXEC_INTERP
				       : FASTEST;
	if (skep_load(&unit, eng, obj, &opts, diag))
		skep_diag_print(diag, stderr, false);
	assert_non_null(unit);
	assert_int_equal(skep_map_set(skep_map_find(unit, "numbers"), &key, &version, 0), 0);
	skep_diag_free(diag);
	return unit;
}

/* What a unit's own counters say of the runs that it had; nobody runs it any more. */
static uint64_t runs_of(struct skep_unit *unit)
{
	uint32_t one = 1;
	uint64_t n = 0;

	assert_int_equal(skep_map_get(skep_map_find(unit, "numbers"), &one, &n), 0);
	return n;
}

static double seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* Load, put, free the one before, until the time is over. Returns how many were loaded. */
static uint64_t replace(struct skep_engine *eng, const struct skep_object *obj,
			struct skep_unit **units, double until)
{
	uint64_t version = PLACES, events = 0;

	for (; seconds() < until; version++) {
		uint32_t k = (uint32_t)(version % PLACES);
		struct skep_unit *old = units[k];

		units[k] = load(eng, obj, version + 1);
		__atomic_store_n(&newest, version + 1, __ATOMIC_SEQ_CST);
		skep_prog_put(&places[k], skep_prog_find(units[k], "first"));
		assert_true(skep_poll(old, 0, count_event, &events) >= 0);
		skep_unit_free(old);
	}
	return version;
}

/* Mappings of this process, -1: unknown. A unit has several: code, maps, rings. */
static int mappings(void)
{
	FILE *f = fopen("/proc/self/maps", "re");
	int lines = f ? 0 : -1, c;

	while (f && (c = getc(f)) != EOF)
		lines += c == '\n';
	if (f)
		fclose(f);
	return lines;
}

static void programs_are_replaced_and_freed_while_threads_run_them(void **state)
{
	const char *time_asked = getenv("SKEP_STRESS_SECONDS");
	double until = seconds() + (time_asked ? atof(time_asked) : 2);
	struct runner runners[THREADS] = { 0 };
	struct skep_unit *units[PLACES];
	struct skep_engine *eng;
	struct skep_object *obj;
	uint64_t loaded, runs = 0, left = 0;
	int before = SANITIZED ? -1 : mappings();

	assert_int_equal(
		skep_open(&obj, SKEP_ELF, (struct skep_source){ .name = OBJECT }, NULL, NULL), 0);
	assert_int_equal(skep_engine_new(&eng, "user", NULL), 0);
	for (uint32_t k = 0; k < PLACES; k++) {
		units[k] = load(eng, obj, k + 1);
		skep_prog_put(&places[k], skep_prog_find(units[k], "first"));
	}
	newest = PLACES;
	stop = false;
	for (uint32_t i = 0; i < THREADS; i++) {
		runners[i].data[0] = (uint8_t)i;
		assert_int_equal(pthread_create(&runners[i].thread, NULL, run_always, &runners[i]),
				 0);
	}
	loaded = replace(eng, obj, units, until);
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	for (uint32_t i = 0; i < THREADS; i++) {
		pthread_join(runners[i].thread, NULL);
		assert_int_equal(runners[i].wrong, 0);
		assert_true(runners[i].runs > 0);
		runs += runners[i].runs;
	}
	for (uint32_t k = 0; k < PLACES; k++) {
		left += runs_of(units[k]);
		skep_unit_free(units[k]);
	}
	assert_true(left <= runs);
	printf("# %llu units loaded, %llu runs\n", (unsigned long long)loaded,
	       (unsigned long long)runs);
	skep_engine_free(eng);
	skep_object_free(obj);
	/* The C library keeps stacks and heaps of threads. */
	assert_true(before < 0 || mappings() - before < 8 * THREADS);
}

static struct skep_unit *freed;
static void *free_it(void *arg)
{
	skep_unit_free(freed);
	__atomic_store_n((bool *)arg, true, __ATOMIC_SEQ_CST);
	return NULL;
}

struct inside {
	pthread_t thread;
	bool over, early;
};

/* A helper of the embedder's: somebody begins to free the unit that runs it. */
static uint64_t begin_free(void *arg, uint64_t r1, uint64_t r2, uint64_t r3, uint64_t r4,
			   uint64_t r5)
{
	struct inside *in = arg;

	pthread_create(&in->thread, NULL, free_it, &in->over);
	usleep(20000);
	in->early = __atomic_load_n(&in->over, __ATOMIC_SEQ_CST);
	return 7;
}

static void freeing_waits_for_a_run_that_has_begun(void **state)
{
	const struct skep_insn insns[] = { { 0x85, 0, 0, 0, 5000 }, { 0x95, 0, 0, 0, 0 } };
	struct skep_prog_def prog = { .name = "p", .insns = insns, .insn_count = 2 };
	struct skep_object_def def = { .size = sizeof(def), .progs = &prog, .prog_count = 1 };
	struct skep_run run = { .size = sizeof(run) };
	struct skep_engine *eng;
	struct skep_object *obj;
	struct inside in = { 0 };

	assert_int_equal(skep_object_build(&obj, &def, NULL), 0);
	assert_int_equal(skep_engine_new(&eng, "user", NULL), 0);
	assert_int_equal(skep_engine_helper(eng, 5000, begin_free, &in), 0);
	assert_int_equal(skep_load(&freed, eng, obj, NULL, NULL), 0);
	assert_int_equal(skep_prog_run(skep_prog_find(freed, NULL), &run, NULL), 0);
	assert_int_equal(run.result, 7);
	pthread_join(in.thread, NULL);
	assert_false(in.early);
	assert_true(in.over);
	skep_engine_free(eng);
	skep_object_free(obj);
}

/* A helper of the embedder's that runs another program. */
static uint64_t run_inner(void *arg, uint64_t r1, uint64_t r2, uint64_t r3, uint64_t r4,
			  uint64_t r5)
{
	struct skep_run run = { .size = sizeof(run), .data_in = "inner", .data_in_len = 5 };

	return skep_prog_run(arg, &run, NULL) ? 0 : run.result;
}

/* 'i' << 8 | 'o': the inner run has memory of its own. */
static void a_run_may_be_inside_of_a_run(void **state)
{
	const struct skep_insn inner[] = { { 0x71, 0, 1, 0, 0 }, { 0x95, 0, 0, 0, 0 } };
	const struct skep_insn outer[] = {
		{ 0xbf, 6, 1, 0, 0 }, { 0x85, 0, 0, 0, 5000 }, { 0x67, 0, 0, 0, 8 },
		{ 0x71, 1, 6, 0, 0 }, { 0x0f, 0, 1, 0, 0 },    { 0x95, 0, 0, 0, 0 },
	};
	struct skep_prog_def progs[] = {
		{ .name = "inner", .insns = inner, .insn_count = 2 },
		{ .name = "outer", .insns = outer, .insn_count = 6 },
	};
	struct skep_object_def def = { .size = sizeof(def), .progs = progs, .prog_count = 2 };
	struct skep_run run = { .size = sizeof(run), .data_in = "outer", .data_in_len = 5 };
	struct skep_engine *eng;
	struct skep_object *obj;
	struct skep_unit *units[2];
	struct skep_load_opts opts = { .size = sizeof(opts), .prog = "inner" };

	assert_int_equal(skep_object_build(&obj, &def, NULL), 0);
	assert_int_equal(skep_engine_new(&eng, "user", NULL), 0);
	assert_int_equal(skep_load(&units[0], eng, obj, &opts, NULL), 0);
	assert_int_equal(
		skep_engine_helper(eng, 5000, run_inner, skep_prog_find(units[0], "inner")), 0);
	opts.prog = "outer";
	assert_int_equal(skep_load(&units[1], eng, obj, &opts, NULL), 0);
	assert_int_equal(skep_prog_run(skep_prog_find(units[1], "outer"), &run, NULL), 0);
	assert_int_equal(run.result, 'i' << 8 | 'o');
	skep_unit_free(units[0]);
	skep_unit_free(units[1]);
	skep_engine_free(eng);
	skep_object_free(obj);
}

static void an_empty_place_is_no_program(void **state)
{
	struct skep_prog *place = NULL;
	struct skep_run run = { .size = sizeof(run) };

	assert_int_equal(skep_prog_run_at(&place, &run, NULL), -ENOENT);
	assert_null(skep_prog_put(&place, NULL));
}

static const struct CMUnitTest tests[] = {
	TEST(freeing_waits_for_a_run_that_has_begun),
	TEST(a_run_may_be_inside_of_a_run),
	TEST(an_empty_place_is_no_program),
	TEST(programs_are_replaced_and_freed_while_threads_run_them),
};
TEST_MAIN(tests)
