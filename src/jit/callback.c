// SPDX-License-Identifier: BSD-2-Clause
/*
 * bpf_loop whose callback is known becomes IR_LOOP: a loop in the caller around a direct call. The
 * callback's address must stand before the call on the only way there, and the callback must not
 * call further functions: so the frames that it takes are counted by the caller's depth, and none
 * calls itself this way.
 */
#include "jit/ir.h"

enum { HELPER_LOOP = 181 };

/* Where the value of r2 at `slot` comes from, when that is certain; NULL: it is not. */
static const struct ir_insn *callback_of(const struct ir *ir, u32 slot)
{
	while (!ir->insns[slot].target && slot-- > 0) {
		const struct ir_insn *i = &ir->insns[slot];

		if (ir_insn_use(i).def >> 2 & 1)
			return i->kind == IR_CONST ? i : NULL;
		if (i->kind == IR_JA || i->kind == IR_EXIT)
			return NULL;
	}
	return NULL;
}

/* Calls nothing but helpers that call nothing of the program. */
static bool is_leaf(const struct ir *ir, const struct ir_func *f)
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

void ir_callbacks(struct ir *ir)
{
	for (u32 slot = 0; slot < ir->count; slot++) {
		struct ir_insn *i = &ir->insns[slot];
		const struct vm_call *call;
		const struct ir_insn *fn;
		u32 to;

		if (i->kind != IR_CALL)
			continue;
		call = &ir->prog->calls[i->imm];
		fn = call->custom || call->id != HELPER_LOOP ? NULL : callback_of(ir, slot);
		if (!fn || !func_slot(ir->prog, (u64)fn->imm, &to) ||
		    !is_leaf(ir, ir_func_at(ir, to)))
			continue;
		i->kind = IR_LOOP;
		i->to = to;
	}
}
