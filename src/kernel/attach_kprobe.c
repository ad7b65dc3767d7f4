// SPDX-License-Identifier: BSD-2-Clause
/* Probes on functions of the kernel: one place as a perf event, many as one link; system calls. */
#include <errno.h>
#include <fnmatch.h>
#include <linux/perf_event.h>
#include <stdlib.h>

#include "base/str.h"
#include "kernel/attach.h"
#include "kernel/errors.h"
#include "spec/prog.h"

enum { MULTI_RETURN = 1 };

#if defined(__x86_64__)
#define SYSCALL_PREFIX "__x64_sys_"
#elif defined(__aarch64__)
#define SYSCALL_PREFIX "__arm64_sys_"
#else
#define SYSCALL_PREFIX "sys_"
#endif

static bool at_return(const struct attach_request *r)
{
	return !strncmp(r->word, "kret", 4) || r->opts->flags & SKEP_ATTACH_RETURN;
}

/* The kernel has no kprobes, or no such function: which is it? */
static int refused(const struct attach_request *r, int err, const char *function, const char *what,
		   struct diag *d)
{
	const struct types *t = kernel_types(kernel_of(r->u));
	struct near near = near_start(function, strlen(function));

	if (kernel_config("CONFIG_KPROBES") == 'n') {
		diag_error(d, err, NOWHERE,
			   "program '%s' cannot be attached to %s: the running kernel is built "
			   "without CONFIG_KPROBES",
			   r->p->name, what);
		diag_hint(d, "tracepoints may tell as much: tp_btf/NAME");
		return err;
	}
	if (err != -ENOENT && err != -EINVAL)
		return attach_refused(r, err, what, d);
	if (kernel_symbol(kernel_of(r->u), function)) {
		attach_refused(r, err, what, d);
		diag_hint(d, "the function may not be probed");
		return err;
	}
	diag_error(d, err, NOWHERE, "the running kernel has no function '%s'", function);
	for (u32 id = 1; t && id < types_count(t); id++) {
		if (types_kind(t, id) == KIND_FUNC)
			near_try(&near, types_name(t, id));
	}
	if (near.best)
		diag_hint(d, "did you mean '%s'?", near.best);
	return err;
}

/* ---- one place ---- */

static bool fits_kprobe(const struct obj_prog *p)
{
	const char *s = p->section ? p->section + (*p->section == '?') : "";

	return p->type == PROG_KPROBE && !p->attach_type &&
	       (!strncmp(s, "kprobe", 6) || !strncmp(s, "kretprobe", 9) ||
		!strncmp(s, "ksyscall", 8) || !strncmp(s, "kretsyscall", 11));
}

/* The kernel gives this source of events a number of its own at boot. */
static int kprobe_open(const char *function, u64 offset, bool ret, int pid)
{
	struct perf_event_attr attr = { .size = sizeof(attr) };
	char text[32];
	u32 bit = 0;

	if (sys_read_text("/sys/bus/event_source/devices/kprobe/type", text, sizeof(text)) <= 0)
		return -EOPNOTSUPP;
	attr.type = (u32)atoi(text);
	/* "config:0": which bit says return */
	if (ret && sys_read_text("/sys/bus/event_source/devices/kprobe/format/retprobe", text,
				 sizeof(text)) > 7)
		bit = (u32)atoi(text + 7);
	if (ret)
		attr.config |= 1ull << bit;
	attr.config1 = sys_ptr(function);
	attr.config2 = offset;
	return sys_perf_open(&attr, pid ? pid : -1, pid ? -1 : 0, -1);
}

static int do_kprobe(struct kernel_link *l, const struct attach_request *r, struct diag *d)
{
	bool syscall = strstr(r->word, "syscall");
	size_t len = strcspn(r->target, "+");
	char function[256], what[320];
	u64 offset = r->target[len] ? strtoull(r->target + len + 1, NULL, 0) : 0;
	int fd;

	snprintf(function, sizeof(function), "%s%.*s", syscall ? SYSCALL_PREFIX : "", (int)len,
		 r->target);
	snprintf(what, sizeof(what), "%s '%s'",
		 at_return(r) ? "the return of kernel function" : "kernel function", function);
	fd = kprobe_open(function, offset, at_return(r), r->opts->pid);
	return fd < 0 ? refused(r, fd, function, what, d) : link_perf(l, r, fd, what, d);
}

const struct attach_family attach_kprobe = { "perf_event", fits_kprobe, do_kprobe, true };

/* ---- many places ---- */

static bool fits_multi(const struct obj_prog *p)
{
	return p->type == PROG_KPROBE && (p->attach_type == ATTACH_TRACE_KPROBE_MULTI ||
					  p->attach_type == ATTACH_TRACE_KPROBE_SESSION);
}

/* Functions of the kernel that a pattern names; names borrow from its types. */
static int match(const struct types *t, const char *pattern, const char ***out)
{
	VEC(const char *) names = { 0 };

	for (u32 id = 1; t && id < types_count(t); id++) {
		const char **slot;

		if (types_kind(t, id) != KIND_FUNC || fnmatch(pattern, types_name(t, id), 0))
			continue;
		slot = vec_push(&names);
		if (slot)
			*slot = types_name(t, id);
	}
	*out = names.data;
	return (int)names.len;
}

static int do_multi(struct kernel_link *l, const struct attach_request *r, struct diag *d)
{
	struct sys_link_create a = { .prog_fd = (u32)r->prog_fd, .type = r->p->attach_type };
	const char **names = NULL;
	char what[320];
	int n = match(kernel_types(kernel_of(r->u)), r->target, &names), err = 0;

	snprintf(what, sizeof(what), "%d kernel functions '%s'", n, r->target);
	a.kprobe_multi.symbols = sys_ptr(names);
	a.kprobe_multi.count = (u32)n;
	a.kprobe_multi.flags = at_return(r) ? MULTI_RETURN : 0;
	l->fd = n ? SYS_BPF(CMD_LINK_CREATE, &a) : -ENOENT;
	if (l->fd < 0)
		err = refused(r, l->fd, r->target, what, d);
	else if (!link_target(l, "%s", what))
		err = diag_nomem(d);
	free(names);
	return err;
}

const struct attach_family attach_kprobe_multi = { "kprobe_multi", fits_multi, do_multi, true };
