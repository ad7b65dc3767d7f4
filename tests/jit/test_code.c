// SPDX-License-Identifier: BSD-2-Clause
/* Code memory as the kernel lists it in /proc/self/maps. */
#include "test.h"

#include <string.h>

#include <skep/skep.h>

#include "jit/code.h"
#include "jit/jit.h"

/* Rights of the mapping that holds `at` ("r-xp"); "" when there is none. */
static const char *rights(const void *at)
{
	static char text[8];
	FILE *f = fopen("/proc/self/maps", "r");
	unsigned long from, to;
	char line[512], found[8];

	assert_non_null(f);
	text[0] = 0;
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%lx-%lx %7s", &from, &to, found) == 3 &&
		    (unsigned long)(uintptr_t)at - from < to - from)
			strcpy(text, found);
	}
	fclose(f);
	return text;
}

static void code_is_executable_and_not_writable_between_guards(void **state)
{
	static const u8 bytes[5000] = { 0xc3 };
	struct code_memory m;
	u8 *code;

	assert_int_equal(code_seal(&m, bytes, sizeof(bytes)), 0);
	code = m.code;
	assert_memory_equal(code, bytes, sizeof(bytes));
	assert_string_equal(rights(code), "r-xp");
	assert_string_equal(rights(code + sizeof(bytes)), "r-xp");
	assert_string_equal(rights(code - 1), "---p");
	assert_string_equal(rights(m.map + m.len - 1), "---p");
	code_free(&m);
	assert_null(strchr(rights(code), 'x'));
}

/* Executable mappings of no file; *writable: how many of them may be written. */
static u32 executable(u32 *writable)
{
	FILE *f = fopen("/proc/self/maps", "r");
	char line[512], found[8], path[256];
	u32 count = 0;

	assert_non_null(f);
	*writable = 0;
	while (fgets(line, sizeof(line), f)) {
		path[0] = 0;
		assert_true(sscanf(line, "%*s %7s %*s %*s %*s %255s", found, path) >= 1);
		if (found[2] != 'x' || path[0])
			continue;
		count++;
		*writable += found[1] == 'w';
	}
	fclose(f);
	return count;
}

static void nothing_executable_is_left_after_free(void **state)
{
	static const struct skep_insn insns[] = { { .code = 0xb7, .imm = 7 }, { .code = 0x95 } };
	const struct skep_prog_def progs[] = {
		{ .name = "one", .type = "xdp", .insns = insns, .insn_count = 2 },
		{ .name = "two", .type = "sched_cls", .insns = insns, .insn_count = 2 },
	};
	const struct skep_object_def def = {
		.size = sizeof(def), .license = "GPL", .progs = progs, .prog_count = 2
	};
	static const enum skep_exec modes[] = { SKEP_EXEC_JIT, SKEP_EXEC_CHECKED_JIT };
	u32 before, loaded, writable;

	if (!jit_available())
		test_skip("there is no compiler for this machine");
	before = executable(&writable);
	for (u32 k = 0; k < 2 * ARRAY_SIZE(modes); k++) {
		struct skep_load_opts opts = { .size = sizeof(opts),
					       .exec = modes[k / 2],
					       .blind = k & 1 };
		struct skep_object *obj;
		struct skep_engine *eng;
		struct skep_unit *unit;

		assert_int_equal(skep_object_build(&obj, &def, NULL), 0);
		assert_int_equal(skep_engine_new(&eng, "user", NULL), 0);
		assert_int_equal(skep_load(&unit, eng, obj, &opts, NULL), 0);
		loaded = executable(&writable);
		assert_true(loaded > before);
		assert_int_equal(writable, 0);
		skep_unit_free(unit);
		assert_int_equal(executable(&writable), before);
		skep_engine_free(eng);
		skep_object_free(obj);
	}
}

static const struct CMUnitTest tests[] = {
	TEST(nothing_executable_is_left_after_free),
	TEST(code_is_executable_and_not_writable_between_guards),
};
TEST_MAIN(tests)
