// SPDX-License-Identifier: BSD-2-Clause
#include "fuzz/gen_jit.h"

#include <stdlib.h>

#include "fuzz/gen_jit_code.h"

static const struct obj_map maps[J_MAPS] = {
	[J_ARRAY] = { "array", MAP_TYPE_ARRAY, 4, J_VALUE, 4, .autocreate = true, .inner = -1 },
	[J_ONE] = { "one", MAP_TYPE_ARRAY, 4, 64, 1, .autocreate = true, .inner = -1 },
	[J_HASH] = { "hash", MAP_TYPE_HASH, 4, 32, 8, .autocreate = true, .inner = -1 },
	[J_PROGS] = { "progs", MAP_TYPE_PROG_ARRAY, 4, 4, 2, .autocreate = true, .inner = -1 },
};

/* ---- where things are in a function ---- */

/* Registers for the pointers, mostly those that calls keep; all others hold numbers. */
static u8 take_reg(struct jgen *j)
{
	u8 r;

	do
		r = (u8)(gen_chance(&j->g, 75) ? 6 + gen_below(&j->g, 4) : 1 + gen_below(&j->g, 5));
	while (!(j->scalars >> r & 1));
	j->scalars &= (u16) ~(1u << r);
	return r;
}

/* Every number starts as something: an immediate, 64 bits, bytes of memory. */
static void start_scalars(struct jgen *j)
{
	for (u8 r = 0; r < REG_FP; r++) {
		if (j->scalars >> r & 1)
			j_fresh(j, r);
	}
	for (u32 w = 1; w <= j->words; w++) {
		if (gen_chance(&j->g, 50))
			gen_emit(&j->g, CLASS_ST | MODE_MEM | SIZE_DW, REG_FP, 0, -8 * (s32)w,
				 (s32)gen_number(&j->g));
		else
			gen_emit(&j->g, CLASS_STX | MODE_MEM | SIZE_DW, REG_FP, j_scalar(j),
				 -8 * (s32)w, 0);
	}
}

static void function_open(struct jgen *j, u32 func)
{
	j->func = func;
	j->starts[func] = j->g.count;
	j->words = 4 + gen_below(&j->g, func ? 2 : 9);
	j->scalars = 0x3ff;
	j->fixed = 0;
	j->depth = 0;
	j->ctx = j->pkt = j->val = j->mem = J_NONE;
	j->g.exit_count = 0;
}

/* Pointers come through the stack, so that they may lie anywhere afterwards. */
static void main_open(struct jgen *j, u32 out[3])
{
	struct gen *g = &j->g;

	gen_emit(g, CODE_MOV | SRC_X, 6, 1, 0, 0);
	gen_emit(g, CLASS_LDX | MODE_MEM | SIZE_W, 7, 1, 0, 0);
	gen_emit(g, CLASS_LDX | MODE_MEM | SIZE_W, 8, 1, 4, 0);
	gen_emit(g, CODE_MOV | SRC_X, 2, 7, 0, 0);
	gen_emit(g, CLASS_ALU64, 2, 0, 0, GEN_JIT_PACKET);
	out[0] = emit_jump(g, CLASS_JMP | SRC_X | 0x20, 2, 8, 0);
	gen_emit(g, CLASS_ST | MODE_MEM | SIZE_W, REG_FP, 0, -4, (s32)gen_below(g, 4));
	gen_emit(g, CODE_MOV | SRC_X, 2, REG_FP, 0, 0);
	gen_emit(g, CLASS_ALU64, 2, 0, 0, -4);
	emit_imm64(g, 1, PSEUDO_MAP_IDX, J_ARRAY, 0);
	gen_emit(g, CODE_CALL, 0, 0, 0, 1);
	out[1] = emit_jump(g, CLASS_JMP | 0x10, 0, 0, 0);
	gen_emit(g, CLASS_STX | MODE_MEM | SIZE_DW, REG_FP, 6, j_spill(j, 0), 0);
	gen_emit(g, CLASS_STX | MODE_MEM | SIZE_DW, REG_FP, 7, j_spill(j, 1), 0);
	gen_emit(g, CLASS_STX | MODE_MEM | SIZE_DW, REG_FP, 0, j_spill(j, 2), 0);
	j->ctx = j->has.tail_calls ? take_reg(j) : J_NONE;
	j->pkt = take_reg(j);
	j->val = take_reg(j);
	if (j->ctx != J_NONE)
		gen_emit(g, CLASS_LDX | MODE_MEM | SIZE_DW, j->ctx, REG_FP, j_spill(j, 0), 0);
	gen_emit(g, CLASS_LDX | MODE_MEM | SIZE_DW, j->pkt, REG_FP, j_spill(j, 1), 0);
	gen_emit(g, CLASS_LDX | MODE_MEM | SIZE_DW, j->val, REG_FP, j_spill(j, 2), 0);
	start_scalars(j);
}

/* r1, r2: numbers; r3: a map's value; r4: 32 bytes of the caller's stack. */
static void sub_open(struct jgen *j)
{
	struct gen *g = &j->g;

	gen_emit(g, CLASS_STX | MODE_MEM | SIZE_DW, REG_FP, 1, -8, 0);
	gen_emit(g, CLASS_STX | MODE_MEM | SIZE_DW, REG_FP, 2, -16, 0);
	if (gen_chance(g, 50)) {
		j->val = 3;
		j->mem = 4;
		j->scalars &= (u16) ~(3u << 3);
	} else {
		gen_emit(g, CLASS_STX | MODE_MEM | SIZE_DW, REG_FP, 3, j_spill(j, 0), 0);
		gen_emit(g, CLASS_STX | MODE_MEM | SIZE_DW, REG_FP, 4, j_spill(j, 1), 0);
		j->val = take_reg(j);
		j->mem = take_reg(j);
		gen_emit(g, CLASS_LDX | MODE_MEM | SIZE_DW, j->val, REG_FP, j_spill(j, 0), 0);
		gen_emit(g, CLASS_LDX | MODE_MEM | SIZE_DW, j->mem, REG_FP, j_spill(j, 1), 0);
	}
	for (u32 w = 3; w <= j->words; w++)
		gen_emit(g, CLASS_ST | MODE_MEM | SIZE_DW, REG_FP, 0, -8 * (s32)w,
			 (s32)gen_number(g));
	for (u8 r = 0; r < REG_FP; r++) {
		if (j->scalars >> r & 1)
			gen_emit(g, CLASS_LDX | MODE_MEM | SIZE_DW, r, REG_FP,
				 -8 * (1 + (s32)gen_below(g, 2)), 0);
	}
}

/* r1: the round; r2: 32 bytes of the caller's stack. */
static void callback_open(struct jgen *j)
{
	struct gen *g = &j->g;

	gen_emit(g, CODE_MOV | SRC_X, 0, 1, 0, 0);
	gen_emit(g, CLASS_STX | MODE_MEM | SIZE_DW, REG_FP, 2, j_spill(j, 0), 0);
	j->mem = take_reg(j);
	gen_emit(g, CLASS_LDX | MODE_MEM | SIZE_DW, j->mem, REG_FP, j_spill(j, 0), 0);
	for (u8 r = 1; r < REG_FP; r++) {
		if (j->scalars >> r & 1)
			gen_emit(g, CODE_MOV | SRC_X, r, 0, 0, 0);
	}
	for (u32 w = 1; w <= j->words; w++)
		gen_emit(g, CLASS_STX | MODE_MEM | SIZE_DW, REG_FP, j_scalar(j), -8 * (s32)w, 0);
}

/* r0 = a hash of all numbers in registers and on the stack. */
static void fold(struct jgen *j)
{
	struct gen *g = &j->g;
	u8 other = 0;

	for (u8 r = 1; r < REG_FP; r++) {
		if (!(j->scalars >> r & 1))
			continue;
		gen_emit(g, CLASS_ALU64 | 0x20, 0, 0, 0, 31);
		gen_emit(g, CLASS_ALU64 | SRC_X, 0, r, 0, 0);
		other = r;
	}
	for (u32 w = 1; w <= j->words; w++) {
		gen_emit(g, CLASS_LDX | MODE_MEM | SIZE_DW, other, REG_FP, -8 * (s32)w, 0);
		gen_emit(g, CLASS_ALU64 | 0x20, 0, 0, 0, 0x5bd1e995);
		gen_emit(g, CLASS_ALU64 | SRC_X | 0xa0, 0, other, 0, 0);
	}
}

static void function_close(struct jgen *j, bool callback)
{
	struct gen *g = &j->g;

	for (u32 i = 0; i < g->exit_count; i++)
		patch(g, g->exits[i].slot);
	fold(j);
	if (callback) { /* may end the loop */
		gen_emit(g, CLASS_STX | MODE_ATOMIC | SIZE_DW, j->mem, 0, 8, 0);
		gen_emit(g, CLASS_ALU64 | 0x50, 0, 0, 0, gen_chance(g, 50) ? 0 : 1);
	}
	if (!j->func) {
		emit_imm64(g, 1, PSEUDO_MAP_IDX_VALUE, J_ONE, 0);
		gen_emit(g, CLASS_STX | MODE_MEM | SIZE_DW, 1, 0, 0, 0);
	}
	gen_emit(g, CODE_EXIT, 0, 0, 0, 0);
}

static void write_main(struct jgen *j, u32 idioms)
{
	struct gen *g = &j->g;
	u32 out[3];

	function_open(j, 0);
	main_open(j, out);
	j->left = (s32)idioms * 2;
	j_block(j, idioms);
	function_close(j, false);
	patch(g, out[0]);
	patch(g, out[1]);
	gen_emit(g, CODE_MOV, 0, 0, 0, 1);
	gen_emit(g, CODE_EXIT, 0, 0, 0, 0);
}

/* Functions that calls have asked for; they ask for those after them. */
static void write_others(struct jgen *j)
{
	for (u32 f = 1; f < j->func_count; f++) {
		function_open(j, f);
		if (j->callback[f])
			callback_open(j);
		else
			sub_open(j);
		j->left = 12;
		j_block(j, 2 + gen_below(&j->g, 6));
		function_close(j, j->callback[f]);
	}
	for (u32 i = 0; i < j->g.call_count; i++) {
		u32 at = j->g.calls[i].slot;

		j->g.insns[at].imm = (s32)(j->starts[j->g.calls[i].to] - at - 1);
	}
}

static bool object_fill(struct object *obj, const struct jgen *j)
{
	struct obj_prog *p = arena_array(&obj->arena, 1, sizeof(*p));

	obj->license = "GPL";
	obj->progs = p;
	obj->maps = arena_copy(&obj->arena, maps, sizeof(maps));
	if (!p || !obj->maps)
		return false;
	obj->prog_count = 1;
	obj->map_count = J_MAPS;
	*p = (struct obj_prog){ .name = "main", .type = PROG_XDP, .autoload = true };
	p->insns = arena_copy(&obj->arena, j->g.insns, j->g.count * sizeof(struct insn));
	p->insn_count = j->g.count;
	p->funcs = arena_array(&obj->arena, j->func_count, sizeof(*p->funcs));
	if (!p->insns || !p->funcs)
		return false;
	p->func_count = j->func_count;
	for (u32 f = 0; f < j->func_count; f++) {
		u32 end = f + 1 < j->func_count ? j->starts[f + 1] : j->g.count;
		static const char *const names[J_FUNCS] = { "main", "f1", "f2", "f3" };

		p->funcs[f].name = names[f];
		p->funcs[f].start = j->starts[f];
		p->funcs[f].count = end - j->starts[f];
	}
	return true;
}

struct object *gen_jit(u64 seed, u32 idioms, struct gen_jit_has *has)
{
	struct jgen *j = calloc(1, sizeof(*j));
	struct object *obj = object_new("random");
	bool ok = false;

	if (j && obj) {
		j->g.rng = (seed + 1) * 0xd1342543de82ef95u;
		j->func_count = 1;
		j->has.tail_calls = gen_chance(&j->g, 6);
		write_main(j, 1 + gen_below(&j->g, 2 * (idioms ? idioms : 24)));
		write_others(j);
		*has = j->has;
		ok = j->g.count < GEN_ROOM && object_fill(obj, j);
	}
	free(j);
	if (ok)
		return obj;
	object_free(obj);
	return NULL;
}
