// SPDX-License-Identifier: BSD-2-Clause
/*
 * Random programs by the million: what the live kernel says of them, and whether those that it
 * accepts run without a fault in the checked interpreter.
 *
 *     verify_soak [--from N] [--to N] [--kernel] [--run] [--print] [--samples N]
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "fuzz/gen_kernel.h"
#include "fuzz/gen_run.h"
#include "isa/disasm.h"

enum { MAX_KINDS = 4096 };

struct kind {
	char why[200];
	u32 count;
	u64 seed;
};

struct soak {
	u64 from, to;
	bool kernel, run, print;
	u32 samples;
	/* counts */
	u32 programs, kernel_accepts, runs, failures;
	struct kind kinds[MAX_KINDS];
	u32 kind_count;
};

static void count_kind(struct soak *s, const char *what, const char *why, u64 seed)
{
	char text[200];
	u32 i = 0;

	snprintf(text, sizeof(text), "%s: %.170s", what, why);
	while (i < s->kind_count && strcmp(s->kinds[i].why, text))
		i++;
	if (i == MAX_KINDS)
		return;
	if (i == s->kind_count) {
		memcpy(s->kinds[i].why, text, sizeof(text));
		s->kinds[s->kind_count++].seed = seed;
	}
	s->kinds[i].count++;
}

static int by_count(const void *a, const void *b)
{
	const struct kind *x = a, *y = b;

	return x->count < y->count ? 1 : x->count > y->count ? -1 : 0;
}

static void print_program(const struct obj_prog *p)
{
	for (u32 i = 0, n; i < p->insn_count; i += n) {
		struct buf line = { 0 };

		n = disasm_insn(&line, p->insns, p->insn_count, i, NULL);
		printf("%5u: %.*s\n", i, (int)line.len, (const char *)line.data);
		buf_fini(&line);
	}
}

static void one(struct soak *s, u64 seed)
{
	struct object *obj = gen_prog(seed, NULL);
	struct gen_verdict kernel = { 0 };
	struct gen_failure failure = { 0 };
	u32 ran = 0;

	if (!obj)
		return;
	s->programs++;
	if (s->print)
		print_program(&obj->progs[0]);
	if (s->kernel && gen_kernel_load(&kernel, &obj->progs[0])) {
		s->kernel_accepts += !kernel.err;
		if (kernel.err)
			count_kind(s, "kernel refuses", kernel.why, seed);
		if (s->print)
			printf("kernel: %d %s\n", kernel.err, kernel.line);
	}
	if (s->run && s->kernel && !kernel.err && !gen_run(obj, NULL, GEN_INPUTS, &failure, &ran)) {
		s->failures++;
		printf("seed %llu: accepted, and fails: %s\n", (unsigned long long)seed,
		       failure.text);
	}
	s->runs += ran;
	object_free(obj);
}

static void report(struct soak *s)
{
	printf("%u programs, %u accepted by the kernel, %u runs, %u failures\n", s->programs,
	       s->kernel_accepts, s->runs, s->failures);
	qsort(s->kinds, s->kind_count, sizeof(s->kinds[0]), by_count);
	for (u32 i = 0; i < s->kind_count && i < s->samples; i++)
		printf("%7u %s (seed %llu)\n", s->kinds[i].count, s->kinds[i].why,
		       (unsigned long long)s->kinds[i].seed);
}

static int options(struct soak *s, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "from", required_argument, NULL, 'f' },
		{ "to", required_argument, NULL, 't' },
		{ "kernel", no_argument, NULL, 'k' },
		{ "run", no_argument, NULL, 'r' },
		{ "print", no_argument, NULL, 'p' },
		{ "samples", required_argument, NULL, 's' },
		{ 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "f:t:krps:", longs, NULL)) >= 0) {
		switch (c) {
		case 'f':
			s->from = strtoull(optarg, NULL, 0);
			break;
		case 't':
			s->to = strtoull(optarg, NULL, 0);
			break;
		case 'k':
			s->kernel = true;
			break;
		case 'r':
			s->run = true;
			break;
		case 'p':
			s->print = true;
			break;
		case 's':
			s->samples = (u32)strtoul(optarg, NULL, 0);
			break;
		default:
			return 2;
		}
	}
	return 0;
}

int main(int argc, char **argv)
{
	static struct soak s = { .to = 1000, .samples = 40 };

	if (options(&s, argc, argv))
		return 2;
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (s.kernel && !gen_kernel_can()) {
		puts("this process may not load programs: no comparison with the kernel");
		s.kernel = false;
	}
	for (u64 seed = s.from; seed < s.to; seed++)
		one(&s, seed);
	report(&s);
	gen_kernel_close();
	return s.failures != 0;
}
