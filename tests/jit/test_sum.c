// SPDX-License-Identifier: BSD-2-Clause
/* Loops that add up memory give what the same loop in C gives, however many rounds at once. */
#include "../vm/vmtest.h"

#include "jit/jit.h"
#include "jit/sum.h"

static const struct vm_helper *vmtest_helper(const struct vm_env *env, const struct obj_prog *prog,
					     u32 id, u32 insn, struct diag *d)
{
	return NULL;
}

static u8 memory[8192];

static void fill(u32 seed, bool ones)
{
	for (u32 k = 0; k < sizeof(memory); k++) {
		seed = seed * 1664525 + 1013904223;
		memory[k] = ones ? 0xff : (u8)(seed >> 24);
	}
}

/* How many loops of the program are taken for sums. */
static u32 sums(const struct vm_prog *p)
{
	struct ir_sum s;
	struct ir ir;
	const char *why;
	u32 n = 0;

	assert_int_equal(ir_build(&ir, p, NULL, false, &why), 0);
	assert_int_equal(ir_fuse(&ir), 0);
	for (u32 slot = 0; slot < ir.count; slot++)
		n += ir_sum_at(&s, &ir, slot);
	ir_fini(&ir);
	return n;
}

/* r0 of the interpreter and of machine code with r1 = memory and r2; the same. */
static void assert_agree(const struct insn *insns, u32 count, u64 r2, u32 want_sums)
{
	struct vmtest t = { 0 };
	const char *why;
	u64 want = 0, got = 0;

	assert_int_equal(vmtest_open(&t, insns, count, PROG_UNSPEC), 0);
	assert_int_equal(vmtest_run(&t, false, (u64)(uintptr_t)memory, r2, &want), 0);
	assert_int_equal(sums(t.vm), want_sums);
	assert_int_equal(jit_compile(t.vm, NULL, &why), 0);
	assert_int_equal(vmtest_run(&t, false, (u64)(uintptr_t)memory, r2, &got), 0);
	if (want != got)
		fail_msg("r2 = %llu: 0x%llx, not 0x%llx", (unsigned long long)r2,
			 (unsigned long long)got, (unsigned long long)want);
	vmtest_close(&t);
}
#define ASSERT_AGREE(insns, r2, sums) assert_agree(insns, ARRAY_SIZE(insns), r2, sums)

static const u8 sizes[] = { SIZE_B, SIZE_H, SIZE_W };

/* r3 from r2 on by the size while below a constant; all registers count in the end. */
static void an_index_that_goes_to_a_limit(void **state)
{
	for (u32 k = 0; k < 3 * 2 * 2; k++) {
		u8 size = sizes[k % 3], class = k / 3 % 2 ? CLASS_ALU64 : CLASS_ALU;

		fill(k, k / 6);
		for (s32 limit = 0; limit < 400; limit += limit < 80 ? 1 : 37) {
			const struct insn insns[] = {
				MOV_K(0, -7),
				MOV_X(3, 2),
				MOV_K(4, 0),
				MOV_X(4, 1),
				ALU64_X(ADD, 4, 3),
				OP(CLASS_LDX | MODE_MEM | size, 4, 4, 2, 0),
				OP(class | ALU_ADD | SRC_X, 0, 4, 0, 0),
				ALU64_K(ADD, 3, (s32)size_bytes(size)),
				JMP_K(JLT, 3, limit, -6),
				ALU64_K(MUL, 0, 31),
				ALU64_X(ADD, 0, 3),
				ALU64_K(MUL, 0, 31),
				ALU64_X(ADD, 0, 4),
				EXIT(),
			};

			for (u64 r2 = 0; r2 < 9; r2 += 1 + r2)
				ASSERT_AGREE(insns, r2, 1);
		}
	}
}

/* The pointer moves; the loop ends at a register's value, or when a counter of bytes is met. */
static void a_pointer_that_moves(void **state)
{
	for (u32 k = 0; k < 3 * 2; k++) {
		u8 size = sizes[k % 3];
		bool met = k / 3;

		fill(k, false);
		for (u64 r2 = 1; r2 < 3000; r2 += 1 + r2 / 3) {
			const struct insn insns[] = {
				MOV_X(5, 2),
				ALU64_K(MUL, 5, (s32)size_bytes(size)),
				MOV_K(0, 3),
				MOV_K(3, 0),
				OP(CLASS_LDX | MODE_MEM | size, 4, 1, 8, 0),
				ALU64_X(ADD, 0, 4),
				ALU64_K(ADD, 1, (s32)size_bytes(size)),
				ALU64_K(ADD, 3, (s32)size_bytes(size)),
				JMP_X(JLT, 3, 5, -5),
				ALU64_K(MUL, 0, 31),
				ALU64_X(ADD, 0, 3),
				ALU64_X(SUB, 0, 4),
				EXIT(),
			};
			struct insn meets[ARRAY_SIZE(insns)];

			ASSERT_AGREE(insns, r2 < 1500 ? r2 : 1500, 1);
			memcpy(meets, insns, sizeof(insns));
			meets[8] = JMP_X(JNE, 3, 5, -5);
			/* Steps of one cannot jump over a number, larger ones could. */
			if (met)
				ASSERT_AGREE(meets, r2 < 1500 ? r2 : 1500, size == SIZE_B);
		}
	}
}

/* Compilers keep the next index in a register of its own. */
static void an_index_and_its_copy(void **state)
{
	fill(1, false);
	for (s32 first = 0; first < 8; first += 2) {
		const struct insn insns[] = {
			MOV_K(0, 0),
			MOV_K(2, 14),
			MOV_K(3, 14 + first), /* the first round may be another one */
			MOV_X(4, 1),
			ALU64_X(ADD, 4, 2),
			LDX(H, 4, 4, 0),
			ALU64_X(ADD, 0, 4),
			ALU64_K(ADD, 3, 2),
			MOV_X(5, 2),
			ALU64_K(SUB, 5, 14),
			MOV_X(2, 3),
			JMP_K(JLT, 5, 1498, -9),
			ALU64_X(ADD, 0, 5),
			EXIT(),
		};

		ASSERT_AGREE(insns, 0, 1);
	}
}

/* What else a round does makes it another loop. */
static void other_loops_stay(void **state)
{
	static const struct insn others[] = {
		ALU64_X(XOR, 0, 4),			/* no sum */
		ALU64_X(SUB, 0, 4), ALU64_X(ADD, 0, 3), /* of the index */
		STX(B, 1, 7, 4),			/* memory changes */
		ALU64_K(ADD, 3, 1),			/* another step */
		ALU64_X(ADD, 3, 4),			/* which depends on what was read */
		ALU64_X(ADD, 1, 4), MOV_K(0, 5),
		MOV_X(0, 5),	    JMP_K(JEQ, 4, 77, 2), /* another way out */
		LDX(B, 5, 1, 3),			  /* two loads */
		ALU64_K(LSH, 4, 1), OP(CLASS_LDX | MODE_MEMSX | SIZE_B, 4, 1, 3, 0),
		ALU64_X(ADD, 5, 0), /* the total counts in the next round */
	};

	fill(3, false);
	for (u32 k = 0; k < 2 * ARRAY_SIZE(others); k++) {
		struct insn insns[] = {
			MOV_K(0, 0),	    MOV_K(3, 0),	MOV_K(5, 0),
			LDX(B, 4, 1, 0),    ALU64_X(ADD, 0, 4), ALU64_X(ADD, 0, 4),
			ALU64_K(ADD, 1, 1), ALU64_K(ADD, 3, 1), JMP_K(JLT, 3, 99, -6),
			ALU64_X(ADD, 0, 5), ALU64_X(ADD, 0, 4), EXIT(),
		};

		insns[4 + k % 2] = others[k / 2];
		ASSERT_AGREE(insns, 0, 0);
	}
}

static void sums_of_many_numbers_do_not_overflow(void **state)
{
	enum { BYTES = 1 << 19 };
	u8 *ones = malloc(BYTES);

	assert_non_null(ones);
	memset(ones, 0xff, BYTES);
	assert_int_equal(jit_sum1(ones, BYTES).total, 0xffull * BYTES);
	assert_int_equal(jit_sum2(ones, BYTES).total, 0xffffull * (BYTES / 2));
	assert_int_equal(jit_sum4(ones, BYTES).total, 0xffffffffull * (BYTES / 4));
	assert_int_equal(jit_sum4(ones, 9).bytes, 12);
	free(ones);
}

static const struct CMUnitTest tests[] = {
	TEST(an_index_that_goes_to_a_limit),
	TEST(a_pointer_that_moves),
	TEST(an_index_and_its_copy),
	TEST(other_loops_stay),
	TEST(sums_of_many_numbers_do_not_overflow),
};
TEST_MAIN(tests)
