// SPDX-License-Identifier: BSD-2-Clause
/*
 * Random programs by the million, and small changes to them: our verdict against the live kernel's;
 * what we accept runs in the checked interpreter, where it may not fault and must stay within what
 * was believed of its registers.
 *
 *     verify_soak [--from N] [--to N] [--mutants N] [--kernel] [--run] [--contain] [--shrink]
 *                 [--cap-bpf] [--strict] [--freq]
 *                 [--print] [--samples N] [OBJECT…: changes to these, by seeds]
 */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "fuzz/gen_ask.h"
#include "fuzz/gen_prog.h"
#include "fuzz/gen_shrink.h"
#include "isa/disasm.h"
#include <skep/skep.h>

static volatile sig_atomic_t stopped;

static void stop(int signal)
{
	stopped = signal;
}

enum { MAX_KINDS = 4096, ROOM = 2048 };

struct kind {
	char why[200];
	u32 count;
	u64 seed;
};

struct soak {
	u64 from, to;
	struct gen_ask how;
	bool print, shrink;
	u32 samples, mutants;
	/* counts */
	u32 programs, accepts, outcomes[GEN_OUTCOMES], runs, failures, none;
	struct kind kinds[MAX_KINDS];
	u32 kind_count;
};

static void count_kind(struct soak *s, const char *what, const char *why, const char *name,
		       u64 seed)
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
		printf("# first of its kind: %s (%s, seed %llu)\n", text, name,
		       (unsigned long long)seed);
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

/* Shrinking: does the program still give the same answer? */
struct same {
	const struct obj_prog *prog;
	const struct soak *soak;
	const struct gen_answer *first;
};

static bool is_same(void *arg, const struct object *obj)
{
	const struct same *w = arg;
	bool failed = w->first->failure.text[0];
	struct gen_ask how = w->soak->how;
	static struct gen_answer now;

	how.kernel = how.kernel && !failed;
	how.run = failed;
	how.contain = failed && how.contain;
	how.log = NULL;
	gen_ask(&now, &how, obj, w->prog);
	if (failed)
		return now.failure.text[0] &&
		       (now.failure.reg == REG_COUNT) == (w->first->failure.reg == REG_COUNT);
	return now.outcome == w->first->outcome && !strcmp(now.kernel.why, w->first->kernel.why) &&
	       !strcmp(now.why, w->first->why);
}

static void tell(const struct soak *s, const char *name, u64 seed, struct object *obj,
		 const struct obj_prog *prog, const struct gen_answer *a)
{
	struct same same = { prog, s, a };
	struct gen_ask again = s->how;
	static struct gen_answer now;

	printf("== seed %llu of %s %s: %s: %s | %s\n", (unsigned long long)seed, obj->name,
	       prog->name, name, a->failure.text[0] ? a->failure.text : a->line, a->kernel.line);
	if (!s->shrink || strcmp(obj->name, GEN_NAME))
		return;
	gen_shrink(obj, is_same, &same);
	print_program(prog);
	again.kernel = again.kernel && !a->failure.text[0];
	again.log = s->print ? stdout : NULL;
	gen_ask(&now, &again, obj, prog);
	printf("   %s | %s\n", now.failure.text[0] ? now.failure.text : now.line, now.kernel.line);
}

static const char *const outcome_names[GEN_OUTCOMES] = { "both accept", "both refuse",
							 "we refuse only", "KERNEL REFUSES ONLY",
							 "no comparison" };

static void one(struct soak *s, u64 seed, struct object *obj, const struct obj_prog *prog)
{
	struct gen_answer a;
	char why[200];

	s->programs++;
	if (s->print)
		print_program(prog);
	gen_ask(&a, &s->how, obj, prog);
	s->accepts += a.accepted;
	s->outcomes[a.outcome]++;
	s->runs += a.ran;
	if (s->print)
		printf("we: %s %s\nkernel: %d %s\n", a.accepted ? "accept" : "refuse", a.line,
		       a.kernel.err, a.kernel.line);
	if (a.failure.text[0]) {
		s->failures++;
		tell(s, "ACCEPTED AND FAILS", seed, obj, prog, &a);
	}
	if (a.outcome == GEN_UNKNOWN || a.outcome == GEN_BOTH_ACCEPT)
		return;
	if (a.outcome == GEN_BOTH_REFUSE)
		return;
	snprintf(why, sizeof(why), "%.190s", a.outcome == GEN_WE_REFUSE ? a.why : a.kernel.why);
	count_kind(s, outcome_names[a.outcome], why, obj->name, seed);
	if (s->shrink)
		tell(s, outcome_names[a.outcome], seed, obj, prog, &a);
}

/* The program of a seed, then changed ones. */
static void seed_and_mutants(struct soak *s, u64 seed)
{
	static struct insn changed[2 * ROOM];
	struct object *obj = gen_prog(seed, NULL);

	if (!obj)
		return;
	one(s, seed, obj, &obj->progs[0]);
	object_free(obj);
	for (u32 m = 1; m <= s->mutants; m++) {
		u32 count;

		obj = gen_prog(seed, NULL);
		if (!obj)
			return;
		count = gen_mutate(seed * 1000 + m, false, obj->progs[0].insns,
				   obj->progs[0].insn_count, changed, ARRAY_SIZE(changed));
		if (gen_replace(obj, changed, count))
			one(s, seed, obj, &obj->progs[0]);
		object_free(obj);
	}
}

/* What names an extern must still be able to. */
static bool keeps_externs(const struct obj_prog *p, const struct insn *original)
{
	for (u32 i = 0; i < p->ref_count; i++) {
		const struct insn *now = &p->insns[p->refs[i].insn];

		if (memcmp(now, &original[p->refs[i].insn], sizeof(*now)))
			return false;
	}
	return true;
}

/* Changed copies of the programs of an object file. */
static void object_mutants(struct soak *s, const char *path)
{
	struct skep_source src = { .name = path };
	struct object *obj;

	if (skep_open((struct skep_object **)&obj, SKEP_AUTO, src, NULL, NULL)) {
		fprintf(stderr, "%s: cannot be opened\n", path);
		return;
	}
	for (u32 i = 0; i < obj->prog_count && !stopped; i++) {
		struct obj_prog *p = &obj->progs[i];
		struct insn *original = p->insns;
		struct insn *changed = calloc(p->insn_count, sizeof(*changed));

		one(s, 0, obj, p);
		for (u64 m = s->from; m < s->to && changed && !stopped; m++) {
			gen_mutate(m, true, original, p->insn_count, changed, p->insn_count);
			p->insns = changed;
			if (keeps_externs(p, original))
				one(s, m, obj, p);
		}
		p->insns = original;
		free(changed);
	}
	gen_kernel_close();
	object_free(obj);
}

static void report(struct soak *s)
{
	printf("%u programs, %u accepted by us, %u runs, %u failures\n", s->programs, s->accepts,
	       s->runs, s->failures);
	for (u32 i = 0; i < GEN_OUTCOMES; i++)
		printf("%8u %s\n", s->outcomes[i], outcome_names[i]);
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
		{ "contain", no_argument, NULL, 'c' },
		{ "cap-bpf", no_argument, NULL, 'b' },
		{ "strict", no_argument, NULL, 'a' },
		{ "freq", no_argument, NULL, 'q' },
		{ "shrink", no_argument, NULL, 'm' },
		{ "mutants", required_argument, NULL, 'M' },
		{ "samples", required_argument, NULL, 's' },
		{ 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "f:t:krpcbaqmM:s:", longs, NULL)) >= 0) {
		switch (c) {
		case 'f':
			s->from = strtoull(optarg, NULL, 0);
			break;
		case 't':
			s->to = strtoull(optarg, NULL, 0);
			break;
		case 'k':
			s->how.kernel = true;
			break;
		case 'r':
			s->how.run = true;
			break;
		case 'p':
			s->print = true;
			s->how.log = stdout;
			break;
		case 'c':
			s->how.contain = true;
			break;
		case 'b':
			s->how.cap_bpf = true;
			break;
		case 'a':
			s->how.strict = true;
			break;
		case 'q':
			s->how.freq = true;
			break;
		case 'm':
			s->shrink = true;
			break;
		case 'M':
			s->mutants = (u32)strtoul(optarg, NULL, 0);
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
	signal(SIGTERM, stop);
	signal(SIGINT, stop);
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (s.how.kernel && !gen_kernel_can()) {
		puts("this process may not load programs: no comparison with the kernel");
		s.how.kernel = false;
	}
	for (int i = optind; i < argc && !stopped; i++)
		object_mutants(&s, argv[i]);
	for (u64 seed = s.from; seed < s.to && optind == argc && !stopped; seed++)
		seed_and_mutants(&s, seed);
	report(&s);
	gen_kernel_close();
	return s.failures || s.outcomes[GEN_KERNEL_REFUSES];
}
