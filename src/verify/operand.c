// SPDX-License-Identifier: BSD-2-Clause
/* Registers as operands of an instruction: the checks of env.h that hold for all of them. */
#include "verify/env.h"

int reg_check(struct verify *v, u8 regno, enum reg_use use)
{
	struct reg *r = &regs_of(v)[regno];

	if (use == USE_SRC) {
		if (r->type != NOT_INIT)
			return 0;
		reject(v, REJECT_UNINIT, regno, "R%u is read before it is written", regno);
		return v->reject.err;
	}
	if (regno == REG_FP)
		return reject(v, REJECT_STACK, regno, "R10, the frame pointer, is written");
	if (use == USE_DST)
		reg_set_unknown(r);
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
