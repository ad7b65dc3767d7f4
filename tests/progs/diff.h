/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the programs that run in the live kernel and in skep, packet by packet. */
#ifndef TESTS_PROGS_DIFF_H
#define TESTS_PROGS_DIFF_H

#include <skep/bpf.h>

struct eth {
	__u8 dst[6], src[6];
	__be16 proto;
} __attribute__((packed));

struct ip4 {
	__u8 ver_ihl, tos;
	__be16 len, id, frag;
	__u8 ttl, proto;
	__be16 csum;
	__be32 src, dst;
};

struct ip6 {
	__be32 flow;
	__be16 len;
	__u8 next, hops;
	__u8 src[16], dst[16];
};

struct ports {
	__be16 src, dst;
};

#define ETH_IP4	   0x0800
#define ETH_IP6	   0x86dd
#define ETH_VLAN   0x8100
#define NET16(x)   __builtin_bswap16(x)
#define NET32(x)   __builtin_bswap32(x)
#define START(ctx) ((void *)(long)(ctx)->data)
#define END(ctx)   ((void *)(long)(ctx)->data_end)
#define noinline   __attribute__((noinline))

char _license[] SEC("license") = "GPL";

#endif
