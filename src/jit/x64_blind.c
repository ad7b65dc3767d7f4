// SPDX-License-Identifier: BSD-2-Clause
/* Numbers that were blinded (blind.c): put together in a register. Change the flags. */
#include "jit/x64.h"

/* reg = the value's 32 bits, and zero above. Of a fixed length, whatever the numbers. */
static void hidden32(struct x64 *x, u8 reg, u32 value, u32 key)
{
	x64_mov_imm(&x->a, reg, value ^ key);
	x64_rr(&x->a, false, 0x81, X64_XOR >> 3, reg);
	x64_u32(&x->a, key);
}

void x64_blind_operand(struct x64 *x, const struct ir_insn *i)
{
	hidden32(x, RDI, (u32)i->imm, (u32)i->other);
	x64_rr(&x->a, true, 0x63, RDI, RDI);
}

static void movabs(struct x64 *x, u8 reg, u64 value)
{
	x64_byte(&x->a, 0x48 | reg >> 3);
	x64_byte(&x->a, 0xb8 | (reg & 7));
	x64_u32(&x->a, (u32)value);
	x64_u32(&x->a, (u32)(value >> 32));
}

void x64_blind_const(struct x64 *x, const struct ir_insn *i)
{
	u64 value = (u64)i->imm, key = (u64)i->other;
	u8 dst = x64_dst(i);

	if (value <= UINT32_MAX) {
		hidden32(x, dst, (u32)value, (u32)key);
		return;
	}
	movabs(x, dst, value ^ key);
	movabs(x, RDI, key);
	x64_arith(&x->a, true, X64_XOR, dst, RDI);
}
