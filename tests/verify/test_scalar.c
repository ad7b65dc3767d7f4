// SPDX-License-Identifier: BSD-2-Clause
/*
 * Scalars against concrete values: whatever values the operands hold, the result holds what the
 * interpreter's arithmetic makes of them, and the decision on a jump is the one it takes. Operands
 * are random sets made from values that they must hold; the oracle is isa/alu.h.
 */
#include "isa/alu.h"
#include "test.h"
#include "verify/scalar.h"

static u64 seed = 0x9e3779b97f4a7c15;

static u64 rnd64(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static u32 rnd(u32 below)
{
	return (u32)((rnd64() >> 20) % below);
}

/* Values near the places where ranges bend, of all magnitudes. */
static u64 rnd_value(void)
{
	static const u64 edges[] = { 0, 1ull << 31, 1ull << 32, 1ull << 63, UINT32_MAX };

	switch (rnd(4)) {
	case 0:
		return edges[rnd(ARRAY_SIZE(edges))] + rnd(8) - 4;
	case 1:
		return (u64)(s64)(s32)rnd64();
	default:
		return (u64)((s64)rnd64() >> rnd(64));
	}
}

enum { HELD = 6 };

/* A scalar and some of the values that it holds. */
struct sample {
	struct scalar s;
	u64 held[HELD];
};

static void hold_range(struct scalar *s, u64 v, u32 kind)
{
	s->umin = kind & 1 ? MIN(s->umin, v) : s->umin;
	s->umax = kind & 1 ? MAX(s->umax, v) : s->umax;
	s->smin = kind & 2 ? MIN(s->smin, (s64)v) : s->smin;
	s->smax = kind & 2 ? MAX(s->smax, (s64)v) : s->smax;
	s->u32_min = kind & 4 ? MIN(s->u32_min, (u32)v) : s->u32_min;
	s->u32_max = kind & 4 ? MAX(s->u32_max, (u32)v) : s->u32_max;
	s->s32_min = kind & 8 ? MIN(s->s32_min, (s32)v) : s->s32_min;
	s->s32_max = kind & 8 ? MAX(s->s32_max, (s32)v) : s->s32_max;
}

/* The hull of the values in some of the five views, whatever in the others; then synced. */
static void sample_make(struct sample *t)
{
	u64 base = rnd_value(), spread = ~0ull >> rnd(64), free_bits = rnd64() & rnd64();
	u32 kind = rnd(16), shape = rnd(4);
	struct scalar hull;

	for (u32 i = 0; i < HELD; i++)
		t->held[i] = shape ? base + (rnd64() & spread)
				   : (base & ~free_bits) | (rnd64() & free_bits);
	if (!rnd(6))
		for (u32 i = 1; i < HELD; i++)
			t->held[i] = t->held[0];
	t->s = scalar_unknown();
	hull = scalar_const(t->held[0]);
	for (u32 i = 1; i < HELD; i++) {
		hold_range(&hull, t->held[i], 15);
		hull.var = tnum_union(hull.var, tnum_const(t->held[i]));
	}
	if (kind & 1)
		t->s.umin = hull.umin, t->s.umax = hull.umax;
	if (kind & 2)
		t->s.smin = hull.smin, t->s.smax = hull.smax;
	if (kind & 4)
		t->s.u32_min = hull.u32_min, t->s.u32_max = hull.u32_max;
	if (kind & 8)
		t->s.s32_min = hull.s32_min, t->s.s32_max = hull.s32_max;
	if (!shape || rnd(2))
		t->s.var = hull.var;
	scalar_sync(&t->s);
	if (rnd(2))
		scalar_sync(&t->s);
}

static void assert_holds(const struct scalar *s, u64 v, const char *what, u32 code)
{
	if (!scalar_contains(s, v) || !scalar_valid(s))
		fail_msg("%s %02x: %llx is not in s64 %lld…%lld u64 %llu…%llu s32 %d…%d u32 %u…%u "
			 "(%llx; %llx)",
			 what, code, (long long)v, (long long)s->smin, (long long)s->smax,
			 (long long)s->umin, (long long)s->umax, s->s32_min, s->s32_max, s->u32_min,
			 s->u32_max, (long long)s->var.value, (long long)s->var.mask);
}

static void syncing_loses_no_value(void **state)
{
	for (u32 n = 0; n < 200000; n++) {
		struct sample t;

		sample_make(&t);
		for (u32 i = 0; i < HELD; i++)
			assert_holds(&t.s, t.held[i], "sync", 0);
	}
}

static bool rnd_alu(struct insn *i)
{
	static const u8 ops[] = { ALU_ADD, ALU_SUB, ALU_MUL, ALU_DIV, ALU_OR,  ALU_AND,	 ALU_LSH,
				  ALU_RSH, ALU_NEG, ALU_MOD, ALU_XOR, ALU_MOV, ALU_ARSH, ALU_END };
	u8 op = ops[rnd(ARRAY_SIZE(ops))], class = rnd(2) ? CLASS_ALU64 : CLASS_ALU;

	*i = (struct insn){ op | class | SRC_X, 1, 2, 0, 0 };
	if (op == ALU_NEG)
		i->code = op | class;
	else if (op == ALU_END) {
		i->code = class == CLASS_ALU64 ? op | class : (u8)(op | class | rnd(2) * SRC_X);
		i->imm = 16 << rnd(3);
	} else if (op == ALU_DIV || op == ALU_MOD) {
		i->off = (s16)rnd(2);
	} else if (op == ALU_MOV && rnd(2)) {
		i->off = (s16)(8 << rnd(class == CLASS_ALU ? 2 : 3));
	}
	return op == ALU_LSH || op == ALU_RSH || op == ALU_ARSH;
}

static void arithmetic_loses_no_value(void **state)
{
	for (u32 n = 0; n < 1000000; n++) {
		struct sample a, b;
		struct insn i;
		struct scalar r;

		sample_make(&a);
		sample_make(&b);
		if (rnd_alu(&i) && rnd(8)) { /* shifts: by a constant below the width */
			u64 count = rnd(INSN_CLASS(i.code) == CLASS_ALU ? 32 : 64);

			b.s = scalar_const(count);
			for (u32 k = 0; k < HELD; k++)
				b.held[k] = count;
		}
		r = a.s;
		scalar_alu(&r, &b.s, &i);
		for (u32 k = 0; k < HELD; k++)
			assert_holds(&r, insn_alu_eval(&i, a.held[k], b.held[k]), "alu", i.code);
		r = a.s; /* both operands one register */
		scalar_alu(&r, &r, &i);
		assert_holds(&r, insn_alu_eval(&i, a.held[0], a.held[0]), "alu with itself",
			     i.code);
	}
}

static void constants_give_constants(void **state)
{
	for (u32 n = 0; n < 300000; n++) {
		u64 a = rnd_value(), b = rnd_value();
		struct scalar r = scalar_const(a), s;
		struct insn i;

		if (rnd_alu(&i))
			b &= 31;
		if (INSN_OP(i.code) == ALU_DIV || INSN_OP(i.code) == ALU_MOD)
			continue;
		s = scalar_const(b);
		scalar_alu(&r, &s, &i);
		assert_true(scalar_is_const(&r));
		assert_int_equal(r.var.value, insn_alu_eval(&i, a, b));
	}
}

static void check_edge(const struct sample *a, const struct sample *b, const struct insn *i,
		       bool taken)
{
	bool is32 = INSN_CLASS(i->code) == CLASS_JMP32;
	struct scalar x = a->s, y = b->s;

	scalar_refine(&x, &y, INSN_OP(i->code), is32, taken);
	for (u32 k = 0; k < HELD; k++) {
		if (insn_jmp_eval(i, a->held[k], b->held[k]) != taken)
			continue;
		assert_holds(&x, a->held[k], "left of jump", i->code);
		assert_holds(&y, b->held[k], "right of jump", i->code);
	}
}

static void branches_lose_no_value(void **state)
{
	static const u8 ops[] = { JMP_JEQ,  JMP_JGT, JMP_JGE, JMP_JSET, JMP_JNE, JMP_JSGT,
				  JMP_JSGE, JMP_JLT, JMP_JLE, JMP_JSLT, JMP_JSLE };
	u32 decided = 0;

	for (u32 n = 0; n < 1000000; n++) {
		struct insn i = { ops[rnd(ARRAY_SIZE(ops))] | SRC_X, 1, 2, 0, 0 };
		struct sample a, b;
		int answer;

		i.code |= rnd(2) ? CLASS_JMP : CLASS_JMP32;
		sample_make(&a);
		sample_make(&b);
		if (!rnd(4)) {
			b.held[0] = a.held[0]; /* close to it */
			b.s = scalar_const(b.held[0]);
			for (u32 k = 1; k < HELD; k++)
				b.held[k] = b.held[0];
		}
		answer = scalar_branch(&a.s, &b.s, INSN_OP(i.code),
				       INSN_CLASS(i.code) == CLASS_JMP32);
		for (u32 k = 0; k < HELD && answer >= 0; k++)
			assert_int_equal(answer, insn_jmp_eval(&i, a.held[k], b.held[k]));
		decided += answer >= 0;
		if (answer < 0) {
			check_edge(&a, &b, &i, true);
			check_edge(&a, &b, &i, false);
		}
	}
	print_message("# %u of 1000000 jumps decided\n", decided);
	assert_in_range(decided, 100000, 900000);
}

static void narrow_loads_lose_no_value(void **state)
{
	for (u32 n = 0; n < 300000; n++) {
		u32 bytes = 1u << rnd(3), unused = 64 - 8 * bytes;
		struct sample t;
		struct scalar zero, sign;

		sample_make(&t);
		zero = sign = t.s;
		scalar_trunc(&zero, bytes);
		scalar_sext(&sign, bytes);
		for (u32 k = 0; k < HELD; k++) {
			assert_holds(&zero, t.held[k] << unused >> unused, "trunc", bytes);
			assert_holds(&sign, (u64)((s64)(t.held[k] << unused) >> unused), "sext",
				     bytes);
		}
	}
}

static void sets_compare_as_sets(void **state)
{
	struct scalar low = scalar_range(4, 9), high = scalar_range(8, 20), all = scalar_unknown();
	struct scalar both = low;

	assert_true(scalar_within(&all, &low));
	assert_false(scalar_within(&low, &all));
	assert_false(scalar_within(&low, &high));
	scalar_intersect(&both, &high);
	assert_int_equal(both.umin, 8);
	assert_int_equal(both.umax, 9);
	assert_true(scalar_within(&low, &both) && scalar_within(&high, &both));
	high = scalar_range(10, 20);
	scalar_intersect(&low, &high);
	assert_false(scalar_valid(&low));
}

static const struct CMUnitTest tests[] = {
	TEST(syncing_loses_no_value),	  TEST(arithmetic_loses_no_value),
	TEST(constants_give_constants),	  TEST(branches_lose_no_value),
	TEST(narrow_loads_lose_no_value), TEST(sets_compare_as_sets),
};
TEST_MAIN(tests)
