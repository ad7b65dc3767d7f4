// SPDX-License-Identifier: BSD-2-Clause
/* Tracepoints, typed and untyped, functions of the kernel through trampolines, iterators. */
#include <errno.h>
#include <linux/perf_event.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/str.h"
#include "kernel/attach.h"
#include "kernel/errors.h"
#include "spec/prog.h"

/* ---- tracepoint ---- */

static bool fits_tracepoint(const struct obj_prog *p)
{
	return p->type == PROG_TRACEPOINT;
}

static int do_tracepoint(struct kernel_link *l, const struct attach_request *r, struct diag *d)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_TRACEPOINT,
		.size = sizeof(attr),
		.sample_period = 1,
		.wakeup_events = 1,
	};
	int id = find_tracepoint(r->target, d), fd;
	char what[256];

	if (id < 0)
		return id;
	attr.config = (u32)id;
	snprintf(what, sizeof(what), "tracepoint '%s'", r->target);
	/* The program runs for every task; one event, on any CPU, is enough to hold it. */
	fd = sys_perf_open(&attr, r->opts->pid ? r->opts->pid : -1, r->opts->pid ? -1 : 0, -1);
	if (fd < 0)
		return attach_refused(r, fd, what, d);
	return link_perf(l, r, fd, what, d);
}

const struct attach_family attach_tracepoint = { "perf_event", fits_tracepoint, do_tracepoint,
						 true };

/* ---- raw_tracepoint ---- */

static bool fits_raw_tp(const struct obj_prog *p)
{
	return p->type == PROG_RAW_TRACEPOINT || p->type == PROG_RAW_TRACEPOINT_WRITABLE;
}

/* Tracepoints are known by the types of their arguments: "btf_trace_NAME". */
static void near_raw_tp(const struct attach_request *r, struct diag *d)
{
	static const char prefix[] = "btf_trace_";
	const struct types *t = kernel_types(kernel_of(r->u));
	struct near near = near_start(r->target, strlen(r->target));

	for (u32 id = 1; t && id < types_count(t); id++) {
		if (types_kind(t, id) == KIND_TYPEDEF && str_starts(types_name(t, id), prefix))
			near_try(&near, types_name(t, id) + strlen(prefix));
	}
	if (near.best)
		diag_hint(d, "did you mean '%s'?", near.best);
}

static int do_raw_tp(struct kernel_link *l, const struct attach_request *r, struct diag *d)
{
	struct sys_raw_tracepoint a = { .name = sys_ptr(r->target),
					.prog_fd = (u32)r->prog_fd,
					.cookie = r->opts->cookie };
	char what[256];

	snprintf(what, sizeof(what), "raw tracepoint '%s'", r->target);
	l->fd = SYS_BPF(CMD_RAW_TRACEPOINT_OPEN, &a);
	if (l->fd == -ENOENT) {
		diag_error(d, l->fd, NOWHERE, "there is no tracepoint '%s'", r->target);
		near_raw_tp(r, d);
		return -ENOENT;
	}
	if (l->fd < 0)
		return attach_refused(r, l->fd, what, d);
	return link_target(l, "%s", what) ? 0 : diag_nomem(d);
}

const struct attach_family attach_raw_tp = { "raw_tracepoint", fits_raw_tp, do_raw_tp, true };

/* ---- tp_btf, fentry, fexit, fmod_ret, lsm, freplace ---- */

static bool fits_tracing(const struct obj_prog *p)
{
	if (p->type == PROG_LSM)
		return p->attach_type == ATTACH_LSM_MAC;
	return p->type == PROG_EXT ||
	       (p->type == PROG_TRACING && p->attach_type != ATTACH_TRACE_ITER);
}

static int do_tracing(struct kernel_link *l, const struct attach_request *r, struct diag *d)
{
	struct sys_raw_tracepoint a = { .prog_fd = (u32)r->prog_fd };
	struct sys_link_create c = { .type = r->p->attach_type, .tracing.cookie = r->opts->cookie };
	const char *at = r->p->attach_target ? r->p->attach_target : "?";
	char what[256];

	snprintf(what, sizeof(what), "%s '%s'",
		 r->p->type == PROG_LSM			    ? "security hook"
		 : r->p->attach_type == ATTACH_TRACE_RAW_TP ? "tracepoint"
							    : "function",
		 at);
	if (r->opts->target && strcmp(r->opts->target, at))
		return diag_error(d, -EINVAL, NOWHERE,
				  "program '%s' was loaded for '%s' and cannot be attached to '%s'",
				  r->p->name, at, r->opts->target);
	/* Cookies came with the other way to make these links, in 5.19. */
	if (r->opts->cookie)
		return link_create(l, r, &c, what, d);
	l->fd = SYS_BPF(CMD_RAW_TRACEPOINT_OPEN, &a);
	if (l->fd < 0)
		return attach_refused(r, l->fd, what, d);
	return link_target(l, "%s", what) ? 0 : diag_nomem(d);
}

const struct attach_family attach_tracing = { "tracing", fits_tracing, do_tracing, false };

/* ---- iterators ---- */

static bool fits_iter(const struct obj_prog *p)
{
	return p->type == PROG_TRACING && p->attach_type == ATTACH_TRACE_ITER;
}

/* What it goes through, where the kind alone does not say: 16 bytes, by kind. */
struct iter_info {
	union {
		u32 map_fd;
		struct {
			u32 tid, pid;
		} task;
		struct {
			u32 order, fd;
			u64 id;
		} cgroup;
	};
};
enum { CGROUPS_BELOW = 2 }; /* order: each before those in it */

static const struct kernel_map *iter_map(const struct attach_request *r)
{
	const struct unit_map *m = (const struct unit_map *)(uintptr_t)r->opts->map;

	return m ? m->impl : NULL;
}

/* 1: there is something to say; a cgroup's descriptor is kept by the link. */
static int iter_place(struct kernel_link *l, const struct attach_request *r, struct iter_info *info,
		      struct diag *d)
{
	const struct kernel_map *k = iter_map(r);
	int fd, err;

	if (r->p->attach_target && !strcmp(r->p->attach_target, "cgroup")) {
		fd = r->opts->fd ? dup(r->opts->fd)
				 : find_cgroup(r->opts->target ? r->opts->target : "", d);
		if (fd < 0)
			return fd;
		err = link_keep(l, fd, d);
		info->cgroup.order = CGROUPS_BELOW;
		info->cgroup.fd = (u32)fd;
		return err ? err : 1;
	}
	if (k)
		info->map_fd = (u32)k->fd;
	else
		info->task.pid = (u32)r->opts->pid;
	return k || r->opts->pid;
}

static int do_iter(struct kernel_link *l, const struct attach_request *r, struct diag *d)
{
	struct sys_link_create a = { .type = ATTACH_TRACE_ITER };
	const char *over = r->p->attach_target ? r->p->attach_target : "?";
	struct iter_info info = { 0 };
	int err = iter_place(l, r, &info, d);
	char what[256];

	if (err < 0)
		return err;
	if (err) {
		a.iter.info = sys_ptr(&info);
		a.iter.len = sizeof(info);
	}
	snprintf(what, sizeof(what), "iterator '%s'", over);
	err = link_create(l, r, &a, what, d);
	if (err == -EBADF || (err == -EINVAL && strstr(over, "map") && !iter_map(r)))
		diag_hint(d, "it goes through the elements of a map: name one");
	return err;
}

const struct attach_family attach_iter = { "iter", fits_iter, do_iter, false };
