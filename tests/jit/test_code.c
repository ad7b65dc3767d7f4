// SPDX-License-Identifier: BSD-2-Clause
/* Code memory as the kernel lists it in /proc/self/maps. */
#include "test.h"

#include <string.h>

#include "jit/code.h"

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

static const struct CMUnitTest tests[] = {
	TEST(code_is_executable_and_not_writable_between_guards),
};
TEST_MAIN(tests)
