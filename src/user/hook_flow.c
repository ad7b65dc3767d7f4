// SPDX-License-Identifier: BSD-2-Clause
/* FLOW_DISSECTOR, as BPF_PROG_TEST_RUN: the keys are the output. */
#include <errno.h>

#include "user/run.h"

static void flow_reset(struct user_run *run)
{
	u32 flags = run->keys.flags;

	memset(&run->keys, 0, sizeof(run->keys));
	run->keys.flags = flags;
	run->keys.nhoff = run->keys.thoff = run->l3_only ? 0 : ETH_HEADER;
	run->keys.n_proto = run->ctx.skb.protocol & 0xffff;
}

static int flow_start(struct user_run *run, const struct skep_run *io, u64 *r1, u64 *r2,
		      struct diag *d)
{
	struct flow_keys in;
	u32 flags;
	int err = run_ctx_in(io, &in, sizeof(in), d);

	if (err)
		return err;
	flags = in.flags;
	in.flags = 0;
	if (memcmp(&in, &(struct flow_keys){ 0 }, sizeof(in)))
		return diag_error(d, -EINVAL, NOWHERE,
				  "context: of struct bpf_flow_keys only flags may be set");
	run->l3_only = io->linktype > 1;
	if (!run->l3_only && io->data_in_len < ETH_HEADER)
		return diag_error(d, -EINVAL, NOWHERE,
				  "packet of %zu bytes is shorter than an Ethernet header",
				  io->data_in_len);
	run->data = run->buffer + BUFFER_HEAD;
	run->end = run->data + io->data_in_len;
	if (io->data_in_len)
		memcpy(run->data, io->data_in, io->data_in_len);
	clear(&run->ctx.skb, sizeof(run->ctx.skb));
	run->ctx.skb.data = (u32)(uintptr_t)run->data;
	run->ctx.skb.data_end = (u32)(uintptr_t)run->end;
	run->ctx.skb.flow_keys = (u64)(uintptr_t)&run->keys;
	run->ctx.skb.protocol = run->l3_only ? 0 : LOAD(u16, run->data + 12);
	run->keys.flags = flags;
	flow_reset(run);
	run_region(run, &run->ctx, sizeof(run->ctx.skb), REGION_CTX, VM_READ | VM_WRITE);
	run_region(run, run->data, io->data_in_len, REGION_PACKET, VM_READ);
	run_region(run, &run->keys, sizeof(run->keys), REGION_MEMORY, VM_READ | VM_WRITE);
	*r1 = run->vm.ctx = (u64)(uintptr_t)&run->ctx;
	return 0;
}

static u16 clamp_off(u16 v, u64 low, u64 high)
{
	return (u16)(v < low ? low : v > high ? high : v);
}

static void flow_finish(struct user_run *run, struct skep_run *io, u64 r0)
{
	u64 len = (u64)(run->end - run->data);

	run->keys.nhoff = clamp_off(run->keys.nhoff, run->l3_only ? 0 : ETH_HEADER, len);
	run->keys.thoff = clamp_off(run->keys.thoff, run->keys.nhoff, len);
	io->result = (u32)r0;
	run_data_out(io, &run->keys, sizeof(run->keys));
	if (run->has_ctx) {
		struct flow_keys out = { .flags = run->keys.flags };

		run_ctx_out(io, &out, sizeof(out));
	}
}

const struct hook hook_flow = {
	.prog_type = PROG_FLOW_DISSECTOR,
	.start = flow_start,
	.again = flow_reset,
	.finish = flow_finish,
};
