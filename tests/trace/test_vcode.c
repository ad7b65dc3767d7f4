// SPDX-License-Identifier: BSD-2-Clause
/*
 * Virtual code against an interpreter of the test's own: random programs of arithmetic, branches,
 * loops, memory and calls, with more registers than the machine has.
 */
#include "../vm/vmtest.h"

#include "base/arena.h"
#include "spec/features.h"
#include "trace/vcode.h"

enum { VARS = 40, FRAMES = 6, FRAME_SIZE = 16, MAX_OPS = 400 };

static u64 mix(u64 a, u64 b, u64 c, u64 d, u64 e)
{
	return a * 3 + b * 5 + c * 7 + d * 11 + e * 13 + 1;
}

static u64 mix_helper(void *self, u64 a, u64 b, u64 c, u64 d, u64 e)
{
	return mix(a, b, c, d, e);
}

static const struct vm_helper *vmtest_helper(const struct vm_env *env, const struct obj_prog *prog,
					     u32 id, u32 insn, struct diag *d)
{
	static struct vm_helper helper = { .custom = true };

	helper.fn = (vm_helper_fn)mix_helper;
	return &helper;
}

enum kind {
	OP_ALU,
	OP_ALU_IMM,
	OP_IMM,
	OP_MOV,
	OP_EXT,
	OP_SWP,
	OP_NEGATE,
	OP_ST,
	OP_LD,
	OP_ST_IMM,
	OP_CALLS,
	OP_IF,
	OP_IF_IMM,
	OP_REPEAT,
	OP_KINDS
};

struct step {
	enum kind kind;
	u32 op, width, dst, a, b, c, size, frame, off,
		body; /* body: number of ops that follow in it */
	bool is_signed;
	u64 imm;
};

struct gen {
	u64 seed;
	struct step ops[MAX_OPS];
	u32 count, vars;
};

static u32 pick(struct gen *g, u32 below)
{
	g->seed = g->seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (u32)(g->seed >> 33) % below;
}

static u64 number(struct gen *g)
{
	static const u64 some[] = { 0,		1,	   2,	       7,	   8,
				    255,	65536,	   0x7fffffff, 0x80000000, UINT32_MAX,
				    1ULL << 40, INT64_MAX, 1ULL << 63, UINT64_MAX, (u64)-8 };

	return pick(g, 3) ? some[pick(g, ARRAY_SIZE(some))]
			  : pick(g, UINT32_MAX) * (u64)pick(g, 99);
}

static void generate(struct gen *g, u32 count, u32 depth)
{
	while (count && g->count < MAX_OPS) {
		struct step *o = &g->ops[g->count++];
		u32 start;

		count--;
		o->kind = pick(g, depth < 3 ? OP_KINDS : OP_IF);
		o->op = pick(g, o->kind >= OP_IF ? VC_TEST + 1 : VC_SAR + 1);
		o->width = pick(g, 4) ? VC_64 : VC_32;
		o->dst = pick(g, g->vars);
		o->a = pick(g, g->vars);
		o->b = pick(g, g->vars);
		o->c = pick(g, g->vars);
		o->size = 1u << pick(g, 4);
		o->is_signed = pick(g, 2);
		o->frame = pick(g, FRAMES);
		o->off = pick(g, FRAME_SIZE / o->size) * o->size;
		o->imm = number(g);
		if (o->kind == OP_ALU_IMM &&
		    (o->op == VC_SHL || o->op == VC_SHR || o->op == VC_SAR))
			o->imm &= o->width == VC_32 ? 31 : 63;
		if (o->kind == OP_ALU_IMM && o->op >= VC_DIV && o->op <= VC_SMOD && !(u32)o->imm)
			o->imm = 3;
		if (o->kind < OP_IF)
			continue;
		start = g->count;
		generate(g, 1 + pick(g, 6), depth + 1);
		o->body = g->count - start;
		count -= MIN(count, 3u);
	}
}

/* ---- what it means ---- */

static u64 sized(u64 x, u32 size, bool is_signed)
{
	u32 shift = 64 - size * 8;

	return is_signed ? (u64)((s64)(x << shift) >> shift) : x << shift >> shift;
}

static u64 alu(u32 op, u32 width, u64 a, u64 b)
{
	bool w = width == VC_32;
	s64 sa = w ? (s32)a : (s64)a, sb = w ? (s32)b : (s64)b;
	u32 bits = w ? 31 : 63;
	u64 r;

	if (w)
		a = (u32)a, b = (u32)b;
	switch (op) {
	case VC_ADD:
		r = a + b;
		break;
	case VC_SUB:
		r = a - b;
		break;
	case VC_MUL:
		r = a * b;
		break;
	case VC_DIV:
		r = b ? a / b : 0;
		break;
	case VC_MOD:
		r = b ? a % b : a;
		break;
	case VC_SDIV:
		r = !b ? 0 : sb == -1 ? 0 - (u64)sa : (u64)(sa / sb);
		break;
	case VC_SMOD:
		r = !b ? a : sb == -1 ? 0 : (u64)(sa % sb);
		break;
	case VC_AND:
		r = a & b;
		break;
	case VC_OR:
		r = a | b;
		break;
	case VC_XOR:
		r = a ^ b;
		break;
	case VC_SHL:
		r = a << (b & bits);
		break;
	case VC_SHR:
		r = a >> (b & bits);
		break;
	default:
		r = (u64)(sa >> (b & bits));
	}
	return w ? (u32)r : r;
}

static bool test(u32 op, u32 width, u64 a, u64 b)
{
	bool w = width == VC_32;
	s64 sa = w ? (s32)a : (s64)a, sb = w ? (s32)b : (s64)b;

	if (w)
		a = (u32)a, b = (u32)b;
	switch (op) {
	case VC_EQ:
		return a == b;
	case VC_NE:
		return a != b;
	case VC_ULT:
		return a < b;
	case VC_ULE:
		return a <= b;
	case VC_UGT:
		return a > b;
	case VC_UGE:
		return a >= b;
	case VC_SLT:
		return sa < sb;
	case VC_SLE:
		return sa <= sb;
	case VC_SGT:
		return sa > sb;
	case VC_SGE:
		return sa >= sb;
	default:
		return (a & b) != 0;
	}
}

struct state {
	u64 var[VARS];
	u8 memory[FRAMES][FRAME_SIZE];
};

static void interpret(const struct step *ops, u32 count, struct state *s)
{
	for (u32 i = 0; i < count; i += 1 + ops[i].body) {
		const struct step *o = &ops[i];
		u64 *dst = &s->var[o->dst], a = s->var[o->a], b = s->var[o->b];
		u8 *at = &s->memory[o->frame][o->off];

		switch (o->kind) {
		case OP_ALU:
			*dst = alu(o->op, o->width, a, b);
			break;
		case OP_ALU_IMM:
			*dst = alu(o->op, o->width, a, o->imm);
			break;
		case OP_IMM:
			*dst = o->imm;
			break;
		case OP_MOV:
			*dst = a;
			break;
		case OP_EXT:
			*dst = sized(a, o->size == 8 ? 4 : o->size, o->is_signed);
			break;
		case OP_SWP:
			*dst = o->size <= 2   ? __builtin_bswap16((u16)a)
			       : o->size == 4 ? __builtin_bswap32((u32)a)
					      : __builtin_bswap64(a);
			break;
		case OP_NEGATE:
			*dst = o->width == VC_32 ? (u32)-a : -a;
			break;
		case OP_ST:
			memcpy(at, &a, o->size);
			break;
		case OP_ST_IMM:
			a = (u64)(s64)(s32)o->imm;
			memcpy(at, &a, o->size);
			break;
		case OP_LD:
			a = 0;
			memcpy(&a, at, o->size);
			*dst = sized(a, o->size, o->is_signed);
			break;
		case OP_CALLS:
			*dst = mix(a, b, s->var[o->c], o->imm, a);
			break;
		case OP_IF:
			if (test(o->op, o->width, a, b))
				interpret(o + 1, o->body, s);
			break;
		case OP_IF_IMM:
			if (test(o->op, o->width, a, o->imm))
				interpret(o + 1, o->body, s);
			break;
		default:
			for (u32 n = 0; n <= o->imm % 4; n++)
				interpret(o + 1, o->body, s);
		}
	}
}

/* ---- the same as virtual code ---- */

struct build {
	struct vcode *v;
	u32 var[VARS], frame[FRAMES];
	bool frame_by_address;
};

static void emit(const struct step *ops, u32 count, struct build *b)
{
	struct vcode *v = b->v;

	for (u32 i = 0; i < count; i += 1 + ops[i].body) {
		const struct step *o = &ops[i];
		u32 dst = b->var[o->dst], a = b->var[o->a], c = b->var[o->b],
		    frame = b->frame[o->frame];
		u32 imm, base, label = o->body ? vc_label(v) : 0, yes, args[5];

		switch (o->kind) {
		case OP_ALU:
			vc_alu(v, o->op, o->width, dst, a, c);
			break;
		case OP_ALU_IMM:
			vc_alu_imm(v, o->op, o->width, dst, a, (s64)o->imm);
			break;
		case OP_IMM:
			vc_imm(v, dst, o->imm);
			break;
		case OP_MOV:
			vc_mov(v, dst, a);
			break;
		case OP_EXT:
			vc_extend(v, dst, a, o->size == 8 ? 4 : o->size, o->is_signed);
			break;
		case OP_SWP:
			vc_swap(v, dst, a, o->size <= 2 ? 16 : o->size * 8);
			break;
		case OP_NEGATE:
			vc_neg(v, o->width, dst, a);
			break;
		case OP_ST:
			vc_frame_store(v, o->size, frame, (s32)o->off, a);
			break;
		case OP_ST_IMM:
			vc_frame_store_imm(v, o->size, frame, (s32)o->off, (s32)o->imm);
			break;
		case OP_LD: /* by way of an address and an offset */
			base = vc_reg(v);
			vc_frame_addr(v, base, frame, 4);
			vc_alu_imm(v, VC_ADD, VC_64, base, base, -4);
			vc_load(v, o->size, o->is_signed, dst, base, (s32)o->off);
			break;
		case OP_CALLS:
			imm = vc_reg(v);
			vc_imm(v, imm, o->imm);
			memcpy(args, (u32[]){ a, c, b->var[o->c], imm, a }, sizeof(args));
			vc_call(v, 1, dst, 5, args);
			break;
		case OP_IF:
		case OP_IF_IMM:
			yes = vc_label(v);
			if (o->kind == OP_IF)
				vc_branch(v, o->op, o->width, a, c, yes);
			else
				vc_branch_imm(v, o->op, o->width, a, (s64)o->imm, yes);
			vc_jump(v, label);
			vc_place(v, yes);
			emit(o + 1, o->body, b);
			vc_place(v, label);
			break;
		default:
			imm = vc_reg(v);
			vc_imm(v, imm, 0);
			vc_place(v, label);
			emit(o + 1, o->body, b);
			vc_alu_imm(v, VC_ADD, VC_64, imm, imm, 1);
			vc_branch_imm(v, VC_ULE, VC_64, imm, (s64)(o->imm % 4), label);
		}
	}
}

static u64 sum_of(const struct state *s, u32 vars)
{
	u64 sum = 0;

	for (u32 i = 0; i < vars; i++)
		sum = sum * 31 + s->var[i];
	for (u32 i = 0; i < FRAMES; i++)
		sum = sum * 31 + LOAD(u64, s->memory[i]) + LOAD(u64, s->memory[i] + 8);
	return sum;
}

static void emit_sum(struct build *b, u32 vars)
{
	u32 sum = vc_reg(b->v), part = vc_reg(b->v);

	vc_imm(b->v, sum, 0);
	for (u32 i = 0; i < vars; i++) {
		vc_alu_imm(b->v, VC_MUL, VC_64, sum, sum, 31);
		vc_alu(b->v, VC_ADD, VC_64, sum, sum, b->var[i]);
	}
	for (u32 i = 0; i < FRAMES; i++) {
		vc_alu_imm(b->v, VC_MUL, VC_64, sum, sum, 31);
		for (s32 off = 0; off < FRAME_SIZE; off += 8) {
			vc_frame_load(b->v, 8, false, part, b->frame[i], off);
			vc_alu(b->v, VC_ADD, VC_64, sum, sum, part);
		}
	}
	vc_exit(b->v, sum);
}

static void compile(struct gen *g, struct arena *a, const struct vcode_opts *opts, struct vmtest *t,
		    struct vcode_info *info)
{
	struct build b = { .v = vcode_new(a) };
	struct obj_prog prog = { .name = "random" };

	assert_non_null(b.v);
	for (u32 i = 0; i < g->vars; i++) {
		b.var[i] = vc_reg(b.v);
		if (i < 2)
			vc_mov(b.v, b.var[i], vc_arg(b.v, i));
		else
			vc_imm(b.v, b.var[i], i);
	}
	for (u32 i = 0; i < FRAMES; i++) {
		b.frame[i] = vc_frame(b.v, FRAME_SIZE, 8);
		vc_frame_zero(b.v, b.frame[i], 0, FRAME_SIZE);
	}
	emit(g->ops, g->count, &b);
	emit_sum(&b, g->vars);
	assert_int_equal(vcode_finish(b.v, &prog, a, NULL, opts, info, NULL), 0);
	memset(t, 0, sizeof(*t));
	if (vmtest_open(t, prog.insns, prog.insn_count, PROG_UNSPEC)) {
		diag_print(&t->d, stderr, false);
		fail_msg("the structure of the program is refused");
	}
}

static u32 spills, deepest;

static void check(u64 seed, u32 vars, const struct vcode_opts *opts)
{
	static const u64 inputs[][2] = {
		{ 0, 0 }, { 1, UINT64_MAX }, { 0x123456789, 77 }, { 1ULL << 63, 0x80000000 }
	};
	struct gen *g = calloc(1, sizeof(*g));
	struct vcode_info info;
	struct arena a = { 0 };
	struct vmtest t;

	assert_non_null(g);
	g->seed = seed;
	g->vars = vars;
	generate(g, 10 + pick(g, 60), 0);
	compile(g, &a, opts, &t, &info);
	spills += info.spills;
	deepest = MAX(deepest, info.stack);
	for (u32 k = 0; k < ARRAY_SIZE(inputs); k++) {
		struct state s = { 0 };
		u64 got = 0;

		for (u32 i = 0; i < vars; i++)
			s.var[i] = i < 2 ? inputs[k][i] : i;
		interpret(g->ops, g->count, &s);
		assert_int_equal(vmtest_run(&t, true, inputs[k][0], inputs[k][1], &got), 0);
		if (got != sum_of(&s, vars))
			fail_msg("seed %llu, %u registers: 0x%llx, not 0x%llx",
				 (unsigned long long)seed, vars, (unsigned long long)got,
				 (unsigned long long)sum_of(&s, vars));
	}
	vmtest_close(&t);
	arena_fini(&a);
	free(g);
}

static void few_registers_compute_what_was_written(void **state)
{
	struct vcode_opts opts = { 0 };

	for (u64 seed = 1; seed <= 3000; seed++)
		check(seed, 3 + seed % 6, &opts);
}

static void more_registers_than_the_machine_has_are_spilled(void **state)
{
	struct vcode_opts opts = { 0 };

	spills = 0;
	for (u64 seed = 1; seed <= 1000; seed++)
		check(seed, 12 + seed % 20, &opts);
	assert_true(spills > 1000);
	assert_true(deepest <= STACK_SIZE);
}

static void old_releases_compute_the_same(void **state)
{
	struct vcode_opts opts = { .era = ERA(4, 14) };

	for (u64 seed = 1; seed <= 1000; seed++)
		check(seed + 7000, 3 + seed % 20, &opts);
}

static void unoptimised_code_computes_the_same(void **state)
{
	struct vcode_opts opts = { .no_optimise = true };

	for (u64 seed = 1; seed <= 1000; seed++)
		check(seed + 9000, 3 + seed % 20, &opts);
}

static const struct CMUnitTest tests[] = {
	TEST(few_registers_compute_what_was_written),
	TEST(more_registers_than_the_machine_has_are_spilled),
	TEST(old_releases_compute_the_same),
	TEST(unoptimised_code_computes_the_same),
};
TEST_MAIN(tests)
