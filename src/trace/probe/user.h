/* SPDX-License-Identifier: BSD-2-Clause */
/* Files that probes of user programs name. */
#ifndef TRACE_PROBE_USER_H
#define TRACE_PROBE_USER_H

#include "trace/probe/provider.h"

/* Calls `each` for the file that part `part` means (a path, a program, a library), or for all that
 * its pattern finds. */
int user_files(struct expander *e, u32 part, int (*each)(void *ctx, const char *path), void *ctx);

#endif
