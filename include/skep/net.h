/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Packet headers for BPF programs in C, fields as on the wire. Source: IEEE 802.3 and 802.1Q,
 * RFC 826, 791, 8200, 768, 9293, 792, 4443.
 */
#ifndef SKEP_NET_H
#define SKEP_NET_H

#include "bpf.h"

enum {
	ETH_P_IP = 0x0800,
	ETH_P_ARP = 0x0806,
	ETH_P_8021Q = 0x8100,
	ETH_P_IPV6 = 0x86dd,
	ETH_P_8021AD = 0x88a8,
};

enum {
	IPPROTO_ICMP = 1,
	IPPROTO_TCP = 6,
	IPPROTO_UDP = 17,
	IPPROTO_FRAGMENT = 44,
	IPPROTO_ICMPV6 = 58,
};

struct ethhdr {
	__u8 h_dest[6];
	__u8 h_source[6];
	__be16 h_proto;
} __attribute__((packed));

struct vlan_hdr {
	__be16 tci;   /* priority 3 bits, drop 1, VLAN 12 */
	__be16 proto; /* of what follows */
};

struct iphdr {
	__u8 ver_ihl; /* version 4 bits, header length 4, in words of 4 bytes */
	__u8 tos;
	__be16 tot_len;
	__be16 id;
	__be16 frag_off; /* flags 3 bits, offset 13, in units of 8 bytes */
	__u8 ttl;
	__u8 protocol;
	__sum16 check;
	__be32 saddr;
	__be32 daddr;
};
enum { IP_MORE_FRAGMENTS = 0x2000, IP_FRAGMENT_OFFSET = 0x1fff };

struct ipv6hdr {
	__be32 flow; /* version 4 bits, class 8, label 20 */
	__be16 payload_len;
	__u8 nexthdr;
	__u8 hop_limit;
	__u8 saddr[16];
	__u8 daddr[16];
};

struct tcphdr {
	__be16 source;
	__be16 dest;
	__be32 seq;
	__be32 ack_seq;
	__u8 doff;  /* header length in the high 4 bits, in words of 4 bytes */
	__u8 flags; /* CWR ECE URG ACK PSH RST SYN FIN */
	__be16 window;
	__sum16 check;
	__be16 urg_ptr;
};

struct udphdr {
	__be16 source;
	__be16 dest;
	__be16 len;
	__sum16 check;
};

struct icmphdr {
	__u8 type;
	__u8 code;
	__sum16 checksum;
	__be32 rest;
};

/* The checksum that holds after a 16-bit or 32-bit field changed (RFC 1624, equation 3). */
static __always_inline __sum16 csum_fold(__u32 sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (__sum16)~sum;
}
static __always_inline __sum16 csum_replace2(__sum16 check, __be16 from, __be16 to)
{
	return csum_fold((__u32)(__u16)~check + (__u16)~from + to);
}
static __always_inline __sum16 csum_replace4(__sum16 check, __be32 from, __be32 to)
{
	return csum_fold((__u32)(__u16)~check + (__u16)~from + (__u16)(~from >> 16) +
			 (to & 0xffff) + (to >> 16));
}

#endif
