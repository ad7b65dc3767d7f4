/* SPDX-License-Identifier: BSD-2-Clause */
/* The live kernel's verdict on random programs; their maps are made once. */
#ifndef FUZZ_GEN_KERNEL_H
#define FUZZ_GEN_KERNEL_H

#include "fuzz/gen_prog.h"

struct gen_verdict {
	int err;	/* 0: accepted, -errno */
	u32 insns;	/* that it processed */
	char why[160];	/* the last line of its log, without numbers; "" when accepted */
	char line[200]; /* the same as it was */
};

bool gen_kernel_can(void); /* may this process load programs? */
/* `flags` of kload.h. False: the kernel could not be asked, or gave no verdict. */
bool gen_kernel_load(struct gen_verdict *out, const struct object *obj, const struct obj_prog *prog,
		     bool cap_bpf, u32 flags);
void gen_kernel_close(void);

#endif
