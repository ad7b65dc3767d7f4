// SPDX-License-Identifier: BSD-2-Clause
/*
 * What loading an object costs, beside libbpf: the same files, in one process, turn by turn. Time
 * inside bpf(2) is taken apart, so that what each library does itself stands alone:
 *
 *     open     file to inert object; skep's includes CO-RE and the kernel's types
 *     prepare  the rest outside of bpf(2); libbpf's CO-RE is here
 *     maps     bpf(2) for maps, types and probes of the kernel
 *     ready    the sum of these: until the first of the object's programs goes to the verifier
 *     verify   BPF_PROG_LOAD of the object's programs: the kernel's verifier and JIT
 *     total    until all is loaded; skep's has the perf buffers open by then
 *
 * Medians of RUNS turns on one CPU, in microseconds of this thread's CPU time, so that the work of
 * others does not count; with -w of the clock on the wall, where waiting for the kernel counts,
 * too. Usage: bench_load [-w] [-n RUNS] OBJECT…
 */
#include <bpf/libbpf.h>
#include <dlfcn.h>
#include <linux/bpf.h>
#include <sched.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <skep/skep.h>

enum { MOST_RUNS = 1000, MOST_CALLS = 1024 };

/* Calls of bpf(2) of one load: BPF_PROG_LOAD one by one, the others up to each of them. */
static struct {
	double start, end, others;
} prog_loads[MOST_CALLS];
static unsigned prog_load_count;
static double in_others;

static clockid_t which = CLOCK_THREAD_CPUTIME_ID;

static double now(void)
{
	struct timespec t;

	clock_gettime(which, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

/* Both libraries come to the kernel through this name, and find it here first. */
__attribute__((visibility("default"))) long syscall(long number, ...)
{
	static long (*real)(long, ...);
	double start, end;
	long a[6], result;
	va_list ap;

	va_start(ap, number);
	for (int i = 0; i < 6; i++)
		a[i] = va_arg(ap, long);
	va_end(ap);
	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "syscall");
	if (number != __NR_bpf)
		return real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
	start = now();
	result = real(number, a[0], a[1], a[2]);
	end = now();
	if (a[0] != BPF_PROG_LOAD) {
		in_others += end - start;
	} else if (prog_load_count < MOST_CALLS) {
		prog_loads[prog_load_count].start = start;
		prog_loads[prog_load_count].end = end;
		prog_loads[prog_load_count++].others = in_others;
	}
	return result;
}

struct cost {
	double open, prepare, maps, ready, verify, total;
	int err;
};

static void begin(void)
{
	prog_load_count = 0;
	in_others = 0;
}

/* The last `progs` loads are of the object's programs; those before were probes. */
static struct cost finish(double start, double opened, int err, unsigned progs)
{
	struct cost c = { .open = opened - start, .total = now() - start, .err = err };
	unsigned first = prog_load_count - progs;

	if (err || !progs || progs > prog_load_count)
		return c;
	c.ready = prog_loads[first].start - start;
	c.maps = prog_loads[first].others;
	for (unsigned i = 0; i < first; i++)
		c.maps += prog_loads[i].end - prog_loads[i].start;
	for (unsigned i = first; i < prog_load_count; i++)
		c.verify += prog_loads[i].end - prog_loads[i].start;
	c.prepare = c.ready - c.open - c.maps;
	return c;
}

static unsigned loaded_by_skep(struct skep_unit *unit, const struct skep_object *obj)
{
	struct skep_prog_info info;
	unsigned n = 0;

	for (size_t i = 0; skep_object_prog(obj, i, &info); i++) {
		struct skep_prog *p = skep_prog_find(unit, info.name);

		n += p && skep_prog_fd(p) >= 0;
	}
	return n;
}

static unsigned loaded_by_libbpf(struct bpf_object *obj)
{
	struct bpf_program *p;
	unsigned n = 0;

	bpf_object__for_each_program(p, obj) n += bpf_program__fd(p) >= 0;
	return n;
}

static struct cost load_skep(const char *path)
{
	double start = now(), opened;
	struct skep_engine *eng = NULL;
	struct skep_object *obj = NULL;
	struct skep_unit *unit = NULL;
	struct cost c;
	int err;

	begin();
	err = skep_engine_new(&eng, "kernel", NULL);
	if (!err)
		err = skep_open(&obj, SKEP_ELF, (struct skep_source){ .name = path }, NULL, NULL);
	opened = now();
	if (!err)
		err = skep_load(&unit, eng, obj, NULL, NULL);
	c = finish(start, opened, err, err ? 0 : loaded_by_skep(unit, obj));
	skep_unit_free(unit);
	skep_object_free(obj);
	skep_engine_free(eng);
	return c;
}

static struct cost load_libbpf(const char *path)
{
	double start = now(), opened;
	struct bpf_object *obj;
	struct cost c;
	int err;

	begin();
	obj = bpf_object__open_file(path, NULL);
	err = obj ? 0 : -1;
	opened = now();
	if (!err)
		err = bpf_object__load(obj);
	c = finish(start, opened, err, err ? 0 : loaded_by_libbpf(obj));
	bpf_object__close(obj);
	return c;
}

static int by_value(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static double median(const struct cost *costs, int n, size_t member)
{
	double values[MOST_RUNS];

	for (int i = 0; i < n; i++)
		values[i] = *(const double *)((const char *)&costs[i] + member);
	qsort(values, (size_t)n, sizeof(values[0]), by_value);
	return values[n / 2];
}

static void print_row(const char *path, const char *who, const struct cost *costs, int n)
{
	static const size_t members[] = {
		offsetof(struct cost, open),   offsetof(struct cost, prepare),
		offsetof(struct cost, maps),   offsetof(struct cost, ready),
		offsetof(struct cost, verify), offsetof(struct cost, total)
	};
	const char *name = strrchr(path, '/');

	printf("%-28s %-6s", name ? name + 1 : path, who);
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		printf(" %8.0f", median(costs, n, members[i]));
	printf("%s\n", costs[0].err ? "  refused" : "");
}

static void measure(const char *path, int runs)
{
	static struct cost skep[MOST_RUNS], libbpf[MOST_RUNS];

	load_skep(path); /* both have read the file before they are measured */
	load_libbpf(path);
	for (int i = 0; i < runs; i++) {
		skep[i] = load_skep(path);
		libbpf[i] = load_libbpf(path);
	}
	print_row(path, "skep", skep, runs);
	print_row(path, "libbpf", libbpf, runs);
	fflush(stdout);
}

static int quiet(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	return 0;
}

int main(int argc, char **argv)
{
	int runs = 15, first = 1;
	cpu_set_t one;

	if (first < argc && !strcmp(argv[first], "-w")) {
		which = CLOCK_MONOTONIC;
		first++;
	}
	if (first + 1 < argc && !strcmp(argv[first], "-n")) {
		runs = atoi(argv[first + 1]);
		first += 2;
	}
	if (runs < 1 || runs > MOST_RUNS || first >= argc) {
		fprintf(stderr, "usage: bench_load [-w] [-n RUNS] OBJECT...\n");
		return 2;
	}
	CPU_ZERO(&one);
	CPU_SET(sched_getcpu(), &one);
	sched_setaffinity(0, sizeof(one), &one);
	libbpf_set_print(quiet);
	printf("%-28s %-6s %8s %8s %8s %8s %8s %8s\n", "us", "", "open", "prepare", "maps", "ready",
	       "verify", "total");
	for (int i = first; i < argc; i++)
		measure(argv[i], runs);
	return 0;
}
