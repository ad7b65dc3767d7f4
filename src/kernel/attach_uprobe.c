// SPDX-License-Identifier: BSD-2-Clause
/* Probes on functions of user programs: one place as a perf event, many as one link. */
#include <errno.h>
#include <linux/perf_event.h>
#include <stdlib.h>
#include <unistd.h>

#include "kernel/attach.h"
#include "spec/prog.h"
#include "symbols/exe.h"

enum { MULTI_RETURN = 1, SEMAPHORE_SHIFT = 32 };

/* "path:where", the last ':' counts. */
static int split(const struct attach_request *r, char *path, size_t size, const char **where,
		 struct diag *d)
{
	const char *colon = strrchr(r->target, ':');
	char name[PATH_MAX];

	if (!colon || !colon[1] || colon == r->target) {
		diag_error(d, -EINVAL, NOWHERE,
			   "program '%s': '%s' does not name a function of a "
			   "program",
			   r->p->name, r->target);
		diag_hint(d, "write PATH:FUNCTION or PATH:FUNCTION+OFFSET");
		return -EINVAL;
	}
	snprintf(name, sizeof(name), "%.*s", (int)(colon - r->target), r->target);
	*where = colon + 1;
	return exe_path(path, size, name, d);
}

static bool at_return(const struct attach_request *r)
{
	return !strncmp(r->word, "uret", 4) || r->opts->flags & SKEP_ATTACH_RETURN;
}

/* ---- one place ---- */

static bool fits_uprobe(const struct obj_prog *p)
{
	const char *s = p->section ? p->section + (*p->section == '?') : "";

	return p->type == PROG_KPROBE && !p->attach_type &&
	       (!strncmp(s, "uprobe", 6) || !strncmp(s, "uretprobe", 9));
}

/* The kernel gives this source of events a number of its own at boot. */
int uprobe_open(const char *path, u64 offset, u64 semaphore, bool ret, int pid)
{
	struct perf_event_attr attr = { .size = sizeof(attr) };
	char text[32];
	u32 bit = 0;

	if (sys_read_text("/sys/bus/event_source/devices/uprobe/type", text, sizeof(text)) <= 0)
		return -EOPNOTSUPP;
	attr.type = (u32)atoi(text);
	/* "config:0": which bit says return */
	if (ret && sys_read_text("/sys/bus/event_source/devices/uprobe/format/retprobe", text,
				 sizeof(text)) > 7)
		bit = (u32)atoi(text + 7);
	attr.config = semaphore << SEMAPHORE_SHIFT;
	if (ret)
		attr.config |= 1ull << bit;
	attr.config1 = sys_ptr(path);
	attr.config2 = offset;
	return sys_perf_open(&attr, pid ? pid : -1, pid ? -1 : 0, -1);
}

static int do_uprobe(struct kernel_link *l, const struct attach_request *r, struct diag *d)
{
	char path[PATH_MAX], what[PATH_MAX + 64];
	const char *where;
	u64 offset = 0;
	int err = split(r, path, sizeof(path), &where, d), fd;

	if (!err)
		err = exe_offset(&offset, path, where, d);
	if (err)
		return err;
	snprintf(what, sizeof(what), "%s '%s' of '%s'",
		 at_return(r) ? "the return of function" : "function", where, path);
	fd = uprobe_open(path, offset, 0, at_return(r), r->opts->pid);
	if (fd == -EOPNOTSUPP) {
		attach_refused(r, fd, what, d);
		diag_hint(d, "the kernel needs CONFIG_UPROBE_EVENTS, and /sys must be mounted");
		return fd;
	}
	return fd < 0 ? attach_refused(r, fd, what, d) : link_perf(l, r, fd, what, d);
}

const struct attach_family attach_uprobe = { "perf_event", fits_uprobe, do_uprobe, true };

/* ---- many places ---- */

static bool fits_multi(const struct obj_prog *p)
{
	return p->type == PROG_KPROBE && (p->attach_type == ATTACH_TRACE_UPROBE_MULTI ||
					  p->attach_type == ATTACH_TRACE_UPROBE_SESSION);
}

static int do_multi(struct kernel_link *l, const struct attach_request *r, struct diag *d)
{
	struct sys_link_create a = { .type = r->p->attach_type };
	char path[PATH_MAX], what[PATH_MAX + 64];
	const char *where;
	u64 *offsets = NULL, *cookies = NULL;
	int err = split(r, path, sizeof(path), &where, d), n;

	if (err)
		return err;
	n = exe_offsets(&offsets, path, where, d);
	if (n < 0)
		return n;
	cookies = calloc((size_t)n, sizeof(*cookies));
	for (int i = 0; cookies && i < n; i++)
		cookies[i] = r->opts->cookie;
	a.uprobe_multi.path = sys_ptr(path);
	a.uprobe_multi.offsets = sys_ptr(offsets);
	a.uprobe_multi.cookies = r->opts->cookie ? sys_ptr(cookies) : 0;
	a.uprobe_multi.count = (u32)n;
	a.uprobe_multi.flags = at_return(r) ? MULTI_RETURN : 0;
	a.uprobe_multi.pid = (u32)r->opts->pid;
	snprintf(what, sizeof(what), "%d functions '%s' of '%s'", n, where, path);
	err = cookies ? link_create(l, r, &a, what, d) : diag_nomem(d);
	free(offsets);
	free(cookies);
	return err;
}

const struct attach_family attach_uprobe_multi = { "uprobe_multi", fits_multi, do_multi, true };
