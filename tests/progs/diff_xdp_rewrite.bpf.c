// SPDX-License-Identifier: BSD-2-Clause
/* XDP programs that change packets. */
#include "diff.h"

static void mac_swap(struct eth *eth)
{
	__u8 t[6];

	__builtin_memcpy(t, eth->dst, 6);
	__builtin_memcpy(eth->dst, eth->src, 6);
	__builtin_memcpy(eth->src, t, 6);
}

SEC("xdp")
int bounce(struct xdp_md *ctx)
{
	struct eth *eth = START(ctx);

	if ((void *)(eth + 1) > END(ctx))
		return XDP_DROP;
	mac_swap(eth);
	return XDP_TX;
}

/* Time to live minus one, checksum mended by bpf_csum_diff. */
SEC("xdp")
int age(struct xdp_md *ctx)
{
	struct eth *eth = START(ctx);
	struct ip4 *ip = (void *)(eth + 1);
	__be32 was, is;
	__s64 sum;

	if ((void *)(ip + 1) > END(ctx) || eth->proto != NET16(ETH_IP4))
		return XDP_PASS;
	if (ip->ttl < 2)
		return XDP_DROP;
	__builtin_memcpy(&was, &ip->ttl, 4);
	ip->ttl--;
	__builtin_memcpy(&is, &ip->ttl, 4);
	was &= NET32(0xffff0000);
	is &= NET32(0xffff0000);
	sum = bpf_csum_diff(&was, 4, &is, 4, (__u16)~ip->csum);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	ip->csum = (__u16)~sum;
	return XDP_PASS;
}

SEC("xdp")
int vlan_pop(struct xdp_md *ctx)
{
	struct eth *eth = START(ctx), saved;

	if ((void *)(eth + 1) + 4 > END(ctx) || eth->proto != NET16(ETH_VLAN))
		return XDP_PASS;
	saved = *eth;
	saved.proto = *(__be16 *)((void *)(eth + 1) + 2);
	if (bpf_xdp_adjust_head(ctx, 4))
		return XDP_ABORTED;
	eth = START(ctx);
	if ((void *)(eth + 1) > END(ctx))
		return XDP_DROP;
	*eth = saved;
	return XDP_TX;
}

SEC("xdp")
int vlan_push(struct xdp_md *ctx)
{
	struct eth *eth, saved;
	__be16 *tag;

	if (START(ctx) + sizeof(saved) > END(ctx))
		return XDP_DROP;
	saved = *(struct eth *)START(ctx);
	if (bpf_xdp_adjust_head(ctx, -4))
		return XDP_ABORTED;
	eth = START(ctx);
	tag = (void *)(eth + 1);
	if ((void *)(tag + 2) > END(ctx))
		return XDP_DROP;
	tag[0] = NET16(77);
	tag[1] = saved.proto;
	saved.proto = NET16(ETH_VLAN);
	*eth = saved;
	return XDP_PASS;
}

SEC("xdp")
int trim(struct xdp_md *ctx)
{
	int len = (int)(END(ctx) - START(ctx));

	if (len > 64 && bpf_xdp_adjust_tail(ctx, 64 - len))
		return XDP_ABORTED;
	return bpf_xdp_adjust_tail(ctx, -100000) ? XDP_PASS : XDP_DROP;
}

SEC("xdp")
int pad(struct xdp_md *ctx)
{
	__u8 *p;
	int err = bpf_xdp_adjust_tail(ctx, 16);

	if (err)
		return XDP_ABORTED;
	p = START(ctx);
	if ((void *)p + 30 > END(ctx))
		return XDP_DROP;
	p[29] ^= 0xa5;
	return XDP_PASS;
}

SEC("xdp")
int metadata(struct xdp_md *ctx)
{
	__u32 *meta;

	if (bpf_xdp_adjust_meta(ctx, -(int)sizeof(*meta)))
		return XDP_ABORTED;
	meta = (void *)(long)ctx->data_meta;
	if ((void *)(meta + 1) > START(ctx))
		return XDP_DROP;
	*meta = 0x1234;
	if (bpf_xdp_adjust_meta(ctx, 2) == 0 || bpf_xdp_adjust_meta(ctx, -1000) == 0)
		return XDP_DROP;
	if (bpf_xdp_adjust_meta(ctx, sizeof(*meta)))
		return XDP_REDIRECT;
	return XDP_PASS;
}

SEC("xdp")
int copy_bytes(struct xdp_md *ctx)
{
	__u8 b[16];
	__u64 len = bpf_xdp_get_buff_len(ctx);

	if (bpf_xdp_load_bytes(ctx, 14, b, sizeof(b)))
		return XDP_DROP;
	for (int i = 0; i < 8; i++) {
		__u8 t = b[i];

		b[i] = b[15 - i];
		b[15 - i] = t;
	}
	if (bpf_xdp_store_bytes(ctx, 14, b, sizeof(b)))
		return XDP_ABORTED;
	if (!bpf_xdp_store_bytes(ctx, (__u32)len - 8, b, sizeof(b)))
		return XDP_REDIRECT;
	return XDP_PASS;
}

/* An outer IPv4 header in front: 20 bytes more, Ethernet moved forward. */
SEC("xdp")
int encapsulate(struct xdp_md *ctx)
{
	struct eth *eth = START(ctx), saved;
	struct ip4 outer = { .ver_ihl = 0x45,
			     .ttl = 64,
			     .proto = 4,
			     .src = NET32(0x0a000001),
			     .dst = NET32(0x0a000002) };
	__s64 sum;

	if ((void *)(eth + 1) > END(ctx) || eth->proto != NET16(ETH_IP4))
		return XDP_PASS;
	saved = *eth;
	outer.len = NET16((__u16)(END(ctx) - START(ctx) - sizeof(*eth) + sizeof(outer)));
	sum = bpf_csum_diff(0, 0, (__be32 *)&outer, sizeof(outer), 0);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	outer.csum = (__u16)~sum;
	if (bpf_xdp_adjust_head(ctx, -(int)sizeof(outer)))
		return XDP_ABORTED;
	eth = START(ctx);
	if ((void *)(eth + 1) + sizeof(outer) > END(ctx))
		return XDP_DROP;
	*eth = saved;
	*(struct ip4 *)(eth + 1) = outer;
	return XDP_TX;
}
