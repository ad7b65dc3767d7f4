// SPDX-License-Identifier: BSD-2-Clause
/* The first pass: what it says, and that the running kernel refuses the same programs. */
#include "test.h"

#include <errno.h>
#include <linux/bpf.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "verify/structure.h"

#define OP(code_, dst_, src_, off_, imm_)                                                          \
	{                                                                                          \
		.code = (code_), .dst = (dst_), .src = (src_), .off = (off_), .imm = (imm_)        \
	}
#define MOV0	       OP(0xb7, 0, 0, 0, 0)
#define EXIT	       OP(CODE_EXIT, 0, 0, 0, 0)
#define JA(off)	       OP(CODE_JA, 0, 0, off, 0)
#define GOTOL(imm)     OP(CODE_JA32, 0, 0, 0, imm)
#define JEQ(off)       OP(0x15, 1, 0, off, 0)
#define CALL_TO(imm)   OP(CODE_CALL, 0, CALL_LOCAL, 0, imm)
#define WIDE(src, imm) OP(CODE_LD_IMM64, 0, src, 0, imm), OP(0, 0, 0, 0, 0)

struct structure_case {
	struct insn insns[24];
	u32 count;
	const char *text; /* NULL: accepted */
	bool kernel;	  /* Linux refuses it for the same reason */
};
#define CASE(text, kernel, ...)                                                                    \
	{                                                                                          \
		{ __VA_ARGS__ }, (u32)(sizeof((struct insn[]){ __VA_ARGS__ }) / 8), text, kernel   \
	}
#define AT(slot, text) "program 'main', instruction " slot ": " text

static const struct structure_case cases[] = {
	CASE(NULL, false, MOV0, EXIT),
	CASE(NULL, false, MOV0, JEQ(1), MOV0, EXIT),
	CASE(NULL, false, MOV0, JA(1), EXIT, JA(-2)),
	CASE(NULL, false, MOV0, GOTOL(1), EXIT, GOTOL(-2)),
	CASE(NULL, false, JA(1), MOV0, MOV0, EXIT), /* dead code is no concern of this pass */
	CASE(NULL, false, CALL_TO(1), EXIT, MOV0, EXIT),
	CASE(NULL, false, WIDE(0, 5), EXIT),
	CASE(NULL, false, WIDE(PSEUDO_MAP_IDX, 1), EXIT),
	CASE(NULL, false, WIDE(PSEUDO_FUNC, 2), EXIT, MOV0, EXIT),
	CASE(AT("0", "unknown opcode (opcode 0xff)"), true, OP(0xff, 0, 0, 0, 0), EXIT),
	CASE(AT("0", "there is no such register: they are r0 … r10 (opcode 0xb7)"), true,
	     OP(0xb7, 11, 0, 0, 0), EXIT),
	CASE(AT("0", "the frame pointer r10 is read only (opcode 0xb7)"), true,
	     OP(0xb7, 10, 0, 0, 0), MOV0, EXIT),
	CASE(AT("0", "the offset field must be 0 (opcode 0xb7)"), true, OP(0xb7, 0, 0, 3, 0), EXIT),
	CASE(AT("1", "the second half of a 64-bit immediate is missing (opcode 0x18)"), true, MOV0,
	     OP(CODE_LD_IMM64, 0, 0, 0, 0)),
	CASE(AT("1", "jumps outside the program (to slot 7 of 4)"), true, MOV0, JEQ(5), MOV0, EXIT),
	CASE(AT("1", "jumps outside the program (to slot -3 of 3)"), true, MOV0, JA(-5), EXIT),
	CASE(AT("1", "jumps outside the program (to slot 2147483649 of 3)"), true, MOV0,
	     GOTOL(INT32_MAX), EXIT),
	CASE(AT("0", "jumps outside the program (to slot 9 of 3)"), true,
	     OP(CODE_JCOND, 0, 0, 8, 0), MOV0, EXIT),
	CASE(AT("1", "jumps into the middle of the 64-bit immediate at slot 2"), true, MOV0, JEQ(1),
	     WIDE(0, 1), EXIT),
	CASE(AT("1", "control falls off the end of 'main'"), true, MOV0, MOV0),
	CASE(AT("1", "control falls off the end of 'main'"), true, MOV0, JEQ(-1)),
	CASE(AT("1", "control falls off the end of 'main'"), true, CALL_TO(1), MOV0, MOV0, EXIT),
	CASE(AT("0", "control falls off the end of 'main'"), true, WIDE(0, 1)),
	CASE(AT("1", "jumps out of its function, to slot 3 in the function at slot 3"), true,
	     CALL_TO(2), JEQ(1), EXIT, MOV0, EXIT),
	CASE(AT("0", "calls a function outside the program (slot 11 of 2)"), true, CALL_TO(10),
	     EXIT),
	CASE(AT("2", "a function starts in the middle of a 64-bit immediate"), true, CALL_TO(1),
	     WIDE(0, 0), EXIT),
	CASE(AT("0", "takes the address of a function outside the program (slot -8 of 3)"), true,
	     WIDE(PSEUDO_FUNC, -9), EXIT),
	CASE(AT("4", "recursion: the function at slot 2 calls the function at slot 4 calls the "
		     "function at slot 2"),
	     true, CALL_TO(1), EXIT, CALL_TO(1), EXIT, CALL_TO(-3), EXIT),
	CASE(AT("2", "recursion: the function at slot 2 calls the function at slot 2"), true,
	     CALL_TO(1), EXIT, CALL_TO(-1), EXIT),
	CASE(AT("0", "calls nest 9 frames deep from 'main'; 8 are allowed"), true, CALL_TO(1), EXIT,
	     CALL_TO(1), EXIT, CALL_TO(1), EXIT, CALL_TO(1), EXIT, CALL_TO(1), EXIT, CALL_TO(1),
	     EXIT, CALL_TO(1), EXIT, CALL_TO(1), EXIT, MOV0, EXIT),
	CASE(NULL, false, CALL_TO(1), EXIT, CALL_TO(1), EXIT, CALL_TO(1), EXIT, CALL_TO(1), EXIT,
	     CALL_TO(1), EXIT, CALL_TO(1), EXIT, CALL_TO(1), EXIT, MOV0, EXIT),
	CASE(AT("0", "map number 2, but the object has 2 maps"), false, WIDE(PSEUDO_MAP_IDX, 2),
	     EXIT),
};

static int check(const struct insn *insns, u32 count, u32 maps, struct diag *d)
{
	static struct obj_map map_rows[MAX_MAPS + 2];
	struct object obj = { .name = "test", .maps = map_rows, .map_count = maps };
	struct obj_prog prog = { .name = "main",
				 .insns = (struct insn *)(uintptr_t)insns,
				 .insn_count = count };

	return structure_check(&obj, &prog, d);
}

static void cases_are_judged_as_written(void **state)
{
	for (u32 k = 0; k < ARRAY_SIZE(cases); k++) {
		struct diag d;
		int err;

		diag_init(&d);
		err = check(cases[k].insns, cases[k].count, 2, &d);
		if (!cases[k].text && err)
			fail_msg("case %u: %s", k, d.first->text);
		if (cases[k].text) {
			assert_true(err == -EINVAL || err == -E2BIG);
			assert_string_equal(d.first->text, cases[k].text);
			assert_int_equal(d.first->err, err);
		}
		diag_fini(&d);
	}
}

/* -1: the kernel does not let us load anything. */
static int kernel_loads(const struct insn *insns, u32 count)
{
	union bpf_attr attr = { .prog_type = BPF_PROG_TYPE_SOCKET_FILTER,
				.insns = (u64)(uintptr_t)insns,
				.insn_cnt = count,
				.license = (u64)(uintptr_t) "GPL" };
	int fd = (int)syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));

	if (fd < 0)
		return errno == EPERM ? -1 : 0;
	close(fd);
	return 1;
}

static void kernel_refuses_what_it_must(void **state)
{
	u32 compared = 0;

	if (kernel_loads(cases[0].insns, cases[0].count) != 1)
		test_skip("no BPF_PROG_LOAD here (needs CAP_BPF)");
	for (u32 k = 0; k < ARRAY_SIZE(cases); k++) {
		if (!cases[k].kernel)
			continue;
		compared++;
		if (kernel_loads(cases[k].insns, cases[k].count))
			fail_msg("the kernel takes what we refuse: %s", cases[k].text);
	}
	printf("# %u refusals compared with the kernel's\n", compared);
}

static void sizes_are_limited(void **state)
{
	struct insn *insns = calloc(MAX_INSNS + 1, sizeof(*insns));
	struct diag d;

	diag_init(&d);
	assert_int_equal(check(insns, 0, 0, &d), -EINVAL);
	assert_string_equal(d.last->text, "program 'main' is empty");
	for (u32 k = 0; k <= MAX_INSNS; k++)
		insns[k] = (struct insn)MOV0;
	insns[MAX_INSNS] = (struct insn)EXIT;
	assert_int_equal(check(insns, MAX_INSNS + 1, 0, &d), -E2BIG);
	assert_string_equal(d.last->text,
			    "program 'main' has 1000001 instructions; 1000000 are allowed");
	assert_int_equal(check(insns + 1, MAX_INSNS, 0, &d), 0);
	diag_fini(&d);
	free(insns);
}

static void maps_used_are_at_most_64(void **state)
{
	struct insn insns[(MAX_MAPS + 1) * 2 + 1];
	struct diag d;

	for (u32 k = 0; k <= MAX_MAPS; k++) {
		insns[k * 2] = (struct insn)OP(CODE_LD_IMM64, 0, PSEUDO_MAP_IDX, 0, (s32)k);
		insns[k * 2 + 1] = (struct insn){ 0 };
	}
	insns[(MAX_MAPS + 1) * 2] = (struct insn)EXIT;
	diag_init(&d);
	assert_int_equal(check(insns, ARRAY_SIZE(insns), MAX_MAPS + 1, &d), -E2BIG);
	assert_string_equal(d.first->text,
			    "program 'main', instruction 128: the program uses more than 64 maps");
	assert_int_equal(check(insns + 2, ARRAY_SIZE(insns) - 2, MAX_MAPS + 1, &d), 0);
	diag_fini(&d);
}

static const struct CMUnitTest tests[] = {
	TEST(cases_are_judged_as_written),
	TEST(kernel_refuses_what_it_must),
	TEST(sizes_are_limited),
	TEST(maps_used_are_at_most_64),
};
TEST_MAIN(tests)
