// SPDX-License-Identifier: BSD-2-Clause
/* What a run costs around the program: an empty one, an XDP one of three instructions and a socket
 * filter, run by `repeat`, by one call a packet, and in batches. ns a run; medians on one CPU. */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <skep/skep.h>

enum { ROUNDS = 15, RUNS = 200000, BATCH = 64, LEN = 64 };

static uint8_t data[BATCH][LEN];
static struct skep_packet packets[BATCH];
static uint64_t results[BATCH];

static const struct skep_insn empty[] = { { 0xb7, 0, 0, 0, 2 }, { 0x95, 0, 0, 0, 0 } };
static const struct skep_insn load[] = {
	{ 0x61, 2, 1, 0, 0 },  /* r2 = data */
	{ 0x61, 3, 1, 4, 0 },  /* r3 = data_end */
	{ 0xb7, 0, 0, 0, 2 },  /* r0 = XDP_PASS */
	{ 0xbf, 4, 2, 0, 0 },  /* r4 = r2 */
	{ 0x07, 4, 0, 0, 24 }, /* r4 += 24 */
	{ 0x2d, 4, 3, 1, 0 },  /* if r4 > r3 */
	{ 0x71, 0, 2, 23, 0 }, /* r0 = packet[23] */
	{ 0x95, 0, 0, 0, 0 },
};
static const struct skep_insn filter[] = {
	{ 0xbf, 6, 1, 0, 0 },  /* r6 = ctx */
	{ 0x28, 0, 0, 0, 12 }, /* r0 = half at 12 */
	{ 0x95, 0, 0, 0, 0 },
};

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return (double)ts.tv_sec * 1e9 + (double)ts.tv_nsec;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void by_repeat(struct skep_prog *prog, uint32_t flags)
{
	struct skep_run run = {
		.size = sizeof(run), .data_in = data, .data_in_len = LEN, .repeat = RUNS
	};

	if (skep_prog_run(prog, &run, NULL))
		exit(1);
}

static void by_call(struct skep_prog *prog, uint32_t flags)
{
	struct skep_run run = {
		.size = sizeof(run), .data_in = data, .data_in_len = LEN, .flags = flags
	};

	for (uint32_t i = 0; i < RUNS; i++) {
		run.data_in = data[i % BATCH];
		if (skep_prog_run(prog, &run, NULL))
			exit(1);
	}
}

static void by_batch(struct skep_prog *prog, uint32_t flags)
{
	struct skep_batch batch = {
		.size = sizeof(batch), .packets = packets, .count = BATCH, .results = results
	};

	for (uint32_t i = 0; i < RUNS; i += BATCH) {
		if (skep_prog_run_batch(prog, &batch, NULL))
			exit(1);
	}
}

static double measure(void (*how)(struct skep_prog *prog, uint32_t flags), struct skep_prog *prog,
		      uint32_t flags)
{
	double rounds[ROUNDS], start;

	how(prog, flags);
	for (uint32_t i = 0; i < ROUNDS; i++) {
		start = now();
		how(prog, flags);
		rounds[i] = (now() - start) / RUNS;
	}
	qsort(rounds, ROUNDS, sizeof(rounds[0]), by_value);
	return rounds[ROUNDS / 2];
}

static void row(struct skep_engine *eng, const char *name, const char *type,
		const struct skep_insn *insns, size_t count)
{
	struct skep_prog_def prog = {
		.name = "p", .type = type, .insns = insns, .insn_count = count
	};
	struct skep_object_def def = { .size = sizeof(def), .progs = &prog, .prog_count = 1 };
	/* Bare programs are not verified; this one is right. */
	struct skep_load_opts opts = { .size = sizeof(opts),
				       .exec = type ? SKEP_EXEC_AUTO : SKEP_EXEC_JIT,
				       .trusted = !type };
	struct skep_object *obj;
	struct skep_unit *unit;
	struct skep_prog *p;

	if (skep_object_build(&obj, &def, NULL) || skep_load(&unit, eng, obj, &opts, NULL))
		exit(1);
	p = skep_prog_find(unit, NULL);
	printf("%-14s %8.1f %8.1f %8.1f %8.1f   %s\n", name, measure(by_repeat, p, 0),
	       measure(by_call, p, 0), measure(by_call, p, SKEP_RUN_UNTIMED),
	       measure(by_batch, p, 0), skep_prog_exec(p));
	skep_unit_free(unit);
	skep_object_free(obj);
}

int main(void)
{
	struct skep_engine *eng;
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(sched_getcpu(), &one);
	sched_setaffinity(0, sizeof(one), &one);
	for (uint32_t i = 0; i < BATCH; i++) {
		data[i][12] = 8;
		data[i][14] = 0x45;
		packets[i] = (struct skep_packet){ .data = data[i], .len = LEN, .wire_len = LEN };
	}
	if (skep_engine_new(&eng, "user", NULL))
		return 1;
	printf("ns a run         repeat     call  untimed    batch\n");
	row(eng, "empty, memory", NULL, empty, sizeof(empty) / sizeof(empty[0]));
	row(eng, "empty, xdp", "xdp", empty, sizeof(empty) / sizeof(empty[0]));
	row(eng, "empty, tc", "sched_cls", empty, sizeof(empty) / sizeof(empty[0]));
	row(eng, "load, xdp", "xdp", load, sizeof(load) / sizeof(load[0]));
	row(eng, "load, filter", "socket_filter", filter, sizeof(filter) / sizeof(filter[0]));
	skep_engine_free(eng);
	return 0;
}
