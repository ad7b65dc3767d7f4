/* SPDX-License-Identifier: BSD-2-Clause */
/* What every unit test includes: cmocka, TAP output, skips that say why. */
#ifndef TESTS_TEST_H
#define TESTS_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h> /* needs those above */

#define TEST(name) cmocka_unit_test(name)

/* Skip the running test; scripts/run-tests shows the reason. */
#define test_skip(...)                                                                             \
	do {                                                                                       \
		printf("# skip-reason: " __VA_ARGS__);                                             \
		printf("\n");                                                                      \
		fflush(stdout);                                                                    \
		skip();                                                                            \
	} while (0)

#define TEST_MAIN(tests)                                                                           \
	int main(void)                                                                             \
	{                                                                                          \
		cmocka_set_message_output(CM_OUTPUT_TAP);                                          \
		return cmocka_run_group_tests(tests, NULL, NULL);                                  \
	}

#endif
