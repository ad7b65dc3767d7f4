// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <time.h>

#include "user/run.h"
#include "vm/op.h"

static const struct hook *const hooks[] = { &hook_memory, &hook_xdp, &hook_flow };

const struct hook *hook_of(u32 prog_type)
{
	switch (prog_type) {
	case PROG_SOCKET_FILTER:
	case PROG_SCHED_CLS:
	case PROG_SCHED_ACT:
	case PROG_CGROUP_SKB:
	case PROG_LWT_IN:
	case PROG_LWT_OUT:
	case PROG_LWT_XMIT:
		return &hook_skb;
	}
	for (u32 i = 0; i < ARRAY_SIZE(hooks); i++) {
		if (hooks[i]->prog_type == prog_type)
			return hooks[i];
	}
	return NULL;
}

void run_data_out(struct skep_run *io, const void *data, size_t len)
{
	io->data_out_len = len;
	/* A filter that ran over the caller's bytes may be given them as its output, too. */
	if (io->data_out && len)
		memmove(io->data_out, data, MIN(len, io->data_out_cap));
}

void run_ctx_out(struct skep_run *io, const void *ctx, size_t len)
{
	io->ctx_out_len = len;
	if (io->ctx_out)
		memcpy(io->ctx_out, ctx, MIN(len, io->ctx_out_cap));
}

int run_ctx_in(const struct skep_run *io, void *ctx, size_t size, struct diag *d)
{
	memset(ctx, 0, size);
	if (!io->ctx_in)
		return 0;
	for (size_t i = size; i < io->ctx_in_len; i++) {
		if (((const u8 *)io->ctx_in)[i])
			return diag_error(d, -E2BIG, NOWHERE,
					  "context: byte %zu is set, the structure has %zu bytes",
					  i, size);
	}
	memcpy(ctx, io->ctx_in, MIN(io->ctx_in_len, size));
	return 0;
}

void run_tx(struct user_run *run, u32 ifindex, const void *data, size_t len)
{
	struct engine *e = run->unit->unit->engine;

	if (e->tx)
		e->tx(e->tx_arg, ifindex, data, len);
}

static u64 now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (u64)ts.tv_sec * 1000000000u + (u64)ts.tv_nsec;
}

static int data_check(const struct skep_run *io, struct diag *d)
{
	if (!io->data_in && io->data_in_len)
		return diag_error(d, -EINVAL, NOWHERE, "input of %zu bytes at no address",
				  io->data_in_len);
	if (io->data_in_len > PACKET_MAX)
		return diag_error(d, -E2BIG, NOWHERE, "input of %zu bytes, a run takes at most %d",
				  io->data_in_len, PACKET_MAX);
	return 0;
}

static int io_check(const struct skep_run *io, u32 cpus, struct diag *d)
{
	if (!io->ctx_in != !io->ctx_in_len)
		return diag_error(d, -EINVAL, NOWHERE, "context of %zu bytes at %s address",
				  io->ctx_in_len, io->ctx_in ? "an" : "no");
	if (io->cpu >= cpus)
		return diag_error(d, -EINVAL, NOWHERE, "no cpu %u: slots 0 to %u exist", io->cpu,
				  cpus - 1);
	if (io->flags & ~(u32)(SKEP_RUN_L3 | SKEP_RUN_UNTIMED))
		return diag_error(d, -EINVAL, NOWHERE, "unknown run flags 0x%x", io->flags);
	return 0;
}

/* The state of a fresh run; the machine resets its own part. */
static void run_prepare(struct user_run *run, struct user_unit *u, const struct user_prog *p,
			const struct skep_run *io)
{
	const struct skep_load_opts *opts = &u->unit->opts;
	bool fast = !u->checked;

	run->unit = u;
	run->prog = p;
	run->vm.cpu = io->cpu;
	run->vm.budget = opts->budget ? opts->budget : fast ? 0 : 1000000000;
	run->vm.allow_uninit_stack = opts->allow_uninit_stack;
	run->vm.ctx_layout = p->layout;
	run->vm.ctx = 0;
	run->vm.region_count = 0;
	run->vm.packet_load = p->hook->packet_load;
	run->vm.trace = run->unit->trace;
	run->vm.trace_arg = run->unit->trace_arg;
	if (p->counts && u->checked && !u->trace && !(p->vm->native && p->vm->native->checked)) {
		run->vm.trace = user_count;
		run->vm.trace_arg = u;
	}
	run->has_ctx = io->ctx_in || io->ctx_out;
	run->native = fast && vm_ready(p->vm, &run->vm);
}

/* A program that faulted may have left things open: nobody else will close them. */
static void run_release(struct user_run *run)
{
	if (run->vm.held_lock)
		__atomic_store_n((u32 *)run->vm.held_lock, 0, __ATOMIC_RELEASE);
	run->vm.held_lock = NULL;
	for (u32 i = 0; i < run->records.len; i++)
		ring_commit(run->records.data[i], true);
	run->records.len = 0;
}

/* Between runs of the same program on the same input. */
static void run_again(struct user_run *run)
{
	if (run->prog->hook->again)
		run->prog->hook->again(run);
	run->redirect_ifindex = 0;
	run->redirect_map = NULL;
	run->nested = 0;
}

static int run_interp(struct user_run *run, u64 repeat, u64 r1, u64 r2, u64 *r0)
{
	u32 regions = run->vm.region_count;
	int err = 0;

	for (u64 i = 0; i < repeat && !err; i++) {
		if (i)
			run_again(run);
		run->vm.region_count = regions;
		err = (run->unit->checked ? vm_run_checked : vm_run_fast)(run->prog->vm, &run->vm,
									  r1, r2, r0);
	}
	return err;
}

static int run_native(struct user_run *run, u64 repeat, u64 r1, u64 r2, u64 *r0)
{
	const struct vm_prog *vm = run->prog->vm;
	bool again = repeat > 1 && (run->prog->calls || run->prog->hook->again);
	int err = vm_run_times(vm, &run->vm, r1, r2, again ? 1 : repeat, r0);

	for (u64 i = 1; again && i < repeat && !err; i++) {
		run_again(run);
		err = vm_run_ready(vm, &run->vm, r1, r2, r0);
	}
	return err;
}

static int run_repeat(struct user_run *run, u64 repeat, u64 r1, u64 r2, u64 *r0)
{
	int err;

	run->redirect_ifindex = 0;
	run->redirect_map = NULL;
	run->nested = 0;
	err = (run->native ? run_native : run_interp)(run, repeat, r1, r2, r0);
	if (run->vm.held_lock || run->records.len)
		run_release(run);
	return err;
}

/* One input, in a run that run_prepare made ready. */
static int run_input(struct user_run *run, struct skep_run *io, u64 repeat, struct diag *d)
{
	u64 r0 = 0, r1 = 0, r2 = 0;
	int err = data_check(io, d);

	run->vm.region_count = 0;
	run->vm.packet_len = 0;
	if (!err)
		err = run->prog->hook->start(run, io, &r1, &r2, d);
	if (err)
		return err;
	if (run_repeat(run, repeat, r1, r2, &r0))
		return vm_fault_report(&run->vm, d);
	run->prog->hook->finish(run, io, r0);
	io->redirect_ifindex = run->redirect_ifindex;
	return 0;
}

/* A run that is ready for inputs, NULL after a diagnostic. */
static struct user_run *run_open(struct unit_prog *p, const struct skep_run *io, int *err,
				 struct diag *d)
{
	struct user_unit *u = p->unit->impl;
	struct user_run *run = NULL;

	if (!p->impl)
		*err = diag_error(d, -ENOENT, NOWHERE, "program '%s' is not loaded", p->src->name);
	else
		*err = io_check(io, u->cpus, d);
	if (*err)
		return NULL;
	run = run_take(d);
	if (run)
		run_prepare(run, u, p->impl, io);
	else
		*err = -ENOMEM;
	return run;
}

int user_prog_run(struct unit_prog *p, struct skep_run *io, struct diag *d)
{
	int err;
	struct user_run *run = run_open(p, io, &err, d);
	bool timed = !(io->flags & SKEP_RUN_UNTIMED);
	u64 repeat = MAX(io->repeat, (u64)1), start;

	if (!run)
		return err;
	start = timed ? now_ns() : 0;
	err = run_input(run, io, repeat, d);
	if (err)
		return err;
	io->nanosec = timed ? (now_ns() - start) / repeat : 0;
	io->insns = run->vm.insns;
	return 0;
}

/* Packet i of a batch. */
static int run_packet(struct user_run *run, struct skep_run *io, const struct skep_batch *b,
		      size_t i, struct diag *d)
{
	struct skep_packet_out *out = b->outs ? &b->outs[i] : NULL;
	int err;

	io->data_in = b->packets[i].data;
	io->data_in_len = b->packets[i].len;
	io->linktype = b->packets[i].linktype;
	io->wire_len = b->packets[i].wire_len;
	if (out) {
		io->data_out = out->data;
		io->data_out_cap = out->cap;
	}
	err = run_input(run, io, MAX(b->repeat, (u64)1), d);
	if (err)
		return err;
	if (b->results)
		b->results[i] = io->result;
	if (out) {
		out->len = io->data_out_len;
		out->redirect_ifindex = io->redirect_ifindex;
	}
	return 0;
}

int user_prog_batch(struct unit_prog *p, struct skep_batch *b, size_t *done, struct diag *d)
{
	struct skep_run io = {
		.size = sizeof(io),
		.flags = b->flags,
		.cpu = b->cpu,
	};
	int err;
	struct user_run *run = run_open(p, &io, &err, d);
	u64 start;

	if (!run)
		return err;
	start = now_ns();
	for (*done = 0; *done < b->count; ++*done) {
		err = run_packet(run, &io, b, *done, d);
		if (err)
			break;
	}
	b->nanosec = (now_ns() - start) / (MAX(b->repeat, (u64)1) * MAX(*done, (size_t)1));
	return err;
}
