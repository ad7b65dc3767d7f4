// SPDX-License-Identifier: BSD-2-Clause
// Packet read past the bytes that were checked
// linux: invalid access to packet
// A packet may end anywhere: bytes may be read once `data_end` was compared with their end.
#include <skep/net.h>

SEC("xdp")
int ports(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data;
	void *data_end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = data + sizeof(*eth);
	struct tcphdr *tcp = data + sizeof(*eth) + sizeof(*ip);

	if ((void *)(ip + 1) > data_end)
		return XDP_PASS;
	if (ip->protocol != 6)
		return XDP_PASS;
	if (tcp->dest == bpf_htons(80))
		return XDP_DROP;
	return XDP_PASS;
}
