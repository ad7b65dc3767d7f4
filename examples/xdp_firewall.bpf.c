// SPDX-License-Identifier: BSD-2-Clause
/*
 * A firewall at XDP: drops IPv4 packets from networks of the map `deny`, counts packets and bytes
 * of each protocol, and reports every drop as a struct drop_event in the ring buffer `events`.
 *
 *     skep run xdp_firewall.o --pcap in.pcap --map deny=10.66.0.0/16:1 --event-type drop_event
 */
#include <skep/net.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

enum proto {
	PROTO_OTHER,
	PROTO_ARP,
	PROTO_ICMP,
	PROTO_ICMPV6,
	PROTO_TCP,
	PROTO_UDP,
};

struct network { /* longest prefix wins */
	__u32 prefixlen;
	__u8 addr[4];
};

struct counter {
	__u64 packets;
	__u64 bytes;
};

struct drop_event {
	__u8 saddr[4];
	__u8 daddr[4];
	__u16 sport; /* 0: no ports */
	__u16 dport;
	enum proto proto;
	__u32 len;  /* bytes of the frame */
	__u32 rule; /* value in deny */
};

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 1024);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct network);
	__type(value, __u32);
} deny SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, 16);
	__type(key, enum proto);
	__type(value, struct counter);
} proto_stats SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 256 * 1024);
} events SEC(".maps");

struct packet {
	void *at, *end; /* what is left to parse */
	__be16 ethertype;
	__u32 len;
	enum proto proto;
	const struct iphdr *ip; /* NULL: not IPv4 */
	__u16 sport, dport;
};

static __always_inline void skip_vlan(struct packet *p)
{
	const struct vlan_hdr *tag = p->at;

	if (p->ethertype != bpf_htons(ETH_P_8021Q) && p->ethertype != bpf_htons(ETH_P_8021AD))
		return;
	if ((void *)(tag + 1) > p->end)
		return;
	p->ethertype = tag->proto;
	p->at = (void *)(tag + 1);
}

/* Later fragments of a packet have no ports. */
static __always_inline void parse_l4(struct packet *p, __u8 protocol, bool first)
{
	const struct udphdr *l4 = p->at; /* TCP's ports lie at the same place */

	if (protocol == IPPROTO_ICMP)
		p->proto = PROTO_ICMP;
	else if (protocol == IPPROTO_ICMPV6)
		p->proto = PROTO_ICMPV6;
	else if (protocol == IPPROTO_TCP)
		p->proto = PROTO_TCP;
	else if (protocol == IPPROTO_UDP)
		p->proto = PROTO_UDP;
	if (p->proto < PROTO_TCP || !first || (void *)(l4 + 1) > p->end)
		return;
	p->sport = bpf_ntohs(l4->source);
	p->dport = bpf_ntohs(l4->dest);
}

static __always_inline void parse_ip4(struct packet *p)
{
	const struct iphdr *ip = p->at;

	if ((void *)(ip + 1) > p->end)
		return;
	p->ip = ip;
	p->at = (void *)ip + (ip->ver_ihl & 15) * 4;
	parse_l4(p, ip->protocol, !(ip->frag_off & bpf_htons(IP_FRAGMENT_OFFSET)));
}

static __always_inline void parse_ip6(struct packet *p)
{
	const struct ipv6hdr *ip = p->at;

	if ((void *)(ip + 1) > p->end)
		return;
	p->at = (void *)(ip + 1);
	parse_l4(p, ip->nexthdr, true);
}

static __always_inline void count(const struct packet *p)
{
	struct counter *c = bpf_map_lookup_elem(&proto_stats, &p->proto);

	if (c) {
		c->packets++;
		c->bytes += p->len;
	} else {
		struct counter first = { .packets = 1, .bytes = p->len };

		bpf_map_update_elem(&proto_stats, &p->proto, &first, BPF_NOEXIST);
	}
}

/* A function of its own, so that BTF has struct drop_event for those who read events. */
static __noinline void fill(struct drop_event *e, const struct packet *p, __u32 rule)
{
	__builtin_memcpy(e->saddr, &p->ip->saddr, 4);
	__builtin_memcpy(e->daddr, &p->ip->daddr, 4);
	e->sport = p->sport;
	e->dport = p->dport;
	e->proto = p->proto;
	e->len = p->len;
	e->rule = rule;
}

static __always_inline void report(const struct packet *p, __u32 rule)
{
	struct drop_event *e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);

	if (!e)
		return;
	fill(e, p, rule);
	bpf_ringbuf_submit(e, 0);
}

SEC("xdp")
int firewall(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct packet p = { .end = end, .len = end - data };
	const struct ethhdr *eth = data;
	struct network from = { .prefixlen = 32 };
	const __u32 *rule;

	if ((void *)(eth + 1) > end)
		return XDP_DROP; /* no frame */
	p.ethertype = eth->h_proto;
	p.at = (void *)(eth + 1);
	skip_vlan(&p);
	skip_vlan(&p);
	if (p.ethertype == bpf_htons(ETH_P_IP))
		parse_ip4(&p);
	else if (p.ethertype == bpf_htons(ETH_P_IPV6))
		parse_ip6(&p);
	else if (p.ethertype == bpf_htons(ETH_P_ARP))
		p.proto = PROTO_ARP;
	count(&p);
	if (!p.ip)
		return XDP_PASS;
	__builtin_memcpy(from.addr, &p.ip->saddr, 4);
	rule = bpf_map_lookup_elem(&deny, &from);
	if (!rule)
		return XDP_PASS;
	report(&p, *rule);
	return XDP_DROP;
}
