// SPDX-License-Identifier: BSD-2-Clause
/* Loads, stores, atomics. x86 orders all but a store before a later load: plain moves are enough
 * for acquire and release. */
#include "isa/alu.h"
#include "jit/x64.h"

static struct x64_mem mem_of(const struct ir_insn *i, u8 base)
{
	struct x64_mem m = { base, NO_REG, i->scale, i->off };

	if (i->index != IR_NO_REG)
		m.index = x64_reg_of[i->index];
	return m;
}

static void load(struct x64 *x, u32 size, bool sign, u8 dst, struct x64_mem m)
{
	switch (size) {
	case 1:
		x64_rm(&x->a, sign, sign ? 0x0fbe : 0x0fb6, dst, m);
		break;
	case 2:
		x64_rm(&x->a, sign, sign ? 0x0fbf : 0x0fb7, dst, m);
		break;
	case 4:
		x64_rm(&x->a, sign, sign ? 0x63 : 0x8b, dst, m);
		break;
	default:
		x64_rm(&x->a, true, 0x8b, dst, m);
	}
}

void x64_emit_load(struct x64 *x, const struct ir_insn *i)
{
	load(x, i->size, i->sign, x64_dst(i), mem_of(i, x64_src(i)));
}

void x64_emit_store(struct x64 *x, const struct ir_insn *i)
{
	struct x64_mem m = mem_of(i, x64_dst(i));

	if (i->reg)
		x64_sized(&x->a, i->size, 0, 0x89, x64_src(i), m);
	else
		x64_mov_mem_imm(&x->a, i->size, m, (s32)i->imm);
}

/* OR, AND, XOR that give the old value: no instruction does that. */
static void fetch_loop(struct x64 *x, const struct ir_insn *i, enum x64_arith op)
{
	struct x64_mem at = { RDI, NO_REG, 0, 0 };
	u8 src = x64_src(i), operand = src == RAX ? R10 : src;
	bool keep = src != RAX && x64_live(i, 0);
	u32 again;

	x64_rm(&x->a, true, 0x8d, RDI, mem_of(i, x64_dst(i)));
	if (keep || src == RAX)
		x64_mov(&x->a, true, R10, RAX);
	x64_rm(&x->a, i->wide, 0x8b, RAX, at);
	again = x->a.len;
	x64_mov(&x->a, i->wide, R11, RAX);
	x64_arith(&x->a, i->wide, op, R11, operand);
	x64_sized(&x->a, i->size, 0xf0, 0x0fb1, R11, at);
	x64_byte(&x->a, 0x70 | CC_NE);
	x64_byte(&x->a, (u8)(again - x->a.len - 1));
	if (src != RAX)
		x64_mov(&x->a, i->wide, src, RAX);
	if (keep)
		x64_mov(&x->a, true, RAX, R10);
}

static void emit_rmw(struct x64 *x, const struct ir_insn *i, enum x64_arith op)
{
	struct x64_mem m = mem_of(i, x64_dst(i));

	if (!(i->imm & ATOMIC_FETCH))
		x64_sized(&x->a, i->size, 0xf0, op, x64_src(i), m);
	else if (op == X64_ADD)
		x64_sized(&x->a, i->size, 0xf0, 0x0fc1, x64_src(i), m);
	else
		fetch_loop(x, i, op);
}

void x64_emit_atomic(struct x64 *x, const struct ir_insn *i)
{
	switch ((enum atomic_op)(i->imm)) {
	case ATOMIC_XCHG: /* locks by itself */
		x64_sized(&x->a, i->size, 0, 0x87, x64_src(i), mem_of(i, x64_dst(i)));
		return;
	case ATOMIC_CMPXCHG:
		x64_sized(&x->a, i->size, 0xf0, 0x0fb1, x64_src(i), mem_of(i, x64_dst(i)));
		if (!i->wide) /* eax is not written when it was equal */
			x64_mov(&x->a, false, RAX, RAX);
		return;
	case ATOMIC_LOAD_ACQUIRE:
		load(x, i->size, false, x64_dst(i), mem_of(i, x64_src(i)));
		return;
	case ATOMIC_STORE_RELEASE:
		x64_sized(&x->a, i->size, 0, 0x89, x64_src(i), mem_of(i, x64_dst(i)));
		return;
	default:
		break;
	}
	switch (i->imm & ~(s64)ATOMIC_FETCH) {
	case ATOMIC_ADD:
		emit_rmw(x, i, X64_ADD);
		break;
	case ATOMIC_OR:
		emit_rmw(x, i, X64_OR);
		break;
	case ATOMIC_AND:
		emit_rmw(x, i, X64_AND);
		break;
	case ATOMIC_XOR:
		emit_rmw(x, i, X64_XOR);
		break;
	}
}
