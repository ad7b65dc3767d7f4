// SPDX-License-Identifier: BSD-2-Clause
/*
 * The tables' meaning against an oracle written another way: 128-bit arithmetic, bit by bit shifts
 * and comparisons by borrow, after the prose of RFC 9669; and the RFC's own corner cases.
 */
#include "test.h"

#include "isa/alu.h"

static const u64 values[] = { 0,
			      1,
			      2,
			      3,
			      7,
			      8,
			      31,
			      32,
			      63,
			      64,
			      0x7f,
			      0x80,
			      0xff,
			      0x7fff,
			      0x8000,
			      0xffff,
			      0x7fffffff,
			      0x80000000,
			      0x80000001,
			      0xfffffffe,
			      0xffffffff,
			      0x100000000,
			      0x1122334455667788,
			      0x7fffffffffffffff,
			      0x8000000000000000,
			      0x8000000000000001,
			      0xfffffffffffffffe,
			      0xffffffffffffffff };

/* Two's complement of `bits` bits as a number. */
static __int128 number(u64 v, u32 bits)
{
	__int128 n = v;

	if (bits == 32)
		n &= 0xffffffff;
	return n >= (__int128)1 << (bits - 1) ? n - ((__int128)1 << bits) : n;
}

static u64 cut(__int128 n, u32 bits)
{
	return bits == 32 ? (u32)n : (u64)n;
}

static u64 shift_left(u64 a, u32 by, u32 bits)
{
	while (by--)
		a = cut((__int128)a * 2, bits);
	return a;
}

static u64 shift_right(u64 a, u32 by, u64 fill)
{
	while (by--)
		a = a / 2 | fill;
	return a;
}

/* Bit by bit, through each operation's truth table: bit 0 for 0,0; bit 3 for 1,1. */
static u64 bitwise(u64 a, u64 b, u32 table)
{
	u64 out = 0;

	for (u32 i = 0; i < 64; i++) {
		u32 row = (u32)((a >> i & 1) * 2 + (b >> i & 1));

		out |= (u64)(table >> row & 1) << i;
	}
	return out;
}

static u64 oracle(u8 op, u64 a, u64 b, u32 bits)
{
	u32 by = (u32)(b % bits);

	a = cut(a, bits);
	b = cut(b, bits);
	switch (op) {
	case 0x00:
		return cut((__int128)a + b, bits);
	case 0x10:
		return cut((__int128)a - b, bits);
	case 0x20:
		return cut((__int128)((unsigned __int128)a * b), bits);
	case 0x30:
		return b ? (u64)((unsigned __int128)a / b) : 0;
	case 0x40:
		return bitwise(a, b, 0xe);
	case 0x50:
		return bitwise(a, b, 0x8);
	case 0x60:
		return shift_left(a, by, bits);
	case 0x70:
		return shift_right(a, by, 0);
	case 0x80:
		return cut(-(__int128)a, bits);
	case 0x90:
		return b ? a - b * (a / b) : a;
	case 0xa0:
		return bitwise(a, b, 0x6);
	case 0xb0:
		return b;
	case 0xc0:
		return shift_right(a, by, a & (u64)1 << (bits - 1));
	}
	fail_msg("no oracle for operation 0x%02x: add one", op);
	return 0;
}

static void every_alu_row_matches_the_oracle(void **state)
{
	u32 rows = 0;

	for (u32 op = 0; op < 0x100; op += 0x10) {
		if (!alu_info((u8)op, 0) && op != ALU_NEG)
			continue;
		rows++;
		for (u32 i = 0; i < ARRAY_SIZE(values); i++) {
			for (u32 k = 0; k < ARRAY_SIZE(values); k++) {
				u64 a = values[i], b = values[k];

				assert_int_equal(alu_eval64(op, a, b), oracle((u8)op, a, b, 64));
				assert_int_equal(alu_eval32(op, (u32)a, (u32)b),
						 oracle((u8)op, a, b, 32));
			}
		}
	}
	assert_int_equal(rows, 13);
}

/* RFC 9669 section 4.1: truncated division; the remainder has the dividend's sign. */
static __int128 truncated(__int128 a, __int128 b)
{
	__int128 magnitude = (a < 0 ? -a : a) / (b < 0 ? -b : b);

	return (a < 0) != (b < 0) ? -magnitude : magnitude;
}

static void signed_division_truncates_toward_zero(void **state)
{
	for (u32 i = 0; i < ARRAY_SIZE(values); i++) {
		for (u32 k = 0; k < ARRAY_SIZE(values); k++) {
			for (u32 bits = 32; bits <= 64; bits += 32) {
				__int128 a = number(values[i], bits), b = number(values[k], bits);
				u64 x = cut(values[i], bits), y = cut(values[k], bits);
				u64 quotient = b ? cut(truncated(a, b), bits) : 0;
				u64 rest = b ? cut(a - b * truncated(a, b), bits) : x;

				if (bits == 64) {
					assert_int_equal(alu_eval_signed64(ALU_DIV, x, y),
							 quotient);
					assert_int_equal(alu_eval_signed64(ALU_MOD, x, y), rest);
				} else {
					assert_int_equal(alu_eval_signed32(ALU_DIV, (u32)x, (u32)y),
							 quotient);
					assert_int_equal(alu_eval_signed32(ALU_MOD, (u32)x, (u32)y),
							 rest);
				}
			}
		}
	}
}

static void division_by_zero_is_zero_and_modulo_keeps_dst(void **state)
{
	struct insn i = { .code = CLASS_ALU64 | ALU_DIV | SRC_X };

	assert_int_equal(insn_alu_eval(&i, 0x123456789abcdef0, 0), 0);
	i.off = 1;
	assert_int_equal(insn_alu_eval(&i, 0x123456789abcdef0, 0), 0);
	i.code = CLASS_ALU64 | ALU_MOD | SRC_X;
	assert_int_equal(insn_alu_eval(&i, 0x923456789abcdef0, 0), 0x923456789abcdef0);
	i.code = CLASS_ALU | ALU_MOD | SRC_X; /* 32 bit: zero-extended */
	assert_int_equal(insn_alu_eval(&i, 0x923456789abcdef0, 0), 0x9abcdef0);
}

static void smallest_by_minus_one_does_not_trap(void **state)
{
	assert_int_equal(alu_eval_signed64(ALU_DIV, INT64_MIN, -1), INT64_MIN);
	assert_int_equal(alu_eval_signed64(ALU_MOD, INT64_MIN, -1), 0);
	assert_int_equal(alu_eval_signed32(ALU_DIV, 0x80000000, 0xffffffff), 0x80000000);
	assert_int_equal(alu_eval_signed32(ALU_MOD, 0x80000000, 0xffffffff), 0);
	assert_int_equal(alu_eval_signed64(ALU_MOD, -13, 3), -1); /* the RFC's example */
}

static void immediates_are_sign_extended_for_64_bits_only(void **state)
{
	struct insn i = { .code = CLASS_ALU64 | ALU_ADD | SRC_K, .imm = -1 };

	assert_int_equal(insn_alu_eval(&i, 5, 0), 4);
	i.code = CLASS_ALU | ALU_ADD | SRC_K;
	assert_int_equal(insn_alu_eval(&i, 0xffffffff00000005, 0), 4);
	i.code = CLASS_ALU | ALU_MOV | SRC_K;
	assert_int_equal(insn_alu_eval(&i, 0, 0), 0xffffffff);
	i.code = CLASS_ALU64 | ALU_DIV | SRC_K;
	assert_int_equal(insn_alu_eval(&i, UINT64_MAX, 0), 1);
}

static void sign_extending_moves(void **state)
{
	assert_int_equal(movsx_eval64(8, 0x1280), 0xffffffffffffff80);
	assert_int_equal(movsx_eval64(8, 0x127f), 0x7f);
	assert_int_equal(movsx_eval64(16, 0x128000), 0xffffffffffff8000);
	assert_int_equal(movsx_eval64(32, 0x1280000000), 0xffffffff80000000);
	assert_int_equal(movsx_eval32(8, 0x1280), 0xffffff80);
	assert_int_equal(movsx_eval32(16, 0x128000), 0xffff8000);
	assert_int_equal(movsx_eval32(16, 0x7fff), 0x7fff);
}

static void byte_swaps_reverse_bytes_and_clear_the_rest(void **state)
{
	const u64 v = 0x1122334455667788;

	assert_int_equal(swap_eval(0xd7, 16, v), 0x8877);
	assert_int_equal(swap_eval(0xd7, 32, v), 0x88776655);
	assert_int_equal(swap_eval(0xd7, 64, v), 0x8877665544332211);
	for (s32 bits = 16; bits <= 64; bits *= 2) {
		u64 low = bits == 64 ? v : v & ((1ull << bits) - 1);
		u8 bytes[8];
		u64 big = swap_eval(0xdc, bits, v), little = swap_eval(0xd4, bits, v), value = 0;

		/* The result, stored in the host's order, has the wanted order in memory. */
		memcpy(bytes, &big, 8);
		for (s32 i = 0; i < bits / 8; i++)
			value = value << 8 | bytes[i];
		assert_int_equal(value, low);
		memcpy(bytes, &little, 8);
		value = 0;
		for (s32 i = bits / 8; i--;)
			value = value << 8 | bytes[i];
		assert_int_equal(value, low);
	}
	assert_string_equal(swap_name(0xdc, 16), "be16");
	assert_null(swap_name(0xdc, 8));
}

static bool jmp_oracle(u8 op, u64 a, u64 b, u32 bits)
{
	__int128 sa = number(a, bits), sb = number(b, bits);
	__int128 less = (__int128)cut(a, bits) - (__int128)cut(b, bits), sless = sa - sb;

	switch (op) {
	case 0x10:
		return less == 0;
	case 0x20:
		return less > 0;
	case 0x30:
		return !(less < 0);
	case 0x40:
		return bitwise(cut(a, bits), cut(b, bits), 0x8) != 0;
	case 0x50:
		return less != 0;
	case 0x60:
		return sless > 0;
	case 0x70:
		return !(sless < 0);
	case 0xa0:
		return less < 0;
	case 0xb0:
		return !(less > 0);
	case 0xc0:
		return sless < 0;
	case 0xd0:
		return !(sless > 0);
	}
	fail_msg("no oracle for jump 0x%02x: add one", op);
	return false;
}

static void every_jump_row_matches_the_oracle(void **state)
{
	u32 rows = 0;

	for (u32 op = 0; op < 0x100; op += 0x10) {
		if (!jmp_info((u8)op))
			continue;
		rows++;
		for (u32 i = 0; i < ARRAY_SIZE(values); i++) {
			for (u32 k = 0; k < ARRAY_SIZE(values); k++) {
				u64 a = values[i], b = values[k];

				assert_int_equal(jmp_eval64(op, a, b),
						 jmp_oracle((u8)op, a, b, 64));
				assert_int_equal(jmp_eval32(op, (u32)a, (u32)b),
						 jmp_oracle((u8)op, a, b, 32));
			}
		}
	}
	assert_int_equal(rows, 11);
}

static void inverse_and_mirror_rows_agree(void **state)
{
	enum { JMP_NONE = -1 };
	static const struct {
		int op, inverse, mirror;
	} rows[] = {
#define JMP(name, op, text, value, is_signed, inverse, mirror) { op, JMP_##inverse, JMP_##mirror },
#include "isa/jmp.def"
	};

	for (u32 r = 0; r < ARRAY_SIZE(rows); r++) {
		for (u32 i = 0; i < ARRAY_SIZE(values) * ARRAY_SIZE(values); i++) {
			u64 a = values[i / ARRAY_SIZE(values)], b = values[i % ARRAY_SIZE(values)];
			bool taken = jmp_oracle((u8)rows[r].op, a, b, 64);

			if (rows[r].inverse >= 0)
				assert_int_equal(taken, !jmp_oracle((u8)rows[r].inverse, a, b, 64));
			assert_int_equal(taken, jmp_oracle((u8)rows[r].mirror, b, a, 64));
		}
	}
}

static void atomics_compute_what_they_name(void **state)
{
	assert_int_equal(atomic_eval64(0x00, 0xffffffffffffffff, 2), 1);
	assert_int_equal(atomic_eval64(0x01, 3, 4), 7);
	assert_int_equal(atomic_eval64(0x40, 0xf0, 0x0f), 0xff);
	assert_int_equal(atomic_eval64(0x51, 0xf3, 0x3f), 0x33);
	assert_int_equal(atomic_eval64(0xa1, 0xff, 0x0f), 0xf0);
	assert_int_equal(atomic_eval64(0xe1, 1, 2), 2);
	assert_int_equal(atomic_eval32(0x00, 0xffffffff, 2), 1);
	assert_int_equal(atomic_info(0x100)->min_size, 1);
	assert_int_equal(atomic_info(0xf1)->min_size, 4);
	assert_null(atomic_info(0xf0));
	assert_null(atomic_info(0x10));
	assert_null(atomic_info(0x101));
}

static void sizes_are_their_bytes(void **state)
{
	assert_int_equal(size_bytes(0x61), 4);
	assert_int_equal(size_bytes(0x69), 2);
	assert_int_equal(size_bytes(0x71), 1);
	assert_int_equal(size_bytes(0x79), 8);
}

static const struct CMUnitTest tests[] = {
	TEST(every_alu_row_matches_the_oracle),
	TEST(signed_division_truncates_toward_zero),
	TEST(division_by_zero_is_zero_and_modulo_keeps_dst),
	TEST(smallest_by_minus_one_does_not_trap),
	TEST(immediates_are_sign_extended_for_64_bits_only),
	TEST(sign_extending_moves),
	TEST(byte_swaps_reverse_bytes_and_clear_the_rest),
	TEST(every_jump_row_matches_the_oracle),
	TEST(inverse_and_mirror_rows_agree),
	TEST(atomics_compute_what_they_name),
	TEST(sizes_are_their_bytes),
};

TEST_MAIN(tests)
