// SPDX-License-Identifier: BSD-2-Clause
/*
 * The interpreter on five small programs: ns a run and an instruction in each mode, beside the
 * same algorithm compiled by the C compiler in the same run. Medians of several rounds, one CPU.
 */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "isa/alu.h"
#include "vm/vm.h"

#define OP(code_, dst_, src_, off_, imm_)                                                          \
	((struct insn){                                                                            \
		.code = (code_), .dst = (dst_), .src = (src_), .off = (off_), .imm = (imm_) })
#define K64(op, dst, imm)	 OP(CLASS_ALU64 | SRC_K | ALU_##op, dst, 0, 0, imm)
#define X64(op, dst, src)	 OP(CLASS_ALU64 | SRC_X | ALU_##op, dst, src, 0, 0)
#define JK(op, dst, imm, off)	 OP(CLASS_JMP | SRC_K | JMP_##op, dst, 0, off, imm)
#define JX(op, dst, src, off)	 OP(CLASS_JMP | SRC_X | JMP_##op, dst, src, off, 0)
#define LDX(size, dst, src, off) OP(CLASS_LDX | MODE_MEM | SIZE_##size, dst, src, off, 0)
#define STX(size, dst, off, src) OP(CLASS_STX | MODE_MEM | SIZE_##size, dst, src, off, 0)
#define MAP(dst, index)		 OP(CODE_LD_IMM64, dst, PSEUDO_MAP_IDX, 0, index), OP(0, 0, 0, 0, 0)
#define CALL(id)		 OP(CODE_CALL, 0, 0, 0, id)
#define EXIT			 OP(CODE_EXIT, 0, 0, 0, 0)

enum { MEMORY = 2048, ROUNDS = 9, PRIMES = 500, LOOKUPS = 64 };
static u8 memory[MEMORY];
static struct map *maps[1];

/* Ones' complement sum of 16-bit words. */
static const struct insn checksum[] = {
	X64(MOV, 3, 1),	 X64(ADD, 3, 2),      K64(MOV, 0, 0),	   LDX(H, 4, 1, 0),
	X64(ADD, 0, 4),	 K64(ADD, 1, 2),      JX(JLT, 1, 3, -4),   X64(MOV, 4, 0),
	K64(RSH, 4, 16), K64(AND, 0, 0xffff), X64(ADD, 0, 4),	   X64(MOV, 4, 0),
	K64(RSH, 4, 16), X64(ADD, 0, 4),      K64(AND, 0, 0xffff), EXIT,
};
static u64 native_checksum(u8 *p, u64 len)
{
	u64 sum = 0;

	for (u64 k = 0; k < len; k += 2)
		sum += LOAD(u16, p + k);
	sum = (sum & 0xffff) + (sum >> 16);
	return (sum + (sum >> 16)) & 0xffff;
}

/* How many primes below PRIMES, by trial division. */
static const struct insn primes[] = {
	K64(MOV, 0, 0), K64(MOV, 1, 2),		  K64(MOV, 2, 2),
	X64(MOV, 3, 2), X64(MUL, 3, 2),		  JX(JGT, 3, 1, 5),
	X64(MOV, 3, 1), X64(MOD, 3, 2),		  JK(JEQ, 3, 0, 3),
	K64(ADD, 2, 1), OP(CODE_JA, 0, 0, -8, 0), K64(ADD, 0, 1),
	K64(ADD, 1, 1), JK(JLT, 1, PRIMES, -12),  EXIT,
};
static u64 native_primes(u8 *p, u64 len)
{
	volatile u64 limit = PRIMES; /* so that the answer is not computed by the compiler */
	u64 count = 0, end = limit;

	for (u64 n = 2; n < end; n++) {
		u64 d = 2;

		while (d * d <= n && n % d)
			d++;
		count += d * d > n;
	}
	return count;
}

/* Multiply, rotate, xor over 64-bit words. */
static const struct insn mix[] = {
	X64(MOV, 3, 1),		X64(ADD, 3, 2),
	K64(MOV, 0, 0x1234567), LDX(DW, 4, 1, 0),
	X64(XOR, 0, 4),		K64(MUL, 0, 0x5bd1e995),
	X64(MOV, 5, 0),		K64(LSH, 5, 13),
	K64(RSH, 0, 51),	X64(OR, 0, 5),
	X64(ADD, 0, 4),		K64(ADD, 1, 8),
	JX(JLT, 1, 3, -10),	EXIT,
};
static u64 native_mix(u8 *p, u64 len)
{
	u64 h = 0x1234567;

	for (u64 k = 0; k < len; k += 8) {
		u64 w = LOAD(u64, p + k);

		h = (h ^ w) * 0x5bd1e995;
		h = (h << 13 | h >> 51) + w;
	}
	return h;
}

/* Copy the first half over the second, a byte at a time, then compare them. */
static const struct insn copy[] = {
	K64(RSH, 2, 1),	 X64(MOV, 3, 1),  X64(ADD, 3, 2),    X64(MOV, 4, 1),  X64(MOV, 5, 3),
	LDX(B, 0, 4, 0), STX(B, 5, 0, 0), K64(ADD, 4, 1),    K64(ADD, 5, 1),  JX(JLT, 4, 3, -5),
	X64(MOV, 4, 1),	 X64(MOV, 5, 3),  LDX(B, 0, 4, 0),   LDX(B, 2, 5, 0), JX(JNE, 0, 2, 4),
	K64(ADD, 4, 1),	 K64(ADD, 5, 1),  JX(JLT, 4, 3, -6), K64(MOV, 0, 1),  EXIT,
};
static u64 native_copy(u8 *p, u64 len)
{
	volatile u8 *from = p, *to = p + len / 2; /* byte by byte, as the program does */
	u64 k;

	for (k = 0; k < len / 2; k++)
		to[k] = from[k];
	for (k = 0; k < len / 2 && from[k] == to[k]; k++)
		;
	return k == len / 2;
}

/* Count in array slots: a lookup, a load, a store for each. */
static const struct insn lookups[] = {
	K64(MOV, 6, 0),	  STX(W, 10, -4, 6),
	X64(MOV, 2, 10),  K64(ADD, 2, -4),
	MAP(1, 0),	  CALL(1),
	JK(JEQ, 0, 0, 3), LDX(DW, 1, 0, 0),
	K64(ADD, 1, 1),	  STX(DW, 0, 0, 1),
	K64(ADD, 6, 1),	  JK(JLT, 6, LOOKUPS, -12),
	X64(MOV, 0, 6),	  EXIT,
};
static u64 native_lookups(u8 *p, u64 len)
{
	u32 k;

	for (k = 0; k < LOOKUPS; k++) {
		u64 *value = maps[0]->ops->lookup(maps[0], &k, 0);

		if (value)
			++*(volatile u64 *)value;
	}
	return k;
}

static const struct bench {
	const char *name;
	const struct insn *insns;
	u32 count;
	u64 (*native)(u8 *p, u64 len);
} benches[] = {
	{ "checksum of 2 KiB", checksum, ARRAY_SIZE(checksum), native_checksum },
	{ "primes below 500", primes, ARRAY_SIZE(primes), native_primes },
	{ "hash of 2 KiB", mix, ARRAY_SIZE(mix), native_mix },
	{ "copy and compare 1 KiB", copy, ARRAY_SIZE(copy), native_copy },
	{ "64 array look-ups", lookups, ARRAY_SIZE(lookups), native_lookups },
};

static u64 lookup(void *self, u64 map, u64 key, u64 r3, u64 r4, u64 r5)
{
	struct map *m = (struct map *)(uintptr_t)map;

	return (u64)(uintptr_t)m->ops->lookup(m, (const void *)(uintptr_t)key, 0);
}

static const struct vm_helper *helper(const struct vm_env *env, const struct obj_prog *prog, u32 id,
				      u32 insn, struct diag *d)
{
	static const struct helper_info info = { .name = "map_lookup_elem",
						 .ret = RET_MAP_VALUE_OR_NULL,
						 .arg = { ARG_MAP, ARG_MAP_KEY } };
	static const struct vm_helper body = { .fn = lookup, .info = &info };

	return id == 1 ? &body : NULL;
}

static u64 now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (u64)ts.tv_sec * 1000000000 + (u64)ts.tv_nsec;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

enum mode { NATIVE, FAST, CHECKED };

static u64 run_once(const struct bench *b, const struct vm_prog *vm, struct vm_run *run,
		    enum mode mode)
{
	u64 r0 = 0;

	if (mode == NATIVE)
		return b->native(memory, MEMORY);
	if ((mode == FAST ? vm_run_fast : vm_run_checked)(vm, run, (u64)(uintptr_t)memory, MEMORY,
							  &r0)) {
		fprintf(stderr, "%s: %s\n", b->name, run->fault.text);
		exit(1);
	}
	return r0;
}

/* Median ns of one run. */
static double measure(const struct bench *b, const struct vm_prog *vm, struct vm_run *run,
		      enum mode mode)
{
	double rounds[ROUNDS];
	u64 start, times = 1;

	for (;; times *= 2) { /* until a round takes 10 ms */
		start = now();
		for (u64 k = 0; k < times; k++)
			run_once(b, vm, run, mode);
		if (now() - start > 10000000)
			break;
	}
	for (u32 r = 0; r < ROUNDS; r++) {
		start = now();
		for (u64 k = 0; k < times; k++)
			run_once(b, vm, run, mode);
		rounds[r] = (double)(now() - start) / (double)times;
	}
	qsort(rounds, ROUNDS, sizeof(rounds[0]), by_value);
	return rounds[ROUNDS / 2];
}

static void bench_one(const struct bench *b, const struct object *obj)
{
	struct obj_prog prog = { .name = b->name,
				 .insns = (struct insn *)(uintptr_t)b->insns,
				 .insn_count = b->count };
	struct vm_env env = { .obj = obj, .maps = maps, .helper = helper };
	static struct vm_run run;
	struct vm_prog *vm;
	struct diag d;
	double ns[3], insns;

	diag_init(&d);
	if (vm_prog_new(&vm, &env, &prog, &d)) {
		diag_print(&d, stderr, false);
		exit(1);
	}
	run.regions[0] = (struct vm_region){ (u64)(uintptr_t)memory, MEMORY, REGION_MEMORY,
					     VM_READ | VM_WRITE };
	run.region_count = 1;
	if (run_once(b, vm, &run, CHECKED) != run_once(b, vm, &run, NATIVE)) {
		fprintf(stderr, "%s: the program and its peer disagree\n", b->name);
		exit(1);
	}
	run_once(b, vm, &run, CHECKED);
	insns = (double)run.insns;
	for (enum mode mode = NATIVE; mode <= CHECKED; mode++)
		ns[mode] = measure(b, vm, &run, mode);
	printf("%-24s %7.0f %9.0f %7.2f %6.1fx %10.0f %7.2f %8.0f\n", b->name, insns, ns[FAST],
	       ns[FAST] / insns, ns[FAST] / ns[NATIVE], ns[CHECKED], ns[CHECKED] / insns,
	       ns[NATIVE]);
	vm_prog_free(vm);
	diag_fini(&d);
}

int main(void)
{
	struct map_def def = { .name = "counts",
			       .type = MAP_TYPE_ARRAY,
			       .key_size = 4,
			       .value_size = 8,
			       .max_entries = LOOKUPS };
	struct obj_map obj_map = { .name = "counts" };
	struct object obj = { .name = "bench", .maps = &obj_map, .map_count = 1 };
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET((size_t)sched_getcpu(), &cpus);
	sched_setaffinity(0, sizeof(cpus), &cpus);
	if (map_create(&maps[0], &def, NULL))
		return 1;
	for (u32 k = 0; k < MEMORY; k++)
		memory[k] = (u8)(k * 131 + (k >> 8));
	printf("%-24s %7s %9s %7s %7s %10s %7s %8s\n", "", "insns", "fast ns", "/insn", "/native",
	       "checked ns", "/insn", "native");
	for (u32 k = 0; k < ARRAY_SIZE(benches); k++)
		bench_one(&benches[k], &obj);
	map_free(maps[0]);
	return 0;
}
