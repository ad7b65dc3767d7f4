// SPDX-License-Identifier: BSD-2-Clause
/* bpf_loop around a callback that is known: machine code has no helper there. */
#include "test.h"

#include <string.h>

#include <skep/skep.h>

#include "jit/jit.h"

/* r0 of the only program of `text`, as machine code and in the checked interpreter. */
static uint64_t result_of(const char *text, enum skep_exec exec)
{
	static const uint8_t packet[64] = { 1 };
	struct skep_source src = { .name = "t", .data = text, .len = strlen(text) };
	struct skep_load_opts opts = { .size = sizeof(opts), .exec = exec };
	struct skep_run run = { .size = sizeof(run), .data_in = packet, .data_in_len = 64 };
	struct skep_object *obj;
	struct skep_engine *engine;
	struct skep_unit *unit;

	assert_int_equal(skep_open(&obj, SKEP_ASM, src, NULL, NULL), 0);
	assert_int_equal(skep_engine_new(&engine, "user", NULL), 0);
	assert_int_equal(skep_load(&unit, engine, obj, &opts, NULL), 0);
	assert_int_equal(skep_prog_run(skep_prog_find(unit, NULL), &run, NULL), 0);
	skep_unit_free(unit);
	skep_engine_free(engine);
	skep_object_free(obj);
	return run.result;
}

static void assert_result(const char *rounds, const char *flags, const char *callback,
			  uint64_t want)
{
	char text[1024];

	snprintf(text, sizeof(text),
		 ".prog p type=xdp\n"
		 "r6 = 5\n"
		 "*(u64 *)(r10 -8) = 0\n"
		 "r1 = %s\n"
		 "r2 = subprog[f]\n"
		 "r3 = r10\n"
		 "r3 += -8\n"
		 "r4 = %s\n"
		 "call bpf_loop\n"
		 "r1 = *(u64 *)(r10 -8)\n"
		 "r0 *= 1000\n"
		 "r0 += r1\n"
		 "r0 += r6\n"
		 "exit\n"
		 ".func f\n"
		 "%s",
		 rounds, flags, callback);
	assert_int_equal(result_of(text, SKEP_EXEC_CHECKED), want);
	assert_int_equal(result_of(text, SKEP_EXEC_JIT), want);
}

#define SUM                                                                                        \
	"r6 = *(u64 *)(r2 +0)\n"                                                                   \
	"r6 += r1\n"                                                                               \
	"*(u64 *)(r2 +0) = r6\n"

static int needs_compiler(void **state)
{
	return jit_available() ? 0 : -1;
}

static void every_round_has_its_number_and_registers_stay(void **state)
{
	assert_result("10", "0", SUM "r0 = 0\nexit\n", 10 * 1000 + 45 + 5);
	assert_result("1", "0", SUM "r0 = 0\nexit\n", 1 * 1000 + 5);
}

static void no_round_calls_nobody(void **state)
{
	assert_result("0", "0", SUM "r0 = 0\nexit\n", 5);
}

static void a_callback_ends_the_loop_and_its_round_counts(void **state)
{
	assert_result("10", "0",
		      SUM "r0 = 0\n"
			  "if r1 != 3 goto more\n"
			  "r0 = 1\n"
			  "more: exit\n",
		      4 * 1000 + 6 + 5);
}

static void a_callback_may_call_helpers(void **state)
{
	assert_result("3", "0",
		      "r6 = r1\n"
		      "r7 = r2\n"
		      "*(u64 *)(r10 -8) = r6\n"
		      "call bpf_get_smp_processor_id\n"
		      "r1 = *(u64 *)(r10 -8)\n"
		      "r1 += r0\n"
		      "*(u64 *)(r7 +0) = r1\n"
		      "r0 = 0\n"
		      "exit\n",
		      3 * 1000 + 2 + 5);
}

static void flags_and_too_many_rounds_are_errors(void **state)
{
	assert_result("3", "1", SUM "r0 = 0\nexit\n", (uint32_t)(-22 * 1000 + 5));
	assert_result("8388609", "0", SUM "r0 = 0\nexit\n", (uint32_t)(-7 * 1000 + 5));
	/* 32 bits are looked at */
	assert_result("0x100000002 ll", "0", SUM "r0 = 0\nexit\n", 2 * 1000 + 1 + 5);
}

/* Over an array of `entries` elements whose element k is `value` + k; adds up 1000 * key + value,
 * and stops where the callback says. */
static void assert_elements(uint32_t entries, const char *stop, const char *flags, uint64_t want)
{
	static const enum skep_exec modes[] = { SKEP_EXEC_CHECKED, SKEP_EXEC_INTERP,
						SKEP_EXEC_JIT };
	const uint8_t packet[64] = { 1 };
	char text[1024];
	struct skep_source src = { .name = "t", .data = text };
	struct skep_diag *diag = skep_diag_new();

	snprintf(text, sizeof(text),
		 ".map m type=array key=4 value=12 entries=%u\n"
		 ".prog p type=xdp\n"
		 "r6 = 5\n"
		 "*(u64 *)(r10 -8) = 0\n"
		 "r1 = map[m]\n"
		 "r2 = subprog[f]\n"
		 "r3 = r10\n"
		 "r3 += -8\n"
		 "r4 = %s\n"
		 "call bpf_for_each_map_elem\n"
		 "r1 = *(u64 *)(r10 -8)\n"
		 "r0 *= 100000\n"
		 "r0 += r1\n"
		 "r0 += r6\n"
		 "exit\n"
		 ".func f\n"
		 "r6 = *(u32 *)(r2 +0)\n"
		 "r7 = *(u32 *)(r3 +8)\n"
		 "r8 = r6\n"
		 "r8 *= 1000\n"
		 "r7 += r8\n"
		 "r8 = *(u64 *)(r4 +0)\n"
		 "r7 += r8\n"
		 "*(u64 *)(r4 +0) = r7\n"
		 "r0 = 0\n"
		 "if r6 != %s goto more\n"
		 "r0 = 1\n"
		 "more: exit\n",
		 entries, flags, stop);
	src.len = strlen(text);
	for (uint32_t k = 0; k < 3; k++) {
		struct skep_load_opts opts = { .size = sizeof(opts), .exec = modes[k] };
		struct skep_run run = { .size = sizeof(run), .data_in = packet, .data_in_len = 64 };
		struct skep_object *obj = NULL;
		struct skep_engine *engine;
		struct skep_unit *unit = NULL;

		if (skep_open(&obj, SKEP_ASM, src, NULL, diag) ||
		    skep_engine_new(&engine, "user", diag) ||
		    skep_load(&unit, engine, obj, &opts, diag))
			skep_diag_print(diag, stderr, false);
		assert_non_null(unit);
		for (uint32_t i = 0; i < entries; i++) {
			const uint32_t value[3] = { 0, 0, 7 + i };

			assert_int_equal(skep_map_set(skep_map_find(unit, "m"), &i, value, 0), 0);
		}
		assert_int_equal(skep_prog_run(skep_prog_find(unit, NULL), &run, diag), 0);
		assert_int_equal(run.result, (uint32_t)want);
		skep_unit_free(unit);
		skep_engine_free(engine);
		skep_object_free(obj);
	}
	skep_diag_free(diag);
}

static void elements_of_an_array_come_in_order_with_key_and_value(void **state)
{
	assert_elements(4, "9", "0", 4 * 100000 + (0 + 1 + 2 + 3) * 1000 + 7 + 8 + 9 + 10 + 5);
	assert_elements(1, "9", "0", 1 * 100000 + 7 + 5);
	assert_elements(4, "1", "0", 2 * 100000 + 1000 + 7 + 8 + 5);
	assert_elements(4, "9", "1", (uint32_t)(-22 * 100000 + 5));
}

static const struct CMUnitTest tests[] = {
	TEST(elements_of_an_array_come_in_order_with_key_and_value),
	TEST(every_round_has_its_number_and_registers_stay),
	TEST(no_round_calls_nobody),
	TEST(a_callback_ends_the_loop_and_its_round_counts),
	TEST(a_callback_may_call_helpers),
	TEST(flags_and_too_many_rounds_are_errors),
};

int main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	if (needs_compiler(NULL)) {
		puts("1..0 # SKIP there is no compiler for this machine");
		return 0;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
