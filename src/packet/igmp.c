// SPDX-License-Identifier: BSD-2-Clause
/* IGMP. Source: RFC 1112, 2236, 3376. */
#include "packet/print.h"

static void put_query(struct print *p, struct view v)
{
	if (v.len >= 12) {
		put_text(p, "query v3");
	} else if (v.p[1]) {
		put_text(p, "query v2");
		if (v.p[1] != 100)
			put(p, " [max resp time %u]", v.p[1]);
	} else {
		put_text(p, "query v1");
	}
	if (be32(v.p + 4)) {
		put_text(p, " [gaddr ");
		put_ip4(p, v.p + 4);
		put_text(p, "]");
	}
}

void print_igmp(struct print *p, struct view v)
{
	if (p->o->quiet) {
		put_text(p, "igmp");
		return;
	}
	put_text(p, "igmp ");
	if (!has(v, 8)) {
		put_cut(p, "igmp");
		return;
	}
	switch (v.p[0]) {
	case 0x11:
		put_query(p, v);
		break;
	case 0x12:
	case 0x16:
		put(p, "v%u report ", v.p[0] == 0x12 ? 1 : 2);
		put_ip4(p, v.p + 4);
		break;
	case 0x17:
		put_text(p, "leave ");
		put_ip4(p, v.p + 4);
		break;
	case 0x22:
		put(p, "v3 report, %u group record(s)", be16(v.p + 6));
		break;
	default:
		put(p, "[type 0x%02x]", v.p[0]);
	}
	if (p->o->verbose && checksum(v, NULL) && v.have == v.len)
		put(p, " bad igmp cksum %x!", be16(v.p + 2));
}
