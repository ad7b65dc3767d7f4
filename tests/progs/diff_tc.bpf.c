// SPDX-License-Identifier: BSD-2-Clause
/* SCHED_CLS and SCHED_ACT programs: context fields, byte access, changes of length. */
#include "diff.h"

#ifndef offsetof
#define offsetof(type, member) __builtin_offsetof(type, member)
#endif

struct seen {
	__u32 len, type, proto, vlan, ifindex, ingress, hash, queue, gso, wire;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8192);
	__type(key, struct seen);
	__type(value, __u64);
} contexts SEC(".maps");

SEC("tc")
int fields(struct __sk_buff *skb)
{
	struct seen s = {
		.len = skb->len,
		.type = skb->pkt_type,
		.proto = skb->protocol,
		.vlan = skb->vlan_present << 16 | skb->vlan_tci,
		.ifindex = skb->ifindex,
		.ingress = skb->ingress_ifindex,
		.hash = skb->hash,
		.queue = skb->queue_mapping,
		.gso = skb->gso_segs + skb->gso_size,
		.wire = skb->wire_len,
	};
	__u64 one = 1;

	bpf_map_update_elem(&contexts, &s, &one, BPF_ANY);
	skb->mark = s.len * 3;
	skb->priority = s.type + 9;
	skb->cb[0] = s.len;
	skb->cb[4] = skb->cb[0] + 1;
	skb->tc_index = 5;
	skb->tstamp = 12345;
	return (int)(skb->mark ^ skb->priority ^ skb->cb[4] ^ skb->tc_index);
}

SEC("tc")
int direct(struct __sk_buff *skb)
{
	struct eth *eth = START(skb);
	struct ip4 *ip = (void *)(eth + 1);

	if ((void *)(ip + 1) > END(skb)) {
		if (bpf_skb_pull_data(skb, sizeof(*eth) + sizeof(*ip)))
			return TC_ACT_SHOT;
		eth = START(skb);
		ip = (void *)(eth + 1);
		if ((void *)(ip + 1) > END(skb))
			return TC_ACT_STOLEN;
	}
	if (eth->proto != NET16(ETH_IP4))
		return TC_ACT_UNSPEC;
	ip->tos = 0x28;
	return TC_ACT_OK;
}

/* New destination: header checksum, then the transport checksum with its pseudo header. */
SEC("tc")
int translate(struct __sk_buff *skb)
{
	__be32 was, is = NET32(0xc0000201);
	__u8 proto, ihl;
	__u32 l4, at;
	long err;

	if (skb->protocol != NET16(ETH_IP4))
		return TC_ACT_OK;
	if (bpf_skb_load_bytes(skb, 14 + offsetof(struct ip4, dst), &was, 4) ||
	    bpf_skb_load_bytes(skb, 14 + offsetof(struct ip4, proto), &proto, 1) ||
	    bpf_skb_load_bytes(skb, 14, &ihl, 1))
		return TC_ACT_SHOT;
	l4 = 14 + (ihl & 15) * 4;
	err = bpf_l3_csum_replace(skb, 14 + offsetof(struct ip4, csum), was, is, 4);
	if (proto == 6 || proto == 17) {
		at = l4 + (proto == 6 ? 16 : 6);
		err = err * 3 +
		      bpf_l4_csum_replace(skb, at, was, is,
					  BPF_F_PSEUDO_HDR | 4 |
						  (proto == 17 ? BPF_F_MARK_MANGLED_0 : 0));
	}
	err = err * 3 + bpf_skb_store_bytes(skb, 14 + offsetof(struct ip4, dst), &is, 4, 0);
	return (int)err;
}

SEC("tc")
int relative(struct __sk_buff *skb)
{
	__u32 net = 0, mac = 0;
	long a = bpf_skb_load_bytes_relative(skb, 12, &net, 4, BPF_HDR_START_NET);
	long b = bpf_skb_load_bytes_relative(skb, 6, &mac, 4, BPF_HDR_START_MAC);

	return (int)(net ^ (mac * 5) ^ (__u32)(a * 11) ^ (__u32)(b * 13));
}

SEC("tc")
int shorten(struct __sk_buff *skb)
{
	long err = bpf_skb_change_tail(skb, 40, 0);

	return (int)(err * 1000 + skb->len);
}

SEC("tc")
int lengthen(struct __sk_buff *skb)
{
	__u8 mark[4] = { 1, 2, 3, 4 };
	__u32 len = skb->len;
	long err = bpf_skb_change_tail(skb, len + 12, 0);

	err = err * 7 + bpf_skb_store_bytes(skb, len + 2, mark, sizeof(mark), 0);
	return (int)(err * 1000 + skb->len);
}

SEC("tc")
int push_vlan(struct __sk_buff *skb)
{
	long err = bpf_skb_vlan_push(skb, NET16(ETH_VLAN), 42);

	return (int)(err * 100000 + skb->vlan_present * 10000 + skb->vlan_tci);
}

SEC("tc")
int pop_vlan(struct __sk_buff *skb)
{
	long err = bpf_skb_vlan_pop(skb);

	return (int)(err * 100000 + skb->vlan_present * 10000 + skb->len);
}

SEC("action")
int act(struct __sk_buff *skb)
{
	__u8 b[8] = {};

	if (bpf_skb_load_bytes(skb, skb->len - 8, b, 8))
		return TC_ACT_SHOT;
	return b[0] & 1 ? TC_ACT_PIPE : TC_ACT_OK;
}

SEC("tc")
int out_of_bounds(struct __sk_buff *skb)
{
	__u8 b[16] = {};
	long a = bpf_skb_load_bytes(skb, skb->len - 4, b, 16);
	long c = bpf_skb_store_bytes(skb, skb->len - 4, b, 16, 0);
	long d = bpf_skb_store_bytes(skb, 0, b, 4, 0xff00);

	return (int)(a * 100 + c * 10 + d + b[0]);
}
