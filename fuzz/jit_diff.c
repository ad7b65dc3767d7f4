// SPDX-License-Identifier: BSD-2-Clause
/*
 * Random programs (gen_jit.h) in everything that executes them: the checked interpreter, the fast
 * one, machine code with checks and without where there is any, and the live kernel. Result, packet
 * and maps must be the same. As a test it says so in TAP:
 *
 *     jit_diff [--from N] [--to N] [--kernel] [--print] [--idioms N]
 */
#include <errno.h>
#include <getopt.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "engine/engine.h"
#include "fuzz/gen_jit.h"
#include "fuzz/gen_jit_run.h"
#include "isa/disasm.h"
#include "spec/prog.h"
#include "tests/user/kernel.h"
#include "user/user.h"

enum { INPUTS = 3, MAX_REPORTS = 10 };

struct diff {
	u64 from, to;
	u32 idioms;
	bool kernel, print;
	/* counts */
	u32 programs, refused, native, runs, in_kernel, differences;
	u64 insns;
	int maps[J_MAPS]; /* the kernel's */
};

static void print_program(const struct obj_prog *p)
{
	for (u32 i = 0, n; i < p->insn_count; i += n) {
		struct buf line = { 0 };

		n = disasm_insn(&line, p->insns, p->insn_count, i, NULL);
		printf("# %5u: %.*s\n", i, (int)line.len, (const char *)line.data);
		buf_fini(&line);
	}
}

static void differ(struct diff *t, u64 seed, u32 input, const char *who, const char *what)
{
	if (t->differences++ < MAX_REPORTS)
		printf("# seed %llu, input %u: %s and the checked interpreter differ in %s\n",
		       (unsigned long long)seed, input, who, what);
}

/* What two ways to run a program left behind. */
static void compare(struct diff *t, u64 seed, u32 input, const char *who,
		    const struct gen_jit_after *is, const struct gen_jit_after *expected)
{
	char text[200];

	if (is->err != expected->err) {
		snprintf(text, sizeof(text), "outcome: %d, not %d", is->err, expected->err);
		differ(t, seed, input, who, text);
	} else if (memcmp(is->one, expected->one, 8) || is->result != expected->result) {
		snprintf(text, sizeof(text), "the result: %llx, not %llx",
			 (unsigned long long)LOAD(u64, is->one),
			 (unsigned long long)LOAD(u64, expected->one));
		differ(t, seed, input, who, text);
	} else if (memcmp(is->packet, expected->packet, sizeof(is->packet))) {
		differ(t, seed, input, who, "the packet");
	} else if (memcmp(is->array, expected->array, sizeof(is->array))) {
		differ(t, seed, input, who, "map 'array'");
	} else if (memcmp(is->hash, expected->hash, sizeof(is->hash))) {
		differ(t, seed, input, who, "map 'hash'");
	}
}

static void run_inputs(struct diff *t, struct unit *checked, struct unit *unit, u64 seed,
		       int kernel)
{
	static struct gen_jit_after expected, is;

	for (u32 i = 0; i < INPUTS; i++) {
		gen_jit_run(checked, GEN_JIT_CHECKED, seed + i, &expected);
		t->runs++;
		if (expected.err) {
			printf("# seed %llu: %s\n", (unsigned long long)seed, expected.why);
			t->differences++;
			return;
		}
		if (gen_jit_run(checked, GEN_JIT_CHECKED_NATIVE, seed + i, &is))
			compare(t, seed, i, "machine code with checks", &is, &expected);
		gen_jit_run(unit, GEN_JIT_FAST, seed + i, &is);
		compare(t, seed, i, "the fast interpreter", &is, &expected);
		if (gen_jit_run(unit, GEN_JIT_NATIVE, seed + i, &is)) {
			compare(t, seed, i, "machine code", &is, &expected);
			t->native += !i;
		}
		if (kernel >= 0 && gen_jit_run_kernel(kernel, t->maps, seed + i, &is))
			compare(t, seed, i, "the kernel", &is, &expected);
	}
}

/* The program in the kernel, in its own tail-call slot too; negative: refused there. */
static int load_kernel(struct diff *t, const struct obj_prog *p)
{
	char log[4096] = "";
	u32 zero = 0;
	int fd = kernel_load(p->type, 0, p->insns, p->insn_count, t->maps, J_MAPS, NULL, 0);

	if (fd >= 0) {
		t->in_kernel++;
		kernel_update(t->maps[J_PROGS], &zero, &fd, 0);
	} else if (t->print) {
		kernel_load(p->type, 0, p->insns, p->insn_count, t->maps, J_MAPS, log, sizeof(log));
		printf("# the kernel: %d %s\n", fd, log);
	}
	return fd;
}

static void one(struct diff *t, struct engine *engine, u64 seed)
{
	const struct skep_load_opts opts = { .size = sizeof(opts) };
	const struct skep_load_opts as_is = { .size = sizeof(as_is),
					      .exec = SKEP_EXEC_CHECKED_JIT };
	struct gen_jit_has has;
	struct object *obj = gen_jit(seed, t->idioms, &has);
	struct unit *unit = NULL, *checked = NULL;
	struct diag d;
	int kernel = -1;

	if (!obj)
		return;
	t->programs++;
	t->insns += obj->progs[0].insn_count;
	if (t->print)
		print_program(&obj->progs[0]);
	diag_init(&d);
	if (unit_new(&unit, engine, obj, &opts, &d)) {
		t->refused++;
		if (t->refused < MAX_REPORTS || t->print) {
			printf("# seed %llu is refused\n", (unsigned long long)seed);
			diag_print(&d, stdout, false);
		}
	}
	if (t->kernel && !has.callbacks)
		kernel = load_kernel(t, &obj->progs[0]);
	if (unit && !unit_new(&checked, engine, obj, &as_is, NULL)) {
		run_inputs(t, checked, unit, seed, kernel);
		unit_free(checked);
	}
	if (unit)
		unit_free(unit);
	if (kernel >= 0)
		close(kernel);
	diag_fini(&d);
	object_free(obj);
}

static int options(struct diff *t, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "from", required_argument, NULL, 'f' },   { "to", required_argument, NULL, 't' },
		{ "idioms", required_argument, NULL, 'i' }, { "kernel", no_argument, NULL, 'k' },
		{ "print", no_argument, NULL, 'p' },	    { 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "f:t:i:kp", longs, NULL)) >= 0) {
		switch (c) {
		case 'f':
			t->from = strtoull(optarg, NULL, 0);
			break;
		case 't':
			t->to = strtoull(optarg, NULL, 0);
			break;
		case 'i':
			t->idioms = (u32)strtoul(optarg, NULL, 0);
			break;
		case 'k':
			t->kernel = true;
			break;
		case 'p':
			t->print = true;
			break;
		default:
			return 2;
		}
	}
	return 0;
}

int main(int argc, char **argv)
{
	static struct diff t = { .to = 20000 };
	struct engine *engine;
	cpu_set_t first;

	if (options(&t, argc, argv) || engine_user.open(&engine, NULL))
		return 2;
	CPU_ZERO(&first);
	CPU_SET(0, &first); /* the one that runs here are said to be on */
	if (t.kernel)
		sched_setaffinity(0, sizeof(first), &first);
	setvbuf(stdout, NULL, _IOLBF, 0);
	puts("1..1");
	if (t.kernel && (!kernel_has_bpf() || !gen_jit_kernel_maps(t.maps))) {
		puts("# this process may not load programs: no comparison with the kernel");
		t.kernel = false;
	}
	for (u64 seed = t.from; seed < t.to; seed++)
		one(&t, engine, seed);
	engine_user.close(engine);
	printf("# %u programs, %llu instructions, %u refused by the verifier; %u runs; %u as "
	       "machine "
	       "code, %u in the kernel; %u differences\n",
	       t.programs, (unsigned long long)t.insns, t.refused, t.runs, t.native, t.in_kernel,
	       t.differences);
	printf("%sok 1 - random programs run alike in everything that executes them\n",
	       t.differences || t.refused ? "not " : "");
	return t.differences || t.refused;
}
