// SPDX-License-Identifier: BSD-2-Clause
/* Hooks of single sockets, by their descriptor, and of the sockets in a map. */
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kernel/attach.h"
#include "kernel/info.h"
#include "spec/features.h"
#include "spec/map.h"
#include "spec/prog.h"

/* ---- one socket ---- */

static bool fits_socket(const struct obj_prog *p)
{
	return p->type == PROG_SOCKET_FILTER || p->type == PROG_SK_REUSEPORT;
}

static int socket_off(struct kernel_link *l)
{
	int zero = 0;

	return setsockopt(l->undo.target_fd, SOL_SOCKET,
			  l->undo.type == PROG_SK_REUSEPORT ? SO_DETACH_REUSEPORT_BPF
							    : SO_DETACH_FILTER,
			  &zero, sizeof(zero))
		       ? -errno
		       : 0;
}

static int socket_set(struct kernel_link *l, int prog_fd)
{
	return setsockopt(l->undo.target_fd, SOL_SOCKET,
			  l->undo.type == PROG_SK_REUSEPORT ? SO_ATTACH_REUSEPORT_EBPF
							    : SO_ATTACH_BPF,
			  &prog_fd, sizeof(prog_fd))
		       ? -errno
		       : 0;
}

static int do_socket(struct kernel_link *l, const struct attach_request *r, struct diag *d)
{
	char what[64];
	int err;

	if (!r->opts->fd) {
		diag_error(d, -EINVAL, NOWHERE,
			   "program '%s' is attached to a socket: give its "
			   "descriptor",
			   r->p->name);
		return -EINVAL;
	}
	snprintf(what, sizeof(what), "the socket of descriptor %d", r->opts->fd);
	l->undo.type = r->p->type;
	l->undo.target_fd = dup(r->opts->fd);
	err = l->undo.target_fd < 0 ? -errno : socket_set(l, r->prog_fd);
	if (err)
		return attach_refused(r, err, what, d);
	l->take_back = socket_off;
	l->replace = socket_set;
	return link_target(l, "%s", what) ? 0 : diag_nomem(d);
}

const struct attach_family attach_socket = { "socket", fits_socket, do_socket, true };

/* ---- sockets in a map ---- */

static bool fits_sockmap(const struct obj_prog *p)
{
	return p->type == PROG_SK_SKB || p->type == PROG_SK_MSG;
}

/* A sockmap of the unit, one that is pinned, or a descriptor of the caller's: one of ours. */
static int find_sockmap(const struct attach_request *r, struct diag *d)
{
	s32 index = r->target ? object_map_index(r->u->unit->obj, r->target) : -1;
	int fd;

	if (r->opts->fd)
		return dup(r->opts->fd);
	if (index >= 0 && r->u->maps[index].fd >= 0)
		return dup(r->u->maps[index].fd);
	fd = strchr(r->target, '/') ? sys_pin_get(r->target) : -ENOENT;
	if (fd < 0)
		diag_error(d, fd, NOWHERE, "there is no map '%s' for program '%s'", r->target,
			   r->p->name);
	return fd;
}

static int sockmap_off(struct kernel_link *l)
{
	struct sys_attach a = { .target_fd = (u32)l->undo.target_fd,
				.prog_fd = (u32)l->undo.prog_fd,
				.type = l->undo.type };

	return SYS_BPF(CMD_PROG_DETACH, &a);
}

/* Links to sockmaps exist since 6.10; before, programs are attached and taken off. */
static int sockmap_old(struct kernel_link *l, const struct attach_request *r, int map,
		       const char *what, struct diag *d)
{
	struct sys_attach a = { .target_fd = (u32)map,
				.prog_fd = (u32)r->prog_fd,
				.type = r->p->attach_type };
	int err = SYS_BPF(CMD_PROG_ATTACH, &a);

	if (err)
		return attach_refused(r, err, what, d);
	l->undo.target_fd = dup(map);
	l->undo.prog_fd = dup(r->prog_fd);
	l->undo.type = r->p->attach_type;
	l->take_back = sockmap_off;
	return link_target(l, "%s", what) ? 0 : diag_nomem(d);
}

static int do_sockmap(struct kernel_link *l, const struct attach_request *r, struct diag *d)
{
	struct sys_link_create a = { .type = r->p->attach_type };
	struct info_map info = { 0 };
	int fd = find_sockmap(r, d), err;
	char what[PATH_MAX + 64];

	if (fd < 0)
		return fd;
	sys_info(fd, &info, sizeof(info));
	snprintf(what, sizeof(what), "map '%s' (%s)", info.name,
		 attach_info(r->p->attach_type)->name);
	a.target = (u32)fd;
	if (kernel_of(r->u)->release >= ERA(6, 10))
		err = link_create(l, r, &a, what, d);
	else
		err = sockmap_old(l, r, fd, what, d);
	if (err && info.type != MAP_TYPE_SOCKMAP && info.type != MAP_TYPE_SOCKHASH)
		diag_hint(d, "only maps of type sockmap and sockhash hold sockets");
	close(fd);
	return err;
}

const struct attach_family attach_sockmap = { "sockmap", fits_sockmap, do_sockmap, true };
