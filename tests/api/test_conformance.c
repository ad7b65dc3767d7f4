// SPDX-License-Identifier: BSD-2-Clause
/* The public ISA conformance cases through the public API, in every mode; README.md beside them. */
#include "api.h"

#include <stdlib.h>

enum field { NAME, ISA, FEATURES, RESULT, ERROR, MEMORY, PROGRAM, FIELDS };

static uint64_t identity(void *arg, uint64_t r1, uint64_t r2, uint64_t r3, uint64_t r4, uint64_t r5)
{
	return r1;
}

static size_t unhex(uint8_t *out, size_t cap, const char *text)
{
	size_t n = 0;
	int used;
	unsigned b;

	while (n < cap && sscanf(text, " %2x%n", &b, &used) == 1) {
		out[n++] = (uint8_t)b;
		text += used;
	}
	return n;
}

/* 0, or what went wrong on stdout and 1. */
static int run_case(char **field, enum skep_exec exec)
{
	static uint8_t code[1 << 16], memory[1 << 16];
	struct skep_load_opts opts = {
		.size = sizeof(opts), .exec = exec, .trusted = true, .allow_uninit_stack = true
	};
	struct skep_prog_def prog = { .name = field[NAME], .insns = (const void *)code };
	struct skep_object_def def = { .size = sizeof(def), .progs = &prog, .prog_count = 1 };
	struct skep_run run = { .size = sizeof(run) };
	struct loaded l = { .diag = skep_diag_new() };
	int failed;

	prog.insn_count = unhex(code, sizeof(code), field[PROGRAM]) / 8;
	run.data_in_len = unhex(memory, sizeof(memory), field[MEMORY]);
	run.data_in = run.data_in_len ? memory : NULL;
	failed = skep_object_build(&l.obj, &def, l.diag) ||
		 skep_engine_new(&l.eng, "user", l.diag) ||
		 skep_engine_helper(l.eng, 5, identity, NULL) ||
		 skep_load(&l.unit, l.eng, l.obj, &opts, l.diag) ||
		 skep_prog_run(skep_prog_find(l.unit, NULL), &run, l.diag);
	if (*field[ERROR] ? !failed : failed || run.result != strtoull(field[RESULT], NULL, 16)) {
		printf("# %s: %d, 0x%llx, not %s\n", field[NAME], failed,
		       (unsigned long long)run.result, field[RESULT]);
		skep_diag_print(l.diag, stdout, false);
		unload(&l);
		return 1;
	}
	unload(&l);
	return 0;
}

static char *strip(char *s)
{
	char *end;

	while (*s == ' ')
		s++;
	end = s + strlen(s);
	while (end > s && (end[-1] == ' ' || end[-1] == '\n'))
		*--end = 0;
	return s;
}

static void run_all(enum skep_exec exec)
{
	const char *dir = getenv("SKEP_CONFORMANCE");
	char path[4096], *line = NULL, *field[FIELDS];
	int cases = 0, failed = 0, n;
	size_t cap = 0;
	FILE *f;

	snprintf(path, sizeof(path), "%s/tests.txt", dir ? dir : CONFORMANCE);
	f = fopen(path, "r");
	if (!f)
		test_skip("no conformance cases at %s (SKEP_CONFORMANCE names their folder)", path);
	while (getline(&line, &cap, f) > 0) {
		char *rest = line;

		if (*line == '#' || !*strip(line))
			continue;
		for (n = 0; n < FIELDS && rest; n++)
			field[n] = strsep(&rest, "|");
		assert_int_equal(n, FIELDS);
		for (n = 0; n < FIELDS; n++)
			field[n] = strip(field[n]);
		cases++;
		failed += run_case(field, exec);
	}
	free(line);
	fclose(f);
	printf("# %d cases\n", cases);
	assert_int_equal(failed, 0);
	assert_true(cases >= 313);
}

static void all_cases_pass_in_checked_mode(void **state)
{
	run_all(SKEP_EXEC_CHECKED);
}

static void all_cases_pass_in_the_fast_interpreter(void **state)
{
	run_all(SKEP_EXEC_INTERP);
}

static void all_cases_pass_as_machine_code(void **state)
{
#ifndef __x86_64__
	test_skip("there is no compiler for this machine");
#endif
	run_all(SKEP_EXEC_JIT);
}

static const struct CMUnitTest tests[] = {
	TEST(all_cases_pass_in_checked_mode),
	TEST(all_cases_pass_in_the_fast_interpreter),
	TEST(all_cases_pass_as_machine_code),
};
TEST_MAIN(tests)
