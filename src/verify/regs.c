// SPDX-License-Identifier: BSD-2-Clause
#include "verify/env.h"

/* A call reads its arguments whole; what a call or exit writes is not defined by halves. */
static bool jump_is_64(const struct insn *i, enum reg_use use)
{
	if (i->code == CODE_CALL)
		return i->src != CALL_LOCAL && use == USE_SRC;
	return true;
}

static bool load_is_64(const struct insn *i, enum reg_use use)
{
	if (use == USE_SRC) /* an address */
		return true;
	return INSN_SIZE(i->code) == SIZE_DW || INSN_MODE(i->code) == MODE_MEMSX;
}

/* Does the instruction use all 64 bits of the register? */
static bool uses_64(const struct insn *i, const struct reg *r, enum reg_use use)
{
	bool swap = INSN_OP(i->code) == 0xd0;

	switch (INSN_CLASS(i->code)) {
	case CLASS_JMP:
		return jump_is_64(i, use);
	case CLASS_ALU64:
		return !swap || i->imm == 64;
	case CLASS_ALU:
		return swap && i->imm == 64;
	case CLASS_JMP32:
		return false;
	case CLASS_LDX:
		return load_is_64(i, use);
	case CLASS_STX:
		return (use == USE_SRC && r->type != SCALAR_VALUE) || INSN_SIZE(i->code) == SIZE_DW;
	case CLASS_LD:
		return INSN_MODE(i->code) == MODE_IMM || use == USE_SRC;
	default:
		return true;
	}
}

/*
 * The upper half of what a 32-bit instruction wrote is read: machines that do not clear it by
 * themselves must be told to.
 */
static void note_upper_half(struct verify *v, struct reg *r)
{
	if (r->subreg) {
		v->result->facts[r->subreg - 1].zext = true;
		r->subreg = 0;
	}
}

int reg_check(struct verify *v, u8 regno, enum reg_use use)
{
	struct reg *r = &regs_of(v)[regno];
	bool whole = uses_64(&v->insns[v->insn], r, use);

	if (use == USE_SRC) {
		if (r->type == NOT_INIT)
			return reject(v, REJECT_UNINIT, regno,
				      "R%u is read, but nothing was written to it on this path",
				      regno);
		if (regno != REG_FP && whole)
			note_upper_half(v, r);
		return 0;
	}
	if (regno == REG_FP)
		return reject(v, REJECT_RDONLY, regno, "R10, the frame pointer, is only read");
	if (use == USE_DST)
		reg_set_unknown(r);
	r->subreg = whole ? 0 : v->insn + 1;
	return 0;
}

void regs_clobber_caller_saved(struct verify *v)
{
	for (u32 i = 0; i <= 5; i++)
		reg_set_uninit(&regs_of(v)[i]);
}

bool is_pointer_leak(const struct verify *v, const struct reg *r)
{
	return !v->allow_ptr_leaks && r->type != SCALAR_VALUE;
}
