// SPDX-License-Identifier: BSD-2-Clause
/* XDP programs that read packets and count in maps. */
#include "diff.h"

struct flow {
	__u8 src[16], dst[16];
	__be16 sport, dport;
	__u32 proto;
};

struct stat {
	__u64 packets, bytes;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, struct flow);
	__type(value, struct stat);
} flows SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 256);
	__type(key, __u32);
	__type(value, struct stat);
} protos SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, __u64);
} sizes SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, 1024);
	__type(key, __u16);
	__type(value, __u64);
} ethertypes SEC(".maps");

static noinline int count(void *map, const void *key, __u64 bytes)
{
	struct stat *s = bpf_map_lookup_elem(map, key), fresh = { 1, bytes };

	if (!s)
		return bpf_map_update_elem(map, key, &fresh, BPF_NOEXIST) ? -1 : 1;
	__sync_fetch_and_add(&s->packets, 1);
	__sync_fetch_and_add(&s->bytes, bytes);
	return 0;
}

SEC("xdp")
int by_proto(struct xdp_md *ctx)
{
	struct eth *eth = START(ctx);
	struct ip4 *ip = (void *)(eth + 1);
	__u32 key;

	if ((void *)(ip + 1) > END(ctx) || eth->proto != NET16(ETH_IP4))
		return XDP_PASS;
	key = ip->proto;
	count(&protos, &key, (__u64)(END(ctx) - START(ctx)));
	return ip->proto == 17 ? XDP_DROP : XDP_PASS;
}

SEC("xdp")
int by_flow(struct xdp_md *ctx)
{
	struct eth *eth = START(ctx);
	struct flow f = {};
	struct ports *p;
	void *l4;

	if ((void *)(eth + 1) > END(ctx))
		return XDP_ABORTED;
	if (eth->proto == NET16(ETH_IP4)) {
		struct ip4 *ip = (void *)(eth + 1);

		if ((void *)(ip + 1) > END(ctx))
			return XDP_DROP;
		__builtin_memcpy(f.src, &ip->src, 4);
		__builtin_memcpy(f.dst, &ip->dst, 4);
		f.proto = ip->proto;
		l4 = (void *)ip + (ip->ver_ihl & 15) * 4;
	} else if (eth->proto == NET16(ETH_IP6)) {
		struct ip6 *ip = (void *)(eth + 1);

		if ((void *)(ip + 1) > END(ctx))
			return XDP_DROP;
		__builtin_memcpy(f.src, ip->src, 16);
		__builtin_memcpy(f.dst, ip->dst, 16);
		f.proto = ip->next;
		l4 = ip + 1;
	} else {
		return XDP_PASS;
	}
	p = l4;
	if ((void *)(p + 1) <= END(ctx) && (f.proto == 6 || f.proto == 17)) {
		f.sport = p->src;
		f.dport = p->dst;
	}
	return count(&flows, &f, (__u64)(END(ctx) - START(ctx))) < 0 ? XDP_ABORTED : XDP_PASS;
}

SEC("xdp")
int size_histogram(struct xdp_md *ctx)
{
	__u64 len = (__u64)(END(ctx) - START(ctx));
	__u32 slot = 0;
	__u64 *n;

	for (int i = 0; i < 16; i++) {
		if (len >> i)
			slot = (__u32)i;
	}
	n = bpf_map_lookup_elem(&sizes, &slot);
	if (n)
		*n += 1;
	return (int)slot;
}

SEC("xdp")
int by_ethertype(struct xdp_md *ctx)
{
	struct eth *eth = START(ctx);
	__u64 one = 1, *n;
	__u16 type;

	if ((void *)(eth + 1) > END(ctx))
		return XDP_DROP;
	type = NET16(eth->proto);
	n = bpf_map_lookup_elem(&ethertypes, &type);
	if (n)
		(*n)++;
	else
		bpf_map_update_elem(&ethertypes, &type, &one, BPF_ANY);
	if (type < 0x600 && bpf_map_delete_elem(&ethertypes, &type))
		return XDP_ABORTED;
	return XDP_PASS;
}

/* The packet's bytes summed, in a loop bounded by the packet. */
SEC("xdp")
int byte_sum(struct xdp_md *ctx)
{
	__u8 *p = START(ctx), *end = END(ctx);
	__u32 sum = 0;

	for (int i = 0; i < 1500; i++) {
		if (p + i + 1 > end)
			break;
		sum = sum * 31 + p[i];
	}
	return (int)(sum & 0x7fffffff);
}
