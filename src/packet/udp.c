// SPDX-License-Identifier: BSD-2-Clause
/* UDP. Source: RFC 768. */
#include "packet/print.h"

enum { DNS = 53, MDNS = 5353 };

static void put_checksum(struct print *p, struct view v, const struct pseudo *ps)
{
	u16 is = be16(v.p + 6), off;
	u32 want;

	if (!is) {
		put_text(p, "[no cksum] ");
		return;
	}
	off = checksum(v, ps);
	if (!off) {
		put_text(p, "[udp sum ok] ");
		return;
	}
	want = (u32)is + off;
	put(p, "[bad udp cksum 0x%04x -> 0x%04x!] ", is, (want & 0xffff) + (want >> 16));
}

void print_udp(struct print *p, struct view v, const struct pseudo *ps, bool whole)
{
	u32 len, said;
	u16 sport, dport;

	if (!has(v, 8)) {
		if (!ps->said)
			put_pair(p, ps->version, ps->src, ps->dst);
		if (has(v, 4))
			p->out->len -= 2;
		put_cut(p, "udp");
		return;
	}
	sport = be16(v.p);
	dport = be16(v.p + 2);
	len = be16(v.p + 4);
	put_flow(p, ps, sport, dport, true);
	if (len < 8 && len) {
		put(p, "truncated-udplength %u", len);
		return;
	}
	if (!len)
		len = v.len;
	said = len;
	if (len > v.len)
		len = v.len;
	if (p->o->quiet) {
		put(p, "UDP, length %u", said - 8);
		return;
	}
	v = view_cut(v, len);
	if (p->o->verbose > (ps->version == 4) && whole)
		put_checksum(p, v, ps);
	v = view_skip(v, 8);
	if (sport == DNS || dport == DNS || sport == MDNS || dport == MDNS)
		print_dns(p, v, sport == MDNS || dport == MDNS);
	else
		put(p, "UDP, length %u", said - 8);
}
