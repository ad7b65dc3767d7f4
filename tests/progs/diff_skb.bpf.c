// SPDX-License-Identifier: BSD-2-Clause
/* The other hooks that see a packet as an skb: sockets, cgroups, lightweight tunnels, flows. */
#include "diff.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8192);
	__type(key, __u64);
	__type(value, __u64);
} seen SEC(".maps");

static noinline void note(__u32 kind, __u32 value)
{
	__u64 key = (__u64)kind << 32 | value, one = 1, *n = bpf_map_lookup_elem(&seen, &key);

	if (n)
		(*n)++;
	else
		bpf_map_update_elem(&seen, &key, &one, BPF_ANY);
}

SEC("socket")
int sock_bytes(struct __sk_buff *skb)
{
	__u8 first = 0, last = 0;

	bpf_skb_load_bytes(skb, 0, &first, 1);
	bpf_skb_load_bytes(skb, skb->len - 1, &last, 1);
	note(1, skb->len);
	note(2, skb->protocol);
	note(3, skb->pkt_type);
	return first * 256 + last;
}

SEC("socket")
int sock_keep(struct __sk_buff *skb)
{
	__u8 version = 0;

	if (bpf_skb_load_bytes(skb, 0, &version, 1))
		return 0;
	return version >> 4 == 4 ? 20 : version >> 4 == 6 ? -1 : 0;
}

unsigned long long load_byte(void *skb, unsigned long long off) asm("llvm.bpf.load.byte");
unsigned long long load_half(void *skb, unsigned long long off) asm("llvm.bpf.load.half");
unsigned long long load_word(void *skb, unsigned long long off) asm("llvm.bpf.load.word");

SEC("socket")
int sock_abs(struct __sk_buff *skb)
{
	__u64 a = load_byte(skb, 9), b = load_half(skb, 2), c = load_word(skb, 12);
	__u64 d = load_half(skb, (a & 15) * 4);

	return (int)((a * 3 + b * 5 + c * 7 + d) & 0x7fffffff);
}

SEC("cgroup_skb/ingress")
int cg_in(struct __sk_buff *skb)
{
	struct ip4 *ip = START(skb);

	note(4, skb->len);
	note(5, skb->protocol);
	if ((void *)(ip + 1) > END(skb))
		return 0;
	return ip->proto != 17;
}

SEC("cgroup_skb/egress")
int cg_out(struct __sk_buff *skb)
{
	__u32 word = 0;

	if (bpf_skb_load_bytes(skb, 16, &word, 4))
		return 2;
	note(6, word);
	return (int)(word & 1);
}

SEC("lwt_in")
int tunnel_in(struct __sk_buff *skb)
{
	struct ip6 *ip = START(skb);

	note(7, skb->len);
	if ((void *)(ip + 1) > END(skb))
		return BPF_DROP;
	return ip->hops > 64 ? BPF_OK : BPF_DROP;
}

SEC("lwt_out")
int tunnel_out(struct __sk_buff *skb)
{
	__u8 b[4] = {};
	long err = bpf_skb_load_bytes(skb, 4, b, 4);

	note(8, b[0]);
	return err ? BPF_DROP : BPF_OK;
}

SEC("lwt_xmit")
int tunnel_xmit(struct __sk_buff *skb)
{
	struct ip4 *ip = START(skb);

	skb->mark = 3;
	if ((void *)(ip + 1) > END(skb))
		return BPF_DROP;
	ip->ttl = 9;
	note(9, skb->mark + skb->protocol);
	return BPF_OK;
}

SEC("flow_dissector")
int dissect(struct __sk_buff *skb)
{
	struct bpf_flow_keys *keys = skb->flow_keys;
	__u32 off = keys->nhoff;
	struct ip4 *ip = START(skb) + off;
	struct ports *p;

	if (off > 64)
		return BPF_DROP;
	if (keys->n_proto != NET16(ETH_IP4) || (void *)(ip + 1) > END(skb))
		return BPF_DROP;
	keys->addr_proto = ETH_IP4;
	keys->ipv4_src = ip->src;
	keys->ipv4_dst = ip->dst;
	keys->ip_proto = ip->proto;
	keys->thoff = off + (ip->ver_ihl & 15) * 4;
	keys->is_frag = (ip->frag & NET16(0x3fff)) != 0;
	p = (void *)(ip + 1);
	if ((void *)(p + 1) > END(skb) || (ip->ver_ihl & 15) != 5)
		return BPF_OK;
	keys->sport = p->src;
	keys->dport = p->dst;
	return BPF_OK;
}
