// SPDX-License-Identifier: BSD-2-Clause
/* What the compiler makes of divisions, branches around one instruction, and products, against C.
 */
#include "../vm/vmtest.h"

#include "jit/jit.h"

static const struct vm_helper *vmtest_helper(const struct vm_env *env, const struct obj_prog *prog,
					     u32 id, u32 insn, struct diag *d)
{
	return NULL;
}

static const u64 numbers[] = { 0,
			       1,
			       2,
			       3,
			       0xfffe,
			       0xffff,
			       0x10000,
			       0x10001,
			       0x7fffffff,
			       0x80000000,
			       0xfffffffe,
			       0xffffffff,
			       0x100000000,
			       0x100000001,
			       0x1234567887654321,
			       0x7fffffffffffffff,
			       0x8000000000000000,
			       0xfffffffffffffffe,
			       0xffffffffffffffff };

/* Machine code of a program that takes r1 and r2. */
static void compile(struct vmtest *t, const struct insn *insns, u32 count)
{
	const char *why;

	memset(t, 0, sizeof(*t));
	assert_int_equal(vmtest_open(t, insns, count, PROG_UNSPEC), 0);
	assert_int_equal(jit_compile(t->vm, NULL, &why), 0);
}

static void assert_gives(struct vmtest *t, u64 r1, u64 r2, u64 want)
{
	u64 got = 0;

	assert_int_equal(vmtest_run(t, false, r1, r2, &got), 0);
	if (got != want)
		fail_msg("0x%llx, 0x%llx: 0x%llx, not 0x%llx", (unsigned long long)r1,
			 (unsigned long long)r2, (unsigned long long)got, (unsigned long long)want);
}

/* ---- division ---- */

static u64 divided(u64 a, u64 b, bool mod, bool wide, bool sign)
{
	if (!wide)
		a = (u32)a, b = (u32)b;
	if (!b)
		return mod ? a : 0;
	if (!sign)
		return mod ? a % b : a / b;
	if (!wide)
		a = (u64)(s32)a, b = (u64)(s32)b;
	if (b == UINT64_MAX)
		a = mod ? 0 : -a;
	else
		a = (u64)(mod ? (s64)a % (s64)b : (s64)a / (s64)b);
	return wide ? a : (u32)a;
}

static void by_constant(s32 by, bool mod, bool wide, bool sign)
{
	static const u8 regs[] = { 0, 2, 3, 8 };
	u8 op = (u8)((wide ? CLASS_ALU64 : CLASS_ALU) | (mod ? ALU_MOD : ALU_DIV));
	u64 near[ARRAY_SIZE(numbers) + 6];
	struct vmtest t;

	memcpy(near, numbers, sizeof(numbers));
	for (u32 k = 0; k < 3; k++) {
		near[ARRAY_SIZE(numbers) + k] = (u64)by * 12345 + k - 1;
		near[ARRAY_SIZE(numbers) + 3 + k] = (UINT64_MAX / 3 / (u64)by) * (u64)by + k - 1;
	}
	for (u32 r = 0; r < ARRAY_SIZE(regs); r++) {
		const struct insn insns[] = {
			MOV_X(4, 2),
			MOV_K(0, 5),
			MOV_X(regs[r], 1),
			OP(op, regs[r], 0, sign, by),
			MOV_X(5, regs[r]),
			ALU64_X(XOR, 5, 4),
			MOV_K(regs[r], 0),
			ALU64_X(ADD, 5, 0),
			ALU64_X(ADD, 5, 2),
			MOV_X(0, 5),
			EXIT(),
		};

		compile(&t, insns, ARRAY_SIZE(insns));
		for (u32 k = 0; k < ARRAY_SIZE(near); k++)
			assert_gives(&t, near[k], 9,
				     (divided(near[k], (u64)by, mod, wide, sign) ^ 9) +
					     (regs[r] == 0 ? 0 : 5) + (regs[r] == 2 ? 0 : 9));
		vmtest_close(&t);
	}
}

static void division_by_constants_is_exact(void **state)
{
	static const s32 edges[] = { 1000,	1023,	   1024,	  1025,	   641,
				     65535,	65536,	   65537,	  1000000, 1000000000,
				     INT32_MAX, INT32_MIN, INT32_MIN + 1, -2,	   -3,
				     -7,	-1 };
	u32 by = 12345;

	for (u32 k = 0; k < 8; k++) {
		for (s32 c = 1; c < 70; c++)
			by_constant(c, k & 1, k & 2, k & 4);
		for (u32 e = 0; e < ARRAY_SIZE(edges); e++)
			by_constant(edges[e], k & 1, k & 2, k & 4);
		for (u32 n = 0; n < 100; n++) {
			by = by * 1664525 + 1013904223;
			by_constant((s32)(by >> n % 31) | 1, k & 1, k & 2, k & 4);
		}
	}
}

static void by_register(u8 dst, u8 by, bool mod, bool wide, bool sign)
{
	u8 op = (u8)((wide ? CLASS_ALU64 : CLASS_ALU) | (mod ? ALU_MOD : ALU_DIV) | SRC_X);
	const struct insn insns[] = {
		MOV_X(6, 1),
		MOV_X(7, 2),
		MOV_K(0, 5),
		MOV_K(2, 11),
		MOV_X(by, 7),
		MOV_X(dst, 6),
		OP(op, dst, by, sign, 0),
		MOV_X(6, dst),
		MOV_K(dst, 0),
		ALU64_X(MUL, 6, 7),
		ALU64_X(ADD, 0, 2),
		ALU64_X(ADD, 0, 6),
		EXIT(),
	};
	struct vmtest t;

	compile(&t, insns, ARRAY_SIZE(insns));
	for (u32 a = 0; a < ARRAY_SIZE(numbers); a++) {
		for (u32 b = 0; b < ARRAY_SIZE(numbers); b++) {
			u64 x = numbers[a], y = dst == by ? x : numbers[b];
			u64 r0 = dst == 0 ? 0 : by == 0 ? y : 5;
			u64 r2 = dst == 2 ? 0 : by == 2 ? y : 11;

			assert_gives(&t, x, numbers[b],
				     r0 + r2 + divided(x, y, mod, wide, sign) * numbers[b]);
		}
	}
	vmtest_close(&t);
}

static void division_by_registers_is_exact(void **state)
{
	static const u8 regs[] = { 0, 2, 3, 8 };

	for (u32 k = 0; k < 8; k++) {
		for (u32 d = 0; d < ARRAY_SIZE(regs); d++) {
			for (u32 b = 0; b < ARRAY_SIZE(regs); b++)
				by_register(regs[d], regs[b], k & 1, k & 2, k & 4);
		}
	}
}

/* q = a; q /= b; q *= b; r = a; r -= q, with q read later or not, r in b's place or not. */
static void remainders_by_way_of_quotients(void **state)
{
	for (u32 k = 0; k < 8; k++) {
		bool wide = k & 1;
		u8 class = wide ? CLASS_ALU64 : CLASS_ALU, r = k & 2 ? 2 : 5;
		const struct insn insns[] = {
			MOV_X(4, 1),
			OP(class | ALU_DIV | SRC_X, 4, 2, 0, 0),
			OP(class | ALU_MUL | SRC_X, 4, 2, 0, 0),
			OP(class | ALU_MOV | SRC_X, r, 1, 0, 0),
			OP(class | ALU_SUB | SRC_X, r, 4, 0, 0),
			k & 4 ? MOV_K(4, 0) : MOV_X(3, 4),
			MOV_X(0, r),
			ALU64_K(MUL, 0, 3),
			ALU64_X(ADD, 0, 4),
			EXIT(),
		};
		struct vmtest t;

		compile(&t, insns, ARRAY_SIZE(insns));
		for (u32 a = 0; a < ARRAY_SIZE(numbers); a++) {
			for (u32 b = 0; b < ARRAY_SIZE(numbers); b++) {
				u64 x = numbers[a], y = numbers[b];
				u64 mod = divided(x, y, true, wide, false);
				u64 product = (wide ? x : (u32)x) - mod;

				assert_gives(&t, x, y, mod * 3 + (k & 4 ? 0 : product));
			}
		}
		vmtest_close(&t);
	}
}

/* The low half is divided, the quotient's product taken from the whole. */
static void a_remainder_of_the_low_half_is_none_of_the_whole(void **state)
{
	const struct insn insns[] = {
		ALU32_X(MOV, 2, 2), MOV_X(3, 1),	ALU32_X(MOV, 4, 1), ALU64_X(DIV, 4, 2),
		ALU64_X(MUL, 4, 2), ALU64_X(SUB, 3, 4), MOV_X(0, 3),	    EXIT(),
	};
	struct vmtest t;

	compile(&t, insns, ARRAY_SIZE(insns));
	for (u32 a = 0; a < ARRAY_SIZE(numbers); a++) {
		for (u32 b = 0; b < ARRAY_SIZE(numbers); b++) {
			u64 x = numbers[a], y = (u32)numbers[b];

			assert_gives(&t, x, numbers[b], x - (y ? (u32)x / y * y : 0));
		}
	}
	vmtest_close(&t);
}

/* ---- conditional moves ---- */

static bool holds(u8 op, bool wide, u64 a, u64 b)
{
	s64 x = wide ? (s64)a : (s32)a, y = wide ? (s64)b : (s32)b;

	if (!wide)
		a = (u32)a, b = (u32)b;
	switch (op) {
	case JMP_JEQ:
		return a == b;
	case JMP_JNE:
		return a != b;
	case JMP_JSET:
		return a & b;
	case JMP_JGT:
		return a > b;
	case JMP_JGE:
		return a >= b;
	case JMP_JLT:
		return a < b;
	case JMP_JLE:
		return a <= b;
	case JMP_JSGT:
		return x > y;
	case JMP_JSGE:
		return x >= y;
	case JMP_JSLT:
		return x < y;
	default:
		return x <= y;
	}
}

/* r0 = 6; if (r1 op r2) goto +1; body; r0 as it is then. */
static void around(u8 op, bool wide, s32 before, struct insn body, u64 (*want)(u64 r0, u64 r2))
{
	const struct insn insns[] = {
		MOV_K(0, before),
		OP((wide ? CLASS_JMP : CLASS_JMP32) | SRC_X | op, 1, 2, 1, 0),
		body,
		EXIT(),
	};
	struct vmtest t;

	compile(&t, insns, ARRAY_SIZE(insns));
	for (u32 a = 0; a < ARRAY_SIZE(numbers); a++) {
		for (u32 b = 0; b < ARRAY_SIZE(numbers); b++) {
			u64 x = numbers[a], y = numbers[b];

			assert_gives(&t, x, y,
				     holds(op, wide, x, y) ? (u64)before : want((u64)before, y));
		}
	}
	vmtest_close(&t);
}

static u64 five(u64 r0, u64 r2)
{
	return 5;
}
static u64 minus_one(u64 r0, u64 r2)
{
	return (u64)-1;
}
static u64 low_minus_one(u64 r0, u64 r2)
{
	return UINT32_MAX;
}
static u64 second(u64 r0, u64 r2)
{
	return r2;
}
static u64 low_second(u64 r0, u64 r2)
{
	return (u32)r2;
}
static u64 sum(u64 r0, u64 r2)
{
	return r0 + r2;
}
static u64 low_difference(u64 r0, u64 r2)
{
	return (u32)(r0 - r2);
}
static u64 low_bits(u64 r0, u64 r2)
{
	return r0 & 0xff;
}
static u64 shifted(u64 r0, u64 r2)
{
	return (u32)r0 << 7;
}

static void branches_around_one_instruction(void **state)
{
	static const u8 ops[] = { JMP_JEQ,  JMP_JGT, JMP_JGE, JMP_JSET, JMP_JNE, JMP_JSGT,
				  JMP_JSGE, JMP_JLT, JMP_JLE, JMP_JSLT, JMP_JSLE };
	static const s32 before[] = {
		0, 1, 3, 4, 5, 6, 7, 9, 13, -1, -2, -3, INT32_MAX, INT32_MIN
	};

	for (u32 o = 0; o < 2 * ARRAY_SIZE(ops); o++) {
		u8 op = ops[o / 2];

		for (u32 k = 0; k < ARRAY_SIZE(before); k++) {
			around(op, o & 1, before[k], MOV_K(0, 5), five);
			around(op, o & 1, before[k], MOV_K(0, -1), minus_one);
			around(op, o & 1, before[k], ALU32_K(MOV, 0, -1), low_minus_one);
			around(op, o & 1, before[k], MOV_X(0, 2), second);
			around(op, o & 1, before[k], ALU32_X(MOV, 0, 2), low_second);
			around(op, o & 1, before[k], ALU64_X(ADD, 0, 2), sum);
			around(op, o & 1, before[k], ALU32_X(SUB, 0, 2), low_difference);
			around(op, o & 1, before[k], ALU64_K(AND, 0, 255), low_bits);
			around(op, o & 1, before[k], ALU32_K(LSH, 0, 7), shifted);
		}
	}
}

/* The register that gets a constant is compared itself. */
static void a_compared_register_may_be_the_one_that_changes(void **state)
{
	const struct insn insns[] = {
		MOV_X(0, 1), ALU64_K(AND, 0, 3), JMP_K(JNE, 0, 2, 1), MOV_K(0, 7), EXIT(),
	};
	struct vmtest t;

	compile(&t, insns, ARRAY_SIZE(insns));
	for (u64 x = 0; x < 8; x++)
		assert_gives(&t, x, 0, x % 4 == 2 ? 7 : x % 4);
	vmtest_close(&t);
}

/* ---- products ---- */

static void rotations_of_products(void **state)
{
	for (u32 k = 0; k < 4; k++) {
		bool wide = k & 1;
		u8 class = wide ? CLASS_ALU64 : CLASS_ALU;
		u32 width = wide ? 64 : 32, by = k & 2 ? 3 : 15;
		s32 c = wide ? 0x1b873 : 0x1b873593, shifted_c = (s32)((u32)c << by);
		const struct insn insns[] = {
			MOV_X(0, 1),
			OP(class | ALU_MUL, 0, 0, 0, shifted_c),
			OP(class | ALU_MUL, 1, 0, 0, c),
			OP(class | ALU_RSH, 1, 0, 0, (s32)(width - by)),
			OP(class | ALU_OR | SRC_X, 0, 1, 0, 0),
			EXIT(),
		};
		struct vmtest t;

		compile(&t, insns, ARRAY_SIZE(insns));
		for (u32 a = 0; a < ARRAY_SIZE(numbers); a++) {
			u64 x = numbers[a], left = x * (u64)shifted_c, right = x * (u64)c;

			assert_gives(&t, x, 0,
				     wide ? left | right >> (64 - by)
					  : (u32)left | (u32)right >> (32 - by));
		}
		vmtest_close(&t);
	}
}

static void small_factors_and_scaled_sums(void **state)
{
	static const s32 factors[] = { 3, 5, 9 };

	for (u32 k = 0; k < 3 * 4 * 3; k++) {
		bool wide = k & 1;
		u8 class = wide ? CLASS_ALU64 : CLASS_ALU;
		s32 by = factors[k / 4 % 3], left = (s32)(k / 12) + 1;
		const struct insn insns[] = {
			OP(class | ALU_MUL, 1, 0, 0, by),
			OP(class | (k & 2 ? ALU_ADD : ALU_SUB), 1, 0, 0, INT32_MIN),
			ALU64_K(LSH, 2, left),
			OP(class | ALU_ADD | SRC_X, 2, 1, 0, 0),
			MOV_X(0, 2),
			EXIT(),
		};
		struct vmtest t;

		compile(&t, insns, ARRAY_SIZE(insns));
		for (u32 a = 0; a < ARRAY_SIZE(numbers); a++) {
			u64 x = numbers[a], y = 0x123456789abcdef, low = (u64)INT32_MIN, r;

			r = x * (u64)by + (k & 2 ? low : -low);
			r = (y << left) + (wide ? r : (u32)r);
			assert_gives(&t, x, y, wide ? r : (u32)r);
		}
		vmtest_close(&t);
	}
}

/* ---- memory ---- */

static const u8 sizes[] = { SIZE_B, SIZE_H, SIZE_W, SIZE_DW };

static u64 low_bytes(u64 v, u32 size)
{
	return size_bytes(sizes[size]) == 8 ? v : v & ((1ull << 8 * size_bytes(sizes[size])) - 1);
}

/* r3 = memory; if (r3 op …) over one instruction or two; `how`: bit 0 two, 1 a register, 2 on the
 * right. */
static void compare_loaded(u8 op, bool wide, u32 size, u32 how, s32 imm)
{
	u8 code = (u8)((wide ? CLASS_JMP : CLASS_JMP32) | op | (how & 2 ? SRC_X : SRC_K));
	bool right = (how & 6) == 6;
	const struct insn insns[] = {
		MOV_K(0, 1),
		OP(CLASS_LDX | MODE_MEM | sizes[size], 3, 1, 8, 0),
		OP(code, right ? 2 : 3, how & 2 ? (right ? 3 : 2) : 0, how & 1 ? 2 : 1,
		   how & 2 ? 0 : imm),
		MOV_K(0, 0),
		how & 1 ? ST(DW, 1, 8, 0) : MOV_X(4, 0),
		EXIT(),
	};
	u64 memory[2] = { 0 }, y = (u64)(s64)imm, v, got;
	struct vmtest t;

	compile(&t, insns, ARRAY_SIZE(insns));
	for (u32 a = 0; a < ARRAY_SIZE(numbers); a++) {
		memory[1] = numbers[a];
		v = low_bytes(numbers[a], size);
		assert_int_equal(vmtest_run(&t, false, (u64)(uintptr_t)memory, y, &got), 0);
		assert_int_equal(got, right ? holds(op, wide, y, v) : holds(op, wide, v, y));
	}
	vmtest_close(&t);
}

static void comparisons_with_memory(void **state)
{
	static const s32 against[] = { 0,   1,	    127,    128,    254,      255,
				       256, 0x7fff, 0xfffe, 0xffff, 0x10000,  INT32_MAX,
				       -1,  -2,	    -128,   -129,   INT32_MIN };
	static const u8 ops[] = { JMP_JEQ,  JMP_JGT, JMP_JGE, JMP_JSET, JMP_JNE, JMP_JSGT,
				  JMP_JSGE, JMP_JLT, JMP_JLE, JMP_JSLT, JMP_JSLE };

	for (u32 o = 0; o < 2 * ARRAY_SIZE(ops); o++) {
		for (u32 k = 0; k < 8 * 4; k++) {
			for (u32 n = 0; n < ARRAY_SIZE(against); n++)
				compare_loaded(ops[o / 2], o & 1, k / 8, k % 8, against[n]);
		}
	}
}

/* Fewer bytes of a load, sums that several accesses share, a store in between. */
static void loads_of_which_less_is_wanted(void **state)
{
	for (u32 k = 0; k < 4 * 4 * 2; k++) {
		u32 size = k % 4, low = k / 4 % 4;
		s32 masks[] = { 0xff, 0xffff, 0x7f, 0xff00 };
		const struct insn insns[] = {
			MOV_X(3, 1),
			ALU64_X(ADD, 3, 2),
			OP(CLASS_LDX | MODE_MEM | sizes[size], 4, 3, 0, 0),
			k / 16 ? OP(CLASS_STX | MODE_MEM | SIZE_DW, 3, 2, 0, 0) : LDX(DW, 5, 3, 8),
			ALU64_K(AND, 4, masks[low]),
			LDX(DW, 0, 3, 0),
			ALU64_K(MUL, 0, 7),
			ALU64_X(ADD, 0, 4),
			EXIT(),
		};
		struct vmtest t;
		u64 memory[3] = { 0, 0x1122334455667788, 3 }, v, r0;

		compile(&t, insns, ARRAY_SIZE(insns));
		v = low_bytes(memory[1], size) & (u64)masks[low];
		r0 = (k / 16 ? 8 : memory[1]) * 7 + v;
		assert_gives(&t, (u64)(uintptr_t)memory, 8, r0);
		vmtest_close(&t);
	}
}

/* Bytes that are put together, with a store before the last of them that may hit one. */
static void numbers_put_together_from_bytes(void **state)
{
	for (u32 k = 0; k < 4 * 6; k++) {
		u32 at = k / 4;
		const struct insn insns[] = {
			LDX(B, 3, 1, 8),
			LDX(B, 4, 1, 9),
			ALU64_K(LSH, 4, 8),
			ALU64_X(OR, 4, 3),
			k & 1 ? STX(B, 1, (s32)(7 + at), 2) : MOV_K(9, 0),
			LDX(B, 3, 1, 10),
			LDX(B, 5, 1, 11),
			ALU32_K(LSH, 5, 8),
			k & 2 ? ALU32_X(OR, 5, 3) : ALU64_X(OR, 5, 3),
			ALU64_K(LSH, 5, 16),
			ALU64_X(OR, 5, 4),
			MOV_X(0, 5),
			ALU64_K(MUL, 0, 7),
			ALU64_X(ADD, 0, 3),
			EXIT(),
		};
		u64 memory[3] = { 0, 0x8899aabbccddeeff, 0 };
		u64 low = memory[1] & 0xffff, high = memory[1] >> 16 & 0xffff;
		struct vmtest t;

		if (k & 1 && at == 3)
			high = (high & 0xff00) | 0x42;
		if (k & 1 && at == 4)
			high = (high & 0xff) | 0x4200;
		compile(&t, insns, ARRAY_SIZE(insns));
		assert_gives(&t, (u64)(uintptr_t)memory, 0x42,
			     (high << 16 | low) * 7 + (high & 0xff));
		vmtest_close(&t);
	}
}

static const struct CMUnitTest tests[] = {
	TEST(division_by_constants_is_exact),
	TEST(division_by_registers_is_exact),
	TEST(remainders_by_way_of_quotients),
	TEST(a_remainder_of_the_low_half_is_none_of_the_whole),
	TEST(branches_around_one_instruction),
	TEST(a_compared_register_may_be_the_one_that_changes),
	TEST(rotations_of_products),
	TEST(small_factors_and_scaled_sums),
	TEST(comparisons_with_memory),
	TEST(loads_of_which_less_is_wanted),
	TEST(numbers_put_together_from_bytes),
};
TEST_MAIN(tests)
