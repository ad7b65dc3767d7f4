/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Frames for gen-pcap: wraps a payload in UDP, TCP or ICMP, IPv4 or IPv6 and Ethernet with VLAN
 * tags, checksums right. Source: RFC 791, 8200, 768, 9293, 792, 4443, 826, IEEE 802.1Q.
 */
#ifndef TOOLS_GEN_FRAME_H
#define TOOLS_GEN_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FRAME_MAX = 9216, PAYLOAD_MAX = 8192 }; /* bytes */

enum { TCP_FIN = 1, TCP_SYN = 2, TCP_RST = 4, TCP_PSH = 8, TCP_ACK = 16 };

struct flow {
	uint8_t smac[6], dmac[6];
	uint16_t outer, vlan; /* tags, 0: none; outer is 802.1ad */
	bool v6, padded;      /* padded: short frames filled up to 60 bytes */
	uint8_t saddr[16], daddr[16];
	uint16_t sport, dport;
	uint8_t ttl;
	uint16_t id; /* of the next IPv4 packet */
};

struct frame {
	uint8_t data[FRAME_MAX];
	size_t len;
};

struct flow flow_reversed(const struct flow *f);

void frame_udp(struct frame *out, struct flow *f, const void *payload, size_t len);
void frame_tcp(struct frame *out, struct flow *f, uint32_t seq, uint32_t ack, unsigned flags,
	       const void *payload, size_t len);
/* `type` is ICMP's or ICMPv6's, as the flow is; `rest` the four bytes after the checksum. */
void frame_icmp(struct frame *out, struct flow *f, unsigned type, unsigned code, uint32_t rest,
		const void *payload, size_t len);
void frame_arp(struct frame *out, const struct flow *f, unsigned op);
/* A UDP datagram's fragment: bytes [from, from + room) of header and payload. True: more follow. */
bool frame_udp_fragment(struct frame *out, struct flow *f, const void *payload, size_t len,
			size_t from, size_t room);

void put16(uint8_t *at, unsigned v);
void put32(uint8_t *at, uint32_t v);

#endif
