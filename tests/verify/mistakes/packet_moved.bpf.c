// SPDX-License-Identifier: BSD-2-Clause
// Packet pointer used after the packet moved
// linux: invalid mem access 'scalar'
// A helper that changes the packet may move it: fetch and check `data` again.
#include <skep/net.h>

SEC("xdp")
int strip(struct xdp_md *ctx)
{
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = (void *)(long)ctx->data;

	if ((void *)(eth + 1) > data_end)
		return XDP_PASS;
	if (bpf_xdp_adjust_head(ctx, 4))
		return XDP_DROP;
	eth->h_proto = bpf_htons(0x0800);
	return XDP_PASS;
}
