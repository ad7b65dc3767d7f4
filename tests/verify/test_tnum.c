// SPDX-License-Identifier: BSD-2-Clause
/*
 * Tnums against brute force: every pair of the 3^8 tnums of 8 bits, every operation. The oracle is
 * the best abstraction, computed from concrete results: that of two constants is their result, that
 * of a tnum with an unknown bit is the union of those with the bit 0 and 1.
 */
#include "test.h"
#include "verify/tnum.h"

#define BITS  8
#define COUNT 6561 /* 3^BITS */
#define MASK  ((1u << BITS) - 1)

static struct tnum all[COUNT]; /* by ternary number, digit 2: unknown */
static u16 split[COUNT];       /* with its lowest unknown bit 0; plus pow3 of that: with 1 */
static u16 step[COUNT];

static struct best {
	u8 value, mask;
} * best; /* COUNT x COUNT */

static void enumerate(void)
{
	for (u32 n = 0; n < COUNT; n++) {
		u32 rest = n, power = 1;

		for (u32 bit = 0; bit < BITS; bit++, rest /= 3, power *= 3) {
			all[n].value |= (u64)(rest % 3 == 1) << bit;
			all[n].mask |= (u64)(rest % 3 == 2) << bit;
			if (rest % 3 == 2 && !step[n]) {
				step[n] = (u16)power;
				split[n] = (u16)(n - 2 * power);
			}
		}
	}
}

static struct best join(struct best a, struct best b)
{
	u8 mask = a.mask | b.mask | (a.value ^ b.value);

	return (struct best){ (u8)(a.value & ~mask), mask };
}

typedef struct tnum operation(struct tnum a, struct tnum b);
typedef u64 concrete(u64 a, u64 b);

/* Fills best[a][b]; returns how many results are exactly it. Fails at an unsound one. */
static u32 compare(operation *op, concrete *oracle)
{
	u32 exact = 0;

	for (u32 a = 0; a < COUNT; a++) {
		for (u32 b = 0; b < COUNT; b++) {
			struct best *to = &best[a * COUNT + b];
			struct tnum got = op(all[a], all[b]);
			u8 value = got.value & MASK, mask = got.mask & MASK;

			if (step[a])
				*to = join(best[split[a] * COUNT + b],
					   best[(split[a] + step[a]) * COUNT + b]);
			else if (step[b])
				*to = join(best[a * COUNT + split[b]],
					   best[a * COUNT + split[b] + step[b]]);
			else
				*to = (struct best){ (u8)oracle(all[a].value, all[b].value), 0 };
			if ((to->mask & ~mask) || ((to->value ^ value) & ~mask) || (value & mask))
				fail_msg(
					"(%llx; %llx) and (%llx; %llx) give (%x; %x), not (%x; %x)",
					(long long)all[a].value, (long long)all[a].mask,
					(long long)all[b].value, (long long)all[b].mask, value,
					mask, to->value, to->mask);
			exact += to->mask == mask;
		}
	}
	return exact;
}

#define ORACLE(name, expr)                                                                         \
	static u64 concrete_##name(u64 a, u64 b)                                                   \
	{                                                                                          \
		return expr;                                                                       \
	}
ORACLE(add, a + b)
ORACLE(sub, a - b)
ORACLE(mul, a *b)
ORACLE(and, a &b)
ORACLE(or, a | b)
ORACLE(xor, a ^ b)

static void check(const char *name, operation *op, concrete *oracle, u32 exact_at_least)
{
	u32 exact = compare(op, oracle);

	print_message("# %s: %.4f%% of %u pairs have the best tnum\n", name,
		      100.0 * exact / (COUNT * COUNT), COUNT * COUNT);
	assert_true(exact >= exact_at_least);
}

static void bitwise_and_sums_are_the_best_of_all_8_bit_tnums(void **state)
{
	check("add", tnum_add, concrete_add, COUNT * COUNT);
	check("sub", tnum_sub, concrete_sub, COUNT * COUNT);
	check("and", tnum_and, concrete_and, COUNT * COUNT);
	check("or", tnum_or, concrete_or, COUNT * COUNT);
	check("xor", tnum_xor, concrete_xor, COUNT * COUNT);
}

static void products_are_sound_and_mostly_the_best_of_all_8_bit_tnums(void **state)
{
	check("mul", tnum_mul, concrete_mul, COUNT / 10 * 7 * COUNT);
}

static struct tnum abstract(const bool *seen)
{
	struct tnum t = { 0 };
	bool any = false;

	for (u32 v = 0; v <= MASK; v++) {
		if (!seen[v])
			continue;
		t = any ? tnum_union(t, tnum_const(v)) : tnum_const(v);
		any = true;
	}
	return t;
}

static void shifts_are_the_best(void **state)
{
	for (u32 n = 0; n < COUNT; n++) {
		for (u32 shift = 0; shift < BITS; shift++) {
			bool left[256] = { false }, right[256] = { false }, sign[256] = { false };

			for (u32 v = 0; v <= MASK; v++) {
				if (!tnum_contains(all[n], v))
					continue;
				left[v << shift & MASK] = true;
				right[v >> shift] = true;
				sign[((s8)v >> shift) & MASK] = true;
			}
			assert_true(
				tnum_equal(tnum_cast(tnum_lsh(all[n], shift), 1), abstract(left)));
			assert_true(tnum_equal(tnum_rsh(all[n], shift), abstract(right)));
			assert_true(tnum_equal(tnum_arsh(all[n], shift, 8), abstract(sign)));
		}
	}
}

static void ranges_are_the_best(void **state)
{
	for (u32 min = 0; min <= MASK; min++) {
		bool seen[256] = { false };

		for (u32 max = min; max <= MASK; max++) {
			seen[max] = true;
			assert_true(tnum_equal(tnum_range(min, max), abstract(seen)));
		}
	}
	assert_true(tnum_is_unknown(tnum_range(1, ~0ull)));
	assert_true(tnum_equal(tnum_range(0, ~0ull >> 1), (struct tnum){ 0, ~0ull >> 1 }));
}

/* Sets of the 2^5 values of 5 bits as words: relations of sets are then operations on words. */
static u32 held(struct tnum t)
{
	u32 set = 0;

	for (u32 v = 0; v < 32; v++)
		set |= (u32)tnum_contains(t, v) << v;
	return set;
}

static void set_relations_are_exact(void **state)
{
	for (u32 a = 0; a < 243; a++) {
		for (u32 b = 0; b < 243; b++) {
			u32 x = held(all[a]), y = held(all[b]);

			assert_int_equal(tnum_overlap(all[a], all[b]), (x & y) != 0);
			assert_int_equal(tnum_in(all[a], all[b]), !(y & ~x));
			if (x & y)
				assert_int_equal(held(tnum_intersect(all[a], all[b])), x & y);
			assert_int_equal(held(tnum_union(all[a], all[b])) & (x | y), x | y);
		}
	}
}

static void the_next_value_is_found(void **state)
{
	for (u32 n = 0; n < COUNT; n++) {
		u64 next = tnum_max(all[n]);

		for (u32 v = MASK + 1; v-- > 0;) {
			assert_int_equal(tnum_next(all[n], v), next);
			if (tnum_contains(all[n], v))
				next = v;
		}
	}
}

static void signs_reach_the_upper_half_only_at_full_width(void **state)
{
	struct tnum t = { 0x80000000, 0x70 };
	struct tnum unknown = { 0, 1ull << 63 };

	assert_int_equal(tnum_arsh(t, 4, 32).value, 0xf8000000);
	assert_int_equal(tnum_arsh(t, 4, 32).mask, 7);
	assert_int_equal(tnum_arsh(t, 4, 64).value, 0x08000000);
	assert_int_equal(tnum_arsh(unknown, 1, 64).mask, 3ull << 62);
	assert_int_equal(tnum_with_low32(unknown, t).value, 0x80000000);
	assert_int_equal(tnum_with_low32(unknown, t).mask, 1ull << 63 | 0x70);
	assert_true(tnum_is_aligned((struct tnum){ 8, 0xf0 }, 8));
	assert_false(tnum_is_aligned((struct tnum){ 8, 0xf4 }, 8));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(bitwise_and_sums_are_the_best_of_all_8_bit_tnums),
		TEST(products_are_sound_and_mostly_the_best_of_all_8_bit_tnums),
		TEST(shifts_are_the_best),
		TEST(ranges_are_the_best),
		TEST(set_relations_are_exact),
		TEST(the_next_value_is_found),
		TEST(signs_reach_the_upper_half_only_at_full_width),
	};

	enumerate();
	best = malloc(sizeof(*best) * COUNT * COUNT);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
