// SPDX-License-Identifier: BSD-2-Clause
/* Fewer jumps: those to jumps go on to the end, and a loop's last test is what repeats it. */
#include "jit/ir.h"

enum { CHAIN = 8 }; /* jumps that are followed */

static void thread(struct ir *ir, struct ir_insn *i)
{
	for (u32 n = 0; n < CHAIN; n++) {
		const struct ir_insn *next = &ir->insns[i->to];

		if (next->kind != IR_JA || next->to == i->to)
			return;
		i->to = next->to;
		ir->insns[i->to].target = true;
	}
}

/* if (c) goto a; goto b; a: … becomes if (!c) goto b; and so does one whose b is backward: the
 * jump to a then stands after it. */
static void invert(struct ir *ir, u32 slot)
{
	struct ir_insn *i = &ir->insns[slot], *ja;
	u32 next = slot + 1, to = i->to;

	while (next < ir->count && ir->insns[next].kind == IR_NONE && !ir->insns[next].target)
		next++;
	ja = &ir->insns[next];
	if (ja->kind != IR_JA || ja->target || (to != next + 1 && ja->to > slot))
		return;
	i->sign = !i->sign;
	i->to = ja->to;
	ja->to = to;
	if (to == next + 1)
		ja->kind = IR_NONE;
}

void ir_loops(struct ir *ir)
{
	u32 head = 0; /* of the last loop so far, and 1 */

	for (u32 slot = 0; slot < ir->count; slot++) {
		const struct ir_insn *i = &ir->insns[slot];

		if ((i->kind != IR_JUMP && i->kind != IR_JA) || i->to > slot || i->to + 1 < head)
			continue;
		ir->insns[i->to].loop = slot;
		ir->loops = true;
		head = i->to + 1;
	}
}

void ir_flow(struct ir *ir)
{
	for (u32 slot = 0; slot < ir->count; slot++) {
		struct ir_insn *i = &ir->insns[slot];

		if (i->kind == IR_JA || i->kind == IR_JUMP)
			thread(ir, i);
		if (i->kind == IR_JUMP)
			invert(ir, slot);
	}
}
