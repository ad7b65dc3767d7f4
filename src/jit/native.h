/* SPDX-License-Identifier: BSD-2-Clause */
/* Machine code of a program as the compiler keeps it. */
#ifndef JIT_NATIVE_H
#define JIT_NATIVE_H

#include "jit/check.h"
#include "jit/code.h"

struct native {
	struct vm_native base; /* first */
	struct code_memory memory;
	struct ir_check *checks; /* checked code: one per slot; owned */
};

static inline const struct native *native_of(const struct vm_prog *p)
{
	return (const struct native *)(const void *)p->native;
}

#endif
