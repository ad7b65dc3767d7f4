// SPDX-License-Identifier: BSD-2-Clause
/*
 * A layer 4 load balancer at XDP: TCP and UDP packets to a service of the map `services` go to one
 * of its backends, out of the device they came in through. A connection keeps its backend, and
 * when a backend leaves, only its connections move: each backend's score for a connection is a
 * hash of both, the highest wins (rendezvous hashing).
 *
 *     skep run xdp_lb.o --pcap in.pcap \
 *             --map 'services={192.0.2.1,80,6}:{0,2}' --map 'backends=0:{10.9.0.1,…}' …
 */
#include <skep/net.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

enum { MAX_BACKENDS = 64, SERVICE_BACKENDS = 16 };

struct service_key {
	__u8 addr[4];
	__u16 port; /* host order */
	__u8 protocol;
	__u8 pad;
};

struct service {
	__u32 first; /* backends [first, first + count) */
	__u32 count; /* at most SERVICE_BACKENDS */
};

struct backend {
	__u8 addr[4];
	__u8 mac[6];
	__u16 down; /* not 0: gets nothing */
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 256);
	__type(key, struct service_key);
	__type(value, struct service);
} services SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, MAX_BACKENDS);
	__type(key, __u32);
	__type(value, struct backend);
} backends SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, MAX_BACKENDS);
	__type(key, __u32); /* backend */
	__type(value, __u64);
} sent SEC(".maps");

/* Every input bit reaches every output bit: the end of MurmurHash3, whose author gave it away. */
static __always_inline __u32 mix(__u32 h)
{
	h ^= h >> 16;
	h *= 0x85ebca6b;
	h ^= h >> 13;
	h *= 0xc2b2ae35;
	return h ^ h >> 16;
}

/* The backend's number, or -1. */
static __always_inline int choose(const struct service *s, __u32 connection)
{
	__u32 best_score = 0;
	int best = -1;

	for (__u32 i = 0; i < SERVICE_BACKENDS; i++) {
		__u32 number = s->first + i, score = mix(connection ^ mix(number + 1));
		const struct backend *b;

		if (i >= s->count)
			break;
		b = bpf_map_lookup_elem(&backends, &number);
		if (b && !b->down && (best < 0 || score > best_score)) {
			best = (int)number;
			best_score = score;
		}
	}
	return best;
}

static __always_inline void count(__u32 backend)
{
	__u64 *n = bpf_map_lookup_elem(&sent, &backend), one = 1;

	if (n)
		++*n;
	else
		bpf_map_update_elem(&sent, &backend, &one, BPF_NOEXIST);
}

static __always_inline void send_to(struct ethhdr *eth, struct iphdr *ip, __sum16 *check,
				    const struct backend *b)
{
	__be32 addr;

	__builtin_memcpy(&addr, b->addr, 4);
	if (check)
		*check = csum_replace4(*check, ip->daddr, addr);
	ip->check = csum_replace4(ip->check, ip->daddr, addr);
	ip->daddr = addr;
	__builtin_memcpy(eth->h_source, eth->h_dest, 6);
	__builtin_memcpy(eth->h_dest, b->mac, 6);
}

SEC("xdp")
int load_balancer(struct xdp_md *ctx)
{
	void *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = (void *)(long)ctx->data;
	struct iphdr *ip = (void *)(eth + 1);
	struct tcphdr *tcp = (void *)(ip + 1);
	struct udphdr *udp = (void *)tcp;
	struct service_key key = { 0 };
	const struct service *service;
	const struct backend *b;
	__sum16 *check;
	__u32 number;
	int chosen;

	if ((void *)(udp + 1) > end || eth->h_proto != bpf_htons(ETH_P_IP) || ip->ver_ihl != 0x45)
		return XDP_PASS;
	if (ip->frag_off & bpf_htons(IP_MORE_FRAGMENTS | IP_FRAGMENT_OFFSET))
		return XDP_PASS; /* later fragments have no ports to go by */
	if (ip->protocol == IPPROTO_TCP && (void *)(tcp + 1) <= end)
		check = &tcp->check;
	else if (ip->protocol == IPPROTO_UDP)
		check = udp->check ? &udp->check : NULL;
	else
		return XDP_PASS;

	__builtin_memcpy(key.addr, &ip->daddr, 4);
	key.port = bpf_ntohs(udp->dest);
	key.protocol = ip->protocol;
	service = bpf_map_lookup_elem(&services, &key);
	if (!service)
		return XDP_PASS;
	chosen = choose(service, mix(ip->saddr ^ mix((__u32)udp->source << 16 | udp->dest)));
	number = (__u32)chosen;
	b = chosen < 0 ? NULL : bpf_map_lookup_elem(&backends, &number);
	if (!b)
		return XDP_DROP; /* nobody serves it */
	send_to(eth, ip, check, b);
	count(number);
	return XDP_TX;
}
