/* SPDX-License-Identifier: BSD-2-Clause */
/* The running kernel as the judge of classic programs: SO_ATTACH_FILTER on a datagram socket. */
#ifndef TESTS_CLASSIC_LIVE_H
#define TESTS_CLASSIC_LIVE_H

#include <errno.h>
#include <linux/filter.h>
#include <sys/socket.h>
#include <unistd.h>

#include "classic/classic.h"

_Static_assert(sizeof(struct sock_filter) == sizeof(struct cbpf_insn), "same layout");

/* 0 or -errno. */
static inline int live_attach(int fd, const struct cbpf_prog *prog)
{
	struct sock_fprog p = { (unsigned short)prog->count, (struct sock_filter *)prog->insns };

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &p, sizeof(p)) ? -errno : 0;
}

#endif
