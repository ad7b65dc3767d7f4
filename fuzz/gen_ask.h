/* SPDX-License-Identifier: BSD-2-Clause */
/* One program, all answers: our verifier's, the live kernel's, and how it fares when it runs. */
#ifndef FUZZ_GEN_ASK_H
#define FUZZ_GEN_ASK_H

#include <stdio.h>

#include "fuzz/gen_kernel.h"
#include "fuzz/gen_run.h"

enum gen_outcome {
	GEN_BOTH_ACCEPT,
	GEN_BOTH_REFUSE,
	GEN_WE_REFUSE,	    /* only we do */
	GEN_KERNEL_REFUSES, /* only the kernel does: the dangerous one */
	GEN_UNKNOWN,	    /* the kernel was not asked, or could not be */
	GEN_OUTCOMES
};
struct gen_ask {
	bool kernel;		 /* ask it */
	bool kernel_if_accepted; /* ask it only about what we accept */
	bool run;		 /* what we accept */
	bool contain;		 /* run it, and hold what registers are against what was believed */
	bool cap_bpf;		 /* as a user with CAP_BPF alone */
	bool strict, freq;	 /* strict alignment; a checkpoint at every jump */
	FILE *log;		 /* our verifier's log, NULL: none */
};
struct gen_answer {
	enum gen_outcome outcome;
	bool accepted;		   /* by us */
	char why[200], line[300];  /* our refusal, without its numbers and with them */
	struct gen_verdict kernel; /* when it was asked */
	struct gen_failure failure;
	u32 ran;
	u32 processed; /* instructions, by us */
};

void gen_ask(struct gen_answer *out, const struct gen_ask *how, const struct object *obj,
	     const struct obj_prog *prog);

#endif
