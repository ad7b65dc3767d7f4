// SPDX-License-Identifier: BSD-2-Clause
/* The public ISA conformance cases, when they are beside the project; see README.md. */
#include "vmtest.h"

#include "base/buf.h"
#include "base/file.h"
#include "base/str.h"
#include "jit/jit.h"

#ifndef CONFORMANCE_DIR
#define CONFORMANCE_DIR "../shared/conformance"
#endif

enum field { NAME, ISA, FEATURES, RESULT, ERROR, MEMORY, PROGRAM, FIELDS };

static u64 first_argument(void *arg, u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	return r1;
}

static const struct vm_helper *vmtest_helper(const struct vm_env *env, const struct obj_prog *prog,
					     u32 id, u32 insn, struct diag *d)
{
	static const struct vm_helper helper5 = { .fn = first_argument, .custom = true };

	if (id == 5)
		return &helper5;
	diag_error(d, -EINVAL, NOWHERE, "no helper %u", id);
	return NULL;
}

/* Runs one case in one mode; what went wrong, or NULL. */
static const char *run_case(const struct buf *program, const struct buf *memory, u64 want, int mode)
{
	static struct vmtest t;
	static char text[400];
	const char *why = "";
	u64 r0 = 0;

	memset(&t, 0, sizeof(t));
	text[0] = 0;
	if (vmtest_open(&t, (const void *)program->data, (u32)program->len / 8, PROG_UNSPEC)) {
		snprintf(text, sizeof(text), "refused: %s", t.d.first->text);
		vmtest_close(&t);
		return text;
	}
	if (mode == 3 && jit_compile(t.vm, NULL, &why))
		snprintf(text, sizeof(text), "not compiled: %s", why);
	t.run.budget = mode == 2 ? 1000000 : 0;
	t.run.regions[0] = (struct vm_region){ (u64)(uintptr_t)memory->data, memory->len,
					       REGION_MEMORY, VM_READ | VM_WRITE };
	t.run.region_count = 1;
	if (!text[0] && vmtest_run(&t, mode == 1, memory->len ? (u64)(uintptr_t)memory->data : 0,
				   memory->len, &r0))
		snprintf(text, sizeof(text), "fault: %s", t.run.fault.text);
	else if (!text[0] && r0 != want)
		snprintf(text, sizeof(text), "0x%llx, not 0x%llx", (unsigned long long)r0,
			 (unsigned long long)want);
	vmtest_close(&t);
	return text[0] ? text : NULL;
}

static bool run_line(char *line, int mode)
{
	struct buf program = { 0 }, memory = { 0 };
	char *field[FIELDS];
	const char *why;

	for (int k = 0; k < FIELDS; k++) {
		field[k] = strsep(&line, "|");
		assert_non_null(field[k]);
	}
	assert_string_equal(field[ERROR], "");
	assert_int_equal(str_unhex(&program, field[PROGRAM], strlen(field[PROGRAM]), NULL), 0);
	assert_int_equal(str_unhex(&memory, field[MEMORY], strlen(field[MEMORY]), NULL), 0);
	why = run_case(&program, &memory, strtoull(field[RESULT], NULL, 16), mode);
	if (why)
		printf("# %s, mode %d: %s\n", field[NAME], mode, why);
	buf_fini(&program);
	buf_fini(&memory);
	return !why;
}

static void run_all(int mode)
{
	const char *dir = getenv("SKEP_CONFORMANCE");
	u32 passed = 0, failed = 0;
	char path[4096], *text, *rest, *line;
	struct file f;

	snprintf(path, sizeof(path), "%s/tests.txt", dir ? dir : CONFORMANCE_DIR);
	if (file_open(&f, path, NULL))
		test_skip("no conformance cases: %s does not exist (set SKEP_CONFORMANCE)", path);
	rest = text = strndup((const char *)f.data, f.len);
	while ((line = strsep(&rest, "\n"))) {
		if (*line && *line != '#')
			*(run_line(line, mode) ? &passed : &failed) += 1;
	}
	printf("# %u cases passed, %u failed\n", passed, failed);
	assert_int_equal(failed, 0);
	assert_int_equal(passed, 313);
	free(text);
	file_close(&f);
}

static void fast_passes_every_case(void **state)
{
	run_all(0);
}

static void checked_passes_every_case(void **state)
{
	run_all(1);
}

static void fast_with_a_budget_passes_every_case(void **state)
{
	run_all(2);
}

static void machine_code_passes_every_case(void **state)
{
	if (!jit_available())
		test_skip("there is no compiler for this machine");
	run_all(3);
}

static const struct CMUnitTest tests[] = {
	TEST(fast_passes_every_case),
	TEST(checked_passes_every_case),
	TEST(fast_with_a_budget_passes_every_case),
	TEST(machine_code_passes_every_case),
};
TEST_MAIN(tests)
