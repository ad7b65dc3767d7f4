// SPDX-License-Identifier: BSD-2-Clause
/* Values are one node each, constants fold as the classic machine computes them, and nothing that
 * could stop a filter is folded away. */
#include "../test.h"

#include "base/arena.h"
#include "classic/classic.h"
#include "filter/cond.h"

static struct arena arena;
static struct values v;

static int setup(void **state)
{
	arena = (struct arena){ 0 };
	v = (struct values){ .arena = &arena };
	return 0;
}

static int teardown(void **state)
{
	assert_false(v.failed);
	arena_fini(&arena);
	return 0;
}

static void equal_values_are_one_pointer(void **state)
{
	const struct value *first[200];

	for (u32 i = 0; i < 200; i++)
		first[i] = value_load(
			&v, 2,
			value_op(&v, CBPF_LSH, value_load(&v, 1, NULL, i), value_const(&v, 2)), i);
	for (u32 i = 0; i < 200; i++) {
		assert_ptr_equal(first[i], value_load(&v, 2, first[i]->a, i));
		assert_true(first[i]->a->id < first[i]->id);
		assert_int_equal(first[i]->depth, 3);
	}
}

static void constants_fold_like_the_machine(void **state)
{
	static const struct {
		u8 op;
		u32 a, b, want;
	} rows[] = {
		{ CBPF_ADD, 0xffffffff, 2, 1 },	 { CBPF_SUB, 1, 2, 0xffffffff },
		{ CBPF_MUL, 1u << 31, 2, 0 },	 { CBPF_DIV, 7, 2, 3 },
		{ CBPF_MOD, 7, 4, 3 },		 { CBPF_LSH, 1, 32, 0 },
		{ CBPF_RSH, 0x80000000, 31, 1 }, { CBPF_XOR, 6, 3, 5 },
		{ CBPF_NEG, 1, 0, 0xffffffff },
	};

	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct value *got = value_op(&v, rows[i].op, value_const(&v, rows[i].a),
						   value_const(&v, rows[i].b));

		assert_ptr_equal(got, value_const(&v, rows[i].want));
	}
}

static void division_by_zero_stays(void **state)
{
	const struct value *zero = value_const(&v, 0), *x = value_op(&v, CBPF_DIV, zero, zero);

	assert_int_equal(x->kind, VALUE_OP);
}

static void a_load_takes_up_what_cannot_wrap(void **state)
{
	const struct value *byte = value_load(&v, 1, NULL, 14), *word = value_load(&v, 4, NULL, 0);
	const struct value *four = value_const(&v, 4), *load;

	load = value_load(&v, 1, value_op(&v, CBPF_ADD, four, byte), 10);
	assert_ptr_equal(load->a, byte);
	assert_int_equal(load->k, 14);
	load = value_load(&v, 1, value_op(&v, CBPF_ADD, word, four), 10);
	assert_int_equal(load->a->kind, VALUE_OP);
	assert_int_equal(load->k, 10);
	assert_null(value_load(&v, 1, four, 10)->a);
	assert_non_null(value_load(&v, 1, value_const(&v, 0xffffffff), 10)->a);
}

static void what_may_stop_the_filter_stays(void **state)
{
	const struct cond *no = cond_const(&v, false), *yes = cond_const(&v, true), *both;
	const struct cond *test =
		cond_test(&v, CBPF_JEQ, value_load(&v, 1, NULL, 99), value_const(&v, 1));

	both = cond_and(&v, test, no);
	assert_int_equal(both->kind, COND_AND);
	assert_int_equal(cond_or(&v, test, yes)->kind, COND_OR);
	assert_ptr_equal(cond_and(&v, no, test), no);
	assert_ptr_equal(cond_or(&v, yes, test), yes);
	assert_ptr_equal(cond_and(&v, yes, test), test);
	assert_ptr_equal(cond_not(&v, cond_not(&v, test)), test);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

static const struct CMUnitTest tests[] = {
	CASE(equal_values_are_one_pointer),   CASE(constants_fold_like_the_machine),
	CASE(division_by_zero_stays),	      CASE(a_load_takes_up_what_cannot_wrap),
	CASE(what_may_stop_the_filter_stays),
};
TEST_MAIN(tests)
