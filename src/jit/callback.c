// SPDX-License-Identifier: BSD-2-Clause
/*
 * bpf_loop whose callback is known becomes IR_LOOP, and so does for_each_map_elem over an array
 * that is known: a loop in the caller around a direct call. The callback's address must stand
 * before the call on the only way there, and the callback must not call further functions: so the
 * frames that it takes are counted by the caller's depth, and none calls itself this way.
 */
#include "jit/ir.h"
#include "map/array.h"

enum { HELPER_FOR_EACH = 164, HELPER_LOOP = 181 };

const struct ir_insn *ir_constant_in(const struct ir *ir, u32 reg, u32 slot)
{
	while (!ir->insns[slot].target && slot-- > 0) {
		const struct ir_insn *i = &ir->insns[slot];

		if (ir_insn_use(i).def >> reg & 1)
			return i->kind == IR_CONST ? i : NULL;
		if (i->kind == IR_JA || i->kind == IR_EXIT)
			return NULL;
	}
	return NULL;
}

/* Calls nothing but helpers that call nothing of the program. */
static bool scan_leaf(const struct ir *ir, const struct ir_func *f)
{
	u32 other;

	for (u32 slot = f->start; slot < f->end; slot++) {
		const struct ir_insn *i = &ir->insns[slot];

		if (i->kind == IR_CALL_LOCAL || i->kind == IR_CALLX || i->kind == IR_TAIL_CALL ||
		    i->kind == IR_LOOP)
			return false;
		if (i->kind == IR_CONST && func_slot(ir->prog, (u64)i->imm, &other))
			return false;
	}
	return true;
}

static bool is_leaf(const struct ir *ir, struct ir_func *f)
{
	if (f->leaf == LEAF_UNKNOWN)
		f->leaf = scan_leaf(ir, f) ? LEAF : LEAF_NOT;
	return f->leaf == LEAF;
}

/* `map`: whose elements are gone over; NULL: it is bpf_loop. */
static void loop(const struct ir *ir, struct ir_insn *i, u32 slot, const struct map *map)
{
	const struct ir_insn *fn = ir_constant_in(ir, 2, slot);
	u32 to;

	if (!fn || !func_slot(ir->prog, (u64)fn->imm, &to) || !is_leaf(ir, ir_func_at(ir, to)))
		return;
	i->kind = IR_LOOP;
	i->imm = (s64)(uintptr_t)map;
	i->to = to;
}

static void for_each(const struct ir *ir, struct ir_insn *i, u32 slot)
{
	const struct map *m = ir_map_in_r1(ir, slot);
	struct array_layout a;

	if (m && array_layout(m, &a) && !a.percpu && (u64)a.stride * a.count <= INT32_MAX)
		loop(ir, i, slot, m);
}

void ir_callbacks(struct ir *ir)
{
	for (u32 slot = 0; slot < ir->count; slot++) {
		struct ir_insn *i = &ir->insns[slot];
		const struct vm_call *call;

		if (i->kind != IR_CALL)
			continue;
		call = &ir->prog->calls[i->imm];
		if (!call->custom && call->id == HELPER_LOOP)
			loop(ir, i, slot, NULL);
		else if (!call->custom && call->id == HELPER_FOR_EACH)
			for_each(ir, i, slot);
	}
}
