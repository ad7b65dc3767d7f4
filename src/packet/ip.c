// SPDX-License-Identifier: BSD-2-Clause
/* IPv4, and what both versions carry. Source: RFC 791, RFC 3168; protocol numbers: IANA. */
#include <ctype.h>

#include "packet/print.h"

enum { MORE = 0x2000, DONT = 0x4000, EVIL = 0x8000, OFFSET = 0x1fff };

static const struct {
	u8 number;
	const char *name;
} protocols[] = {
	{ 0, "Options" },
	{ 1, "ICMP" },
	{ 2, "IGMP" },
	{ 4, "IPIP" },
	{ 6, "TCP" },
	{ 8, "EGP" },
	{ 9, "IGRP" },
	{ 17, "UDP" },
	{ 33, "DCCP" },
	{ 41, "IPv6" },
	{ 43, "Routing" },
	{ 44, "fragment" },
	{ 46, "RSVP" },
	{ 47, "GRE" },
	{ 50, "ESP" },
	{ 51, "AH" },
	{ 55, "Mobile IP" },
	{ 58, "ICMPv6" },
	{ 59, "no next header" },
	{ 60, "Options" },
	{ 88, "EIGRP" },
	{ 89, "OSPF" },
	{ 103, "PIM" },
	{ 108, "Compressed IP" },
	{ 112, "VRRP" },
	{ 113, "PGM" },
	{ 132, "SCTP" },
	{ 135, "Mobility" },
};

const char *protocol_name(u8 protocol)
{
	for (size_t i = 0; i < ARRAY_SIZE(protocols); i++) {
		if (protocols[i].number == protocol)
			return protocols[i].name;
	}
	return NULL;
}

bool transport_has_ports(u8 protocol)
{
	return protocol == 6 || protocol == 17;
}

void print_transport(struct print *p, u8 protocol, struct view v, const struct pseudo *ps)
{
	bool whole = v.have == v.len && !p->fragment;

	switch (protocol) {
	case 1:
		print_icmp(p, v, whole);
		return;
	case 2:
		print_igmp(p, v);
		return;
	case 6:
		print_tcp(p, v, ps, whole);
		return;
	case 17:
		print_udp(p, v, ps, whole);
		return;
	case 58:
		print_icmp6(p, v, ps, whole);
		return;
	case 4:
	case 41:
		if (p->nested++ < PRINT_MAX_NESTED) {
			if (protocol == 4)
				print_ip(p, v);
			else
				print_ip6(p, v);
			return;
		}
		break;
	case 59:
		put_text(p, "no next header");
		return;
	}
	if (protocol_name(protocol))
		put(p, "%s, length %u", protocol_name(protocol), v.len);
	else
		put(p, " ip-proto-%u %u", protocol, v.len);
}

static const char *option_name(u8 kind)
{
	switch (kind) {
	case 0:
		return "EOL";
	case 1:
		return "NOP";
	case 7:
		return "RR";
	case 68:
		return "timestamp";
	case 130:
		return "security";
	case 131:
		return "LSRR";
	case 137:
		return "SSRR";
	case 148:
		return "RA";
	}
	return NULL;
}

static void put_options(struct print *p, struct view v)
{
	const char *comma = "";

	put_text(p, ", options (");
	while (v.have) {
		u8 kind = v.p[0];
		u32 len = kind > 1 ? (has(v, 2) ? v.p[1] : 0) : 1;
		const char *name = option_name(kind);

		put_text(p, comma);
		comma = ",";
		if (name)
			put_text(p, name);
		else
			put(p, "unknown %u", kind);
		if (!len || len > v.have || (kind > 1 && len < 2)) {
			put(p, " [bad length %u]", len);
			break;
		}
		if (kind == 0)
			break;
		v = view_skip(v, len);
	}
	put_text(p, ")");
}

static void put_header(struct print *p, struct view v, u32 hlen, u32 len)
{
	static const char *const ecn[] = { "", ",ECT(1)", ",ECT(0)", ",CE" };
	u16 off = be16(v.p + 6), sum;
	const char *name = protocol_name(v.p[9]);

	put(p, "(tos 0x%x%s", v.p[1], ecn[v.p[1] & 3]);
	if (v.p[8])
		put(p, ", ttl %u", v.p[8]);
	put(p, ", id %u, offset %u, flags [%s%s%s%s%s]", be16(v.p + 4), (off & OFFSET) * 8,
	    off & (MORE | DONT | EVIL) ? "" : "none", off & MORE ? "+" : "",
	    off & MORE && off & (DONT | EVIL) ? ", " : "", off & DONT ? "DF" : "",
	    off & EVIL ? (off & DONT ? ", rsvd" : "rsvd") : "");
	if (name)
		put(p, ", proto %s (%u)", name, v.p[9]);
	else
		put(p, ", proto unknown (%u)", v.p[9]);
	put(p, ", length %u", len);
	if (hlen > 20)
		put_options(p, view_skip(view_cut(v, hlen), 20));
	sum = has(v, hlen) ? checksum(view_cut(v, hlen), NULL) : 0;
	if (sum) {
		u16 is = be16(v.p + 10);
		u32 want = (u32)is + sum;

		put(p, ", bad cksum %x (->%x)!", is, (want & 0xffff) + (want >> 16));
	}
	put_text(p, ")\n    ");
}

/* A fragment that is not the first: what it carries cannot be told. */
static void put_fragment(struct print *p, u8 protocol)
{
	const char *name = p->o->numeric ? NULL : protocol_name(protocol);

	if (!name)
		put(p, "ip-proto-%u", protocol);
	for (; name && *name; name++)
		buf_putc(p->out, (char)tolower((u8)*name));
}

void print_ip(struct print *p, struct view v)
{
	struct pseudo ps = { .version = 4 };
	u32 hlen, len;
	u16 off;

	if (!p->o->link || p->nested)
		put_text(p, "IP ");
	if (!has(v, 20)) {
		put_cut(p, "ip");
		return;
	}
	hlen = (v.p[0] & 15) * 4;
	len = be16(v.p + 2);
	if (v.p[0] >> 4 != 4) {
		put(p, "wrong version %u", v.p[0] >> 4);
		return;
	}
	if (hlen < 20) {
		put(p, "bad-hlen %u", hlen);
		return;
	}
	if (!len)
		len = v.len; /* larger than the field can say: segmentation is left to the card */
	if (len < hlen) {
		put(p, "bad-len %u", len);
		return;
	}
	if (p->o->verbose)
		put_header(p, view_cut(v, len), hlen, len);
	if (v.len < len) {
		put(p, "truncated-ip - %u bytes missing! ", len - v.len);
		len = v.len;
	}
	ps.src = v.p + 12;
	ps.dst = v.p + 16;
	ps.protocol = v.p[9];
	off = be16(v.p + 6);
	v = view_skip(view_cut(v, len), hlen);
	if (off & OFFSET) {
		put_pair(p, 4, ps.src, ps.dst);
		put_fragment(p, ps.protocol);
		return;
	}
	if (!transport_has_ports(ps.protocol))
		put_pair(p, 4, ps.src, ps.dst);
	p->fragment = off & MORE;
	print_transport(p, ps.protocol, v, &ps);
}
