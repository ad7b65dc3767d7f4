// SPDX-License-Identifier: BSD-2-Clause
/* Hooks of cgroups: by link, or before Linux 5.7 and with other modes by attaching. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "kernel/attach.h"
#include "spec/features.h"
#include "spec/prog.h"

enum { ALLOW_MULTI = 1 << 1, REPLACE = 1 << 2, PREORDER = 1 << 6 };

static bool fits_cgroup(const struct obj_prog *p)
{
	switch (p->type) {
	case PROG_CGROUP_SKB:
	case PROG_CGROUP_SOCK:
	case PROG_CGROUP_DEVICE:
	case PROG_CGROUP_SOCK_ADDR:
	case PROG_CGROUP_SYSCTL:
	case PROG_CGROUP_SOCKOPT:
	case PROG_SOCK_OPS:
		return true;
	case PROG_LSM:
		return p->attach_type == ATTACH_LSM_CGROUP;
	default:
		return false;
	}
}

static int detach(struct kernel_link *l)
{
	struct sys_attach a = { .target_fd = (u32)l->undo.target_fd,
				.prog_fd = (u32)l->undo.prog_fd,
				.type = l->undo.type };

	return SYS_BPF(CMD_PROG_DETACH, &a);
}

/* The only program of the cgroup and type, in the place of the one that was there. */
static int attach_alone(struct kernel_link *l, const struct attach_request *r, int cgroup,
			const char *what, struct diag *d)
{
	struct sys_attach a = { .target_fd = (u32)cgroup,
				.prog_fd = (u32)r->prog_fd,
				.type = r->p->attach_type };
	int err = SYS_BPF(CMD_PROG_ATTACH, &a);

	if (err)
		return attach_refused(r, err, what, d);
	l->undo.target_fd = dup(cgroup);
	l->undo.prog_fd = dup(r->prog_fd);
	l->undo.type = r->p->attach_type;
	l->take_back = detach;
	return link_target(l, "%s", what) ? 0 : diag_nomem(d);
}

static int do_cgroup(struct kernel_link *l, const struct attach_request *r, struct diag *d)
{
	struct sys_link_create a = { .type = r->p->attach_type };
	int fd = r->opts->fd ? dup(r->opts->fd) : find_cgroup(r->target, d), err;
	char what[PATH_MAX + 64];

	if (fd < 0)
		return r->opts->fd ? attach_refused(r, -EBADF, "a cgroup", d) : fd;
	snprintf(what, sizeof(what), "cgroup '%s' (%s)", r->target ? r->target : "of a descriptor",
		 attach_info(r->p->attach_type)->name);
	a.target = (u32)fd;
	a.flags = r->opts->flags & SKEP_ATTACH_FIRST ? PREORDER : 0;
	if (kernel_of(r->u)->release < ERA(5, 7) || r->opts->flags & SKEP_ATTACH_REPLACE)
		err = attach_alone(l, r, fd, what, d);
	else
		err = link_create(l, r, &a, what, d);
	close(fd);
	return err;
}

const struct attach_family attach_cgroup = { "cgroup", fits_cgroup, do_cgroup, true };
