// SPDX-License-Identifier: BSD-2-Clause
/* IPv6 and its extension headers. Source: RFC 8200. */
#include "packet/print.h"

enum { HOP_BY_HOP = 0, ROUTING = 43, FRAGMENT = 44, AUTH = 51, DEST = 60 };

static void put_header6(struct print *p, struct view v)
{
	u32 word = be32(v.p), flow = word & 0xfffff, class = word >> 20 & 0xff;
	const char *name = protocol_name(v.p[6]);

	put_text(p, "(");
	if (class)
		put(p, "class 0x%02x, ", class);
	if (flow)
		put(p, "flowlabel 0x%05x, ", flow);
	put(p, "hlim %u, next-header ", v.p[7]);
	if (name)
		put(p, "%s (%u)", name, v.p[6]);
	else
		put(p, "unknown (%u)", v.p[6]);
	put(p, " payload length: %u) ", be16(v.p + 4));
}

/* Length of the extension header at v, in bytes; 0: no extension header. */
static u32 extension_len(u8 next, struct view v)
{
	switch (next) {
	case HOP_BY_HOP:
	case ROUTING:
	case DEST:
		return (u32)(v.p[1] + 1) * 8;
	case FRAGMENT:
		return 8;
	case AUTH:
		return (u32)(v.p[1] + 2) * 4;
	}
	return 0;
}

static bool is_extension(u8 next)
{
	return next == HOP_BY_HOP || next == ROUTING || next == FRAGMENT || next == AUTH ||
	       next == DEST;
}

static void put_hop_options(struct print *p, struct view v)
{
	v = view_skip(v, 2);
	while (has(v, 2)) {
		u8 kind = v.p[0], len = v.p[1];

		if (kind == 0) {
			v = view_skip(v, 1);
			continue;
		}
		if (kind == 5 && len == 2 && has(v, 4))
			put(p, "(rtalert: 0x%04x) ", be16(v.p + 2));
		else if (kind == 1)
			put_text(p, "(padn)");
		v = view_skip(v, 2u + len);
	}
}

/* False: a later fragment, nothing can be told of what follows. */
static bool put_extension(struct print *p, u8 next, struct view v)
{
	u16 off;

	switch (next) {
	case HOP_BY_HOP:
		put_text(p, "HBH ");
		if (p->o->verbose)
			put_hop_options(p, v);
		break;
	case DEST:
		put_text(p, "DSTOPT ");
		break;
	case ROUTING:
		put(p, "srcrt (len=%u, type=%u, segleft=%u) ", v.p[1], v.p[2], v.p[3]);
		break;
	case AUTH:
		put(p, "AH(spi=0x%08x,seq=0x%x): ", has(v, 8) ? be32(v.p + 4) : 0,
		    has(v, 12) ? be32(v.p + 8) : 0);
		break;
	case FRAGMENT:
		off = be16(v.p + 2);
		if (p->o->verbose)
			put(p, "frag (0x%08x:%u|%u) ", be32(v.p + 4), off & 0xfff8u, v.len - 8);
		else
			put(p, "frag (%u|%u) ", off & 0xfff8u, v.len - 8);
		return !(off & 0xfff8);
	}
	return true;
}

/* The chain of headers from `next` on. */
static void print_chain(struct print *p, u8 next, struct view v, struct pseudo *ps)
{
	bool extended = is_extension(next);

	ps->said = extended || !transport_has_ports(next);
	if (ps->said)
		put_pair(p, 6, ps->src, ps->dst);
	while (is_extension(next)) {
		u32 len;
		u8 kind = next;

		if (!has(v, 8)) {
			put_cut(p, "ip6");
			return;
		}
		len = extension_len(next, v);
		if (!put_extension(p, next, v))
			return;
		if (kind == FRAGMENT)
			p->fragment = be16(v.p + 2) & 1;
		next = v.p[0];
		v = view_skip(v, len);
	}
	ps->protocol = next;
	print_transport(p, next, v, ps);
}

void print_ip6(struct print *p, struct view v)
{
	struct pseudo ps = { .version = 6 };
	u32 len;
	u8 next;

	if (!p->o->link || p->nested)
		put_text(p, "IP6 ");
	if (!has(v, 40)) {
		put_cut(p, "ip6");
		return;
	}
	if (v.p[0] >> 4 != 6) {
		put(p, "wrong version %u", v.p[0] >> 4);
		return;
	}
	len = be16(v.p + 4);
	if (p->o->verbose)
		put_header6(p, v);
	if (!len)
		len = v.len - 40; /* a jumbogram, or segmentation is left to the card */
	if (v.len < len + 40) {
		put(p, "truncated-ip6 - %u bytes missing!", len + 40 - v.len);
		len = v.len - 40;
	}
	ps.src = v.p + 8;
	ps.dst = v.p + 24;
	next = v.p[6];
	print_chain(p, next, view_cut(view_skip(v, 40), len), &ps);
}
