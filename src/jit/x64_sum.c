// SPDX-License-Identifier: BSD-2-Clause
/* Sums: all rounds but the last are done by a call before the loop. Scratch: rdi, r10, r11. */
#include "jit/sum.h"
#include "jit/x64.h"
#include "jit/x64_entry.h"

static void (*summer(u32 size))(void)
{
	return size == 1 ? x64_sum1 : size == 2 ? x64_sum2 : x64_sum4;
}

/* r10 = what v has to go to the limit, rdi = the address of the first number. */
static void arguments(struct x64 *x, const struct ir_sum *s)
{
	struct x64_mem v = { x64_reg_of[s->v], NO_REG, 0, (s32)s->v_off };
	struct x64_mem at = { x64_reg_of[s->base], NO_REG, 0, s->off };

	if (s->index != IR_NO_REG)
		at.index = x64_reg_of[s->index];
	x64_rm(&x->a, true, 0x8d, RDI, v);
	if (s->limit_reg != IR_NO_REG)
		x64_mov(&x->a, true, R10, x64_reg_of[s->limit_reg]);
	else
		x64_mov_imm(&x->a, R10, (u64)s->limit);
	x64_arith(&x->a, true, X64_SUB, R10, RDI);
	x64_rm(&x->a, true, 0x8d, RDI, at);
}

void x64_emit_sum(struct x64 *x)
{
	struct ir_sum s;
	u32 differ = 0;

	if (x->checks || !ir_sum_at(&s, x->ir, x->slot))
		return;
	x64_room(&x->a);
	if (s.same[0] != IR_NO_REG) {
		x64_arith(&x->a, true, X64_CMP, x64_reg_of[s.same[0]], x64_reg_of[s.same[1]]);
		differ = x64_jcc_short(&x->a, CC_NE);
	}
	arguments(x, &s);
	x64_mov_imm(&x->a, R11, (u64)(uintptr_t)summer(s.size));
	x64_call_reg(&x->a, R11);
	x64_arith(&x->a, s.wide, X64_ADD, x64_reg_of[s.total], RDI);
	for (u32 r = 0; r < REG_COUNT; r++) {
		if (s.steps >> r & 1)
			x64_arith(&x->a, true, X64_ADD, x64_reg_of[r], R10);
	}
	if (differ)
		x64_bind(&x->a, differ);
}
