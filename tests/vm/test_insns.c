// SPDX-License-Identifier: BSD-2-Clause
/*
 * Random programs against two oracles: the running kernel (BPF_PROG_TEST_RUN), and the meaning of
 * each operation written down once more here, bit by bit where C's own operators are what the
 * interpreter uses.
 */
#include "vmtest.h"

#include <linux/bpf.h>
#include <sys/syscall.h>
#include <unistd.h>

static const struct vm_helper *vmtest_helper(const struct vm_env *env, const struct obj_prog *prog,
					     u32 id, u32 insn, struct diag *d)
{
	return NULL;
}

static u64 seed = 88172645463325252ull;

static u64 random64(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

/* Numbers at which arithmetic goes wrong are likelier than others. */
static u64 operand(void)
{
	static const u64 edges[] = { 0,		 1,	      2,	  0x7f,
				     0x80,	 0xffff,      0x7fffffff, 0x80000000,
				     0xffffffff, 0x100000000, 1ull << 63, (1ull << 63) - 1,
				     -1ull,	 -2ull,	      31,	  63 };

	return random64() % 3 ? edges[random64() % ARRAY_SIZE(edges)] : random64();
}

/* One random arithmetic instruction over r0 … r5, as Linux accepts it. */
static struct insn random_alu(void)
{
	static const u8 ops[] = { 0x00, 0x10, 0x20, 0x30, 0x40, 0x50, 0x60,
				  0x70, 0x80, 0x90, 0xa0, 0xb0, 0xc0, 0xd0 };
	static const s16 moves[] = { 0, 8, 16, 32 };
	static const s32 widths[] = { 16, 32, 64 };
	u8 op = ops[random64() % ARRAY_SIZE(ops)];
	bool wide = random64() & 1, by_reg = random64() & 1;
	struct insn i = { .code = (u8)((wide ? CLASS_ALU64 : CLASS_ALU) | op),
			  .dst = random64() % 6 };

	if (op == 0xd0) {
		i.imm = widths[random64() % 3];
		if (!wide && by_reg)
			i.code |= SRC_X;
		return i;
	}
	if (op == 0x80)
		return i;
	if (by_reg) {
		i.code |= SRC_X;
		i.src = random64() % 6;
		if (op == 0xb0)
			i.off = moves[random64() % (wide ? 4 : 3)];
	} else {
		i.imm = (s32)operand();
		if (op == 0x60 || op == 0x70 || op == 0xc0)
			i.imm &= wide ? 63 : 31;
		if ((op == 0x30 || op == 0x90) && !i.imm)
			i.imm = 7;
	}
	if (op == 0x30 || op == 0x90)
		i.off = random64() & 1;
	return i;
}

enum { BODY = 24, MAX_PROGRAM = 128 };

/* Constants into r0 … r5, arithmetic with a forward jump now and then, everything into r0. */
static u32 random_program(struct insn *out, bool fold)
{
	static const u8 jumps[] = {
		0x10, 0x20, 0x30, 0x40, 0x50, 0x60, 0x70, 0xa0, 0xb0, 0xc0, 0xd0
	};
	u32 n = 0;

	for (u8 r = 0; r < 6; r++) {
		u64 value = operand();

		out[n++] = OP(CODE_LD_IMM64, r, 0, 0, (s32)value);
		out[n++] = OP(0, 0, 0, 0, (s32)(value >> 32));
	}
	for (u32 k = 0; k < BODY; k++) {
		if (random64() % 4 == 0) {
			u8 code = (u8)(jumps[random64() % ARRAY_SIZE(jumps)] |
				       (random64() & 1 ? CLASS_JMP : CLASS_JMP32));

			if (random64() & 1)
				out[n++] = OP(code | SRC_X, random64() % 6, random64() % 6, 1, 0);
			else
				out[n++] = OP(code, random64() % 6, 0, 1, (s32)operand());
		}
		out[n++] = random_alu();
	}
	for (u8 r = 1; r < 6; r++) {
		out[n++] = ALU64_K(MUL, 0, 0x9e3779b1);
		out[n++] = ALU64_X(XOR, 0, r);
	}
	if (fold) { /* the kernel returns 32 bits */
		out[n++] = MOV_X(1, 0);
		out[n++] = ALU64_K(RSH, 1, 32);
		out[n++] = ALU64_X(XOR, 0, 1);
		out[n++] = ALU32_X(MOV, 0, 0);
	}
	out[n++] = EXIT();
	return n;
}

/* ---- the oracle here ---- */

static u64 shift_right(u64 a, u32 by, u32 bits, bool arithmetic)
{
	bool top = arithmetic && (a >> (bits - 1) & 1);

	for (by &= bits - 1; by; by--)
		a = a >> 1 | (u64)top << (bits - 1);
	return a;
}

/* Schoolbook division of the magnitudes; the sign is the dividend's for the remainder. */
static u64 divide(u64 a, u64 b, u32 bits, bool is_signed, bool remainder)
{
	u64 mask = bits == 64 ? -1ull : 0xffffffff, quotient = 0, rest = 0;
	bool minus_a = is_signed && (a >> (bits - 1) & 1);
	bool minus_b = is_signed && (b >> (bits - 1) & 1);

	if (!b)
		return remainder ? a : 0;
	a = minus_a ? (~a + 1) & mask : a;
	b = minus_b ? (~b + 1) & mask : b;
	for (s32 k = (s32)bits - 1; k >= 0; k--) {
		bool carry = rest >> 63;

		rest = rest << 1 | (a >> k & 1);
		if (carry || rest >= b) {
			rest -= b;
			quotient |= 1ull << k;
		}
	}
	if (remainder)
		return (minus_a ? ~rest + 1 : rest) & mask;
	return (minus_a != minus_b ? ~quotient + 1 : quotient) & mask;
}

static u64 extend(u64 a, u32 bits)
{
	return a >> (bits - 1) & 1 ? a | ~((1ull << bits) - 1) : a & ((1ull << bits) - 1);
}

static u64 swap_bytes(u64 a, u32 bits, bool swap)
{
	u64 out = 0;

	for (u32 k = 0; k < bits; k += 8)
		out |= (a >> k & 0xff) << (swap ? bits - 8 - k : k);
	return out;
}

static u64 oracle_alu(const struct insn *i, u64 a, u64 b)
{
	u32 bits = INSN_CLASS(i->code) == CLASS_ALU64 ? 64 : 32;
	u64 mask = bits == 64 ? -1ull : 0xffffffff, out = 0;
	u64 wide_a = a;

	a &= mask;
	b &= mask;
	switch (INSN_OP(i->code)) {
	case 0x00:
		out = a - ~b - 1;
		break;
	case 0x10:
		out = a + ~b + 1;
		break;
	case 0x20:
		for (u32 k = 0; k < bits; k++)
			out += b >> k & 1 ? a << k : 0;
		break;
	case 0x30:
		out = divide(a, b, bits, i->off == 1, false);
		break;
	case 0x40:
		out = ~(~a & ~b);
		break;
	case 0x50:
		out = ~(~a | ~b);
		break;
	case 0x60:
		out = a;
		for (u32 k = b & (bits - 1); k; k--)
			out += out;
		break;
	case 0x70:
		out = shift_right(a, (u32)b, bits, false);
		break;
	case 0x80:
		out = ~a + 1;
		break;
	case 0x90:
		out = divide(a, b, bits, i->off == 1, true);
		break;
	case 0xa0:
		out = (a | b) & ~(a & b);
		break;
	case 0xb0:
		out = i->off ? extend(b, (u32)i->off) : b;
		break;
	case 0xc0:
		out = shift_right(a, (u32)b, bits, true);
		break;
	case 0xd0: /* bswap always swaps; le does not on a little-endian host */
		return swap_bytes(wide_a, (u32)i->imm, bits == 64 || INSN_SRC(i->code) == SRC_X);
	}
	return out & mask;
}

static bool oracle_jump(const struct insn *i, u64 a, u64 b)
{
	bool wide = INSN_CLASS(i->code) == CLASS_JMP;
	u64 mask = wide ? -1ull : 0xffffffff, top = wide ? 1ull << 63 : 1ull << 31;
	u64 flip_a, flip_b; /* order of signed numbers as that of unsigned ones */

	a &= mask;
	b &= mask;
	flip_a = a ^ top;
	flip_b = b ^ top;
	switch (INSN_OP(i->code)) {
	case 0x10:
		return !(a ^ b);
	case 0x20:
		return a > b;
	case 0x30:
		return !(a < b);
	case 0x40:
		return a & b;
	case 0x50:
		return a ^ b;
	case 0x60:
		return flip_a > flip_b;
	case 0x70:
		return !(flip_a < flip_b);
	case 0xa0:
		return a < b;
	case 0xb0:
		return !(a > b);
	case 0xc0:
		return flip_a < flip_b;
	case 0xd0:
		return !(flip_a > flip_b);
	}
	return false;
}

static u64 oracle(const struct insn *insns)
{
	u64 reg[REG_COUNT] = { 0 };

	for (const struct insn *i = insns; i->code != CODE_EXIT; i++) {
		u64 src = INSN_SRC(i->code) == SRC_X ? reg[i->src] : (u64)(s64)i->imm;

		switch (INSN_CLASS(i->code)) {
		case CLASS_LD:
			reg[i->dst] = (u64)(u32)i[1].imm << 32 | (u32)i->imm;
			i++;
			break;
		case CLASS_ALU:
		case CLASS_ALU64:
			reg[i->dst] = oracle_alu(i, reg[i->dst], src);
			break;
		default:
			if (oracle_jump(i, reg[i->dst], src))
				i += i->off;
		}
	}
	return reg[0];
}

static u64 run_ours(const struct insn *insns, u32 n, bool checked)
{
	static struct vmtest t;
	u64 r0 = 0;

	memset(&t, 0, sizeof(t));
	if (vmtest_open(&t, insns, n, PROG_UNSPEC))
		fail_msg("refused: %s", t.d.first->text);
	if (vmtest_run(&t, checked, 0, 0, &r0))
		fail_msg("fault: %s", t.run.fault.text);
	vmtest_close(&t);
	return r0;
}

static void random_programs_agree_with_the_oracle(void **state)
{
	struct insn insns[MAX_PROGRAM];

	for (u32 k = 0; k < 20000; k++) {
		u32 n = random_program(insns, false);
		u64 want = oracle(insns);

		assert_int_equal(run_ours(insns, n, false), want);
		assert_int_equal(run_ours(insns, n, true), want);
	}
}

static long sys_bpf(int cmd, union bpf_attr *attr)
{
	return syscall(SYS_bpf, cmd, attr, sizeof(*attr));
}

/* The program's 32-bit result in the kernel; false when it was refused. */
static bool run_kernel(const struct insn *insns, u32 n, u32 *result)
{
	static u8 packet[64];
	union bpf_attr load = { .prog_type = BPF_PROG_TYPE_SOCKET_FILTER,
				.insns = (u64)(uintptr_t)insns,
				.insn_cnt = n,
				.license = (u64)(uintptr_t) "GPL" };
	union bpf_attr test = { 0 };
	int fd = (int)sys_bpf(BPF_PROG_LOAD, &load);
	long err;

	if (fd < 0)
		return false;
	test.test.prog_fd = (u32)fd;
	test.test.data_in = (u64)(uintptr_t)packet;
	test.test.data_size_in = sizeof(packet);
	err = sys_bpf(BPF_PROG_TEST_RUN, &test);
	*result = test.test.retval;
	close(fd);
	return !err;
}

static void random_programs_agree_with_the_kernel(void **state)
{
	static const struct insn probe[] = { MOV_K(0, 3), EXIT() };
	struct insn insns[MAX_PROGRAM];
	u32 result = 0, ran = 0;

	if (!run_kernel(probe, 2, &result))
		test_skip("no BPF_PROG_TEST_RUN here (needs CAP_BPF)");
	assert_int_equal(result, 3);
	for (u32 k = 0; k < 300; k++) {
		u32 n = random_program(insns, true);

		if (!run_kernel(insns, n, &result))
			continue; /* the verifier dislikes unreachable code */
		ran++;
		assert_int_equal(run_ours(insns, n, false), result);
		assert_int_equal(run_ours(insns, n, true), result);
	}
	printf("# %u of 300 programs ran in the kernel\n", ran);
	assert_true(ran >= 290);
}

/* Atomics on memory, against what RFC 9669 section 5.3 says. */
static void atomics_change_memory_and_return_the_old(void **state)
{
	static const struct {
		s32 op;
		u64 memory, result; /* of 0xf0f0 and 0x0ff0; result: the source register after */
	} cases[] = {
		{ ATOMIC_ADD, 0x100e0, 0x0ff0 },
		{ ATOMIC_OR, 0xfff0, 0x0ff0 },
		{ ATOMIC_AND, 0x00f0, 0x0ff0 },
		{ ATOMIC_XOR, 0xff00, 0x0ff0 },
		{ ATOMIC_ADD | ATOMIC_FETCH, 0x100e0, 0xf0f0 },
		{ ATOMIC_OR | ATOMIC_FETCH, 0xfff0, 0xf0f0 },
		{ ATOMIC_AND | ATOMIC_FETCH, 0x00f0, 0xf0f0 },
		{ ATOMIC_XOR | ATOMIC_FETCH, 0xff00, 0xf0f0 },
		{ ATOMIC_XCHG, 0x0ff0, 0xf0f0 },
		{ ATOMIC_STORE_RELEASE, 0x0ff0, 0x0ff0 },
	};

	for (u32 k = 0; k < ARRAY_SIZE(cases); k++) {
		u64 high = 0xabcd000000000000ull;
		const struct insn memory64[] = { ST(DW, 10, -8, 0xf0f0), MOV_K(2, 0x0ff0),
						 ATOMIC(DW, cases[k].op, 10, -8, 2),
						 LDX(DW, 0, 10, -8), EXIT() };
		const struct insn result32[] = { ST(DW, 10, -8, 0xf0f0),
						 IMM64(2, 0, 0x0ff0, (s32)(high >> 32)),
						 ATOMIC(W, cases[k].op, 10, -8, 2), MOV_X(0, 2),
						 EXIT() };
		bool fetched = cases[k].result == 0xf0f0;

		for (int checked = 0; checked < MODES; checked++) {
			assert_int_equal(run_ours(memory64, 5, checked), cases[k].memory);
			assert_int_equal(run_ours(result32, 6, checked),
					 fetched ? 0xf0f0 : high | cases[k].result);
		}
	}
}

static void may_goto_ends_a_loop(void **state)
{
	const struct insn insns[] = { MOV_K(0, 0), MAY_GOTO(2), ALU64_K(ADD, 0, 1), JA(-3),
				      EXIT() };

	assert_int_equal(run_ours(insns, 5, false), 8 << 20);
}

static const struct CMUnitTest tests[] = {
	TEST(random_programs_agree_with_the_oracle),
	TEST(random_programs_agree_with_the_kernel),
	TEST(atomics_change_memory_and_return_the_old),
	TEST(may_goto_ends_a_loop),
};
TEST_MAIN(tests)
