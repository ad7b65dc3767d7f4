/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which instruction of a program was running when a signal came: by the address in its machine
 * code, or the one that it called from. And the report of a program that crashed.
 */
#ifndef TOOLS_WHERE_H
#define TOOLS_WHERE_H

#include <skep/skep.h>

struct where {
	uintptr_t code, end;
	const struct skep_code_place *places;
	size_t place_count;
};

/* -ENODATA: the program has no machine code. */
int where_init(struct where *w, const struct skep_prog *prog);
/* `context` is a signal handler's third argument. False: not in that program. */
bool where_insn(const struct where *w, const void *context, uint32_t *insn);
/* From now on an access to bad memory in the program says where it was and ends the process. */
void where_report_crashes(const struct skep_prog *prog);

#endif
