// SPDX-License-Identifier: BSD-2-Clause
/* Helpers that machine code carries out without calling them, or calls past the helper. */
#include "test.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <skep/skep.h>

enum { ELEMENTS = 4 };

static const char *map_type;
static uint32_t cpu;

/* r0 of a program whose byte at packet[0] is `input`; element k of map `m` holds 100 + k. */
static uint64_t run_as(enum skep_exec exec, const char *body, uint8_t input)
{
	const uint8_t packet[64] = { input };
	char text[2048];
	struct skep_source src = { .name = "t", .data = text };
	struct skep_load_opts opts = { .size = sizeof(opts), .exec = exec };
	struct skep_run run = {
		.size = sizeof(run), .data_in = packet, .data_in_len = 64, .cpu = cpu
	};
	struct skep_diag *diag = skep_diag_new();
	struct skep_object *obj = NULL;
	struct skep_engine *engine;
	struct skep_unit *unit = NULL;

	snprintf(text, sizeof(text),
		 ".map m type=%s key=4 value=8 entries=%d\n"
		 ".prog p type=xdp\n"
		 "r2 = *(u32 *)(r1 +0)\n"
		 "r3 = *(u32 *)(r1 +4)\n"
		 "r0 = 1\n"
		 "r4 = r2\n"
		 "r4 += 1\n"
		 "if r4 > r3 goto out\n"
		 "r6 = *(u8 *)(r2 +0)\n"
		 "*(u32 *)(r10 -4) = r6\n"
		 "r2 = r10\n"
		 "r2 += -4\n"
		 "r1 = map[m]\n"
		 "%s"
		 "out:\n"
		 "exit\n",
		 map_type, ELEMENTS, body);
	src.len = strlen(text);
	if (skep_open(&obj, SKEP_ASM, src, NULL, diag) || skep_engine_new(&engine, "user", diag) ||
	    skep_load(&unit, engine, obj, &opts, diag))
		skep_diag_print(diag, stderr, false);
	assert_non_null(unit);
	for (uint32_t k = 0; k < ELEMENTS; k++) {
		uint64_t values[4096] = { 0 };
		size_t slots = skep_map_value_len(skep_map_find(unit, "m")) / 8;

		for (size_t i = 0; i < slots && i < 4096; i++)
			values[i] = 100 + k + 1000 * i;
		assert_int_equal(skep_map_set(skep_map_find(unit, "m"), &k, values, 0), 0);
	}
	assert_int_equal(skep_prog_run(skep_prog_find(unit, NULL), &run, diag), 0);
	skep_unit_free(unit);
	skep_engine_free(engine);
	skep_object_free(obj);
	skep_diag_free(diag);
	return run.result;
}

static void assert_runs(const char *body, uint8_t input, uint64_t want)
{
	assert_int_equal(run_as(SKEP_EXEC_CHECKED, body, input), want);
	assert_int_equal(run_as(SKEP_EXEC_JIT, body, input), want);
}

#define LOOKUP "call bpf_map_lookup_elem\n"

/* NULL jumps away, runs on, and is read where it leads: each is another way of the compiler's. */
static void null_leads_where_the_test_says(void)
{
	static const char jumps_away[] = LOOKUP "if r0 == 0 goto none\n"
						"r0 = *(u64 *)(r0 +0)\n"
						"goto out\n"
						"none:\n"
						"r0 = 7\n";
	static const char runs_on[] = LOOKUP "if r0 != 0 goto some\n"
					     "r0 = 7\n"
					     "goto out\n"
					     "some:\n"
					     "r0 = *(u64 *)(r0 +0)\n";
	static const char is_read[] = LOOKUP "if r0 == 0 goto none\n"
					     "r0 = *(u64 *)(r0 +0)\n"
					     "goto out\n"
					     "none:\n"
					     "r0 += 7\n";
	static const char *const bodies[] = { jumps_away, runs_on, is_read };

	for (uint32_t i = 0; i < 3; i++) {
		assert_runs(bodies[i], 3, 103);
		assert_runs(bodies[i], ELEMENTS, 7);
		assert_runs(bodies[i], 255, 7);
	}
}

static void lookups_test_for_null(void **state)
{
	static const char *const types[] = { "array", "hash", "lru_hash", "percpu_array",
					     "percpu_hash" };

	cpu = 0;
	for (uint32_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		map_type = types[i];
		null_leads_where_the_test_says();
	}
}

static void percpu_values_are_those_of_the_runs_cpu(void **state)
{
	static const char body[] = LOOKUP "if r0 == 0 goto out\n"
					  "r0 = *(u64 *)(r0 +0)\n";

	if (sysconf(_SC_NPROCESSORS_CONF) < 2)
		test_skip("there is one CPU");
	cpu = 1;
	map_type = "percpu_array";
	assert_runs(body, 2, 1102);
	map_type = "percpu_hash";
	assert_runs(body, 2, 1102);
	map_type = "array";
	assert_runs("call bpf_get_smp_processor_id\n", 0, 1);
	cpu = 0;
}

/* Writes r6 + 5 under the key, then reads it back; a failure's errno is the result. */
static void updates_and_removals_say_what_the_helper_says(void **state)
{
	static const char update[] = "r6 += 5\n"
				     "*(u64 *)(r10 -16) = r6\n"
				     "r3 = r10\n"
				     "r3 += -16\n"
				     "r4 = 2\n" /* BPF_EXIST */
				     "call bpf_map_update_elem\n"
				     "if r0 != 0 goto out\n"
				     "r2 = r10\n"
				     "r2 += -4\n"
				     "r1 = map[m]\n" LOOKUP "if r0 == 0 goto out\n"
				     "r0 = *(u64 *)(r0 +0)\n";
	static const char removal[] = "call bpf_map_delete_elem\n";

	map_type = "hash";
	assert_runs(update, 2, 7);
	assert_runs(update, 9, (uint32_t)-ENOENT);
	assert_runs(removal, 2, 0);
	assert_runs(removal, 9, (uint32_t)-ENOENT);
	map_type = "array";
	assert_runs(update, 2, 7);
	assert_runs(update, 9, (uint32_t)-E2BIG);
	assert_runs(removal, 2, (uint32_t)-EINVAL);
}

/* The key is what the stack holds then, however it came there. */
static void keys_are_those_last_stored(void **state)
{
#define READ                                                                                       \
	LOOKUP "if r0 == 0 goto none\n"                                                            \
	       "r0 = *(u64 *)(r0 +0)\n"                                                            \
	       "goto out\n"                                                                        \
	       "none:\n"                                                                           \
	       "r0 = 7\n"
	static const char constant[] = "*(u32 *)(r10 -4) = 2\n" READ;
	static const char outside[] = "*(u32 *)(r10 -4) = 4\n" READ;
	static const char changed[] = "r6 += 1\n" READ;
	static const char overwritten[] = "*(u8 *)(r10 -4) = 3\n" READ;
	static const char beside[] = "*(u32 *)(r10 -8) = 3\n" READ;
	static const char elsewhere[] = "r7 = r10\n"
					"r7 += -16\n"
					"*(u32 *)(r7 +12) = 3\n" READ;
	static const char either[] = "*(u32 *)(r10 -4) = 1\n"
				     "if r6 == 0 goto set\n"
				     "*(u32 *)(r10 -4) = 3\n"
				     "set:\n" READ;

	map_type = "array";
	for (uint8_t k = 0; k < 6; k++) {
		uint64_t usual = k < ELEMENTS ? 100u + k : 7;

		assert_runs(constant, k, 102);
		assert_runs(outside, k, 7);
		assert_runs(changed, k, usual);
		assert_runs(overwritten, k, 103);
		assert_runs(beside, k, usual);
		assert_runs(elsewhere, k, 103);
		assert_runs(either, k, k ? 103 : 101);
	}
}

static const struct CMUnitTest tests[] = {
	TEST(lookups_test_for_null),
	TEST(keys_are_those_last_stored),
	TEST(percpu_values_are_those_of_the_runs_cpu),
	TEST(updates_and_removals_say_what_the_helper_says),
};
TEST_MAIN(tests)
