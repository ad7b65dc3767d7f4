// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/classic.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "kernel/sys.h"

_Static_assert(sizeof(struct skep_classic_insn) == sizeof(struct sock_filter), "same layout");

int kernel_classic_socket(const struct skep_classic_insn *insns, size_t count, int socket,
			  struct diag *d)
{
	struct sock_fprog prog = { .len = (u16)count,
				   .filter = (struct sock_filter *)(uintptr_t)insns };
	int zero = 0, err;

	if (count > BPF_MAXINSNS)
		return diag_error(d, -E2BIG, NOWHERE, "%zu instructions; Linux takes %d", count,
				  BPF_MAXINSNS);
	err = count ? setsockopt(socket, SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog))
		    : setsockopt(socket, SOL_SOCKET, SO_DETACH_FILTER, &zero, sizeof(zero));
	if (!err || (!count && errno == ENOENT))
		return 0;
	err = -errno;
	diag_error(d, err, NOWHERE, "the filter cannot be %s the socket: %s",
		   count ? "attached to" : "taken off", sys_error(err));
	if (err == -EPERM)
		diag_hint(d, "the socket's filter is locked");
	else if (err == -ENOMEM)
		diag_hint(d, "sysctl net.core.optmem_max limits the filters of a socket");
	return err;
}

int kernel_classic_seccomp(const struct skep_classic_insn *insns, size_t count, struct diag *d)
{
	struct sock_fprog prog = { .len = (u16)count,
				   .filter = (struct sock_filter *)(uintptr_t)insns };
	int err = count > BPF_MAXINSNS ? -E2BIG : 0;

	if (!err && (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
		     prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog, 0, 0)))
		err = -errno;
	if (!err)
		return 0;
	diag_error(d, err, NOWHERE, "the filter of system calls cannot be set: %s", sys_error(err));
	if (err == -EINVAL)
		diag_hint(d, "such a filter loads 32-bit words of struct seccomp_data, whole and "
			     "aligned, and has no other loads");
	return err;
}
