/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What checked machine code must test, instruction by instruction: one forward pass over what is
 * certain of registers (written? the frame's, the context's or a constant address?) and of stack
 * bytes (written?). What this proves needs no test; the rest is tested in place or by a call, and
 * what must fail is left to the checked interpreter, which says why.
 */
#ifndef JIT_CHECK_H
#define JIT_CHECK_H

#include "jit/ir.h"

enum check_kind {
	CHECK_NONE,    /* proved, or no access */
	CHECK_CALL,    /* ask */
	CHECK_WINDOW,  /* in the window, or ask */
	CHECK_CONTEXT, /* the base is the context at `at`, or ask */
	CHECK_WRITTEN, /* stack bytes from `at` on were written, or ask */
	CHECK_MARK,    /* stack bytes from `at` on are written now */
	CHECK_KNOWN,   /* a helper's arguments are proved, and it leaves memory as it is */
	CHECK_LOOKUP,  /* the same of a look-up, which may give NULL */
};

struct ir_check {
	u8 kind;
	u8 how;	    /* enum access_flag and vm_access */
	u8 size;    /* bytes */
	u8 window;  /* number */
	bool own;   /* its window may show the running frame */
	bool fails; /* cannot go well: the interpreter's */
	bool never; /* is never reached */
	bool head;  /* starts a stretch of instructions that are executed together */
	s16 at;	    /* from r10 or the context's start, bytes */
	u16 init;   /* bit per register that holds a value */
	u32 ahead;  /* instructions of the stretch from this one on */
};

/* `out`, one per slot, is owned by the caller. 0; -ENOMEM; -EOPNOTSUPP with *why: what cannot be
 * decided before the program runs. Sets up the functions of `ir` for checked code. */
int ir_check(struct ir_check **out, struct ir *ir, const struct ctx_layout *layout,
	     const char **why);
/* Does it call functions of the program, itself or through a helper? */
bool ir_check_calls_back(const struct ir *ir, const struct ir_func *f);

#endif
