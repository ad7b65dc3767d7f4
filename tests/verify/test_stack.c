// SPDX-License-Identifier: BSD-2-Clause
/*
 * The stack as memory: random programs of stores, loads, spills, atomics, variable offsets, helper
 * calls and functions over a few slots, each ending in an access that shows what a loaded number
 * is. The running kernel's verdict is ours. SKEP_FULL=N runs N programs of each privilege;
 * SKEP_SEED=S starts elsewhere.
 */
#include "test.h"

#include <string.h>

#include "base/buf.h"
#include "isa/alu.h"
#include "isa/disasm.h"
#include "kload.h"
#include "spec/map.h"
#include "spec/prog.h"
#include "verify/verify.h"

enum { MAX_CODE = 96, SHOWN = 4, PROGRAMS = 600, LOWEST = -24, VALUE = 16 };

static struct obj_map map = { .name = "value",
			      .type = MAP_TYPE_ARRAY,
			      .key_size = 4,
			      .value_size = VALUE,
			      .max_entries = 1,
			      .autocreate = true,
			      .inner = -1 };
static struct object object = { .name = "stack", .license = "GPL", .maps = &map, .map_count = 1 };
static struct kload kload;
static struct insn code[MAX_CODE];
static struct obj_prog prog = { .name = "stack", .type = PROG_SOCKET_FILTER, .insns = code };
static u64 seed;

static u32 random_below(u32 n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (u32)(seed >> 33) % n;
}

static void emit(u8 op, u8 dst, u8 src, s32 off, s32 imm)
{
	assert_true(prog.insn_count < MAX_CODE);
	code[prog.insn_count++] = (struct insn){
		.code = op, .dst = dst & 15, .src = src & 15, .off = (s16)off, .imm = imm
	};
}

static u8 size_code(u32 size)
{
	return size == 1 ? SIZE_B : size == 2 ? SIZE_H : size == 4 ? SIZE_W : SIZE_DW;
}

static u32 random_size(void)
{
	static const u32 sizes[] = { 1, 2, 4, 4, 8, 8, 8, 8 };

	return sizes[random_below(ARRAY_SIZE(sizes))];
}

/* Mostly aligned, now and then not. */
static s32 random_off(u32 size)
{
	s32 off = LOWEST + (s32)random_below(-LOWEST);

	return random_below(16) ? off & ~(s32)(size - 1) : off;
}

static s32 random_imm(void)
{
	static const s32 imms[] = { 0, 0, 0, 1, 7, 8, 15, 16, -1, 256, 0x10000 };

	return imms[random_below(ARRAY_SIZE(imms))];
}

/* r7, r9, r0: numbers; r8: a map value; r6: the context; r10. */
static u8 random_source(void)
{
	static const u8 regs[] = { 7, 9, 0, 9, 7, 9, 8, 10, 6, 0 };

	return regs[random_below(ARRAY_SIZE(regs))];
}

static u8 random_target(void)
{
	static const u8 regs[] = { 7, 9, 0, 9 };

	return regs[random_below(ARRAY_SIZE(regs))];
}

static void store_somewhere(u8 base, s32 off, u32 size)
{
	if (random_below(2))
		emit(CLASS_ST | MODE_MEM | size_code(size), base, 0, off, random_imm());
	else
		emit(CLASS_STX | MODE_MEM | size_code(size), base, random_source(), off, 0);
}

static void load_somewhere(u8 base, s32 off, u32 size)
{
	u8 mode = size < 8 && !random_below(5) ? MODE_MEMSX : MODE_MEM;

	emit(CLASS_LDX | mode | size_code(size), random_target(), base, off, 0);
}

/* r2 = fp - 24 + a number from 0 to 15. */
static void variable_pointer(void)
{
	static const s32 masks[] = { 15, 8, 12, 4, 7, 16 };

	emit(CODE_MOV | SRC_X, 3, random_below(2) ? 7 : 9, 0, 0);
	emit(CLASS_ALU64 | ALU_AND, 3, 0, 0, masks[random_below(ARRAY_SIZE(masks))]);
	emit(CODE_MOV | SRC_X, 2, 10, 0, 0);
	emit(CLASS_ALU64 | ALU_ADD | SRC_X, 2, 3, 0, 0);
	emit(CLASS_ALU64 | ALU_ADD, 2, 0, 0, LOWEST);
}

static void one_atomic(void)
{
	static const s32 ops[] = { ATOMIC_ADD, ATOMIC_ADD | ATOMIC_FETCH, ATOMIC_XCHG,
				   ATOMIC_CMPXCHG };
	u32 size = random_below(2) ? 4 : 8;

	emit(CLASS_STX | MODE_ATOMIC | size_code(size), 10, random_target(), random_off(size),
	     ops[random_below(ARRAY_SIZE(ops))]);
}

/* skb_load_bytes(ctx, 0, fp + off, n) fills memory; map_lookup_elem reads a key. */
static void one_helper(void)
{
	s32 off = random_off(4);

	if (random_below(2)) {
		emit(CODE_MOV | SRC_X, 1, 6, 0, 0);
		emit(CODE_MOV, 2, 0, 0, 0);
		emit(CODE_MOV | SRC_X, 3, 10, 0, 0);
		emit(CLASS_ALU64 | ALU_ADD, 3, 0, 0, off);
		emit(CODE_MOV, 4, 0, 0, 1 + (s32)random_below((u32)-off));
		if (!random_below(4)) {
			emit(CODE_MOV | SRC_X, 4, 9, 0, 0);
			emit(CLASS_ALU64 | ALU_AND, 4, 0, 0, 7);
			emit(CLASS_ALU64 | ALU_ADD, 4, 0, 0, 1);
		}
		emit(CODE_CALL, 0, 0, 0, 26);
	} else {
		emit(CODE_LD_IMM64, 1, PSEUDO_MAP_IDX, 0, 0);
		emit(0, 0, 0, 0, 0);
		emit(CODE_MOV | SRC_X, 2, 10, 0, 0);
		emit(CLASS_ALU64 | ALU_ADD, 2, 0, 0, off);
		emit(CODE_CALL, 0, 0, 0, 1);
		emit(CODE_MOV, 0, 0, 0, 0);
	}
}

static void one_step(u32 *calls)
{
	u32 size = random_size();

	switch (random_below(14)) {
	case 0 ... 3:
		store_somewhere(10, random_off(size), size);
		break;
	case 4 ... 6:
		load_somewhere(10, random_off(size), size);
		break;
	case 7:
		variable_pointer();
		store_somewhere(2, 0, size);
		break;
	case 8:
		variable_pointer();
		load_somewhere(2, 0, size);
		break;
	case 9:
		one_atomic();
		break;
	case 10:
		one_helper();
		break;
	case 11: /* two ways that meet again */
		emit(CLASS_JMP | (random_below(2) ? 0x20 : 0x10), random_target(), 0, 1,
		     random_imm());
		store_somewhere(10, random_off(size), size);
		break;
	case 12:
		emit(CLASS_ALU64 | ALU_AND, random_target(), 0, 0, random_below(2) ? 15 : 7);
		break;
	default: /* the function below gets a pointer to a slot */
		emit(CODE_MOV | SRC_X, 1, 10, 0, 0);
		emit(CLASS_ALU64 | ALU_ADD, 1, 0, 0, random_off(8));
		emit(CODE_CALL, 0, CALL_LOCAL, 0, -1);
		++*calls;
	}
}

/* A function that works on the caller's slot at r1. */
static void callee(void)
{
	u32 size = random_size();

	emit(CODE_MOV, 0, 0, 0, 0);
	if (random_below(2))
		emit(CODE_MOV | SRC_X, 9, 1, 0, 0);
	else
		emit(CODE_MOV, 9, 0, 0, 3);
	if (random_below(2))
		emit(CLASS_STX | MODE_MEM | size_code(size), 1, random_below(2) ? 9 : 0, 0, 0);
	if (random_below(2))
		emit(CLASS_ST | MODE_MEM | size_code(size), 10, 0, -(s32)size, random_imm());
	size = random_size();
	if (random_below(2))
		emit(CLASS_LDX | MODE_MEM | size_code(size), 0, 1, 0, 0);
	emit(CODE_EXIT, 0, 0, 0, 0);
}

static void generate(void)
{
	u32 steps = 3 + random_below(7), calls = 0;

	prog.insn_count = 0;
	emit(CODE_MOV | SRC_X, 6, 1, 0, 0);
	emit(CLASS_LDX | MODE_MEM | SIZE_W, 7, 1, 0, 0);
	emit(CODE_LD_IMM64, 8, PSEUDO_MAP_IDX_VALUE, 0, 0);
	emit(0, 0, 0, 0, 0);
	emit(CODE_MOV | SRC_X, 9, 7, 0, 0);
	emit(CLASS_ALU64 | ALU_AND, 9, 0, 0, 15);
	emit(CODE_MOV, 0, 0, 0, (s32)random_below(3));
	while (steps--)
		one_step(&calls);
	if (random_below(3)) {
		emit(CLASS_ALU64 | ALU_ADD | SRC_X, 8, random_target(), 0, 0);
		emit(CLASS_LDX | MODE_MEM | SIZE_B, 0, 8, 0, 0);
	}
	emit(CODE_MOV, 0, 0, 0, 0);
	emit(CODE_EXIT, 0, 0, 0, 0);
	for (u32 i = 0; calls && i < prog.insn_count; i++) {
		if (code[i].code == CODE_CALL && code[i].src == CALL_LOCAL)
			code[i].imm = (s32)(prog.insn_count - i - 1);
	}
	if (calls)
		callee();
}

static void show(const struct kload_result *k, const struct verify_result *r)
{
	char *end = strstr((char *)k->log, "\nprocessed");

	if (end)
		*end = 0;
	for (u32 i = 0; i < prog.insn_count; i += insn_is_wide(&code[i]) ? 2 : 1) {
		struct buf text = { 0 };

		disasm_insn(&text, code, prog.insn_count, i, NULL);
		printf("#   %2u: %s\n", i, buf_str(&text));
		buf_fini(&text);
	}
	printf("#   kernel: %s %s\n#   skep: %s %s (%u)\n", k->err ? "refuses" : "accepts",
	       k->err ? k->log : "", r->accepted ? "accepts" : "refuses",
	       r->accepted || !r->reject.text ? "" : r->reject.text, r->reject.insn);
}

static void compare(enum kload_as as)
{
	u32 count = getenv("SKEP_FULL") ? (u32)atoi(getenv("SKEP_FULL")) : PROGRAMS, accepted = 0,
	    differ = 0, unsafe = 0;
	struct verify_opts opts = { .unpriv = as == KLOAD_NOBODY, .no_perfmon = as == KLOAD_BPF };
	u64 from = getenv("SKEP_SEED") ? (u64)atoll(getenv("SKEP_SEED")) : 1;

	if (!kload_can())
		test_skip("loading programs needs CAP_BPF and more");
	assert_int_equal(kload_open(&kload, &object), 0);
	for (u32 n = 0; n < count; n++) {
		struct verify_result *r = NULL;
		struct kload_result k;
		struct diag d;

		seed = (from + n) * 0x9e3779b97f4a7c15u | 1;
		for (u32 i = 0; i < 4; i++)
			random_below(2);
		generate();
		assert_int_equal(kload_prog(&kload, &prog, 0, as, &k), 0);
		if (k.err == -1 && !k.log[0]) {
			kload_close(&kload);
			test_skip("the kernel lets nobody without privilege load programs");
		}
		diag_init(&d);
		assert_int_equal(verify_prog(&r, &object, &prog, &opts, &d), 0);
		accepted += !k.err;
		if (r->accepted != !k.err) {
			unsafe += r->accepted;
			if (differ++ < SHOWN) {
				printf("# program %llu:\n", (unsigned long long)(from + n));
				show(&k, r);
			}
		}
		verify_result_free(r);
		diag_fini(&d);
	}
	kload_close(&kload);
	printf("# %u programs, %u accepted by the kernel, %u verdicts differ, %u of them accepted "
	       "by "
	       "skep alone\n",
	       count, accepted, differ, unsafe);
	assert_int_equal(differ, 0);
}

static void verdicts_on_stacks_are_the_kernels(void **state)
{
	compare(KLOAD_ROOT);
}

static void verdicts_on_stacks_are_the_kernels_with_cap_bpf_alone(void **state)
{
	compare(KLOAD_BPF);
}

static void verdicts_on_stacks_are_the_kernels_without_privilege(void **state)
{
	compare(KLOAD_NOBODY);
}

static const struct CMUnitTest tests[] = {
	TEST(verdicts_on_stacks_are_the_kernels),
	TEST(verdicts_on_stacks_are_the_kernels_with_cap_bpf_alone),
	TEST(verdicts_on_stacks_are_the_kernels_without_privilege),
};
TEST_MAIN(tests)
