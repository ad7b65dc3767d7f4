// SPDX-License-Identifier: BSD-2-Clause
/* Words that reach into what is traced, and values that user space completes. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/str.h"
#include "spec/helper_extra.h"
#include "trace/builtin/family.h"

static const struct {
	const char *name;
	int number;
} signals[] = {
	{ "HUP", SIGHUP },   { "INT", SIGINT },	    { "QUIT", SIGQUIT },     { "ILL", SIGILL },
	{ "TRAP", SIGTRAP }, { "ABRT", SIGABRT },   { "BUS", SIGBUS },	     { "FPE", SIGFPE },
	{ "KILL", SIGKILL }, { "USR1", SIGUSR1 },   { "SEGV", SIGSEGV },     { "USR2", SIGUSR2 },
	{ "PIPE", SIGPIPE }, { "ALRM", SIGALRM },   { "TERM", SIGTERM },     { "CHLD", SIGCHLD },
	{ "CONT", SIGCONT }, { "STOP", SIGSTOP },   { "TSTP", SIGTSTP },     { "TTIN", SIGTTIN },
	{ "TTOU", SIGTTOU }, { "URG", SIGURG },	    { "XCPU", SIGXCPU },     { "XFSZ", SIGXFSZ },
	{ "PROF", SIGPROF }, { "WINCH", SIGWINCH }, { "VTALRM", SIGVTALRM }, { "SYS", SIGSYS },
};

static int infer_signal(struct infer *in, struct node *n)
{
	struct node *a = n->args;
	const char *name;
	int err = infer_value(in, a);

	if (err)
		return err;
	if (a->kind != N_STRING)
		return number_arg(in, n, 0);
	name = str_starts(a->str, "SIG") ? a->str + 3 : a->str;
	for (u32 i = 0; i < ARRAY_SIZE(signals); i++) {
		if (!strcmp(signals[i].name, name))
			return become_number(a, (u64)signals[i].number, &t_u32);
	}
	return infer_error(in, a->at, "unknown signal '%s'", a->str);
}

static int lower_signal(struct lower *lo, struct node *n, struct value *out)
{
	u32 r;
	int err = lower_reg(lo, n->args, &r);

	(void)out;
	if (!err)
		vc_call(lo->v,
			strcmp(n->name, "signal_thread") ? HELPER_send_signal
							 : HELPER_send_signal_thread,
			VC_NONE, 1, &r);
	return err;
}

static int infer_override(struct infer *in, struct node *n)
{
	int err = number_arg(in, n, 0);

	if (err)
		return err;
	if (!in->point || in->point->meta.kind != POINT_KPROBE)
		return infer_error(in, n->at, "override() is for kprobes");
	return 0;
}

static int lower_override(struct lower *lo, struct node *n, struct value *out)
{
	u32 args[2] = { lo->ctx };
	int err = lower_reg(lo, n->args, &args[1]);

	(void)out;
	if (!err)
		vc_call(lo->v, HELPER_override_return, VC_NONE, 2, args);
	return err;
}

/* ---- addresses of one space or the other ---- */

static int infer_space(struct infer *in, struct node *n)
{
	const struct ttype *t;
	struct ttype *copy;
	int err = infer_value(in, n->args);

	if (err)
		return err;
	t = n->args->type;
	n->type = &t_unknown;
	if (unknown(t))
		return 0;
	if (t->kind != T_POINTER && !is_integer(t))
		return infer_error(in, n->args->at, "%s() takes a pointer, not %s", n->name,
				   type_text(in, t));
	copy = t->kind == T_POINTER ? arena_copy(in->a, t, sizeof(*t))
				    : (struct ttype *)t_pointer(in->a, NULL, SPACE_NONE);
	if (!copy)
		return infer_nomem(in);
	copy->space = *n->name == 'u' ? SPACE_USER : SPACE_KERNEL;
	n->type = copy;
	return 0;
}

static int lower_space(struct lower *lo, struct node *n, struct value *out)
{
	u32 r;
	int err = lower_reg(lo, n->args, &r);

	*out = value_reg(r, n->type);
	return err;
}

/* ---- what is completed when it is printed ---- */

static int infer_strerror(struct infer *in, struct node *n)
{
	n->type = t_kind(T_STRERROR);
	return number_arg(in, n, 0);
}

static int lower_strerror(struct lower *lo, struct node *n, struct value *out)
{
	return lower_space(lo, n, out);
}

static int text_event(struct infer *in, struct node *n, const char *text)
{
	struct trace_event *e = event_new(in, n, EVENT_TEXT);

	if (!e)
		return -ENOMEM;
	e->format = text;
	return 0;
}

static int infer_strftime(struct infer *in, struct node *n)
{
	const char *format;
	int err = text_arg(in, n, 0, &format);

	if (!err)
		err = number_arg(in, n, 1);
	if (err)
		return err;
	n->type = t_kind(T_TIMESTAMP);
	return text_event(in, n, format);
}

static int lower_strftime(struct lower *lo, struct node *n, struct value *out)
{
	u32 r;
	int err = lower_reg(lo, n->args->next, &r);

	if (!err && !out->wanted)
		err = place_new(lo, 16, 8, &out->at);
	if (err)
		return err;
	place_store(lo, 8, out->at, r);
	place_store_imm(lo, 8, place_at(out->at, 8), n->event);
	*out = value_mem(out->at, n->type);
	return 0;
}

static int infer_cgroup_path(struct infer *in, struct node *n)
{
	const char *filter = "*";
	int err = number_arg(in, n, 0);

	if (!err && n->args->next)
		err = text_arg(in, n, 1, &filter);
	if (err)
		return err;
	n->type = t_kind(T_CGROUP_PATH);
	return text_event(in, n, filter);
}

static int lower_cgroup_path(struct lower *lo, struct node *n, struct value *out)
{
	u32 r;
	int err = lower_reg(lo, n->args, &r);

	if (!err && !out->wanted)
		err = place_new(lo, 16, 8, &out->at);
	if (err)
		return err;
	place_store_imm(lo, 8, out->at, n->event);
	place_store(lo, 8, place_at(out->at, 8), r);
	*out = value_mem(out->at, n->type);
	return 0;
}

/* The number of a cgroup is that of its directory. */
static int infer_cgroupid(struct infer *in, struct node *n)
{
	struct stat st;
	const char *path;
	int err = text_arg(in, n, 0, &path);

	if (err)
		return err;
	if (stat(path, &st))
		return infer_error(in, n->args->at, "%s: %s", path, strerror(errno));
	return become_number(n, st.st_ino, &t_u64);
}

static int infer_socket_cookie(struct infer *in, struct node *n)
{
	n->type = &t_u64;
	return infer_value(in, n->args);
}

static int lower_socket_cookie(struct lower *lo, struct node *n, struct value *out)
{
	u32 sk, r = new_reg(lo);
	int err = lower_reg(lo, n->args, &sk);

	if (!err)
		vc_call(lo->v, HELPER_get_socket_cookie, r, 1, &sk);
	*out = value_reg(r, n->type);
	return err;
}

#define UNSAFE (WORD_CALL | WORD_STATEMENT | WORD_UNSAFE)
const struct builtin words_effect[] = {
	{ "signal", UNSAFE, 1, 1, infer_signal, lower_signal, "signal(number), signal(\"KILL\")" },
	{ "signal_thread", UNSAFE, 1, 1, infer_signal, lower_signal, "signal_thread(number)" },
	{ "override", UNSAFE, 1, 1, infer_override, lower_override, "override(value)" },
	{ "kptr", WORD_CALL, 1, 1, infer_space, lower_space, "kptr(pointer)" },
	{ "uptr", WORD_CALL, 1, 1, infer_space, lower_space, "uptr(pointer)" },
	{ "strerror", WORD_CALL | WORD_USER_SPACE, 1, 1, infer_strerror, lower_strerror,
	  "strerror(number)" },
	{ "strftime", WORD_CALL | WORD_USER_SPACE, 2, 2, infer_strftime, lower_strftime,
	  "strftime(format, nsecs)" },
	{ "cgroup_path", WORD_CALL | WORD_USER_SPACE, 1, 2, infer_cgroup_path, lower_cgroup_path,
	  "cgroup_path(cgroup), cgroup_path(cgroup, filter)" },
	{ "cgroupid", WORD_CALL | WORD_USER_SPACE, 1, 1, infer_cgroupid, lower_never,
	  "cgroupid(\"path\")" },
	{ "socket_cookie", WORD_CALL, 1, 1, infer_socket_cookie, lower_socket_cookie,
	  "socket_cookie(sk)" },
	{ 0 },
};
