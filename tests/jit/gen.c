// SPDX-License-Identifier: BSD-2-Clause
#include "gen.h"

#include "isa/alu.h"

enum { FUNCS = 3, LOOP_REG = 9, MEM_REG = 6 };

struct gen {
	u64 rng;
	struct insn *insns;
	u32 count;
	u32 func; /* the one being written; those after it may be called */
	u32 start[FUNCS + 1];
	u32 calls[64], call_to[64], call_count;
	u32 left; /* statements */
	bool loop;
};

static u64 any(struct gen *g)
{
	g->rng += 0x9e3779b97f4a7c15;
	u64 z = g->rng;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static u32 below(struct gen *g, u32 n)
{
	return (u32)((any(g) >> 32) * n >> 32);
}

static bool chance(struct gen *g, u32 percent)
{
	return below(g, 100) < percent;
}

static void put(struct gen *g, u8 code, u32 dst, u32 src, s32 off, s32 imm)
{
	g->insns[g->count++] = (struct insn){
		.code = code, .dst = dst & 15, .src = src & 15, .off = (s16)off, .imm = imm
	};
}

/* A register that holds a number: all but r6, r10, and r9 in a loop. */
static u32 number(struct gen *g)
{
	static const u8 regs[] = { 0, 1, 2, 3, 4, 5, 7, 8, 9 };

	return regs[below(g, g->loop ? 8 : 9)];
}

static s32 constant(struct gen *g)
{
	static const s32 odd[] = { 0,	      1,	 -1,	       2,      3,
				   7,	      8,	 31,	       32,     63,
				   64,	      127,	 128,	       -128,   -129,
				   255,	      256,	 0x7fff,       0x8000, 0xffff,
				   INT32_MAX, INT32_MIN, INT32_MIN + 1 };

	return chance(g, 60) ? odd[below(g, ARRAY_SIZE(odd))] : (s32)any(g);
}

static void wide_constant(struct gen *g, u32 dst)
{
	u64 v = any(g) >> below(g, 64);

	if (chance(g, 30))
		v = ~v;
	put(g, CODE_LD_IMM64, dst, 0, 0, (s32)v);
	put(g, 0, 0, 0, 0, (s32)(v >> 32));
}

static u8 class(struct gen *g)
{
	return chance(g, 55) ? CLASS_ALU : CLASS_ALU64;
}

static void arith(struct gen *g)
{
	static const u8 ops[] = { ALU_ADD, ALU_SUB, ALU_MUL, ALU_DIV, ALU_OR,  ALU_AND,
				  ALU_LSH, ALU_RSH, ALU_MOD, ALU_XOR, ALU_MOV, ALU_ARSH };
	u8 op = ops[below(g, ARRAY_SIZE(ops))];
	bool signs = (op == ALU_DIV || op == ALU_MOD) && chance(g, 50);
	u8 src = chance(g, 50) ? SRC_X : SRC_K;
	s32 imm = src == SRC_X ? 0 : constant(g);
	u8 code = (u8)(class(g) | op | src);
	bool wide = INSN_CLASS(code) == CLASS_ALU64;

	if (op == ALU_LSH || op == ALU_RSH || op == ALU_ARSH)
		imm &= wide ? 63 : 31;
	if (src == SRC_X)
		imm = 0;
	else if ((op == ALU_DIV || op == ALU_MOD) && !imm)
		imm = 3;
	put(g, code, number(g), src == SRC_X ? number(g) : 0, signs, imm);
}

static void unary(struct gen *g)
{
	static const u8 sx[] = { 8, 16, 32 };
	u32 dst = number(g), width = 16u << below(g, 3);
	u8 c = class(g);

	switch (below(g, 5)) {
	case 0:
		put(g, (u8)(c | ALU_NEG), dst, 0, 0, 0);
		break;
	case 1:
		put(g, (u8)(CLASS_ALU | ALU_END | (chance(g, 50) ? SRC_X : SRC_K)), dst, 0, 0,
		    (s32)width);
		break;
	case 2:
		put(g, CLASS_ALU64 | ALU_END, dst, 0, 0, (s32)width);
		break;
	default:
		put(g, (u8)(c | ALU_MOV | SRC_X), dst, number(g),
		    sx[below(g, c == CLASS_ALU ? 2 : 3)], 0);
	}
}

static u8 condition(struct gen *g)
{
	static const u8 ops[] = { JMP_JEQ,  JMP_JGT, JMP_JGE, JMP_JSET, JMP_JNE, JMP_JSGT,
				  JMP_JSGE, JMP_JLT, JMP_JLE, JMP_JSLT, JMP_JSLE };

	return (u8)((chance(g, 50) ? CLASS_JMP : CLASS_JMP32) | ops[below(g, ARRAY_SIZE(ops))]);
}

/* Part of a group that may be merged: now and then it is jumped over, which breaks the group. */
static void part(struct gen *g, u8 code, u32 dst, u32 src, s32 off, s32 imm)
{
	if (chance(g, 4))
		put(g, condition(g), number(g), 0, 1, constant(g));
	put(g, code, dst, src, off, imm);
}

/* Pairs and triples that compilers emit and back ends merge, sometimes just wrong for it. */
static void idiom(struct gen *g)
{
	u32 a = number(g), b = number(g), left;
	u8 c = class(g), width = c == CLASS_ALU ? 32 : 64, out;
	u8 join = chance(g, 80) ? ALU_OR : chance(g, 50) ? ALU_ADD : ALU_XOR;

	switch (below(g, 6)) {
	case 0: /* zero or sign extension by shifts */
		left = chance(g, 80) ? 32 : 1 + below(g, 63);
		part(g, CLASS_ALU64 | ALU_LSH, a, 0, 0, (s32)left);
		part(g, (u8)(CLASS_ALU64 | (chance(g, 50) ? ALU_RSH : ALU_ARSH)), a, 0, 0,
		     chance(g, 90) ? (s32)left : (s32)below(g, 64));
		break;
	case 1: /* rotation */
		left = 1 + below(g, width - 1u);
		out = chance(g, 90) ? (u8)(width - left) : (u8)below(g, width);
		part(g, (u8)((chance(g, 70) ? CLASS_ALU64 : c) | ALU_MOV | SRC_X), b, a, 0, 0);
		part(g, (u8)(c | (chance(g, 50) ? ALU_LSH : ALU_RSH)), b, 0, 0, (s32)left);
		part(g,
		     (u8)((chance(g, 90) ? c : class(g)) |
			  (INSN_OP(g->insns[g->count - 1].code) == ALU_LSH ? ALU_RSH : ALU_LSH)),
		     a, 0, 0, out);
		if (chance(g, 50))
			part(g, (u8)(c | join | SRC_X), a, b, 0, 0);
		else
			part(g, (u8)(c | join | SRC_X), b, a, 0, 0);
		break;
	case 2: /* three operands */
		part(g, (u8)((chance(g, 70) ? CLASS_ALU64 : c) | ALU_MOV | SRC_X), a, b, 0, 0);
		part(g, (u8)(c | (chance(g, 50) ? ALU_ADD : ALU_LSH)), a, 0, 0,
		     chance(g, 50) ? 1 + (s32)below(g, 4) : constant(g) & (width - 1));
		part(g, (u8)(c | ALU_ADD | SRC_X), a, number(g), 0, 0);
		break;
	case 3: /* quotient and remainder */
		left = number(g);
		if (chance(g, 40))
			put(g, CLASS_ALU | ALU_MOV | SRC_X, left, left, 0, 0);
		part(g, (u8)(class(g) | ALU_MOV | SRC_X), a, b, 0, 0);
		part(g, (u8)(c | ALU_DIV | SRC_X), a, left, 0, 0);
		part(g, (u8)(c | ALU_MUL | SRC_X), a, chance(g, 80) ? left : number(g), 0, 0);
		part(g, (u8)(c | ALU_SUB | SRC_X), b, a, 0, 0);
		break;
	case 4: /* a test of what was just made */
		if (chance(g, 60))
			part(g, CODE_MOV | SRC_X, a, b, 0, 0);
		out = (u8)((chance(g, 50) ? CLASS_ALU64 : c) | (chance(g, 60)	? ALU_AND
								: chance(g, 50) ? ALU_SUB
										: ALU_XOR));
		if (chance(g, 50))
			part(g, out | SRC_X, a, number(g), 0, 0);
		else
			part(g, out, a, 0, 0, constant(g));
		part(g,
		     (u8)((chance(g, 50) ? CLASS_JMP : CLASS_JMP32) |
			  (chance(g, 50) ? JMP_JEQ : JMP_JNE)),
		     a, 0, 1, 0);
		if (chance(g, 60))
			part(g, CODE_MOV, a, 0, 0, constant(g));
		else
			part(g, CLASS_ALU64 | ALU_XOR, b, 0, 0, constant(g));
		if (chance(g, 60))
			part(g, CODE_MOV, a, 0, 0, constant(g));
		break;
	default: /* a copy that keeps what it reads */
		part(g, (u8)(c | ALU_MOV | SRC_X), a, b, 0, 0);
		part(g, (u8)(class(g) | (chance(g, 50) ? ALU_AND : ALU_SUB)), a, 0, 0, constant(g));
	}
}

static u8 size(struct gen *g)
{
	static const u8 sizes[] = { SIZE_B, SIZE_H, SIZE_W, SIZE_DW };

	return sizes[below(g, 4)];
}

/* Base register and offset of `bytes` bytes that may be touched. */
static u32 place(struct gen *g, u32 bytes, s32 *off)
{
	if (chance(g, 40)) {
		*off = -(s32)(bytes * (1 + below(g, GEN_STACK / bytes)));
		return REG_FP;
	}
	*off = (s32)(bytes * below(g, GEN_MEMORY / bytes));
	return MEM_REG;
}

static void memory(struct gen *g)
{
	u8 s = size(g);
	s32 off;
	u32 base = place(g, size_bytes(s), &off);

	if (chance(g, 40))
		put(g, (u8)(CLASS_LDX | MODE_MEM | s), number(g), base, off, 0);
	else if (chance(g, 25) && s != SIZE_DW)
		put(g, (u8)(CLASS_LDX | MODE_MEMSX | s), number(g), base, off, 0);
	else if (chance(g, 60))
		put(g, (u8)(CLASS_STX | MODE_MEM | s), base, number(g), off, 0);
	else
		put(g, (u8)(CLASS_ST | MODE_MEM | s), base, 0, off, constant(g));
}

/* p = r6; p += index; … *(p + off), the index being small. */
static void indexed(struct gen *g)
{
	u32 p = number(g), index = number(g), value;
	u8 s = size(g);
	s32 mask = (s32)(15 >> below(g, 3));

	if (p == index)
		return;
	do
		value = number(g);
	while (value == p);
	put(g, (u8)(class(g) | ALU_AND), index, 0, 0, mask);
	if (chance(g, 60)) {
		put(g, CODE_MOV | SRC_X, p, index, 0, 0);
		if (chance(g, 60))
			put(g, CLASS_ALU64 | ALU_LSH, p, 0, 0, (s32)below(g, 4));
		put(g, CLASS_ALU64 | ALU_ADD | SRC_X, p, MEM_REG, 0, 0);
	} else {
		put(g, CODE_MOV | SRC_X, p, MEM_REG, 0, 0);
		put(g, CLASS_ALU64 | ALU_ADD | SRC_X, p, index, 0, 0);
	}
	if (chance(g, 30))
		put(g, CLASS_ALU64 | ALU_ADD, p, 0, 0, (s32)below(g, 16));
	if (chance(g, 60))
		put(g, (u8)(CLASS_LDX | MODE_MEM | s), chance(g, 60) ? p : value, p,
		    (s32)below(g, 64), 0);
	else
		put(g, (u8)(CLASS_STX | MODE_MEM | s), p, value, (s32)below(g, 64), 0);
	if (chance(g, 60)) /* the address is not needed any more */
		put(g, CLASS_ALU64 | ALU_MOV, p, 0, 0, constant(g));
	else
		put(g, CLASS_ALU64 | ALU_SUB | SRC_X, p, MEM_REG, 0, 0);
}

/* What is loaded, compared and not needed any more; less of it; products that make a rotation. */
static void consumed(struct gen *g)
{
	u32 a = number(g), b = number(g), n = 1 + below(g, 31);
	s32 off, factor = constant(g);
	u8 s = size(g), c = class(g);
	u32 base = place(g, size_bytes(s), &off);

	switch (below(g, 4)) {
	case 0:
		part(g, (u8)(CLASS_LDX | MODE_MEM | s), a, base, off, 0);
		if (chance(g, 20))
			memory(g);
		if (chance(g, 40))
			put(g, condition(g) | SRC_X, chance(g, 50) ? a : b, chance(g, 50) ? a : b,
			    1, 0);
		else
			put(g, condition(g), a, 0, 1, constant(g));
		part(g, (u8)(c | (chance(g, 50) ? ALU_MOV : ALU_XOR)), b, 0, 0, constant(g));
		part(g, CODE_MOV, a, 0, 0, constant(g));
		break;
	case 1:
		part(g, (u8)(CLASS_LDX | MODE_MEM | s), a, base, off, 0);
		if (chance(g, 20))
			memory(g);
		part(g, (u8)(c | ALU_AND), a, 0, 0, chance(g, 50) ? 0xff : 0xffff);
		break;
	case 2:
		part(g, CODE_MOV | SRC_X, b, a, 0, 0);
		part(g, (u8)(c | ALU_MUL), b, 0, 0, (s32)((u32)factor << n));
		part(g, (u8)((chance(g, 90) ? c : class(g)) | ALU_MUL), a, 0, 0, factor);
		part(g, (u8)(c | ALU_RSH), a, 0, 0, (s32)((c == CLASS_ALU ? 32 : 64) - n));
		part(g, (u8)((chance(g, 80) ? c : class(g)) | ALU_OR | SRC_X), a, b, 0, 0);
		break;
	default:
		part(g, (u8)(c | ALU_MUL), a, 0, 0, 3 + 2 * (s32)below(g, 4));
		part(g, (u8)(class(g) | (chance(g, 50) ? ALU_ADD : ALU_SUB)), a, 0, 0, constant(g));
	}
}

static void atomic(struct gen *g)
{
	static const s32 ops[] = { ATOMIC_ADD,
				   ATOMIC_OR,
				   ATOMIC_AND,
				   ATOMIC_XOR,
				   ATOMIC_ADD | ATOMIC_FETCH,
				   ATOMIC_OR | ATOMIC_FETCH,
				   ATOMIC_AND | ATOMIC_FETCH,
				   ATOMIC_XOR | ATOMIC_FETCH,
				   ATOMIC_XCHG,
				   ATOMIC_CMPXCHG };
	u8 s = chance(g, 50) ? SIZE_W : SIZE_DW;
	s32 off;
	u32 base;

	if (chance(g, 20)) {
		s = size(g);
		base = place(g, size_bytes(s), &off);
		if (chance(g, 50))
			put(g, CLASS_STX | MODE_ATOMIC | s, number(g), base, off,
			    ATOMIC_LOAD_ACQUIRE);
		else
			put(g, CLASS_STX | MODE_ATOMIC | s, base, number(g), off,
			    ATOMIC_STORE_RELEASE);
		return;
	}
	base = place(g, size_bytes(s), &off);
	if (chance(g, 40)) { /* so that a comparison is true now and then */
		put(g, (u8)(CLASS_LDX | MODE_MEM | s), 0, base, off, 0);
		if (chance(g, 30)) { /* in its lower half */
			u32 high = number(g);

			put(g, CODE_LD_IMM64, high, 0, 0, 0);
			put(g, 0, 0, 0, 0, constant(g));
			put(g, CLASS_ALU64 | ALU_OR | SRC_X, 0, high, 0, 0);
		}
	}
	put(g, CLASS_STX | MODE_ATOMIC | s, base, number(g), off, ops[below(g, ARRAY_SIZE(ops))]);
}

static void fresh(struct gen *g, u32 from, u32 to)
{
	for (u32 r = from; r <= to; r++) {
		if (chance(g, 70))
			put(g, (u8)(class(g) | ALU_MOV), r, 0, 0, constant(g));
		else
			wide_constant(g, r);
	}
}

static void call(struct gen *g)
{
	u32 next = g->func + 1;

	if (next <= FUNCS && chance(g, 60) && g->call_count < ARRAY_SIZE(g->calls)) {
		/* Memory in r1, as the callee expects. */
		put(g, CODE_MOV | SRC_X, 1, MEM_REG, 0, 0);
		g->calls[g->call_count] = g->count;
		g->call_to[g->call_count++] = next + below(g, FUNCS + 1 - next);
		put(g, CODE_CALL, 0, CALL_LOCAL, 0, 0);
	} else if (chance(g, 30)) {
		u32 reg = 7 + below(g, g->loop ? 2 : 3);

		put(g, CLASS_ALU64 | ALU_MOV, reg, 0, 0, 5);
		put(g, CODE_CALLX, reg, 0, 0, 0);
	} else {
		put(g, CODE_CALL, 0, CALL_HELPER, 0, 5);
	}
	fresh(g, 1, 5);
}

static void block(struct gen *g, u32 n);

/* if (…) { … } else { … } */
static void branch(struct gen *g, u32 n)
{
	u32 jump, over;
	u8 cond = condition(g);

	if (chance(g, 50))
		put(g, cond | SRC_X, number(g), number(g), 0, 0);
	else
		put(g, cond, number(g), 0, 0, constant(g));
	jump = g->count - 1;
	block(g, n);
	over = g->count;
	if (chance(g, 40)) {
		bool far = chance(g, 30);

		put(g, far ? CODE_JA32 : CODE_JA, 0, 0, 0, 0);
		g->insns[jump].off = (s16)(g->count - jump - 1);
		block(g, n);
		if (far)
			g->insns[over].imm = (s32)(g->count - over - 1);
		else
			g->insns[over].off = (s16)(g->count - over - 1);
		return;
	}
	g->insns[jump].off = (s16)(g->count - jump - 1);
}

static void loop(struct gen *g, u32 n)
{
	u32 top;

	put(g, CLASS_ALU64 | ALU_MOV, LOOP_REG, 0, 0, 1 + (s32)below(g, 20));
	g->loop = true;
	top = g->count;
	block(g, n);
	put(g, (u8)(class(g) | ALU_SUB), LOOP_REG, 0, 0, 1);
	if (chance(g, 10))
		put(g, CODE_JCOND, 0, 0, 1, 0); /* over the jump, when its count is spent */
	put(g, (chance(g, 50) ? CLASS_JMP : CLASS_JMP32) | JMP_JNE, LOOP_REG, 0, 0, 0);
	g->insns[g->count - 1].off = (s16)((s32)top - (s32)g->count);
	g->loop = false;
}

static void statement(struct gen *g)
{
	u32 kind = below(g, 100);

	if (kind < 30)
		arith(g);
	else if (kind < 40)
		unary(g);
	else if (kind < 52)
		idiom(g);
	else if (kind < 57)
		consumed(g);
	else if (kind < 70)
		memory(g);
	else if (kind < 77)
		indexed(g);
	else if (kind < 83)
		atomic(g);
	else if (kind < 86)
		call(g);
	else if (kind < 88)
		wide_constant(g, number(g));
	else if (kind < 96)
		branch(g, 1 + below(g, 4));
	else if (!g->loop)
		loop(g, 2 + below(g, 6));
}

static void block(struct gen *g, u32 n)
{
	for (; n && g->left; n--) {
		g->left--;
		statement(g);
	}
}

static void function(struct gen *g, u32 func, u32 statements)
{
	g->func = func;
	g->start[func] = g->count;
	put(g, CODE_MOV | SRC_X, MEM_REG, 1, 0, 0);
	fresh(g, 0, 5);
	fresh(g, 7, 9);
	for (s32 off = -GEN_STACK; off < 0; off += 8)
		put(g, CLASS_ST | MODE_MEM | SIZE_DW, REG_FP, 0, off, constant(g));
	g->left = statements;
	while (g->left)
		block(g, g->left);
	for (u32 r = 1; r <= 9; r++) {
		if (r == MEM_REG)
			continue;
		put(g, CLASS_ALU64 | ALU_MUL, 0, 0, 0, 0x01000193);
		put(g, CLASS_ALU64 | ALU_XOR | SRC_X, 0, r, 0, 0);
	}
	put(g, CODE_EXIT, 0, 0, 0, 0);
}

u32 gen_machine(u64 seed, struct insn out[GEN_SLOTS])
{
	struct gen g = { .rng = seed * 0x2545f4914f6cdd1d, .insns = out };

	for (u32 k = 0; k <= FUNCS; k++)
		function(&g, k, k ? 12 : 10 + below(&g, 50));
	for (u32 k = 0; k < g.call_count; k++)
		out[g.calls[k]].imm = (s32)(g.start[g.call_to[k]] - g.calls[k] - 1);
	return g.count;
}
