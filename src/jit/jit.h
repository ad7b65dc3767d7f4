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

#define JIT_COUNT_BEFORE UINT64_MAX

struct jit_opts {
	const struct verify_fact *facts; /* one a slot, of an accepted program; NULL: none */
	/* For programs that nobody vouches for: code that tests what the checked interpreter tests,
	 * and faults as it does; for vm_run_checked. `layout` is of the context, NULL: plain
	 * memory. */
	bool checked;
	const struct ctx_layout *layout;
	bool blind; /* no number of the program stands in the code */
	/* One a slot: how often it was executed, or JIT_COUNT_BEFORE: as often as the slot before.
	 * Threads may lose counts to each other. NULL: nothing is counted; borrowed. */
	u64 *counts;
};

/*
 * Gives `p` machine code, which the machine then uses. `opts` NULL: nothing is known, nothing is
 * tested. 0; -EOPNOTSUPP, -ENOMEM, -EPERM (no executable memory), -EIO (no randomness) with `*why`
 * a sentence without end (static): the program is then interpreted as before. -EOPNOTSUPP also for
 * checked code of programs where it depends on the path whether a register was written.
 */
int jit_compile(struct vm_prog *p, const struct jit_opts *opts, const char **why);

#endif
