// SPDX-License-Identifier: BSD-2-Clause
/* Probes on functions of the kernel: one place as a perf event, many as one link; system calls. */
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <linux/perf_event.h>
#include <stdlib.h>
#include <unistd.h>

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

/* All of a file of tracefs; owned by the caller, NULL: it cannot be read. */
static char *tracefs_text(const char *name)
{
	int root = open_tracefs(), fd = root < 0 ? -1 : openat(root, name, O_RDONLY | O_CLOEXEC);
	size_t len = 0, cap = 0;
	char *text = NULL;
	ssize_t n = 1;

	while (fd >= 0 && n > 0) {
		if (cap - len < 65536) {
			char *more = realloc(text, cap += 1 << 20);

			if (!more)
				break;
			text = more;
		}
		n = read(fd, text + len, cap - len - 1);
		len += n > 0 ? (size_t)n : 0;
	}
	if (text)
		text[len] = 0;
	sys_close(&fd);
	sys_close(&root);
	return text;
}

/* Where a program of this kind goes: addresses, or else names. */
struct places {
	VEC(const char *) names; /* borrow from `text` or from the request */
	VEC(u64) addresses;
	char *text; /* owned */
};

static bool add_name(struct places *p, const char *name)
{
	const char **slot = vec_push(&p->names);

	if (slot)
		*slot = name;
	return slot;
}

/* Lines are "NAME", "ADDRESS NAME", and of modules " [MODULE]" after it. */
static bool add_line(struct places *p, const char *pattern, char *line, bool addressed)
{
	char *name = line;
	u64 address = addressed ? strtoull(line, &name, 16) : 0, *slot;

	name += addressed && *name == ' ';
	name[strcspn(name, " \t")] = 0;
	if (!*name || str_starts(name, "__ftrace_invalid_address") || fnmatch(pattern, name, 0))
		return true;
	if (!addressed)
		return add_name(p, name);
	slot = vec_push(&p->addresses);
	if (slot)
		*slot = address;
	return slot;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The kernel finds a name once; several functions of one name have to be one name. */
static void drop_doubles(struct places *p)
{
	u32 n = 0;

	if (p->names.len)
		qsort(p->names.data, p->names.len, sizeof(*p->names.data), by_name);
	for (u32 i = 0; i < p->names.len; i++) {
		if (!n || strcmp(p->names.data[n - 1], p->names.data[i]))
			p->names.data[n++] = p->names.data[i];
	}
	p->names.len = n;
}

/*
 * Functions that a pattern names, of those that the kernel lists as traceable: it refuses all when
 * one is not. Addresses are listed since 6.5; they are those of the calls that ftrace uses, and
 * where these do not begin their functions the kernel finds no cookies.
 */
static bool find_places(struct places *p, const char *pattern, bool cookie)
{
	bool addressed, ok = true;
	char *rest, *line;

	if (!strpbrk(pattern, "*?["))
		return add_name(p, pattern);
	if (!cookie)
		p->text = tracefs_text("available_filter_functions_addrs");
	addressed = p->text;
	if (!addressed)
		p->text = tracefs_text("available_filter_functions");
	for (rest = p->text; ok && rest && (line = strsep(&rest, "\n"));)
		ok = add_line(p, pattern, line, addressed);
	drop_doubles(p);
	return ok;
}

/* The same cookie for each. */
static u64 *cookies_of(u64 cookie, size_t n)
{
	u64 *all = cookie ? malloc(n * sizeof(*all)) : NULL;

	for (size_t i = 0; all && i < n; i++)
		all[i] = cookie;
	return all;
}

static int link_multi(struct kernel_link *l, const struct attach_request *r, const struct places *p,
		      struct diag *d)
{
	struct sys_link_create a = { .prog_fd = (u32)r->prog_fd, .type = r->p->attach_type };
	u32 n = p->addresses.len + p->names.len; /* one of them is none */
	u64 *cookies = cookies_of(r->opts->cookie, n);
	char what[320];

	snprintf(what, sizeof(what), "%u kernel functions '%s'", n, r->target);
	a.kprobe_multi.symbols = sys_ptr(p->names.data);
	a.kprobe_multi.addresses = sys_ptr(p->addresses.data);
	a.kprobe_multi.count = n;
	a.kprobe_multi.cookies = sys_ptr(cookies);
	a.kprobe_multi.flags = at_return(r) ? MULTI_RETURN : 0;
	if (r->opts->cookie && !cookies)
		return diag_nomem(d);
	l->fd = n ? SYS_BPF(CMD_LINK_CREATE, &a) : -ENOENT;
	free(cookies);
	if (l->fd < 0)
		return refused(r, l->fd, r->target, what, d);
	return link_target(l, "%s", what) ? 0 : diag_nomem(d);
}

static int do_multi(struct kernel_link *l, const struct attach_request *r, struct diag *d)
{
	struct places p = { 0 };
	int err = find_places(&p, r->target, r->opts->cookie) ? link_multi(l, r, &p, d)
							      : diag_nomem(d);

	vec_fini(&p.names);
	vec_fini(&p.addresses);
	free(p.text);
	return err;
}

const struct attach_family attach_kprobe_multi = { "kprobe_multi", fits_multi, do_multi, true };
