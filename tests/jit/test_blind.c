// SPDX-License-Identifier: BSD-2-Clause
/* What an attacker would look for in machine code: his numbers, and ways in without a landing. */
#include "../vm/vmtest.h"

#include "jit/jit.h"

static u64 first(void *arg, u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	return r1;
}

static const struct vm_helper *vmtest_helper(const struct vm_env *env, const struct obj_prog *prog,
					     u32 id, u32 insn, struct diag *d)
{
	static const struct vm_helper helper5 = { .fn = first, .custom = true };

	return &helper5;
}

static bool load_four(struct vm_run *run, u32 off, u32 size, u64 *value)
{
	*value = 4;
	return true;
}

enum { SPRAY = 0x3caf91a5 };

/* Where the four bytes stand in the code. */
static u32 found(const struct vm_native *n, u32 value)
{
	u32 count = 0;

	for (u32 k = 0; k + 4 <= n->size; k++)
		count += LOAD(u32, n->code + k) == value;
	return count;
}

static const struct insn sprayed[] = {
	ST(DW, 10, -8, SPRAY),
	ST(W, 10, -16, SPRAY),
	MOV_X(6, 1),
	MOV_K(7, SPRAY),
	OP(CLASS_ALU | SRC_K | ALU_MOV, 8, 0, 0, SPRAY),
	IMM64(9, 0, SPRAY, SPRAY),
	IMM64(0, 0, SPRAY, 0),
	ALU64_K(ADD, 0, SPRAY),
	ALU32_K(SUB, 0, SPRAY),
	ALU64_K(AND, 7, SPRAY),
	ALU64_K(OR, 8, SPRAY),
	ALU64_K(XOR, 9, SPRAY),
	ALU64_K(MUL, 0, SPRAY),
	ALU32_K(DIV, 9, SPRAY),
	ALU64_K(MOD, 8, SPRAY),
	ALU64_X(ADD, 0, 7),
	ALU64_X(ADD, 0, 8),
	ALU64_X(ADD, 0, 9),
	JMP_K(JEQ, 0, SPRAY, 1),
	OP(CLASS_JMP32 | SRC_K | JMP_JSGT, 7, 0, 0, SPRAY),
	JMP_K(JSET, 8, SPRAY, 0),
	MOV_X(7, 0),
	OP(CLASS_LD | MODE_ABS | SIZE_W, 0, 0, 0, SPRAY),
	ALU64_X(ADD, 7, 0),
	OP(CLASS_LD | MODE_IND | SIZE_W, 0, 7, 0, SPRAY),
	ALU64_X(ADD, 0, 7),
	/* an addition that would be part of an address */
	MOV_X(2, 10),
	ALU64_K(ADD, 2, SPRAY),
	ALU64_X(SUB, 2, 10),
	ALU64_X(ADD, 0, 2),
	LDX(DW, 2, 10, -8),
	ALU64_X(ADD, 0, 2),
	LDX(W, 2, 10, -16),
	ALU64_X(ADD, 0, 2),
	EXIT(),
};

/* R0 as machine code of that kind; *hits: how often the number stands there. */
static u64 result(const struct jit_opts *opts, u32 *hits)
{
	static struct vmtest t;
	const char *why = "";
	u64 r0 = 0;

	memset(&t, 0, sizeof(t));
	assert_int_equal(vmtest_open(&t, sprayed, ARRAY_SIZE(sprayed), PROG_UNSPEC), 0);
	t.run.packet_load = load_four;
	if (opts && jit_compile(t.vm, opts, &why))
		fail_msg("not compiled: %s", why);
	assert_int_equal(vmtest_run(&t, opts && opts->checked, 0, 0, &r0), 0);
	*hits = opts ? found(t.vm->native, SPRAY) : 0;
	vmtest_close(&t);
	return r0;
}

static void chosen_number_stands_nowhere_in_blinded_code(void **state)
{
	const struct jit_opts plain = { 0 }, blind = { .blind = true };
	const struct jit_opts both = { .blind = true, .checked = true };
	u32 hits;
	u64 want = result(NULL, &hits);

	if (!jit_available())
		test_skip("there is no compiler for this machine");
	assert_int_equal(result(&plain, &hits), want);
	assert_true(hits >= 10);
	for (u32 k = 0; k < 50; k++) {
		assert_int_equal(result(&blind, &hits), want);
		assert_int_equal(hits, 0);
		assert_int_equal(result(&both, &hits), want);
		assert_int_equal(hits, 0);
	}
}

/* Blinding the same program twice gives different code: the keys are not to be guessed. */
static void blinded_code_differs_every_time(void **state)
{
	const struct jit_opts blind = { .blind = true };
	struct vmtest t[2] = { 0 };
	const char *why = "";

	if (!jit_available())
		test_skip("there is no compiler for this machine");
	for (u32 k = 0; k < 2; k++) {
		assert_int_equal(vmtest_open(&t[k], sprayed, ARRAY_SIZE(sprayed), PROG_UNSPEC), 0);
		assert_int_equal(jit_compile(t[k].vm, &blind, &why), 0);
	}
	assert_true(t[0].vm->native->size != t[1].vm->native->size ||
		    memcmp(t[0].vm->native->code, t[1].vm->native->code, t[0].vm->native->size));
	vmtest_close(&t[0]);
	vmtest_close(&t[1]);
}

#ifdef __x86_64__
static bool lands(const struct vm_native *n, u32 slot)
{
	return LOAD(u32, n->code + n->at[slot]) == 0xfa1e0ff3; /* endbr64 */
}

/* The way in, the first function, and those whose address is taken; not those that are only
 * called. */
static void indirect_calls_land_on_endbr(void **state)
{
	static const struct insn insns[] = {
		IMM64(1, PSEUDO_FUNC, 4, 0), /* 0: of 5 */
		CALL(5),		     /* 2 */
		CALL_TO(3),		     /* 3: of 7 */
		EXIT(),			     /* 4 */
		MOV_K(0, 2),		     /* 5 */
		EXIT(),			     /* 6 */
		MOV_K(0, 3),		     /* 7 */
		EXIT(),
	};
	struct vmtest t = { 0 };
	const char *why = "";

	assert_int_equal(vmtest_open(&t, insns, ARRAY_SIZE(insns), PROG_UNSPEC), 0);
	assert_int_equal(jit_compile(t.vm, NULL, &why), 0);
	assert_int_equal(LOAD(u32, *(const u8 **)(void *)&t.vm->native->enter), 0xfa1e0ff3);
	assert_true(lands(t.vm->native, 0));
	assert_true(lands(t.vm->native, 5));
	assert_false(lands(t.vm->native, 7));
	vmtest_close(&t);
}
#endif

static const struct CMUnitTest tests[] = {
	TEST(chosen_number_stands_nowhere_in_blinded_code),
	TEST(blinded_code_differs_every_time),
#ifdef __x86_64__
	TEST(indirect_calls_land_on_endbr),
#endif
};
TEST_MAIN(tests)
