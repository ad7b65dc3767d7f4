// SPDX-License-Identifier: BSD-2-Clause
#include "classic/pay_offset.h"

enum { MAX_HEADERS = 15 };
enum {
	ETHER_IP = 0x0800,
	ETHER_ARP = 0x0806,
	ETHER_TEB = 0x6558,
	ETHER_RARP = 0x8035,
	ETHER_VLAN = 0x8100,
	ETHER_IPV6 = 0x86dd,
	ETHER_MPLS = 0x8847,
	ETHER_MPLS_MC = 0x8848,
	ETHER_PPPOE = 0x8864,
	ETHER_QINQ = 0x88a8,
};
enum {
	PROTO_HOP = 0,
	PROTO_ICMP = 1,
	PROTO_IGMP = 2,
	PROTO_IPIP = 4,
	PROTO_TCP = 6,
	PROTO_UDP = 17,
	PROTO_DCCP = 33,
	PROTO_IPV6 = 41,
	PROTO_ROUTING = 43,
	PROTO_FRAGMENT = 44,
	PROTO_GRE = 47,
	PROTO_ICMPV6 = 58,
	PROTO_DEST = 60,
	PROTO_SCTP = 132,
	PROTO_UDPLITE = 136,
	PROTO_MPLS = 137,
};

/* What to do after a header. */
enum step { NETWORK_NEXT, TRANSPORT_NEXT, FOUND, FAILED };

struct dissection {
	const struct cbpf_packet *packet;
	u32 at;	       /* of the next header */
	u32 ethertype; /* of the header at `at`, when a network header comes next */
	u32 proto;     /* IP protocol, 0: not seen */
	u32 headers;
	bool later_fragment;
};

/* `len` bytes at the current header, NULL: the packet is too short. */
static const u8 *header(const struct dissection *s, u32 len)
{
	if (s->at > s->packet->len || len > s->packet->len - s->at)
		return NULL;
	return s->packet->data + s->at;
}

static u32 word16(const u8 *p)
{
	return (u32)p[0] << 8 | p[1];
}

static enum step ipv4(struct dissection *s)
{
	const u8 *p = header(s, 20);
	u32 fragment;

	if (!p || (p[0] & 15) < 5)
		return FAILED;
	s->proto = p[9];
	s->at += (p[0] & 15u) * 4;
	fragment = word16(p + 6);
	if (fragment & 0x1fff)
		s->later_fragment = true;
	return fragment & 0x3fff ? FOUND : TRANSPORT_NEXT;
}

static enum step ipv6(struct dissection *s)
{
	const u8 *p = header(s, 40);

	if (!p)
		return FAILED;
	s->proto = p[6];
	s->at += 40;
	return TRANSPORT_NEXT;
}

static enum step vlan(struct dissection *s)
{
	const u8 *p = header(s, 4);

	if (!p)
		return FAILED;
	s->ethertype = word16(p + 2);
	s->at += 4;
	return NETWORK_NEXT;
}

/* Linux looks no further than the first label, and not at it. */
static enum step mpls(struct dissection *s)
{
	s->at += 4;
	return FOUND;
}

/* PPP's number of what follows. */
static enum step ppp(struct dissection *s, u32 number, enum step other)
{
	switch (number) {
	case 0x21:
		s->ethertype = ETHER_IP;
		return NETWORK_NEXT;
	case 0x57:
		s->ethertype = ETHER_IPV6;
		return NETWORK_NEXT;
	}
	return other;
}

static enum step pppoe(struct dissection *s)
{
	const u8 *p = header(s, 8);
	u32 number;

	if (!p || p[0] != 0x11 || p[1])
		return FAILED;
	number = word16(p + 6);
	s->at += 8;
	if (number == 0x281) {
		s->ethertype = ETHER_MPLS;
		return NETWORK_NEXT;
	}
	return ppp(s, number, (number & 0x101) == 1 ? FOUND : FAILED);
}

static enum step network(struct dissection *s)
{
	switch (s->ethertype) {
	case ETHER_IP:
		return ipv4(s);
	case ETHER_IPV6:
		return ipv6(s);
	case ETHER_VLAN:
	case ETHER_QINQ:
		return vlan(s);
	case ETHER_MPLS:
	case ETHER_MPLS_MC:
		return mpls(s);
	case ETHER_PPPOE:
		return pppoe(s);
	case ETHER_ARP:
	case ETHER_RARP:
		return FOUND;
	}
	return FAILED;
}

/* Version 1 is PPTP's. */
static enum step gre_pptp(struct dissection *s, u32 flags, u32 len)
{
	const u8 *p;

	if (!(flags & 0x2000) || s->ethertype != 0x880b)
		return FOUND;
	if (flags & 0x80)
		len += 4;
	s->at += len;
	p = header(s, 4);
	s->at -= len;
	if (!p)
		return FAILED;
	if (ppp(s, word16(p + 2), FOUND) == FOUND)
		return FOUND;
	s->at += len + 4;
	return NETWORK_NEXT;
}

static enum step gre(struct dissection *s)
{
	const u8 *p = header(s, 4);
	u32 flags, len = 4;

	if (!p)
		return FAILED;
	flags = word16(p);
	if (flags & 0x4000 || (flags & 7) > 1)
		return FOUND;
	s->ethertype = word16(p + 2);
	len += (flags & 0x8000 ? 4 : 0) + (flags & 0x2000 ? 4 : 0) + (flags & 0x1000 ? 4 : 0);
	if (flags & 7)
		return gre_pptp(s, flags, len);
	s->at += len;
	if (s->ethertype == ETHER_TEB) {
		p = header(s, 14);
		if (!p)
			return FAILED;
		s->ethertype = word16(p + 12);
		s->at += 14;
	}
	return NETWORK_NEXT;
}

static enum step extension(struct dissection *s)
{
	const u8 *p = header(s, 2);

	if (!p)
		return FAILED;
	s->proto = p[0];
	s->at += (p[1] + 1u) * 8;
	return TRANSPORT_NEXT;
}

static enum step fragment(struct dissection *s)
{
	const u8 *p = header(s, 8);

	if (!p)
		return FAILED;
	s->proto = p[0];
	s->at += 8;
	s->later_fragment = word16(p + 2) & 0xfff8;
	return FOUND;
}

static enum step transport(struct dissection *s)
{
	bool in_ipv6 = s->ethertype == ETHER_IPV6;

	switch (s->proto) {
	case PROTO_GRE:
		return gre(s);
	case PROTO_HOP:
	case PROTO_ROUTING:
	case PROTO_DEST:
		return in_ipv6 ? extension(s) : FOUND;
	case PROTO_FRAGMENT:
		return in_ipv6 ? fragment(s) : FOUND;
	case PROTO_IPIP:
		s->ethertype = ETHER_IP;
		return NETWORK_NEXT;
	case PROTO_IPV6:
		s->ethertype = ETHER_IPV6;
		return NETWORK_NEXT;
	case PROTO_MPLS:
		s->ethertype = ETHER_MPLS;
		return NETWORK_NEXT;
	}
	return FOUND;
}

static u32 payload(struct dissection *s)
{
	const u8 *p;

	s->at = MIN(s->at, s->packet->len);
	if (s->later_fragment)
		return s->at;
	switch (s->proto) {
	case PROTO_TCP:
		p = header(s, 13);
		return s->at + (p ? MAX(20u, (p[12] & 0xf0u) >> 2) : 0);
	case PROTO_UDP:
	case PROTO_UDPLITE:
	case PROTO_ICMP:
	case PROTO_ICMPV6:
	case PROTO_IGMP:
		return s->at + 8;
	case PROTO_DCCP:
	case PROTO_SCTP:
		return s->at + 12;
	}
	return s->at;
}

u32 cbpf_pay_offset(const struct cbpf_packet *packet)
{
	struct dissection s = { packet, .at = packet->net_off, .ethertype = packet->protocol };
	enum step step = NETWORK_NEXT;

	while (step == NETWORK_NEXT || step == TRANSPORT_NEXT) {
		if (s.headers++ > MAX_HEADERS)
			return payload(&s);
		step = step == NETWORK_NEXT ? network(&s) : transport(&s);
	}
	return step == FOUND ? payload(&s) : 0;
}
