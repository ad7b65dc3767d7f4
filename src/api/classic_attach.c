// SPDX-License-Identifier: BSD-2-Clause
/* Classic programs, given to the kernel. */
#include "api/handle.h"
#include "kernel/classic.h"

int skep_classic_attach(const struct skep_classic *prog, int socket, struct skep_diag *diag)
{
	const struct skep_classic_insn *insns = NULL;
	size_t count = 0;

	if (prog)
		insns = skep_classic_insns(prog, &count);
	return kernel_classic_socket(insns, count, socket, diag_of(diag));
}

int skep_classic_seccomp(const struct skep_classic *prog, struct skep_diag *diag)
{
	size_t count;
	const struct skep_classic_insn *insns = skep_classic_insns(prog, &count);

	return kernel_classic_seccomp(insns, count, diag_of(diag));
}
