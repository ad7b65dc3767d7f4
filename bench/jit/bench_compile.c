// SPDX-License-Identifier: BSD-2-Clause
/*
 * How long the compiler takes: straight-line code, branches, loops and calls of 100 to 100,000
 * instructions. ns an instruction, medians; linear when a column stays flat.
 */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "isa/insn.h"
#include "jit/jit.h"
#include "object/object.h"
#include "vm/op.h"

enum { ROUNDS = 7, MOST = 100000 };

static struct insn insns[MOST];
static u32 used, limit;
static u32 state;

static u32 rng(u32 below)
{
	state = state * 1664525 + 1013904223;
	return (state >> 8) % below;
}

static void put(u8 code, u8 dst, u8 src, s16 off, s32 imm)
{
	insns[used++] = (struct insn){ code, dst, src, off, imm };
}

static void start(u32 size)
{
	used = 0;
	state = size;
	limit = size;
	for (u8 r = 0; r < 10; r++)
		put(0xb7, r, 0, 0, r + 1);
}

static void end(void)
{
	while (used < limit - 1)
		put(0x07, 0, 0, 0, 1);
	put(CODE_EXIT, 0, 0, 0, 0);
}

static u8 reg(void)
{
	return (u8)rng(10);
}

/* Arithmetic and the stack, as compilers write them. */
static void plain(void)
{
	static const u8 ops[] = { 0x0f, 0x1f, 0xaf, 0x4f, 0x5f, 0x0c, 0xac, 0x2f };
	s16 slot = (s16)(-8 * (s32)(1 + rng(60)));

	switch (rng(6)) {
	case 0:
		put(0xbf, reg(), reg(), 0, 0);
		break;
	case 1:
		put(0x7b, REG_FP, reg(), slot, 0);
		break;
	case 2:
		put(0x79, reg(), REG_FP, slot, 0);
		break;
	case 3:
		put(0x67, reg(), 0, 0, (s32)rng(64));
		break;
	default:
		put(ops[rng(ARRAY_SIZE(ops))], reg(), reg(), 0, 0);
	}
}

static void straight(u32 size)
{
	start(size);
	while (used < limit - 1)
		plain();
	end();
}

/* A jump over the next few instructions every few. */
static void branchy(u32 size)
{
	start(size);
	while (used + 16 < limit) {
		u32 over = 1 + rng(6);

		plain();
		plain();
		put(rng(2) ? 0x15 : 0x2d, reg(), reg(), (s16)over, 0);
		insns[used - 1].src = insns[used - 1].code == 0x15 ? 0 : insns[used - 1].src;
		while (over--)
			plain();
	}
	end();
}

/* Loops in loops, a hundred instructions each. */
static void loopy(u32 size)
{
	start(size);
	while (used + 110 < limit) {
		u32 outer = used, inner;

		for (u32 k = 0; k < 30; k++)
			plain();
		inner = used;
		for (u32 k = 0; k < 30; k++)
			plain();
		put(0x55, 6, 0, (s16)((s32)inner - (s32)used - 1), 0);
		for (u32 k = 0; k < 30; k++)
			plain();
		put(0x55, 7, 0, (s16)((s32)outer - (s32)used - 1), 0);
	}
	end();
}

/* Each test leaves for one place at the end, all registers live: what liveness finds hard. */
static void exits(u32 size)
{
	start(size);
	while (used + 8 < limit) {
		plain();
		plain();
		plain();
		if (limit - used < 30000)
			put(0x15, reg(), 0, (s16)(limit - used - 3), 0);
		else
			put(0x15, reg(), 0, 1, 0);
	}
	end();
}

/* Every jump goes to the block before: nothing is known until all have been seen. */
static void backward(u32 size)
{
	u32 next;

	start(size);
	limit -= limit % 4;
	put(0x05, 0, 0, (s16)MIN(limit - used - 5, 30000u), 0);
	next = used;
	put(CODE_EXIT, 0, 0, 0, 0);
	while (used + 4 <= limit) {
		u32 block = used;

		put(0x0f, reg(), reg(), 0, 0);
		put(0xbc, reg(), reg(), 0, 0);
		put(0x05, 0, 0, (s16)((s32)next - (s32)used - 1), 0);
		next = block;
	}
	limit = used;
}

/* A chain of results that nobody reads: dropping one makes the one before unread. */
static void unread(u32 size)
{
	start(size);
	while (used < limit - 2)
		put(0x0f, (u8)(used % 9 + 1), (u8)((used - 1) % 9 + 1), 0, 0);
	end();
}

/* Copies of copies, back and forth. */
static void copies(u32 size)
{
	start(size);
	while (used + 6 < limit) {
		put(0xbf, 1, 2, 0, 0);
		put(0xbf, 2, 1, 0, 0);
		put(0x67, 2, 0, 0, 3);
		put(0xbf, 3, 2, 0, 0);
		put(0x0f, 3, 1, 0, 0);
	}
	end();
}

static u64 now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return (u64)ts.tv_sec * 1000000000 + (u64)ts.tv_nsec;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* ns an instruction; *bytes of code an instruction. */
static double compile(double *bytes)
{
	struct object *obj = object_new("bench");
	struct obj_prog prog = { .name = "p", .insns = insns, .insn_count = used };
	struct vm_env env = { .obj = obj };
	struct diag d;
	double rounds[ROUNDS];

	diag_init(&d);
	for (u32 k = 0; k < ROUNDS; k++) {
		struct vm_prog *p;
		const char *why;
		u64 from;

		if (vm_prog_new(&p, &env, &prog, &d)) {
			diag_print(&d, stderr, false);
			exit(1);
		}
		from = now();
		if (jit_compile(p, NULL, &why)) {
			fprintf(stderr, "%s\n", why);
			exit(1);
		}
		rounds[k] = (double)(now() - from) / used;
		*bytes = (double)p->native->size / used;
		vm_prog_free(p);
	}
	diag_fini(&d);
	object_free(obj);
	qsort(rounds, ROUNDS, sizeof(rounds[0]), by_value);
	return rounds[ROUNDS / 2];
}

int main(void)
{
	static const struct {
		const char *name;
		void (*make)(u32 size);
	} kinds[] = { { "straight", straight }, { "branchy", branchy },	  { "loopy", loopy },
		      { "exits", exits },	{ "backward", backward }, { "unread", unread },
		      { "copies", copies } };
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(sched_getcpu(), &one);
	sched_setaffinity(0, sizeof(one), &one);
	printf("ns an instruction (bytes of code)");
	for (u32 size = 10; size <= MOST; size *= 10)
		printf("%16u", size == 10 ? 20 : size);
	for (u32 k = 0; k < ARRAY_SIZE(kinds); k++) {
		printf("\n%-33s", kinds[k].name);
		for (u32 size = 10; size <= MOST; size *= 10) {
			double ns, bytes;

			kinds[k].make(size == 10 ? 20 : size);
			ns = compile(&bytes);
			printf("%9.0f (%4.1f)", ns, bytes);
		}
	}
	printf("\n");
	return 0;
}
