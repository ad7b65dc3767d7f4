// SPDX-License-Identifier: BSD-2-Clause
/* ARP and RARP. Source: RFC 826, RFC 903, RFC 5227. */
#include "packet/print.h"

enum { REQUEST = 1, REPLY = 2, REVERSE_REQUEST = 3, REVERSE_REPLY = 4 };

static void put_request(struct print *p, const u8 *sha, const u8 *spa, const u8 *tha, const u8 *tpa)
{
	static const u8 zero[6];
	bool known = memcmp(tha, zero, 6) != 0;

	put_text(p, "who-has ");
	put_ip4(p, tpa);
	if (known && memcmp(tha, "\xff\xff\xff\xff\xff\xff", 6)) {
		put_text(p, " (");
		put_mac(p, tha);
		put_text(p, ")");
	} else if (known) {
		put_text(p, p->o->numeric ? " (ff:ff:ff:ff:ff:ff)" : " (Broadcast)");
	}
	put_text(p, " tell ");
	put_ip4(p, spa);
}

static void put_addresses(struct print *p, u16 op, const u8 *at)
{
	const u8 *sha = at + 8, *spa = at + 14, *tha = at + 18, *tpa = at + 24;

	switch (op) {
	case REQUEST:
		put_request(p, sha, spa, tha, tpa);
		break;
	case REPLY:
		put_ip4(p, spa);
		put_text(p, " is-at ");
		put_mac(p, sha);
		break;
	case REVERSE_REQUEST:
		put_text(p, "who-is ");
		put_mac(p, tha);
		put_text(p, " tell ");
		put_mac(p, sha);
		break;
	case REVERSE_REPLY:
		put_mac(p, tha);
		put_text(p, " at ");
		put_ip4(p, tpa);
		break;
	}
}

void print_arp(struct print *p, struct view v, bool reverse)
{
	static const char *const ops[] = {
		"Request",
		"Reply",
		"Reverse Request",
		"Reverse Reply",
	};
	u16 op;

	if (!p->o->link)
		put_text(p, reverse ? "RARP, " : "ARP, ");
	if (!has(v, 8)) {
		put_cut(p, "arp");
		return;
	}
	op = be16(v.p + 6);
	if (be16(v.p) != 1 || be16(v.p + 2) != 0x0800 || v.p[4] != 6 || v.p[5] != 4) {
		put(p, "hardware %u (len %u), protocol 0x%04x (len %u), op %u, length %u",
		    be16(v.p), v.p[4], be16(v.p + 2), v.p[5], op, v.len);
		return;
	}
	if (p->o->verbose)
		put_text(p, "Ethernet (len 6), IPv4 (len 4), ");
	if (!has(v, 28)) {
		put_cut(p, "arp");
		return;
	}
	if (op >= REQUEST && op <= REVERSE_REPLY) {
		put(p, "%s ", ops[op - 1]);
		put_addresses(p, op, v.p);
	} else {
		put(p, "op %u", op);
	}
	put(p, ", length %u", v.len);
}
