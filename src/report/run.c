// SPDX-License-Identifier: BSD-2-Clause
#include "report/run.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/vec.h"
#include "report/inside.h"
#include "spec/prog.h"

/* Events of a quiet script wait in the ring until somebody looks. */
enum { LOOK_EVERY_MS = 100, MAX_READY = 16 };
enum { WAKE_UNIT = 1, WAKE_STOP, WAKE_CHILD, WAKE_TIMER }; /* low bits of what epoll hands back */

struct timer {
	int fd;
	u32 point;
};

struct run {
	struct report *r;
	const struct run_opts *opts;
	struct unit *u;
	const struct engine_ops *ops;
	VEC(struct timer) timers;
	int epoll;
	u32 attached;
	bool stop;
	struct diag *d;
};

/* ---- programs that are run rather than attached ---- */

static int run_point(struct run *run, u32 n, u64 repeat)
{
	const struct trace_point *p = &run->r->meta->points[n];
	struct skep_run io = { .size = sizeof(io), .repeat = repeat };
	u64 ctx[12] = { n };

	/* A bare program has none, and needs none: a point of its own has its own program. */
	if (run->u->progs[p->prog].src->type != PROG_UNSPEC) {
		io.ctx_in = ctx;
		io.ctx_in_len = sizeof(ctx);
	}
	return unit_prog_run(&run->u->progs[p->prog], &io, run->d);
}

static int drain(struct run *run)
{
	int n = run->ops->poll(run->u, 0, report_event, run->r);

	report_round(run->r);
	return n < 0 && n != -EINTR ? n : 0;
}

static int run_kind(struct run *run, enum point_kind kind)
{
	int err = 0;

	for (u32 i = 0; i < run->r->meta->point_count && !err; i++) {
		if (run->r->meta->points[i].kind == kind)
			err = run_point(run, i, 0);
		if (!err)
			err = drain(run);
	}
	return err;
}

static bool is_run(enum point_kind kind)
{
	return kind == POINT_BEGIN || kind == POINT_END || kind == POINT_SELF ||
	       kind == POINT_BENCH;
}

/* ---- waking up ---- */

static int watch(struct run *run, int fd, u64 what)
{
	struct epoll_event ev = { .events = EPOLLIN, .data.u64 = what };

	if (fd < 0)
		return 0;
	if (epoll_ctl(run->epoll, EPOLL_CTL_ADD, fd, &ev))
		return diag_error(run->d, -errno, NOWHERE, "cannot wait for events: %s",
				  strerror(errno));
	return 0;
}

static int add_timer(struct run *run, u32 point)
{
	const struct trace_point *p = &run->r->meta->points[point];
	u64 ns = p->frequency ? 1000000000 / p->frequency : p->period;
	struct itimerspec every = { 0 };
	struct timer *t = vec_push(&run->timers);

	if (!t)
		return diag_nomem(run->d);
	every.it_interval.tv_sec = (time_t)(ns / 1000000000);
	every.it_interval.tv_nsec = (long)(ns % 1000000000);
	every.it_value = every.it_interval;
	t->point = point;
	t->fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (t->fd < 0 || timerfd_settime(t->fd, 0, &every, NULL))
		return diag_error(run->d, -errno, NOWHERE, "cannot make a timer for '%s': %s",
				  p->name, strerror(errno));
	return watch(run, t->fd, WAKE_TIMER | (u64)(run->timers.len - 1) << 8);
}

static int on_timer(struct run *run, u32 n)
{
	u64 times;

	if (read(run->timers.data[n].fd, &times, sizeof(times)) != sizeof(times))
		return 0;
	return run_point(run, run->timers.data[n].point, 0);
}

/* ---- attaching ---- */

static struct skep_attach_opts opts_of(const struct trace_point *p, u32 n)
{
	struct skep_attach_opts o = { .size = sizeof(o), .target = p->target, .cookie = n };

	o.pid = p->pid;
	switch (p->kind) {
	case POINT_INTERVAL:
		o.cpu = 1;
		__attribute__((fallthrough));
	case POINT_PROFILE:
		o.target = "cpu-clock";
		__attribute__((fallthrough));
	case POINT_SOFTWARE:
	case POINT_HARDWARE:
	case POINT_WATCHPOINT:
		o.frequency = p->frequency;
		o.period = p->frequency ? 0 : p->period;
		break;
	case POINT_KRETPROBE:
	case POINT_URETPROBE:
		o.flags = SKEP_ATTACH_RETURN;
		break;
	default:
		break;
	}
	return o;
}

/* A probe of a wildcard that cannot be attached is told and left out. */
static int attach_failed(struct run *run, const struct trace_point *p, int err, struct diag *why)
{
	struct diag_item *item = why->first;

	if (!p->optional) {
		diag_error(run->d, err, NOWHERE, "cannot attach '%s': %s", p->name,
			   item ? item->text : strerror(-err));
		if (p->instead)
			diag_hint(run->d, "without %s, %s tells as much", p->lacks, p->instead);
		else if (item && item->hint)
			diag_hint(run->d, "%s", item->hint);
		return err;
	}
	if (strcmp(run->r->meta->missing_probes, "ignore") != 0)
		diag_warn(run->d, NOWHERE, "'%s' is left out: %s", p->name,
			  item ? item->text : strerror(-err));
	return 0;
}

static int attach_point(struct run *run, u32 n)
{
	const struct trace_point *p = &run->r->meta->points[n];
	struct skep_attach_opts opts = opts_of(p, n);
	struct unit_prog *prog = &run->u->progs[p->prog];
	struct diag why;
	struct link *l;
	int err;

	if (!run->ops->attach) {
		if (p->kind == POINT_INTERVAL || p->kind == POINT_PROFILE) {
			run->attached++;
			return add_timer(run, n);
		}
		diag_error(run->d, -EOPNOTSUPP, NOWHERE, "'%s' needs the Linux engine", p->name);
		diag_hint(run->d, "run it with --engine kernel");
		return -EOPNOTSUPP;
	}
	diag_init(&why);
	err = run->ops->attach(&l, prog, &opts, &why);
	if (err) {
		err = attach_failed(run, p, err, &why);
	} else {
		link_add(l);
		run->attached++;
		if (p->kind == POINT_ITER)
			err = run->ops->link_read(l, run->r->opts.out, run->d);
	}
	diag_fini(&why);
	return err;
}

static int attach_points(struct run *run)
{
	int err = 0;

	for (u32 i = 0; i < run->r->meta->point_count && !err; i++) {
		if (is_run(run->r->meta->points[i].kind))
			run->attached++;
		else
			err = attach_point(run, i);
	}
	if (!err && !run->attached)
		err = diag_error(run->d, -ENOENT, NOWHERE, "none of the probes could be attached");
	return err;
}

static void detach(struct run *run)
{
	struct timer *t;

	while (run->u->links)
		link_remove(run->u->links);
	vec_for (t, &run->timers) {
		if (t->fd >= 0)
			close(t->fd);
	}
	vec_fini(&run->timers);
}

/* ---- the run ---- */

static int wake(struct run *run, u64 what)
{
	switch (what & 0xff) {
	case WAKE_STOP:
	case WAKE_CHILD:
		run->stop = true;
		return 0;
	case WAKE_TIMER:
		return on_timer(run, (u32)(what >> 8));
	default:
		return 0;
	}
}

/* Something may still come: a script of BEGIN, END and iterators alone is over. */
static bool has_more(const struct run *run)
{
	for (u32 i = 0; i < run->r->meta->point_count; i++) {
		const struct trace_point *p = &run->r->meta->points[i];

		if (!is_run(p->kind) && p->kind != POINT_ITER)
			return true;
		if (p->kind == POINT_SELF)
			return true;
	}
	return false;
}

static int loop(struct run *run)
{
	struct epoll_event ready[MAX_READY];
	int err = 0, code;

	while (!err && !run->stop && !report_wants_exit(run->r, &code)) {
		int n = epoll_wait(run->epoll, ready, MAX_READY, LOOK_EVERY_MS);

		if (n < 0 && errno != EINTR)
			return diag_error(run->d, -errno, NOWHERE, "cannot wait for events: %s",
					  strerror(errno));
		for (int i = 0; i < n && !err; i++)
			err = wake(run, ready[i].data.u64);
		if (!err)
			err = drain(run);
		if (!err)
			err = report_flush(run->r);
		report_lost(run->r);
	}
	return err;
}

static int run_all(struct run *run)
{
	int code, err = run_kind(run, POINT_BEGIN);

	if (err || report_wants_exit(run->r, &code))
		return err;
	err = attach_points(run);
	if (err)
		return err;
	report_attached(run->r, run->attached);
	report_flush(run->r);
	if (run->opts->attached && run->opts->attached(run->opts->arg, run->attached))
		return 0;
	err = run_kind(run, POINT_BENCH);
	if (!err && has_more(run))
		err = loop(run);
	return err;
}

int report_run(struct report *r, const struct run_opts *opts, int *code, struct diag *d)
{
	struct run run = { .r = r, .opts = opts, .u = r->unit, .d = d };
	int err;

	run.ops = r->unit->engine->ops;
	run.epoll = epoll_create1(EPOLL_CLOEXEC);
	if (run.epoll < 0)
		return diag_error(d, -errno, NOWHERE, "cannot wait for events: %s",
				  strerror(errno));
	err = watch(&run, opts->stop_fd, WAKE_STOP);
	if (!err)
		err = watch(&run, opts->child_fd, WAKE_CHILD);
	if (!err && run.ops->poll_fd)
		err = watch(&run, run.ops->poll_fd(r->unit), WAKE_UNIT);
	if (!err)
		err = run_all(&run);
	detach(&run);
	if (!err)
		err = drain(&run);
	if (!err)
		err = run_kind(&run, POINT_END);
	if (!err) {
		report_lost(r);
		report_maps(r);
		err = report_flush(r);
	}
	report_wants_exit(r, code);
	close(run.epoll);
	return err;
}
