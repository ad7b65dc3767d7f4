// SPDX-License-Identifier: BSD-2-Clause
/* ICMP. Source: RFC 792, 1122, 1191, 1256. */
#include "packet/print.h"

static const char *const unreachable[] = {
	[0] = "net %s unreachable",
	[1] = "host %s unreachable",
	[5] = "%s unreachable - source route failed",
	[6] = "net %s unreachable - unknown",
	[7] = "host %s unreachable - unknown",
	[8] = "%s unreachable - source host isolated",
	[9] = "net %s unreachable - admin prohibited",
	[10] = "host %s unreachable - admin prohibited",
	[11] = "net %s unreachable - tos prohibited",
	[12] = "host %s unreachable - tos prohibited",
	[13] = "host %s unreachable - admin prohibited filter",
	[14] = "host %s unreachable - host precedence violation",
	[15] = "host %s unreachable - precedence cutoff",
};

/* A text with one address, which is a name or number of the packet that is quoted. */
static void put_with(struct print *p, const char *fmt, const u8 *addr)
{
	const char *at = strstr(fmt, "%s");

	buf_put(p->out, fmt, (size_t)(at - fmt));
	put_ip4(p, addr);
	put_text(p, at + 2);
}

static void put_port_unreachable(struct print *p, struct view quoted, const u8 *dst)
{
	u32 hlen = (quoted.p[0] & 15) * 4;
	u8 protocol = quoted.p[9];

	put_ip4(p, dst);
	if (!has(quoted, hlen + 4)) {
		put_text(p, " port unreachable");
		return;
	}
	if (protocol == 6 || protocol == 17) {
		put(p, " %s port ", protocol == 6 ? "tcp" : "udp");
		put_port(p, be16(quoted.p + hlen + 2), protocol == 17);
	} else {
		put(p, " protocol %u port %u", protocol, be16(quoted.p + hlen + 2));
	}
	put_text(p, " unreachable");
}

static void put_unreachable(struct print *p, struct view v)
{
	struct view quoted = view_skip(v, 8);
	u8 code = v.p[1];
	const u8 *dst;

	if (!has(quoted, 20)) {
		put(p, "unreachable code %u", code);
		put_cut(p, "icmp");
		return;
	}
	dst = quoted.p + 16;
	if (code == 2) {
		put_ip4(p, dst);
		put(p, " protocol %u unreachable", quoted.p[9]);
	} else if (code == 3) {
		put_port_unreachable(p, quoted, dst);
	} else if (code == 4) {
		put_ip4(p, dst);
		put_text(p, " unreachable - need to frag");
		if (be16(v.p + 6))
			put(p, " (mtu %u)", be16(v.p + 6));
	} else if (code < ARRAY_SIZE(unreachable)) {
		put_with(p, unreachable[code], dst);
	} else {
		put_ip4(p, dst);
		put(p, " unreachable - #%u", code);
	}
}

static void put_redirect(struct print *p, struct view v)
{
	static const char *const why[] = {
		"redirect %s to net ",
		"redirect %s to host ",
		"redirect-tos %s to net ",
		"redirect-tos %s to host ",
	};

	if (!has(v, 28)) {
		put_text(p, "redirect");
		put_cut(p, "icmp");
		return;
	}
	put_with(p, v.p[1] < 4 ? why[v.p[1]] : "redirect %s to ", v.p + 24);
	put_ip4(p, v.p + 4);
}

static void put_message(struct print *p, struct view v)
{
	u8 type = v.p[0], code = v.p[1];

	switch (type) {
	case 0:
	case 8:
		put(p, "echo %s, id %u, seq %u", type ? "request" : "reply", be16(v.p + 4),
		    be16(v.p + 6));
		break;
	case 3:
		put_unreachable(p, v);
		break;
	case 4:
		put_text(p, "source quench");
		break;
	case 5:
		put_redirect(p, v);
		break;
	case 9:
		put_text(p, "router advertisement");
		break;
	case 10:
		put_text(p, "router solicitation");
		break;
	case 11:
		if (code < 2)
			put_text(p,
				 code ? "ip reassembly time exceeded" : "time exceeded in-transit");
		else
			put(p, "time exceeded-#%u", code);
		break;
	case 12:
		if (code)
			put(p, "parameter problem - code %u", code);
		else
			put(p, "parameter problem - octet %u", v.p[4]);
		break;
	case 13:
	case 14:
		put(p, "time stamp %s id %u seq %u", type == 13 ? "query" : "reply", be16(v.p + 4),
		    be16(v.p + 6));
		break;
	default:
		put(p, "type-#%u", type);
	}
}

/* Errors quote the packet that they are about: with -v it is shown too. */
static void put_quoted(struct print *p, struct view v)
{
	u8 type = v.p[0];

	if ((type != 3 && type != 4 && type != 5 && type != 11 && type != 12) || !has(v, 28) ||
	    p->nested >= PRINT_MAX_NESTED)
		return;
	p->nested++;
	put_text(p, "\n\t");
	p->fragment = true; /* quotes are cut: no sum of theirs can be told */
	print_ip(p, view_skip(v, 8));
}

void print_icmp(struct print *p, struct view v, bool whole)
{
	put_text(p, "ICMP ");
	if (!has(v, 8)) {
		put_cut(p, "icmp");
		return;
	}
	put_message(p, v);
	put(p, ", length %u", v.len);
	if (!p->o->verbose)
		return;
	if (whole && checksum(v, NULL)) {
		u32 is = be16(v.p + 2), want = is + checksum(v, NULL);

		put(p, " (wrong icmp cksum %x (->%x)!)", is, (want & 0xffff) + (want >> 16));
	}
	put_quoted(p, v);
}
