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

/* Each of eight frames has 512 bytes of its own, from the first to the last. */
static void frames_keep_their_stacks(void **state)
{
	struct insn deep[MAX_FRAMES * 9];
	u32 n = 0, last = MAX_FRAMES - 1;

	for (u32 k = 0; k <= last; k++) {
		deep[n++] = ST(DW, 10, -512, (s32)(100 + k));
		deep[n++] = ST(DW, 10, -8, (s32)(1 << k));
		deep[n++] = k < last ? CALL_TO(6) : MOV_K(0, 0);
		deep[n++] = LDX(DW, 1, 10, -8);
		deep[n++] = ALU64_X(ADD, 0, 1);
		deep[n++] = LDX(DW, 1, 10, -512);
		deep[n++] = JMP_K(JEQ, 1, (s32)(100 + k), 1);
		deep[n++] = MOV_K(0, -1);
		deep[n++] = EXIT();
	}
	for (int checked = 0; checked < MODES; checked++)
		assert_int_equal(run(deep, n, checked), 0xff);
}

/* Three times a callback that loops four times itself: 12, in r6 of a function of its own. */
static void callbacks_nest(void **state)
{
	static const struct insn insns[] = {
		ST(DW, 10, -8, 0),
		MOV_K(6, 1000),
		MOV_K(1, 3),
		IMM64(2, PSEUDO_FUNC, 7, 0),
		MOV_X(3, 10),
		ALU64_K(ADD, 3, -8),
		CALL(H_LOOP),
		LDX(DW, 0, 10, -8),
		ALU64_X(ADD, 0, 6),
		EXIT(),
		/* 11: outer(i, sum) */
		MOV_X(6, 2),
		MOV_X(3, 2),
		MOV_K(1, 4),
		IMM64(2, PSEUDO_FUNC, 4, 0),
		CALL(H_LOOP),
		MOV_K(0, 0),
		EXIT(),
		/* 19: inner(i, sum) */
		LDX(DW, 6, 2, 0),
		ALU64_K(ADD, 6, 1),
		STX(DW, 2, 0, 6),
		MOV_K(0, 0),
		EXIT(),
	};

	for (int checked = 0; checked < MODES; checked++)
		assert_int_equal(run(insns, ARRAY_SIZE(insns), checked), 1012);
}

/* Exactly as many instructions as the budget has: one fewer and it is spent. Loops of callbacks,
 * subprograms and two-slot instructions count what is executed. */
static void budget_is_exact(void **state)
{
	static const struct insn insns[] = {
		MOV_K(1, 5),		     /* 1 */
		IMM64(2, PSEUDO_FUNC, 5, 0), /* 1 */
		MOV_K(3, 0),		     /* 1 */
		CALL(H_LOOP),		     /* 1 + 5 × 2 */
		CALL_TO(3),		     /* 1 + 2 */
		EXIT(),			     /* 1 */
		MOV_K(0, 0),		     /* 7: callback */
		EXIT(),
		MOV_K(0, 42), /* 9: subprogram */
		EXIT(),
	};
	const u64 executed = 18;
	struct insn copy[ARRAY_SIZE(insns)];
	u64 r0 = 0;

	memcpy(copy, insns, sizeof(insns));
	memset(&t, 0, sizeof(t));
	assert_int_equal(vmtest_open(&t, copy, ARRAY_SIZE(insns), PROG_UNSPEC), 0);
	for (int checked = 0; checked < MODES; checked++) {
		t.run.budget = 0;
		assert_int_equal(vmtest_run(&t, checked, 0, 0, &r0), 0);
		assert_int_equal(t.run.insns, checked ? executed : 0);
		t.run.budget = executed;
		assert_int_equal(vmtest_run(&t, checked, 0, 0, &r0), 0);
		assert_int_equal(t.run.insns, executed);
		assert_int_equal(r0, 42);
		for (u64 less = 1; less < executed; less++) {
			t.run.budget = less;
			assert_int_equal(vmtest_run(&t, checked, 0, 0, &r0), -EFAULT);
			assert_int_equal(t.run.fault.kind, FAULT_BUDGET);
			assert_int_equal(t.run.insns, less);
		}
	}
	vmtest_close(&t);
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

/* The target takes the place of the subprogram: its R0 goes to the subprogram's caller. */
static void tail_call_in_a_subprogram_returns_to_the_caller(void **state)
{
	static const struct insn insns[] = {
		MOV_K(6, 100),
		ST(DW, 10, -8, 20),
		CALL_TO(4),
		ALU64_X(ADD, 0, 6),
		LDX(DW, 1, 10, -8),
		ALU64_X(ADD, 0, 1),
		EXIT(),
		IMM64(2, PSEUDO_MAP_IDX, 0, 0), /* 7 */
		MOV_K(3, 0),
		MOV_K(6, 9),
		CALL(H_TAIL_CALL),
		MOV_K(0, 7),
		EXIT(),
	};
	static const struct insn target[] = { MOV_K(6, 8), ST(DW, 10, -8, 1), MOV_K(0, 3), EXIT() };
	static struct vmtest other;
	struct map_def def = { .name = "progs",
			       .type = MAP_TYPE_PROG_ARRAY,
			       .key_size = 4,
			       .value_size = 4,
			       .max_entries = 1 };
	struct obj_map obj_map = { .name = "progs" };
	struct map *map;
	u64 r0 = 0;

	assert_int_equal(map_create(&map, &def, NULL), 0);
	memset(&t, 0, sizeof(t));
	memset(&other, 0, sizeof(other));
	t.obj.maps = other.obj.maps = &obj_map;
	t.obj.map_count = other.obj.map_count = 1;
	t.env.maps = other.env.maps = &map;
	assert_int_equal(vmtest_open(&other, target, ARRAY_SIZE(target), PROG_UNSPEC), 0);
	assert_int_equal(vmtest_open(&t, insns, ARRAY_SIZE(insns), PROG_UNSPEC), 0);
	for (int checked = 0; checked < MODES; checked++) {
		assert_int_equal(map_slot_set(map, 0, NULL), 0);
		assert_int_equal(vmtest_run(&t, checked, 0, 0, &r0), 0);
		assert_int_equal(r0, 127); /* nobody there: falls through */
		assert_int_equal(map_slot_set(map, 0, other.vm), 0);
		assert_int_equal(vmtest_run(&t, checked, 0, 0, &r0), 0);
		assert_int_equal(r0, 123);
	}
	vmtest_close(&t);
	vmtest_close(&other);
	map_free(map);
}

/* A weak symbol that is not there is 0; a weak function is harmless until it is called. */
static void weak_externs_are_absent(void **state)
{
	struct obj_extern externs[] = { { .name = "nobody", .weak = true } };
	struct obj_extern_ref ref = { .insn = 0, .extern_idx = 0 };
	struct insn symbol[] = { IMM64(0, PSEUDO_BTF_ID, 7, 0), EXIT() };
	struct insn func[] = { JMP_K(JEQ, 1, 0, 1), OP(CODE_CALL, 0, CALL_KFUNC, 0, -1),
			       MOV_K(0, 5), EXIT() };
	u64 r0 = 1;

	for (int checked = 0; checked < MODES; checked++) {
		memset(&t, 0, sizeof(t));
		t.obj.externs = externs;
		t.obj.extern_count = 1;
		t.prog.refs = &ref;
		t.prog.ref_count = 1;
		ref.insn = 0;
		assert_int_equal(vmtest_open(&t, symbol, ARRAY_SIZE(symbol), PROG_UNSPEC), 0);
		assert_int_equal(vmtest_run(&t, checked, 0, 0, &r0), 0);
		assert_int_equal(r0, 0);
		vmtest_close(&t);
		ref.insn = 1;
		assert_int_equal(vmtest_open(&t, func, ARRAY_SIZE(func), PROG_UNSPEC), 0);
		assert_int_equal(vmtest_run(&t, checked, 0, 0, &r0), 0);
		assert_int_equal(r0, 5);
		assert_int_equal(vmtest_run(&t, checked, 1, 0, &r0), -EFAULT);
		assert_int_equal(t.run.fault.kind, FAULT_POISON);
		assert_int_equal(t.run.fault.insn, 1);
		assert_string_equal(t.run.fault.text, "calls a weak kernel function, and the user "
						      "engine has none");
		vmtest_close(&t);
	}
}

/* A packet of 8 bytes. */
static bool load_packet(struct vm_run *vm, u32 off, u32 size, u64 *value)
{
	const u8 *packet = vm->host;

	if (off > 8 || size > 8 - off)
		return false;
	for (*value = 0; size; size--)
		*value = *value << 8 | packet[off++];
	return true;
}

#define LD_ABS(size, off)      OP(CLASS_LD | MODE_ABS | SIZE_##size, 0, 0, 0, off)
#define LD_IND(size, reg, off) OP(CLASS_LD | MODE_IND | SIZE_##size, 0, reg, 0, off)

static void loads(u64 want, const struct insn *insns, u32 count)
{
	u8 packet[] = { 0x80, 0x91, 0xa2, 0xb3, 0xc4, 0xd5, 0xe6, 0xf7 };
	u64 r0 = ~want;

	for (int checked = 0; checked < MODES; checked++) {
		memset(&t, 0, sizeof(t));
		assert_int_equal(vmtest_open(&t, insns, count, PROG_UNSPEC), 0);
		t.run.packet_load = load_packet;
		t.run.host = packet;
		t.run.ctx = 64;
		if (vmtest_run(&t, checked, 64, 0, &r0))
			fail_msg("fault: %s", t.run.fault.text);
		assert_int_equal(r0, want);
		vmtest_close(&t);
	}
}

static void packet_loads_are_big_endian(void **state)
{
	loads(0x91, PROGRAM(MOV_X(6, 1), LD_ABS(B, 1), EXIT()));
	loads(0xa2b3, PROGRAM(MOV_X(6, 1), LD_ABS(H, 2), EXIT()));
	loads(0xc4d5e6f7, PROGRAM(MOV_X(6, 1), LD_ABS(W, 4), EXIT()));
	loads(0x91a2b3c4, PROGRAM(MOV_X(6, 1), MOV_K(7, 3), LD_IND(W, 7, -2), EXIT()));
	/* Only the low 32 bits of the register count. */
	loads(0xb3, PROGRAM(MOV_X(6, 1), IMM64(7, 0, 2, 5), LD_IND(B, 7, 1), EXIT()));
}

static void packet_load_out_of_bounds_ends_the_function(void **state)
{
	loads(0, PROGRAM(MOV_X(6, 1), MOV_K(0, 9), LD_ABS(W, 5), MOV_K(0, 1), EXIT()));
	loads(0, PROGRAM(MOV_X(6, 1), LD_ABS(B, 8), MOV_K(0, 1), EXIT()));
	loads(0, PROGRAM(MOV_X(6, 1), MOV_K(7, -1), LD_IND(B, 7, 0), MOV_K(0, 1), EXIT()));
	loads(1, PROGRAM(CALL_TO(2), ALU64_K(ADD, 0, 1), EXIT(), MOV_X(6, 1), LD_ABS(H, 7),
			 MOV_K(0, 8), EXIT()));
}

static void packet_load_loses_the_arguments(void **state)
{
	u8 packet[8] = { 0 };
	u64 r0;

	memset(&t, 0, sizeof(t));
	assert_int_equal(vmtest_open(&t, PROGRAM(MOV_X(6, 1), LD_ABS(B, 0), MOV_X(0, 1), EXIT()),
				     PROG_UNSPEC),
			 0);
	t.run.packet_load = load_packet;
	t.run.host = packet;
	assert_int_equal(vmtest_run(&t, true, 0, 0, &r0), -EFAULT);
	assert_string_equal(t.run.fault.text, "r1 is read before it was written");
	vmtest_close(&t);
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
	TEST(frames_keep_their_stacks),
	TEST(callbacks_nest),
	TEST(budget_is_exact),
	TEST(callbacks_run_in_the_next_frame),
	TEST(fault_in_a_callback_ends_the_run),
	TEST(callx_takes_numbers_and_functions),
	TEST(poisoned_call_is_harmless_until_reached),
	TEST(tail_calls_end_at_33),
	TEST(tail_call_in_a_subprogram_returns_to_the_caller),
	TEST(weak_externs_are_absent),
	TEST(packet_loads_are_big_endian),
	TEST(packet_load_out_of_bounds_ends_the_function),
	TEST(packet_load_loses_the_arguments),
	TEST(refuses_by_name_what_it_cannot_bind),
};
TEST_MAIN(tests)
