/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Classic programs in the kernel: as the filter of a socket, and as the filter of this thread's
 * system calls. 0 or -errno with a diagnostic. Source: socket(7), seccomp(2).
 */
#ifndef KERNEL_CLASSIC_H
#define KERNEL_CLASSIC_H

#include <skep/skep.h>

#include "base/diag.h"
#include "base/types.h"

/* count 0: take the socket's filter off. */
int kernel_classic_socket(const struct skep_classic_insn *insns, size_t count, int socket,
			  struct diag *d);
/* For good, and for all children; the thread gives up gaining privileges first. */
int kernel_classic_seccomp(const struct skep_classic_insn *insns, size_t count, struct diag *d);

#endif
