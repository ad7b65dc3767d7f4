// SPDX-License-Identifier: BSD-2-Clause
/* Random valid scripts: each compiles, our verifier takes it, and the kernel, too. */
#include "generate.h"
#include "script.h"
#include "test.h"

static u32 how_many(u32 usual)
{
	const char *n = getenv("SKEP_RANDOM_SCRIPTS");

	return n ? (u32)strtoul(n, NULL, 10) : usual;
}

static void each(u32 count, u64 seed, bool in_kernel)
{
	for (u32 i = 0; i < count; i++) {
		struct buf b = { 0 };
		struct ran r;

		generate_script(&b, seed + i);
		r = in_kernel ? script_load(buf_str(&b), NULL)
			      : script_compile(buf_str(&b), NULL, NULL);
		if (r.err)
			print_error("seed %llu: %s\n%s\n", (unsigned long long)(seed + i),
				    buf_str(&b), r.says);
		buf_fini(&b);
		assert_int_equal(r.err, 0);
	}
}

static void random_scripts_compile_and_verify(void **state)
{
	each(how_many(1500), 1, false);
}

static void the_kernel_takes_random_scripts(void **state)
{
	if (!script_may_load())
		test_skip("needs root and the kernel's types");
	each(how_many(1500) / 10, 1000000, true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(random_scripts_compile_and_verify),
		TEST(the_kernel_takes_random_scripts),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
