// SPDX-License-Identifier: BSD-2-Clause
/* XDP, as BPF_PROG_TEST_RUN: metadata counts as packet bytes before ctx.data. */
#include <errno.h>

#include "user/run.h"

enum { XDP_ABORTED_, XDP_DROP_, XDP_PASS_, XDP_TX_, XDP_REDIRECT_ };
enum { META_MAX = 252 };

void xdp_sync(struct user_run *run)
{
	run->ctx.xdp.data = (u32)(uintptr_t)run->data;
	run->ctx.xdp.data_end = (u32)(uintptr_t)run->end;
	run->ctx.xdp.data_meta = (u32)(uintptr_t)run->meta;
	run->vm.regions[run->slot.packet].base = (u64)(uintptr_t)run->data;
	run->vm.regions[run->slot.packet].len = (u64)(run->end - run->data);
	run->vm.regions[run->slot.meta].base = (u64)(uintptr_t)run->meta;
	run->vm.regions[run->slot.meta].len = (u64)(run->data - run->meta);
}

/* What the kernel accepts: data is the metadata's length, data_end that of the linear part. */
static int xdp_ctx_check(const struct xdp_ctx *c, size_t size, struct diag *d)
{
	const char *why = NULL;

	if (c->data_meta)
		why = "data_meta must be 0";
	else if (c->data_end > size)
		why = "data_end is past the input's end";
	else if (c->data > c->data_end)
		why = "data is past data_end";
	else if (c->data % 4 || c->data > META_MAX)
		why = "data, the metadata's length, must be a multiple of 4, at most 252";
	else if (c->egress_ifindex)
		why = "egress_ifindex must be 0";
	else if (!c->ingress_ifindex && c->rx_queue_index)
		why = "rx_queue_index without ingress_ifindex";
	else if (c->ingress_ifindex == 1 && c->rx_queue_index)
		why = "device 1 has one queue, number 0";
	return why ? diag_error(d, -EINVAL, NOWHERE, "context: %s", why) : 0;
}

static int xdp_start(struct user_run *run, const struct skep_run *io, u64 *r1, u64 *r2,
		     struct diag *d)
{
	struct xdp_ctx in = { 0 };
	size_t len = io->data_in_len, linear = len;
	int err = 0;

	if (io->ctx_in)
		err = run_ctx_in(io, &in, sizeof(in), d);
	if (!err && io->ctx_in)
		err = xdp_ctx_check(&in, len, d);
	if (err)
		return err;
	if (io->linktype <= 1 && len < (size_t)in.data + ETH_HEADER)
		return diag_error(d, -EINVAL, NOWHERE,
				  "packet of %zu bytes is shorter than an Ethernet header", len);
	if (run->has_ctx)
		linear = in.data_end;
	run->meta = run->buffer + BUFFER_HEAD;
	if (len)
		memcpy(run->meta, io->data_in, len);
	run->data = run->meta + in.data;
	run->hard_start = run->data - XDP_HEADROOM;
	if (run->head_used)
		memset(run->meta - XDP_HEADROOM, 0, XDP_HEADROOM);
	run->head_used = false;
	run->end = run->meta + linear;
	run->hard_end = MAX(run->hard_start + XDP_FRAME_SIZE - XDP_TAILROOM, run->end);
	run->total_end = run->meta + len;
	run->ctx.xdp = (struct xdp_ctx){
		.ingress_ifindex = in.ingress_ifindex ? in.ingress_ifindex : 1,
		.rx_queue_index = in.rx_queue_index,
	};
	run_region(run, &run->ctx, sizeof(run->ctx.xdp), REGION_CTX, VM_READ | VM_WRITE);
	run->slot.packet = run_region(run, NULL, 0, REGION_PACKET, VM_READ | VM_WRITE);
	run->slot.meta = run_region(run, NULL, 0, REGION_META, VM_READ | VM_WRITE);
	xdp_sync(run);
	*r1 = run->vm.ctx = (u64)(uintptr_t)&run->ctx;
	return 0;
}

static void broadcast(struct user_run *run)
{
	struct map *m = run->redirect_map;
	u8 key[512], next[512];
	size_t len = (size_t)(run->total_end - run->data);
	bool first = true;

	if (m->def.key_size > sizeof(key))
		return;
	while (!map_next(m, first ? NULL : key, next)) {
		const u8 *value = m->ops->lookup(m, next, run->vm.cpu);
		u32 to = value ? LOAD(u32, value) : 0;

		if (to && !((run->redirect_flags & 16) && to == run->ctx.xdp.ingress_ifindex))
			run_tx(run, to, run->data, len);
		memcpy(key, next, m->def.key_size);
		first = false;
	}
}

static void xdp_finish(struct user_run *run, struct skep_run *io, u64 r0)
{
	size_t len = (size_t)(run->total_end - run->data);

	io->result = (u32)r0;
	if (io->result == XDP_TX_)
		run_tx(run, run->ctx.xdp.ingress_ifindex, run->data, len);
	else if (io->result == XDP_REDIRECT_ && run->redirect_map)
		broadcast(run);
	else if (io->result == XDP_REDIRECT_ && run->redirect_ifindex)
		run_tx(run, run->redirect_ifindex, run->data, len);
	if (io->result != XDP_REDIRECT_)
		run->redirect_ifindex = 0;
	run_data_out(io, run->meta, (size_t)(run->total_end - run->meta));
	if (run->has_ctx) {
		struct xdp_ctx out;

		run_ctx_in(io, &out, sizeof(out), NULL);
		out.data = (u32)(run->data - run->meta);
		out.data_end = (u32)(run->end - run->meta);
		run_ctx_out(io, &out, sizeof(out));
	}
}

const struct hook hook_xdp = {
	.prog_type = PROG_XDP,
	.start = xdp_start,
	.finish = xdp_finish,
};
