// SPDX-License-Identifier: BSD-2-Clause
// Packet read without any check
// linux: invalid access to packet
// Nothing says that the packet has as many bytes: compare with `data_end` first.
#include <skep/net.h>

SEC("tc")
int classify(struct __sk_buff *skb)
{
	struct ethhdr *eth = (void *)(long)skb->data;

	if (eth->h_proto == bpf_htons(0x0806))
		return TC_ACT_SHOT;
	return TC_ACT_OK;
}
