/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The log that a running Linux printed when it refused a program, explained: which program and
 * instruction it is about, what kind of refusal, and the same words and hints as for our own.
 * Takes the text of any level, libbpf's lines around it included. kernel_says.c: what the kernel's
 * sentences mean; kernel_regs.c: registers as its log prints them.
 */
#ifndef VERIFY_KERNEL_LOG_H
#define VERIFY_KERNEL_LOG_H

#include "object/object.h"
#include "verify/state.h"

/* `prog` NULL: found from the log. 0: recorded as one error in d; -EINVAL: nothing to explain. */
int kernel_log_explain(const struct object *obj, const struct obj_prog *prog, const char *log,
		       size_t len, struct diag *d);

/*
 * A sentence of the kernel as a refusal: kind, register and a sentence of ours. False: not known.
 * The caller sets insn; `says->text` lies in the arena.
 */
bool kernel_says(struct reject *out, struct arena *a, const char *message);

/* The register that a sentence names, -1: none. */
s32 kernel_names(const char *message);

/* "R1=pkt(off=14,r=34) R2_w=5 …" into regs[]; other words are skipped. Maps by name of obj. */
void kernel_regs(struct reg regs[REG_COUNT], const struct object *obj, const char *text);

#endif
