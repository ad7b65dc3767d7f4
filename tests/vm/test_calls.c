// SPDX-License-Identifier: BSD-2-Clause
/* Subprograms, callbacks, tail calls, callx, poisoned calls, and what translation refuses. */
#include "helpers.h"

#include "base/str.h"
#include "spec/map.h"

static struct vmtest t;

#define PROGRAM(...)                                                                               \
	(const struct insn[]){ __VA_ARGS__ },                                                      \
		(u32)(sizeof((const struct insn[]){ __VA_ARGS__ }) / sizeof(struct insn))

static u64 run(const struct insn *insns, u32 count, bool checked)
{
	u64 r0 = 0;

	memset(&t, 0, sizeof(t));
	if (vmtest_open(&t, insns, count, PROG_UNSPEC))
		fail_msg("refused: %s", t.d.first->text);
	if (vmtest_run(&t, checked, 0, 0, &r0))
		fail_msg("fault: %s", t.run.fault.text);
	vmtest_close(&t);
	return r0;
}

static void fails(enum vm_fault_kind kind, u32 insn, const char *text, const struct insn *insns,
		  u32 count)
{
	u64 r0;

	for (int checked = 0; checked < MODES; checked++) {
		memset(&t, 0, sizeof(t));
		if (vmtest_open(&t, insns, count, PROG_UNSPEC))
			fail_msg("refused: %s", t.d.first->text);
		assert_int_equal(vmtest_run(&t, checked, 0, 0, &r0), -EFAULT);
		assert_string_equal(t.run.fault.text, text);
		assert_int_equal(t.run.fault.kind, kind);
		assert_int_equal(t.run.fault.insn, insn);
		vmtest_close(&t);
	}
}

static void callee_saved_registers_survive(void **state)
{
	for (int checked = 0; checked < MODES; checked++)
		assert_int_equal(
			run(PROGRAM(MOV_K(6, 40), MOV_K(1, 2), CALL_TO(2), ALU64_X(ADD, 0, 6),
				    EXIT(), MOV_X(6, 1), MOV_X(0, 6), EXIT()),
			    checked),
			42);
}

static void frames_end_at_eight(void **state)
{
	struct insn deep[MAX_FRAMES * 2 + 2];
	u32 n = 0;

	/* main → 1 → … → 7: each function is `call the next; exit` */
	for (u32 k = 0; k < MAX_FRAMES - 1; k++) {
		deep[n++] = CALL_TO(1);
		deep[n++] = EXIT();
	}
	deep[n++] = MOV_K(0, 8);
	deep[n++] = EXIT();
	assert_int_equal(run(deep, n, false), 8);
	assert_int_equal(run(deep, n, true), 8);
	/* A callback that starts itself again: only the machine can stop it. */
	fails(FAULT_DEPTH, 4, "callback: calls nest more than 8 frames deep",
	      PROGRAM(MOV_K(1, 1), IMM64(2, PSEUDO_FUNC, -2, 0), MOV_K(3, 0), CALL(H_LOOP),
		      MOV_K(0, 0), EXIT()));
}

static void callbacks_run_in_the_next_frame(void **state)
{
	/* sum of 0 … 9 in the caller's frame */
	for (int checked = 0; checked < MODES; checked++)
		assert_int_equal(
			run(PROGRAM(ST(DW, 10, -8, 0), MOV_K(1, 10), IMM64(2, PSEUDO_FUNC, 6, 0),
				    MOV_X(3, 10), ALU64_K(ADD, 3, -8), CALL(H_LOOP),
				    LDX(DW, 0, 10, -8), EXIT(), JA(0), LDX(DW, 3, 2, 0),
				    ALU64_X(ADD, 3, 1), STX(DW, 2, 0, 3), MOV_K(0, 0), EXIT()),
			    checked),
			45);
}

static void fault_in_a_callback_ends_the_run(void **state)
{
	fails(FAULT_POISON, 6, "this instruction's CO-RE relocation failed",
	      PROGRAM(MOV_K(1, 10), IMM64(2, PSEUDO_FUNC, 4, 0), MOV_K(3, 0), CALL(H_LOOP), EXIT(),
		      CALL(195896080), EXIT()));
}

static void callx_takes_numbers_and_functions(void **state)
{
	for (int checked = 0; checked < MODES; checked++) {
		assert_int_equal(
			run(PROGRAM(MOV_K(1, 9), MOV_K(2, H_FIRST), CALLX(2), EXIT()), checked), 9);
		assert_int_equal(run(PROGRAM(IMM64(2, PSEUDO_FUNC, 4, 0), MOV_K(1, 9), CALLX(2),
					     EXIT(), MOV_X(0, 1), EXIT()),
				     checked),
				 9);
	}
	fails(FAULT_CALL, 1, "r2 = 0x63 is neither a helper's number nor the address of a function",
	      PROGRAM(MOV_K(2, 99), CALLX(2), EXIT()));
	fails(FAULT_CALL, 3,
	      "r2 = 0xffffffffffffffff is neither a helper's number nor the address of "
	      "a function",
	      PROGRAM(JA(0), JA(0), MOV_K(2, -1), CALLX(2), EXIT()));
}

static void poisoned_call_is_harmless_until_reached(void **state)
{
	struct obj_core core = { .insn = 1, .why = "struct a has no field 'b'" };
	struct insn insns[] = { JA(1), CALL(195896080), MOV_K(0, 1), EXIT() };
	u64 r0;

	assert_int_equal(run(insns, 4, true), 1);
	insns[0].off = 0;
	memset(&t, 0, sizeof(t));
	t.prog.cores = &core;
	t.prog.core_count = 1;
	assert_int_equal(vmtest_open(&t, insns, 4, PROG_UNSPEC), 0);
	assert_int_equal(vmtest_run(&t, false, 0, 0, &r0), -EFAULT);
	assert_int_equal(t.run.fault.kind, FAULT_POISON);
	assert_string_equal(t.run.fault.text, "struct a has no field 'b'");
	vmtest_close(&t);
}

/* One program that counts in its map value and calls itself again. */
static void tail_calls_end_at_33(void **state)
{
	static const struct insn insns[] = {
		IMM64(6, PSEUDO_MAP_IDX_VALUE, 1, 0),
		LDX(DW, 7, 6, 0),
		ALU64_K(ADD, 7, 1),
		STX(DW, 6, 0, 7),
		IMM64(2, PSEUDO_MAP_IDX, 0, 0),
		MOV_K(3, 0),
		CALL(H_TAIL_CALL),
		LDX(DW, 0, 6, 0),
		EXIT(),
	};
	struct map_def defs[2] = {
		{ .name = "progs",
		  .type = MAP_TYPE_PROG_ARRAY,
		  .key_size = 4,
		  .value_size = 4,
		  .max_entries = 1 },
		{ .name = "count",
		  .type = MAP_TYPE_ARRAY,
		  .key_size = 4,
		  .value_size = 8,
		  .max_entries = 1 },
	};
	struct obj_map obj_maps[2] = { { .name = "progs" }, { .name = "count" } };
	struct map *maps[2];
	u64 r0, zero = 0;
	u32 key = 0;

	for (int k = 0; k < 2; k++)
		assert_int_equal(map_create(&maps[k], &defs[k], NULL), 0);
	for (int checked = 0; checked < MODES; checked++) {
		memset(&t, 0, sizeof(t));
		t.obj.maps = obj_maps;
		t.obj.map_count = 2;
		t.env.maps = maps;
		assert_int_equal(vmtest_open(&t, insns, ARRAY_SIZE(insns), PROG_UNSPEC), 0);
		assert_int_equal(map_slot_set(maps[0], 0, t.vm), 0);
		assert_int_equal(map_write(maps[1], &key, &zero, 0), 0);
		assert_int_equal(vmtest_run(&t, checked, 0, 0, &r0), 0);
		assert_int_equal(r0, 34); /* the first and 33 more */
		/* Out of range and empty slots fall through. */
		assert_int_equal(map_slot_set(maps[0], 0, NULL), 0);
		assert_int_equal(vmtest_run(&t, checked, 0, 0, &r0), 0);
		assert_int_equal(r0, 35);
		vmtest_close(&t);
	}
	map_free(maps[0]);
	map_free(maps[1]);
}

static void refuses(const char *text, const struct insn *insns, u32 count)
{
	struct obj_extern externs[] = { { .name = "bpf_cast_to_kern_ctx" } };
	struct obj_extern_ref refs[] = { { .insn = 0, .extern_idx = 0 } };
	struct obj_map maps[] = { { .name = "inner", .template = true } };
	struct map *none[] = { NULL };

	memset(&t, 0, sizeof(t));
	t.obj.externs = externs;
	t.obj.extern_count = 1;
	t.obj.maps = maps;
	t.obj.map_count = 1;
	t.env.maps = none;
	t.prog.refs = refs;
	t.prog.ref_count = 1;
	assert_true(vmtest_open(&t, insns, count, PROG_UNSPEC) < 0);
	assert_null(t.vm);
	assert_string_equal(t.d.first->text, text);
	vmtest_close(&t);
}

static void refuses_by_name_what_it_cannot_bind(void **state)
{
	refuses("program 'main', instruction 0: kernel function 'bpf_cast_to_kern_ctx': the user "
		"engine has no kernel functions",
		PROGRAM(OP(CODE_CALL, 0, CALL_KFUNC, 0, -1), EXIT()));
	refuses("program 'main', instruction 0: kernel symbol 'bpf_cast_to_kern_ctx': there is no "
		"kernel behind the user engine",
		PROGRAM(IMM64(1, PSEUDO_BTF_ID, 7, 0), EXIT()));
	refuses("program 'main', instruction 1: names a map by file descriptor (3): the user "
		"engine "
		"has none",
		PROGRAM(JA(0), IMM64(1, PSEUDO_MAP_FD, 3, 0), EXIT()));
	refuses("program 'main', instruction 0: map 'inner' does not exist here: it is only a "
		"template",
		PROGRAM(IMM64(1, PSEUDO_MAP_IDX, 0, 0), EXIT()));
	refuses("helper 77 is not there", PROGRAM(CALL(77), EXIT()));
}

static const struct CMUnitTest tests[] = {
	TEST(callee_saved_registers_survive),
	TEST(frames_end_at_eight),
	TEST(callbacks_run_in_the_next_frame),
	TEST(fault_in_a_callback_ends_the_run),
	TEST(callx_takes_numbers_and_functions),
	TEST(poisoned_call_is_harmless_until_reached),
	TEST(tail_calls_end_at_33),
	TEST(refuses_by_name_what_it_cannot_bind),
};
TEST_MAIN(tests)
