/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls and returns: helpers with every argument type and what they return; static functions
 * (frames pushed and popped), global functions (arguments checked against BTF, result unknown),
 * callbacks, exit and the range of the result.
 */
#ifndef VERIFY_CALL_H
#define VERIFY_CALL_H

#include "verify/env.h"

int call_helper(struct verify *v, const struct insn *i); /* helper_call.c, args.c */
/* A call of a function of the program; *next: slot where the walk goes on. func_call.c */
int call_local(struct verify *v, const struct insn *i, u32 *next);
/* EXIT: *next is where the walk goes on in the caller; *path_done when the path ends. exit.c */
int call_exit(struct verify *v, u32 *next, bool *path_done);

/* bpf_throw: R1 becomes the program's result, and must be one that it may have. exit.c */
int call_check_throw(struct verify *v);

/*
 * The main program's or a global function's entry: frame 0's arguments. For a global function
 * from BTF and its tags. global.c
 */
int call_entry(struct verify *v, struct state *st, u32 func);
/* The argument registers of a call to global function `func` fit its BTF prototype. global.c */
int call_check_global(struct verify *v, u32 func);

/* Push a state that runs callback `func` with the arguments `set` puts into its frame. */
typedef int (*callback_set)(struct verify *v, const struct frame *caller, struct frame *callee,
			    const void *arg);
int call_push_callback(struct verify *v, u32 func, bool async, bool may_sleep, callback_set set,
		       const void *arg);

/* A pointer argument's fixed and variable offset obey its type's rule (args.c; kfuncs use it). */
int call_check_arg_offset(struct verify *v, u8 regno, bool releases);
/* A constant size argument: marks it precise. */
int call_const_arg(struct verify *v, u8 regno, u64 *value);
/* A NUL-terminated constant string in a read-only map (args.c). */
int call_const_str(struct verify *v, u8 regno);

#endif
