/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The compiler: machine code for a translated program that the verifier has proved, or that the
 * caller vouches for. Decode (ir), liveness (live), then one emission a row (x64). The code
 * tests nothing but what the instruction set defines: divisors, tail calls, helpers' faults.
 */
#ifndef JIT_JIT_H
#define JIT_JIT_H

#include "verify/verify.h"
#include "vm/op.h"

/* Is there a back end for this machine? */
bool jit_available(void);

/*
 * Gives `p` machine code, which vm_run_fast then uses. `facts`, one a slot, are of an accepted
 * program; NULL: nothing is known. 0; -EOPNOTSUPP, -ENOMEM, -EPERM (no executable memory) with
 * `*why` a sentence without end (static): the program is then interpreted as before.
 */
int jit_compile(struct vm_prog *p, const struct verify_fact *facts, const char **why);

/*
 * The same for programs that nobody vouches for: vm_run_checked then uses code that tests what the
 * checked interpreter tests, and faults as it does. `layout` is of the context, NULL: plain memory.
 * -EOPNOTSUPP also for programs where it depends on the path what a register holds.
 */
int jit_compile_checked(struct vm_prog *p, const struct ctx_layout *layout, const char **why);

#endif
