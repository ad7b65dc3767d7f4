// SPDX-License-Identifier: BSD-2-Clause
/*
 * Division. By a constant without sign it is a multiplication by the inverse: T. Granlund, P.
 * Montgomery, "Division by Invariant Integers using Multiplication", 1994. Scratch: rdi, r10, r11.
 */
#include "isa/alu.h"
#include "jit/x64.h"

/* ---- div and idiv ---- */

struct division {
	const struct ir_insn *i;
	u8 dst, by;
	bool keep_rax, keep_rdx; /* they hold what is read later */
};

/* The divisor is neither rax nor rdx. r10 is free if dst is rax, r11 if it is rdx. */
static struct division division_start(struct x64 *x, const struct ir_insn *i, u8 by)
{
	struct division d = { i, x64_dst(i), by, false, false };

	d.keep_rax = d.dst != RAX && x64_live(i, 0);
	d.keep_rdx = d.dst != RDX && x64_live(i, 2);
	if (d.keep_rax)
		x64_mov(&x->a, true, R10, RAX);
	if (d.keep_rdx)
		x64_mov(&x->a, true, R11, RDX);
	if (d.dst != RAX)
		x64_mov(&x->a, i->wide, RAX, d.dst);
	return d;
}

static void division_end(struct x64 *x, const struct division *d)
{
	if (d->keep_rax)
		x64_mov(&x->a, true, RAX, R10);
	if (d->keep_rdx)
		x64_mov(&x->a, true, RDX, R11);
}

/* Unsigned, 32 bits: two numbers that fit 16 bits are divided as such, which takes four cycles
 * instead of six (Zen 4). Nothing waits for the test. */
static void divide_small(struct x64 *x, u8 by)
{
	u32 large, done;

	x64_mov(&x->a, false, RDX, RAX);
	x64_arith(&x->a, false, X64_OR, RDX, by);
	x64_shift(&x->a, false, X64_SHR, RDX, 16); /* 0 above the dividend when they are small */
	large = x64_jcc_short(&x->a, CC_NE);
	x64_byte(&x->a, 0x66);
	x64_group3(&x->a, false, 6, by);
	done = x64_jmp_short(&x->a);
	x64_bind(&x->a, large);
	x64_arith(&x->a, false, X64_XOR, RDX, RDX);
	x64_group3(&x->a, false, 6, by);
	x64_bind(&x->a, done);
}

/* dst = rax / by or rax % by; by is not 0, nor -1 when signed. */
static void divide(struct x64 *x, const struct division *d)
{
	const struct ir_insn *i = d->i;
	u8 result = i->op == ALU_DIV ? RAX : RDX;

	if (!i->sign && !i->wide) {
		divide_small(x, d->by);
	} else if (!i->sign) {
		x64_arith(&x->a, false, X64_XOR, RDX, RDX);
		x64_group3(&x->a, true, 6, d->by);
	} else {
		if (i->wide)
			x64_byte(&x->a, 0x48);
		x64_byte(&x->a, 0x99); /* cdq, cqo */
		x64_group3(&x->a, i->wide, 7, d->by);
	}
	if (d->dst != result)
		x64_mov(&x->a, i->wide, d->dst, result);
}

/* x / -1 = -x, x % -1 = 0, with no overflow */
static void divide_by_minus_one(struct x64 *x, const struct ir_insn *i)
{
	u8 dst = x64_dst(i);

	if (i->op == ALU_DIV)
		x64_group3(&x->a, i->wide, 3, dst);
	else
		x64_arith(&x->a, false, X64_XOR, dst, dst);
}

/* x / 0 = 0, x % 0 = x: dst is that before the test, so that nothing is to be done behind it. The
 * test's jump to where the division is done. */
static u32 test_zero(struct x64 *x, const struct division *d)
{
	const struct ir_insn *i = d->i;
	bool rax = i->op == ALU_DIV && d->dst == RAX;
	u32 zero;

	if (rax)
		x64_mov(&x->a, i->wide, R10, RAX);
	if (i->op == ALU_DIV)
		x64_arith(&x->a, false, X64_XOR, d->dst, d->dst);
	else if (!i->wide)
		x64_mov(&x->a, false, d->dst, d->dst);
	x64_test(&x->a, i->wide, d->by, d->by);
	zero = x64_jcc_short(&x->a, CC_E);
	if (rax)
		x64_mov(&x->a, i->wide, RAX, R10);
	return zero;
}

static void divide_by_register(struct x64 *x, const struct ir_insn *i)
{
	u8 by = x64_src(i);
	u32 zero, minus_one = 0, done = 0;
	struct division d;

	if (by == RAX || by == RDX) {
		x64_mov(&x->a, i->wide, RDI, by);
		by = RDI;
	}
	if (i->sign) {
		x64_arith_imm(&x->a, i->wide, X64_CMP, by, -1);
		minus_one = x64_jcc_short(&x->a, CC_E);
	}
	d = division_start(x, i, by);
	if (by == d.dst) {
		x64_mov(&x->a, i->wide, RDI, by); /* x / x: dst changes before the test */
		d.by = RDI;
	}
	zero = test_zero(x, &d);
	divide(x, &d);
	x64_bind(&x->a, zero);
	division_end(x, &d);
	if (!i->sign)
		return;
	done = x64_jmp_short(&x->a);
	x64_bind(&x->a, minus_one);
	divide_by_minus_one(x, i);
	x64_bind(&x->a, done);
}

/* ---- multiplication by the inverse ---- */

/* x / by = (x * factor >> bits >> shift) for all x of `bits` bits; `above`: factor is 1 << bits
 * more. */
struct inverse {
	u64 factor;
	u8 shift;
	bool above;
};

static struct inverse inverse_of(u64 by, u32 bits)
{
	u8 shift = (u8)(64 - __builtin_clzll(by - 1)); /* 1 << shift >= by */
	unsigned __int128 one = 1, low = (one << (bits + shift - 1)) / by * 2;
	unsigned __int128 high, rest = (one << (bits + shift - 1)) % by * 2;

	/* (1 << bits + shift) / by without overflow, and the same with the error allowed for. */
	low += rest / by;
	rest = rest % by + ((unsigned __int128)1 << shift);
	high = low + rest / by;
	while (low / 2 < high / 2 && shift) {
		low /= 2;
		high /= 2;
		shift--;
	}
	return (struct inverse){ (u64)(bits == 64 ? high : (u32)high), shift, high >> bits & 1 };
}

/* rdi = dst / by, 32 bits */
static void quotient32(struct x64 *x, u8 dst, u32 by)
{
	struct inverse v = inverse_of(by, 32);

	x64_mov(&x->a, false, R11, dst);
	x64_mov_imm(&x->a, RDI, v.factor);
	x64_imul(&x->a, true, RDI, R11);
	if (!v.above) {
		x64_shift(&x->a, true, X64_SHR, RDI, (u8)(32 + v.shift));
		return;
	}
	/* x * factor + (x << 32) has 65 bits: the mean of the halves, then one bit less. */
	x64_shift(&x->a, true, X64_SHR, RDI, 32);
	x64_arith(&x->a, false, X64_SUB, R11, RDI);
	x64_shift(&x->a, false, X64_SHR, R11, 1);
	x64_arith(&x->a, false, X64_ADD, RDI, R11);
	if (v.shift > 1)
		x64_shift(&x->a, false, X64_SHR, RDI, (u8)(v.shift - 1));
}

/* rdi = dst / by, 64 bits */
static void quotient64(struct x64 *x, const struct ir_insn *i, u8 dst, u64 by)
{
	struct inverse v = inverse_of(by, 64);
	bool keep = dst != RDX && x64_live(i, 2);

	if (keep)
		x64_mov(&x->a, true, R11, RDX);
	if (dst != RDX)
		x64_mov(&x->a, true, RDX, dst);
	x64_mov_imm(&x->a, RDI, v.factor);
	x64_mulx(&x->a, RDI, R10, RDI);
	if (!v.above) {
		if (v.shift)
			x64_shift(&x->a, true, X64_SHR, RDI, v.shift);
	} else {
		x64_mov(&x->a, true, R10, RDX);
		x64_arith(&x->a, true, X64_SUB, R10, RDI);
		x64_shift(&x->a, true, X64_SHR, R10, 1);
		x64_arith(&x->a, true, X64_ADD, RDI, R10);
		if (v.shift > 1)
			x64_shift(&x->a, true, X64_SHR, RDI, (u8)(v.shift - 1));
	}
	if (keep)
		x64_mov(&x->a, true, RDX, R11);
}

static void divide_by_inverse(struct x64 *x, const struct ir_insn *i, u64 by)
{
	u8 dst = x64_dst(i);

	if (i->wide)
		quotient64(x, i, dst, by);
	else
		quotient32(x, dst, (u32)by);
	if (i->op == ALU_DIV) {
		x64_mov(&x->a, i->wide, dst, RDI);
		return;
	}
	x64_imul_imm(&x->a, i->wide, RDI, RDI, (s32)by);
	x64_arith(&x->a, i->wide, X64_SUB, dst, RDI);
}

/* ---- constants ---- */

static void divide_by_power(struct x64 *x, const struct ir_insn *i, u64 by)
{
	u8 dst = x64_dst(i), bits = (u8)__builtin_ctzll(by);

	if (i->op == ALU_MOD) { /* no constant's power of two is above 1 << 31 */
		x64_arith_imm(&x->a, false, X64_AND, dst, (s32)(by - 1));
	} else if (bits) {
		x64_shift(&x->a, i->wide, X64_SHR, dst, bits);
	} else if (!i->wide) {
		x64_mov(&x->a, false, dst, dst);
	}
}

static void divide_by_const(struct x64 *x, const struct ir_insn *i)
{
	u64 by = i->wide ? (u64)i->imm : (u32)i->imm;
	u8 dst = x64_dst(i);
	struct division d;

	if (!by && i->op == ALU_DIV) {
		x64_arith(&x->a, false, X64_XOR, dst, dst);
	} else if (!by) {
		if (!i->wide)
			x64_mov(&x->a, false, dst, dst);
	} else if (i->sign && (s32)i->imm == -1) {
		divide_by_minus_one(x, i);
	} else if (!i->sign && !(by & (by - 1))) {
		divide_by_power(x, i, by);
	} else if (!i->sign && (i->wide ? by <= INT32_MAX && x->bmi2 : true)) {
		divide_by_inverse(x, i, by);
	} else {
		x64_mov_imm(&x->a, RDI, by);
		d = division_start(x, i, RDI);
		divide(x, &d);
		division_end(x, &d);
	}
}

void x64_emit_divide(struct x64 *x, const struct ir_insn *i)
{
	if (i->reg)
		divide_by_register(x, i);
	else
		divide_by_const(x, i);
}
