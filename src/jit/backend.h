/* SPDX-License-Identifier: BSD-2-Clause */
/* What the common part asks of the back end of a machine. */
#ifndef JIT_BACKEND_H
#define JIT_BACKEND_H

#include "jit/check.h"

/* Code that runs wherever it is put. */
struct jit_image {
	u8 *data; /* owned */
	u32 len;  /* bytes */
	/* vm_native.enter */
	int (*enter)(struct vm_run *run, const void *code, u64 *reg, u64 times);
	u32 *at;		 /* per slot: offset of the function that starts there; owned */
	struct vm_place *places; /* owned */
	u32 place_count;
};

/* `checks`, one a slot, of checked code, else NULL; `counts`, one a slot, NULL: nothing is counted.
 * 0, -ENOMEM. */
int backend_emit(struct jit_image *out, const struct ir *ir, const struct ir_check *checks,
		 u64 *counts);

#endif
