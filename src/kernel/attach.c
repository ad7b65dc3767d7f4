// SPDX-License-Identifier: BSD-2-Clause
/* Links: which family a program's hook belongs to, and the life of what it makes. */
#include "kernel/attach.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include "kernel/errors.h"
#include "kernel/info.h"
#include "spec/features.h"
#include "spec/prog.h"

static const struct attach_family *const families[] = {
	&attach_xdp,	    &attach_tcx,	  &attach_tc,		&attach_cgroup,
	&attach_tracepoint, &attach_raw_tp,	  &attach_tracing,	&attach_iter,
	&attach_perf,	    &attach_uprobe,	  &attach_uprobe_multi, &attach_usdt,
	&attach_kprobe,	    &attach_kprobe_multi, &attach_socket,	&attach_netns,
	&attach_netfilter,  &attach_sockmap,	  &attach_lwt,
};

static const struct attach_family *family_of(const struct obj_prog *p)
{
	for (u32 i = 0; i < ARRAY_SIZE(families); i++) {
		if (families[i]->fits(p))
			return families[i];
	}
	return NULL;
}

/* Iterators over the elements of a map, which must be named. */
static bool wants_map(const struct obj_prog *p)
{
	const char *over = p->attach_target ? p->attach_target : "";

	return strstr(over, "map_elem") || !strcmp(over, "sockmap") || strstr(over, "storage_map");
}

bool kernel_knows_target(const struct unit_prog *p)
{
	const struct attach_family *f = family_of(p->src);

	if (!f || f == &attach_netns) /* not this process's own namespace unasked */
		return false;
	if (f == &attach_iter)
		return !wants_map(p->src);
	return !f->needs_target || p->src->attach_target;
}

/* ---- shared by families ---- */

bool link_target(struct kernel_link *l, const char *fmt, ...)
{
	va_list ap;
	char *text;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n < 0)
		return false;
	free(l->target);
	l->target = text;
	return true;
}

int link_keep(struct kernel_link *l, int fd, struct diag *d)
{
	int *slot = vec_push(&l->events);

	if (!slot) {
		close(fd);
		return diag_nomem(d);
	}
	*slot = fd;
	return 0;
}

static void explain_refusal(const struct attach_request *r, int err, struct diag *d)
{
	const struct attach_info *type = attach_info(r->p->attach_type);
	u32 release = kernel_of(r->u)->release;

	switch (err) {
	case -EPERM:
	case -EACCES:
		kernel_explain_rights(r->p->type, d);
		break;
	case -EBUSY:
	case -EEXIST:
		diag_hint(d,
			  "a program is there already; it may be replaced, or take another place");
		break;
	case -EINVAL:
	case -EOPNOTSUPP:
		if (type && r->p->attach_type &&
		    release < ERA(type->since_major, type->since_minor))
			diag_hint(d, "%s exists since Linux %u.%u; this is %u.%u", type->name,
				  type->since_major, type->since_minor, ERA_MAJOR(release),
				  ERA_MINOR(release));
		break;
	}
}

int attach_refused(const struct attach_request *r, int err, const char *what, struct diag *d)
{
	diag_error(d, err, NOWHERE, "program '%s' cannot be attached to %s: %s", r->p->name, what,
		   sys_error(err));
	explain_refusal(r, err, d);
	return err;
}

int link_create(struct kernel_link *l, const struct attach_request *r, struct sys_link_create *a,
		const char *what, struct diag *d)
{
	int fd;

	a->prog_fd = (u32)r->prog_fd;
	fd = SYS_BPF(CMD_LINK_CREATE, a);
	if (fd < 0)
		return attach_refused(r, fd, what, d);
	l->fd = fd;
	return link_target(l, "%s", what) ? 0 : diag_nomem(d);
}

/* ---- perf events ---- */

static int set_prog(struct kernel_link *l, int prog_fd)
{
	for (u32 i = 0; i < l->events.len; i++) {
		int err = sys_perf_set_prog(l->events.data[i], prog_fd);

		if (err)
			return err;
	}
	return 0;
}

int link_perf(struct kernel_link *l, const struct attach_request *r, int event, const char *what,
	      struct diag *d)
{
	struct sys_link_create a = { .prog_fd = (u32)r->prog_fd,
				     .target = (u32)event,
				     .type = ATTACH_PERF_EVENT };
	bool linked = kernel_of(r->u)->release >= ERA(5, 15);
	int err, fd, *slot;

	err = link_keep(l, event, d);
	if (err)
		return err;
	a.perf.cookie = r->opts->cookie;
	fd = linked ? SYS_BPF(CMD_LINK_CREATE, &a) : sys_perf_set_prog(event, r->prog_fd);
	if (fd < 0)
		return attach_refused(r, fd, what, d);
	if (linked && l->fd < 0) {
		l->fd = fd;
	} else if (linked) {
		slot = vec_push(&l->links);
		if (!slot) {
			close(fd);
			return diag_nomem(d);
		}
		*slot = fd;
	} else {
		l->replace = set_prog;
	}
	err = sys_perf_enable(event);
	if (err)
		return attach_refused(r, err, what, d);
	return link_target(l, "%s", what) ? 0 : diag_nomem(d);
}

/* ---- the life of a link ---- */

struct kernel_link *kernel_link_new(struct unit *u, struct unit_prog *p, struct unit_map *m)
{
	struct kernel_link *l = calloc(1, sizeof(*l));

	if (!l)
		return NULL;
	l->base = (struct link){ .unit = u, .prog = p, .map = m };
	l->fd = -1;
	l->undo.target_fd = l->undo.prog_fd = -1;
	return l;
}

static struct kernel_link *kernel_link(const struct link *l)
{
	return (struct kernel_link *)(uintptr_t)l;
}

static void close_all(int *fds, u32 count)
{
	for (u32 i = 0; i < count; i++)
		sys_close(&fds[i]);
}

void kernel_link_free(struct link *base)
{
	struct kernel_link *l = kernel_link(base);

	if (l->take_back && !l->detached)
		l->take_back(l);
	close_all(l->links.data, l->links.len);
	close_all(l->events.data, l->events.len);
	sys_close(&l->fd);
	sys_close(&l->undo.target_fd);
	sys_close(&l->undo.prog_fd);
	vec_fini(&l->links);
	vec_fini(&l->events);
	free(l->undo.text);
	free(l->target);
	free(l);
}

static int no_family(const struct obj_prog *p, struct diag *d)
{
	const struct prog_info *info = prog_info(p->type);

	diag_error(d, -EOPNOTSUPP, NOWHERE, "program '%s' (%s) is not attached by itself", p->name,
		   info ? info->name : "?");
	if (p->type == PROG_XDP)
		diag_hint(d, "programs of devmaps and cpumaps run when an entry of one names them");
	else if (p->type == PROG_SCHED_ACT)
		diag_hint(d, "it is an action of a tc filter");
	else if (p->type == PROG_SYSCALL)
		diag_hint(d, "it runs when it is asked to: skep run --engine kernel");
	else if (p->type == PROG_STRUCT_OPS)
		diag_hint(d, "its structure is registered as a whole");
	return -EOPNOTSUPP;
}

int kernel_attach(struct link **out, struct unit_prog *p, const struct skep_attach_opts *opts,
		  struct diag *d)
{
	const struct attach_family *f = family_of(p->src);
	const struct kernel_prog *k = p->impl;
	struct attach_request r = { .u = p->unit->impl,
				    .p = p->src,
				    .prog_fd = k->fd,
				    .target = opts->target ? opts->target : p->src->attach_target,
				    .word = p->src->section ? p->src->section : "",
				    .opts = opts };
	struct kernel_link *l;
	int err;

	r.word += *r.word == '?';
	if (!f)
		return no_family(p->src, d);
	if (f->needs_target && !r.target && !opts->fd)
		return diag_error(
			d, -EINVAL, NOWHERE,
			"program '%s': neither its section nor the caller says where it is "
			"attached",
			p->src->name);
	l = kernel_link_new(p->unit, p, NULL);
	if (!l)
		return diag_nomem(d);
	l->type = f->type;
	err = f->attach(l, &r, d);
	if (err) {
		kernel_link_free(&l->base);
		return err;
	}
	*out = &l->base;
	return 0;
}

void kernel_link_info(const struct link *base, struct skep_link_info *out)
{
	const struct kernel_link *l = kernel_link(base);
	struct info_link info = { 0 };

	out->type = l->type;
	out->target = l->target;
	out->fd = l->fd;
	if (l->fd >= 0 && sys_info(l->fd, &info, sizeof(info)) >= 0)
		out->id = info.id;
}

static int link_failed(const struct kernel_link *l, int err, const char *what, struct diag *d)
{
	return diag_error(d, err, NOWHERE, "link of '%s' to %s cannot be %s: %s",
			  l->base.prog	? l->base.prog->src->name
			  : l->base.map ? l->base.map->src->name
					: "?",
			  l->target ? l->target : "?", what, sys_error(err));
}

int kernel_link_update(struct link *base, struct unit_prog *p, struct diag *d)
{
	struct kernel_link *l = kernel_link(base);
	const struct kernel_prog *k = p->impl;
	struct sys_link_update a = { .link_fd = (u32)l->fd, .new_fd = (u32)k->fd };
	int err;

	if (l->replace)
		err = l->replace(l, k->fd);
	else if (l->fd < 0 || l->links.len)
		err = -EOPNOTSUPP;
	else
		err = SYS_BPF(CMD_LINK_UPDATE, &a);
	if (!err)
		return 0;
	link_failed(l, err, "updated", d);
	if (err == -EINVAL)
		diag_hint(d,
			  "links of type %s may not change their program, or it is of another "
			  "type",
			  l->type);
	return err;
}

int kernel_link_pin(struct link *base, const char *path, struct diag *d)
{
	struct kernel_link *l = kernel_link(base);
	int err = l->fd < 0 || l->links.len ? -EOPNOTSUPP : sys_pin(l->fd, path);

	if (!err) {
		l->pinned = true;
		return 0;
	}
	link_failed(l, err, "pinned", d);
	if (err == -EOPNOTSUPP)
		diag_hint(d, l->fd < 0 ? "this hook has no link in the kernel"
				       : "it is several links");
	else if (err == -EPERM || err == -ENOENT)
		diag_hint(d, "'%s' must lie in a folder of a BPF file system, such as /sys/fs/bpf",
			  path);
	return err;
}

int kernel_link_detach(struct link *base, struct diag *d)
{
	struct kernel_link *l = kernel_link(base);
	struct {
		u32 fd, flags;
	} a = { (u32)l->fd, 0 };
	int err = 0;

	if (l->detached)
		return 0;
	if (l->take_back)
		err = l->take_back(l);
	else if (l->fd >= 0)
		err = SYS_BPF(CMD_LINK_DETACH, &a);
	/* Kinds of links that cannot be cut off end with their last descriptor. */
	if (err == -EOPNOTSUPP && !l->pinned) {
		sys_close(&l->fd);
		err = 0;
	}
	close_all(l->links.data, l->links.len);
	close_all(l->events.data, l->events.len);
	l->detached = !err;
	return err ? link_failed(l, err, "detached", d) : 0;
}

/* ---- iterators ---- */

int kernel_link_read(struct link *base, FILE *out, struct diag *d)
{
	struct kernel_link *l = kernel_link(base);
	struct {
		u32 link, flags;
	} a = { (u32)l->fd, 0 };
	int fd = l->fd < 0 ? -EOPNOTSUPP : SYS_BPF(CMD_ITER_CREATE, &a);
	char text[4096];
	ssize_t n;

	if (fd < 0)
		return link_failed(l, fd, "read", d);
	while ((n = read(fd, text, sizeof(text))) > 0)
		fwrite(text, 1, (size_t)n, out);
	if (n < 0)
		n = link_failed(l, -errno, "read", d);
	close(fd);
	return n < 0 ? (int)n : ferror(out) ? -EIO : 0;
}
