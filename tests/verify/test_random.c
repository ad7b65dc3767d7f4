// SPDX-License-Identifier: BSD-2-Clause
/*
 * Random programs (fuzz/gen_prog.h), a bounded number of them; `make soak` runs a million. The
 * oracles are the checked interpreter and the live kernel.
 */
#include "fuzz/gen_ask.h"
#include "fuzz/gen_prog.h"
#include "tests/test.h"

enum { SEEDS = 1800, SEEDS_KERNEL = 1200 };

/* What we accept neither faults nor leaves what was believed of its registers. */
static void accepted_programs_keep_what_was_proved(void **state)
{
	const struct gen_ask how = { .contain = true };
	static struct gen_answer a;
	u32 accepted = 0, runs = 0, failures = 0;

	for (u64 seed = 0; seed < SEEDS; seed++) {
		struct object *obj = gen_prog(seed, NULL);

		assert_non_null(obj);
		gen_ask(&a, &how, obj, &obj->progs[0]);
		accepted += a.accepted;
		runs += a.ran;
		if (a.failure.text[0])
			printf("# seed %u: %s\n", (u32)seed, a.failure.text);
		failures += a.failure.text[0] != 0;
		object_free(obj);
	}
	printf("# %u programs, %u accepted, %u runs\n", SEEDS, accepted, runs);
	assert_int_equal(failures, 0);
	assert_true(accepted > SEEDS / 3 && runs > 3 * SEEDS / 2);
}

static void nothing_is_accepted_that_the_kernel_refuses(void **state)
{
	const struct gen_ask how = { .kernel_if_accepted = true };
	static struct gen_answer a;
	u32 asked = 0, wrong = 0;

	if (!gen_kernel_can())
		test_skip("this process may not load programs");
	for (u64 seed = SEEDS; seed < SEEDS + SEEDS_KERNEL; seed++) {
		struct object *obj = gen_prog(seed, NULL);

		assert_non_null(obj);
		gen_ask(&a, &how, obj, &obj->progs[0]);
		asked += a.outcome != GEN_UNKNOWN;
		if (a.outcome == GEN_KERNEL_REFUSES)
			printf("# seed %u: %s\n", (u32)seed, a.kernel.line);
		wrong += a.outcome == GEN_KERNEL_REFUSES;
		object_free(obj);
	}
	gen_kernel_close();
	printf("# the kernel was asked about %u programs\n", asked);
	assert_int_equal(wrong, 0);
	assert_true(asked > SEEDS_KERNEL / 3);
}

static const struct CMUnitTest tests[] = {
	TEST(accepted_programs_keep_what_was_proved),
	TEST(nothing_is_accepted_that_the_kernel_refuses),
};

TEST_MAIN(tests)
