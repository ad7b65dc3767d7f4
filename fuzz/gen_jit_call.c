// SPDX-License-Identifier: BSD-2-Clause
/* Calls and blocks: what a call destroys is kept on the stack, or is a new number afterwards. */
#include "fuzz/gen_jit_code.h"

#define STORE64 (CLASS_STX | MODE_MEM | SIZE_DW)
#define LOAD64	(CLASS_LDX | MODE_MEM | SIZE_DW)

struct kept {
	s8 spill[6], word[6]; /* by register: where it is; -1: nowhere */
};

/* Before a call; the words that arguments point to stay as they are with `quiet`. */
static struct kept keep(struct jgen *j, bool quiet)
{
	struct kept k;
	s8 next = 0;

	for (u8 r = 1; r < 6; r++) {
		bool number = j->scalars >> r & 1;

		k.spill[r] = k.word[r] = -1;
		if (!number || j->fixed >> r & 1) {
			k.spill[r] = next++;
			gen_emit(&j->g, STORE64, REG_FP, r, j_spill(j, (u32)k.spill[r]), 0);
		} else if (!quiet && gen_chance(&j->g, 50)) {
			k.word[r] = (s8)(1 + gen_below(&j->g, j->words));
			gen_emit(&j->g, STORE64, REG_FP, r, -8 * k.word[r], 0);
		}
	}
	return k;
}

static void restore(struct jgen *j, const struct kept *k)
{
	for (u8 r = 1; r < 6; r++) {
		if (k->spill[r] >= 0)
			gen_emit(&j->g, LOAD64, r, REG_FP, j_spill(j, (u32)k->spill[r]), 0);
	}
	for (u8 r = 1; r < 6; r++) {
		if (k->spill[r] >= 0)
			continue;
		if (k->word[r] >= 0)
			gen_emit(&j->g, LOAD64, r, REG_FP, -8 * k->word[r], 0);
		else if (gen_chance(&j->g, 50))
			gen_emit(&j->g, CODE_MOV | SRC_X, r, 0, 0, 0);
		else
			j_fresh(j, r);
	}
}

static void stack_address(struct jgen *j, u8 dst, s32 off)
{
	gen_emit(&j->g, CODE_MOV | SRC_X, dst, REG_FP, 0, 0);
	gen_emit(&j->g, CLASS_ALU64, dst, 0, 0, off);
}

/* A key of 4 bytes at fp + off: a constant, or a number cut to 0 … 7. */
static s32 some_key(struct jgen *j, u32 below)
{
	struct gen *g = &j->g;
	s32 off = -8 * (1 + (s32)gen_below(g, j->words)) + 4 * (s32)gen_below(g, 2);
	u8 r = j_target(j);

	if (gen_chance(g, 50)) {
		gen_emit(g, CLASS_ST | MODE_MEM | SIZE_W, REG_FP, 0, off, (s32)gen_below(g, below));
		return off;
	}
	gen_emit(g, CLASS_ALU64 | 0x50, r, 0, 0, (s32)below - 1);
	gen_emit(g, CLASS_STX | MODE_MEM | SIZE_W, REG_FP, r, off, 0);
	return off;
}

/* r0: a value or NULL; afterwards a number on both paths. */
static void use_value(struct jgen *j, s32 len)
{
	struct gen *g = &j->g;
	u32 other = gen_below(g, 2), jump, over;
	s32 off = (s32)gen_below(g, (u32)len / 8) * 8;

	jump = emit_jump(g, CLASS_JMP | (other ? 0x50 : 0x10), 0, 0, 0);
	if (other) { /* the null path first */
		gen_emit(g, CODE_MOV, 0, 0, 0, (s32)gen_number(g));
		over = emit_jump(g, CODE_JA, 0, 0, 0);
		patch(g, jump);
	}
	if (gen_chance(g, 50)) {
		gen_emit(g, CODE_MOV, 1, 0, 0, (s32)gen_number(g));
		gen_emit(g, CLASS_STX | (gen_chance(g, 50) ? MODE_MEM : MODE_ATOMIC) | SIZE_DW, 0,
			 1, off, 0);
	}
	gen_emit(g, LOAD64, 0, 0, off, 0);
	patch(g, other ? over : jump);
}

void j_lookup(struct jgen *j)
{
	struct gen *g = &j->g;
	bool hash = gen_chance(g, 40);
	struct kept k;
	s32 key;

	if (j->fixed & 1)
		return;
	k = keep(j, false);
	key = some_key(j, 8);
	if (gen_chance(g, 50)) {
		emit_imm64(g, 1, PSEUDO_MAP_IDX, hash ? J_HASH : J_ARRAY, 0);
		stack_address(j, 2, key);
	} else {
		stack_address(j, 2, key);
		emit_imm64(g, 1, PSEUDO_MAP_IDX, hash ? J_HASH : J_ARRAY, 0);
	}
	gen_emit(g, CODE_CALL, 0, 0, 0, 1);
	use_value(j, hash ? 32 : J_VALUE);
	restore(j, &k);
}

void j_hash(struct jgen *j)
{
	struct gen *g = &j->g;
	bool update = gen_chance(g, 60);
	struct kept k;
	s32 key;

	if (j->fixed & 1)
		return;
	k = keep(j, false);
	key = some_key(j, 16);
	stack_address(j, 2, key);
	if (update) {
		stack_address(j, 3, -8 * (s32)j->words + 8 * (s32)gen_below(g, j->words - 3));
		gen_emit(g, CODE_MOV, 4, 0, 0, (s32)gen_below(g, 3));
	}
	emit_imm64(g, 1, PSEUDO_MAP_IDX, J_HASH, 0);
	gen_emit(g, CODE_CALL, 0, 0, 0, update ? 2 : 3);
	restore(j, &k);
}

/* A function of the kind: a new one, or one that is written later. -1: none. */
static s32 callee(struct jgen *j, bool callback)
{
	for (u32 f = j->func + 1; f < j->func_count; f++) {
		if (j->callback[f] == callback && gen_chance(&j->g, 60))
			return (s32)f;
	}
	if (j->func_count == J_FUNCS)
		return -1;
	j->callback[j->func_count] = callback;
	return (s32)j->func_count++;
}

static void call_fixup(struct jgen *j, u32 slot, u32 func)
{
	j->g.calls[j->g.call_count++] = (struct gen_fixup){ slot, func };
}

/* The numbers for the arguments are taken from the stack: r1 … r5 may hold pointers. */
void j_call(struct jgen *j)
{
	struct gen *g = &j->g;
	struct kept k;
	s32 f;

	if (j->fixed & 1 || j->val == J_NONE || g->call_count > GEN_FIXUPS - 4)
		return;
	f = callee(j, false);
	if (f < 0)
		return;
	k = keep(j, true);
	if (j->val == 4 || (j->val != 3 && gen_chance(g, 50))) {
		gen_emit(g, CODE_MOV | SRC_X, 3, j->val, 0, 0);
		stack_address(j, 4, -8 * (s32)j->words);
	} else {
		stack_address(j, 4, -8 * (s32)j->words);
		gen_emit(g, CODE_MOV | SRC_X, 3, j->val, 0, 0);
	}
	for (u8 r = 1; r < 3; r++)
		gen_emit(g, LOAD64, r, REG_FP, -8 * (1 + (s32)gen_below(g, j->words)), 0);
	call_fixup(j, g->count, (u32)f);
	gen_emit(g, CODE_CALL, 0, CALL_LOCAL, 0, 0);
	restore(j, &k);
}

/* bpf_loop */
void j_loop_call(struct jgen *j)
{
	struct gen *g = &j->g;
	struct kept k;
	s32 f;

	if (j->fixed & 1 || j->depth || g->call_count > GEN_FIXUPS - 4)
		return;
	f = callee(j, true);
	if (f < 0)
		return;
	j->has.callbacks = true;
	k = keep(j, true);
	if (gen_chance(g, 50)) {
		gen_emit(g, CODE_MOV, 1, 0, 0, gen_chance(g, 90) ? (s32)gen_below(g, 6) : -1);
	} else { /* not known before it runs */
		gen_emit(g, LOAD64, 1, REG_FP, -8 * (1 + (s32)gen_below(g, j->words)), 0);
		gen_emit(g, CLASS_ALU64 | 0x50, 1, 0, 0, 7);
	}
	call_fixup(j, g->count, (u32)f);
	emit_imm64(g, 2, PSEUDO_FUNC, 0, 0);
	stack_address(j, 3, -8 * (s32)j->words);
	gen_emit(g, CODE_MOV, 4, 0, 0, gen_chance(g, 95) ? 0 : 1);
	gen_emit(g, CODE_CALL, 0, 0, 0, 181);
	restore(j, &k);
}

/* Into this program again, or on. */
void j_tail_call(struct jgen *j)
{
	struct gen *g = &j->g;
	struct kept k;

	if (j->fixed & 1 || j->ctx == J_NONE)
		return;
	k = keep(j, false);
	if (j->ctx != 1)
		gen_emit(g, CODE_MOV | SRC_X, 1, j->ctx, 0, 0);
	emit_imm64(g, 2, PSEUDO_MAP_IDX, J_PROGS, 0);
	gen_emit(g, CODE_MOV, 3, 0, 0, (s32)gen_below(g, 3));
	gen_emit(g, CODE_CALL, 0, 0, 0, 12);
	gen_emit(g, CODE_MOV, 0, 0, 0, (s32)gen_number(g));
	restore(j, &k);
}

/* ---- blocks ---- */

static void branch(struct jgen *j)
{
	struct gen *g = &j->g;
	u32 jump = j_condition(j), over;

	j->depth++;
	j_block(j, 1 + gen_below(g, 3));
	if (gen_chance(g, 50)) {
		over = emit_jump(g, gen_chance(g, 70) ? CODE_JA : CODE_JA32, 0, 0, 0);
		patch(g, jump);
		j_block(j, gen_below(g, 3));
		patch(g, over);
	} else {
		patch(g, jump);
	}
	j->depth--;
}

static void go_back(struct gen *g, u8 code, u8 dst, s32 imm, u32 to)
{
	u32 at = emit_jump(g, code, dst, 0, imm);

	if (code == CODE_JA32)
		g->insns[at].imm = (s32)(to - at - 1);
	else
		g->insns[at].off = (s16)(to - at - 1);
}

/* A counter that nothing else writes, in a register or on the stack. */
static void loop(struct jgen *j)
{
	struct gen *g = &j->g;
	u8 counter = j_target(j);
	s32 times = 1 + (s32)gen_below(g, 4), out;
	bool down = gen_chance(g, 50), head = gen_chance(g, 30);
	u16 fixed = j->fixed;
	u32 start;

	if (counter == 0 || __builtin_popcount(j->scalars & ~j->fixed) < 4)
		return;
	gen_emit(g, gen_chance(g, 50) ? CODE_MOV : CLASS_ALU | 0xb0, counter, 0, 0,
		 down ? times : 0);
	j->fixed |= (u16)(1u << counter);
	j->depth += 2;
	start = g->count;
	if (head)
		out = (s32)emit_jump(g, CLASS_JMP | 0x10, counter, 0, down ? 0 : times);
	j_block(j, 1 + gen_below(g, 3));
	gen_emit(g, gen_chance(g, 50) ? CLASS_ALU64 : CLASS_ALU, counter, 0, 0, down ? -1 : 1);
	if (head) {
		go_back(g, gen_chance(g, 50) ? CODE_JA : CODE_JA32, 0, 0, start);
		patch(g, (u32)out);
	} else {
		go_back(g, (gen_chance(g, 50) ? CLASS_JMP : CLASS_JMP32) | 0x50, counter,
			down ? 0 : times, start);
	}
	j->depth -= 2;
	j->fixed = fixed;
}

static void leave(struct jgen *j)
{
	struct gen *g = &j->g;

	if (g->exit_count < GEN_FIXUPS - 1)
		g->exits[g->exit_count++].slot = j_condition(j);
}

static const struct {
	void (*write)(struct jgen *j);
	u32 weight, depth; /* only below this depth */
} idioms[] = {
	{ j_alu, 40, 9 },   { j_pair, 12, 9 },	   { j_load, 8, 9 },	  { j_store, 8, 9 },
	{ j_atomic, 5, 9 }, { j_indexed, 5, 9 },   { j_bytes, 4, 9 },	  { branch, 8, 3 },
	{ loop, 4, 2 },	    { leave, 2, 1 },	   { j_lookup, 3, 2 },	  { j_hash, 2, 2 },
	{ j_call, 3, 2 },   { j_loop_call, 1, 1 }, { j_tail_call, 3, 1 },
};

void j_block(struct jgen *j, u32 count)
{
	u32 sum = 0, at, i;

	for (i = 0; i < ARRAY_SIZE(idioms); i++)
		sum += idioms[i].weight;
	for (u32 k = 0; k < count && j->left > 0 && j->g.count < GEN_ROOM - 400; k++) {
		at = gen_below(&j->g, sum);
		for (i = 0; at >= idioms[i].weight; i++)
			at -= idioms[i].weight;
		if (j->depth >= idioms[i].depth)
			continue;
		j->left--;
		idioms[i].write(j);
	}
}
