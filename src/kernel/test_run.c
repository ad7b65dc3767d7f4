// SPDX-License-Identifier: BSD-2-Clause
/* Programs run by the kernel on given input: BPF_PROG_TEST_RUN. Source: bpf_prog_run.rst. */
#include <errno.h>
#include <linux/bpf.h>
#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

#include "kernel/kernel.h"
#include "spec/prog.h"

/*
 * Bytes that the kernel puts before a packet and after it (struct skb_shared_info) in the one page
 * of a test run. Longer packets lie in several buffers, which changes what programs see.
 */
enum { HEAD_XDP = 256, HEAD_SKB = 64, TAIL = 320, ETHERNET = 14 };
enum { LINK_RAW = 101, LINK_IPV4 = 228, LINK_IPV6 = 229 };

enum input { NO_RUN, PACKET_L2, PACKET_L3, PACKET_XDP, PACKET_FLOW, CONTEXT };

static enum input input_of(u32 type)
{
	switch (type) {
	case PROG_SCHED_CLS:
	case PROG_SCHED_ACT:
		return PACKET_L2;
	case PROG_SOCKET_FILTER:
	case PROG_CGROUP_SKB:
	case PROG_LWT_IN:
	case PROG_LWT_OUT:
	case PROG_LWT_XMIT:
	case PROG_NETFILTER:
		return PACKET_L3;
	case PROG_XDP:
		return PACKET_XDP;
	case PROG_FLOW_DISSECTOR:
		return PACKET_FLOW;
	case PROG_RAW_TRACEPOINT:
	case PROG_SYSCALL:
	case PROG_SK_LOOKUP:
	case PROG_STRUCT_OPS:
	case PROG_TRACING:
		return CONTEXT;
	default:
		return NO_RUN;
	}
}

/* One run: what is asked for, the kernel's answer, and memory that lasts for it. */
struct test {
	const struct unit_prog *p;
	enum input input;
	struct skep_run *io;
	struct sys_test_run a;
	struct __sk_buff skb; /* context, when the caller gives none */
	u8 *framed;	      /* packet behind a link header of ours, owned; NULL: as given */
	size_t out_skip;      /* bytes of that header in what comes out */
	u8 *out;	      /* owned; NULL: straight into the caller's */
	u8 *ctx;	      /* of a syscall program, which writes to it; owned */
};

/* ---- input ---- */

static int refuse(const struct test *t, int err, struct diag *d, const char *why)
{
	return diag_error(d, err, NOWHERE, "program '%s': %s", t->p->src->name, why);
}

static u16 ethertype(u32 linktype, const u8 *data)
{
	u32 version = linktype == LINK_IPV4   ? 4
		      : linktype == LINK_IPV6 ? 6
		      : linktype == LINK_RAW  ? data[0] >> 4
					      : 0;

	return version == 4 ? 0x0800 : version == 6 ? 0x86dd : 0;
}

/* Socket filters see what is behind the header of a test run: frames get a copy of theirs. */
static bool sees_frame(const struct test *t)
{
	return t->p->src->type == PROG_SOCKET_FILTER && !(t->io->flags & SKEP_RUN_L3);
}

/* A test run takes Ethernet frames: other packets get a header, which the program does not see. */
static int add_frame(struct test *t, struct diag *d)
{
	struct skep_run *io = t->io;
	bool ethernet = io->linktype <= 1;
	u16 type;

	if (t->input == PACKET_XDP || (ethernet && !sees_frame(t)))
		return 0;
	if (t->input != PACKET_L3)
		return refuse(
			t, -EOPNOTSUPP, d,
			"the kernel's test run takes Ethernet frames, and the packet is none");
	t->framed = calloc(1, ETHERNET + io->data_in_len);
	t->out = malloc(ETHERNET + MAX(io->data_out_cap, (size_t)1));
	if (!t->framed || !t->out)
		return diag_nomem(d);
	if (io->data_in_len)
		memcpy(t->framed + ETHERNET, io->data_in, io->data_in_len);
	if (ethernet) {
		memcpy(t->framed, t->framed + ETHERNET, MIN(io->data_in_len, (size_t)ETHERNET));
	} else {
		type = io->data_in_len ? ethertype(io->linktype, io->data_in) : 0;
		t->framed[12] = (u8)(type >> 8);
		t->framed[13] = (u8)type;
	}
	t->out_skip = ETHERNET;
	t->a.data_in = sys_ptr(t->framed);
	t->a.data_in_len += ETHERNET;
	t->a.data_out = sys_ptr(t->out);
	t->a.data_out_len += ETHERNET;
	return 0;
}

static int check_packet(const struct test *t, struct diag *d)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), len = t->a.data_in_len, most;

	if (len < ETHERNET)
		return diag_error(d, -EINVAL, NOWHERE,
				  "packet of %zu bytes is shorter than an Ethernet header",
				  t->io->data_in_len);
	most = page - TAIL - (t->input == PACKET_XDP ? HEAD_XDP : HEAD_SKB);
	if (len <= most || (t->input == PACKET_XDP && t->p->src->frags))
		return 0;
	diag_error(d, -EMSGSIZE, NOWHERE,
		   "packet of %zu bytes: the kernel's test run takes %zu in one piece",
		   t->io->data_in_len, most - t->out_skip);
	if (t->input == PACKET_XDP)
		diag_hint(d, "programs that take packets in pieces, SEC(\"xdp.frags\"), have no "
			     "such limit");
	return -EMSGSIZE;
}

static int set_packet(struct test *t, struct diag *d)
{
	struct skep_run *io = t->io;
	int err;

	t->a.data_in = sys_ptr(io->data_in);
	t->a.data_in_len = (u32)io->data_in_len;
	t->a.data_out = sys_ptr(io->data_out);
	t->a.data_out_len = io->data_out ? (u32)MIN(io->data_out_cap, UINT32_MAX / 2) : 0;
	err = add_frame(t, d);
	if (!err)
		err = check_packet(t, d);
	if (err || io->ctx_in || t->input == PACKET_XDP || t->input == PACKET_FLOW ||
	    t->p->src->type == PROG_NETFILTER || io->wire_len <= io->data_in_len)
		return err;
	t->skb.wire_len = io->wire_len;
	t->a.ctx_in = sys_ptr(&t->skb);
	t->a.ctx_in_len = sizeof(t->skb);
	return 0;
}

/* A syscall program's context comes back where it came from; the others' does not. */
static int set_context(struct test *t, struct diag *d)
{
	struct skep_run *io = t->io;

	if (io->data_in_len)
		return refuse(t, -EINVAL, d, "it takes a context, and no packet");
	if (t->p->src->type == PROG_SK_LOOKUP) {
		t->a.repeat = (u32)MIN(io->repeat, (u64)INT32_MAX);
		return 0;
	}
	t->a.ctx_out = t->a.ctx_out_len = 0;
	if (io->repeat > 1)
		return refuse(t, -EINVAL, d, "the kernel's test run does not repeat it");
	if (t->p->src->type != PROG_SYSCALL || !io->ctx_in)
		return 0;
	t->ctx = malloc(io->ctx_in_len);
	if (!t->ctx)
		return diag_nomem(d);
	memcpy(t->ctx, io->ctx_in, io->ctx_in_len);
	t->a.ctx_in = sys_ptr(t->ctx);
	return 0;
}

static int prepare(struct test *t, struct diag *d)
{
	const struct prog_info *info = prog_info(t->p->src->type);
	const struct kernel_prog *k = t->p->impl;
	struct skep_run *io = t->io;

	if (!k)
		return refuse(t, -ENOENT, d, "it is not loaded");
	if (t->input == NO_RUN) {
		diag_error(d, -EOPNOTSUPP, NOWHERE,
			   "program '%s': the kernel has no test run for programs of type %s",
			   t->p->src->name, info ? info->name : "?");
		diag_hint(d, "attach it, and let what it waits for happen");
		return -EOPNOTSUPP;
	}
	if (!io->data_in && io->data_in_len)
		return refuse(t, -EINVAL, d, "input is given a length and no address");
	if (io->data_in_len > 1u << 20)
		return refuse(t, -E2BIG, d, "the input is too long");
	t->a.prog_fd = (u32)k->fd;
	t->a.ctx_in = sys_ptr(io->ctx_in);
	t->a.ctx_in_len = (u32)io->ctx_in_len;
	t->a.ctx_out = sys_ptr(io->ctx_out);
	t->a.ctx_out_len = io->ctx_out ? (u32)io->ctx_out_cap : 0;
	if (t->input != CONTEXT) {
		t->a.repeat = (u32)MIN(io->repeat, (u64)INT32_MAX);
		return set_packet(t, d);
	}
	return set_context(t, d);
}

/* ---- output ---- */

static void take_output(struct test *t)
{
	struct skep_run *io = t->io;
	size_t len = t->a.data_out_len;

	io->result = t->a.retval;
	io->nanosec = t->a.duration;
	io->data_out_len = len > t->out_skip ? len - t->out_skip : 0;
	io->ctx_out_len = io->ctx_out ? t->a.ctx_out_len : 0;
	if (t->ctx && io->ctx_out) {
		io->ctx_out_len = io->ctx_in_len;
		memcpy(io->ctx_out, t->ctx, MIN(io->ctx_in_len, io->ctx_out_cap));
	}
	if (t->out && io->data_out)
		memcpy(io->data_out, t->out + t->out_skip, MIN(io->data_out_len, io->data_out_cap));
}

static int refused(const struct test *t, int err, struct diag *d)
{
	const struct prog_info *info = prog_info(t->p->src->type);

	diag_error(d, err, NOWHERE, "program '%s' (%s): the kernel's test run fails: %s",
		   t->p->src->name, info ? info->name : "?", sys_error(err));
	if (err == -EINVAL && t->input == CONTEXT && !t->io->ctx_in)
		diag_hint(d, "it wants a context");
	else if (err == -EINVAL && t->io->ctx_in)
		diag_hint(d, "the context sets a field that a test run does not take");
	else if (err == -EINVAL && t->p->src->attach_type == ATTACH_XDP_DEVMAP)
		diag_hint(d, "programs of devmaps and cpumaps run only there");
	else if (err == -EINVAL && t->input == PACKET_L3)
		diag_hint(d, "the packet is shorter than the headers that it announces");
	return err;
}

static int run_once(struct unit_prog *p, struct skep_run *io, struct diag *d)
{
	struct test t = { .p = p, .io = io, .input = input_of(p->src->type) };
	int err = prepare(&t, d);

	if (!err) {
		err = SYS_BPF(CMD_TEST_RUN, &t.a);
		if (err == -ENOSPC) /* what comes out was cut; the rest holds */
			err = 0;
		if (!err)
			take_output(&t);
		else
			refused(&t, err, d);
	}
	free(t.framed);
	free(t.out);
	free(t.ctx);
	return err;
}

/* ---- which CPU ---- */

/* Per-CPU maps see the CPU that was asked for. */
static int move_to(u32 cpu, cpu_set_t *before, struct diag *d)
{
	cpu_set_t one;

	if (sched_getaffinity(0, sizeof(*before), before))
		CPU_ZERO(before);
	CPU_ZERO(&one);
	if (cpu < CPU_SETSIZE)
		CPU_SET(cpu, &one);
	if (!sched_setaffinity(0, sizeof(one), &one))
		return 0;
	if (!cpu) /* nobody asked for the first one */
		return 0;
	return diag_error(d, -EINVAL, NOWHERE, "no cpu %u may run this process", cpu);
}

static void move_back(const cpu_set_t *before)
{
	if (CPU_COUNT(before))
		sched_setaffinity(0, sizeof(*before), before);
}

int kernel_prog_run(struct unit_prog *p, struct skep_run *run, struct diag *d)
{
	cpu_set_t before;
	int err = move_to(run->cpu, &before, d);

	if (err)
		return err;
	err = run_once(p, run, d);
	move_back(&before);
	return err;
}

static int run_packet(struct unit_prog *p, struct skep_batch *b, size_t i, u64 *nanosec,
		      struct diag *d)
{
	const struct skep_packet *in = &b->packets[i];
	struct skep_packet_out *out = b->outs ? &b->outs[i] : NULL;
	struct skep_run io = {
		.size = sizeof(io),
		.data_in = in->data,
		.data_in_len = in->len,
		.data_out = out ? out->data : NULL,
		.data_out_cap = out ? out->cap : 0,
		.repeat = b->repeat,
		.flags = b->flags,
		.linktype = in->linktype,
		.wire_len = in->wire_len,
	};
	int err = run_once(p, &io, d);

	if (err)
		return err;
	*nanosec += io.nanosec;
	if (b->results)
		b->results[i] = io.result;
	if (out) {
		out->len = io.data_out_len;
		out->redirect_ifindex = 0;
	}
	return 0;
}

int kernel_prog_batch(struct unit_prog *p, struct skep_batch *b, size_t *done, struct diag *d)
{
	cpu_set_t before;
	u64 nanosec = 0;
	int err = move_to(b->cpu, &before, d);

	if (err)
		return err;
	for (*done = 0; *done < b->count; ++*done) {
		err = run_packet(p, b, *done, &nanosec, d);
		if (err)
			break;
	}
	move_back(&before);
	b->nanosec = *done ? nanosec / *done : 0;
	return err;
}
