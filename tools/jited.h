/* SPDX-License-Identifier: BSD-2-Clause */
/* `skep disasm --jited`: loads programs and shows their machine code. */
#ifndef TOOLS_JITED_H
#define TOOLS_JITED_H

#include <skep/skep.h>

/* `prog` NULL: all. Returns the exit status. */
int jited_show(const char *path, const char *prog, const struct skep_open_opts *open,
	       const struct skep_load_opts *load);

#endif
