/* SPDX-License-Identifier: BSD-2-Clause */
/* Instructions of programs in the kernel, as bpftool prog dump shows them. */
#ifndef KERNEL_LOOK_CODE_H
#define KERNEL_LOOK_CODE_H

#include "kernel/look.h"

enum { CODE_OPCODES = 1, CODE_LINES = 2, CODE_GRAPH = 4 };
/* After the verifier's rewriting ("xlated"). `flags` are CODE_…. */
int look_xlated(struct look *l, unsigned flags);
/* Every function of its machine code. */
int look_jited(struct look *l, skep_jited_fn fn, void *arg);
/* The bytes themselves, of "xlated" or machine code ("jited"): to `path`. */
int look_code_write(struct look *l, bool jited, const char *path);

/* One program with all that the kernel tells of its code; owned. */
struct look_code {
	struct info_prog info;
	u8 *xlated, *jited;
	u64 *ksyms;
	u32 *func_lens;
	struct sys_func_info *funcs;
	struct sys_line_info *lines;
	u64 *jited_lines;
	u8 (*tags)[8];
};
int look_code_open(struct look_code *c, struct look *l);
void look_code_close(struct look_code *c);

#endif
