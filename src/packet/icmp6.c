// SPDX-License-Identifier: BSD-2-Clause
/* ICMPv6, neighbour discovery and multicast listeners. Source: RFC 4443, 4861, 3810. */
#include "packet/print.h"

static void put_unreachable(struct print *p, struct view v)
{
	static const char *const why[] = {
		"unreachable route ",
		"unreachable prohibited ",
		"beyond scope ",
		"unreachable address ",
		"unreachable port ",
		"unreachable source address failed policy ",
		"unreachable reject route ",
	};
	struct view quoted = view_skip(v, 8);
	u8 code = v.p[1], protocol;

	if (!has(quoted, 40)) {
		put(p, "destination unreachable, code %u", code);
		return;
	}
	put_text(p, "destination unreachable, ");
	protocol = quoted.p[6];
	if (code == 4 && (protocol == 6 || protocol == 17) && has(quoted, 44)) {
		put_text(p, "unreachable port, ");
		put_ip6(p, quoted.p + 24);
		put(p, " %s port ", protocol == 6 ? "tcp" : "udp");
		put_port(p, be16(quoted.p + 42), protocol == 17);
		return;
	}
	put_text(p, code < ARRAY_SIZE(why) ? why[code] : "unreachable ");
	put_ip6(p, quoted.p + 24);
}

static void put_neighbour(struct print *p, struct view v, const char *name, const char *who)
{
	put_text(p, name);
	if (has(v, 24)) {
		put_text(p, who);
		put_ip6(p, v.p + 8);
	}
}

static const char *plain_name(u8 type)
{
	switch (type) {
	case 130:
		return "multicast listener query";
	case 131:
		return "multicast listener report";
	case 132:
		return "multicast listener done";
	case 133:
		return "router solicitation";
	case 134:
		return "router advertisement";
	case 137:
		return "redirect";
	case 138:
		return "router renumbering";
	}
	return NULL;
}

static void put_exceeded(struct print *p, u8 code)
{
	if (code < 2)
		put_text(p, code ? "ip reassembly time exceeded" : "time exceeded in-transit");
	else
		put(p, "time exceeded, unknown code 0x%02x", code);
}

static void put_message(struct print *p, struct view v)
{
	u8 type = v.p[0];

	switch (type) {
	case 1:
		put_unreachable(p, v);
		break;
	case 2:
		put(p, "packet too big, mtu %u", be32(v.p + 4));
		break;
	case 3:
		put_exceeded(p, v.p[1]);
		break;
	case 4:
		put(p, "parameter problem, code %u, octet %u", v.p[1], be32(v.p + 4));
		break;
	case 128:
	case 129:
		put(p, "echo %s, id %u, seq %u", type == 128 ? "request" : "reply", be16(v.p + 4),
		    be16(v.p + 6));
		break;
	case 135:
		put_neighbour(p, v, "neighbor solicitation", ", who has ");
		break;
	case 136:
		put_neighbour(p, v, "neighbor advertisement", ", tgt is ");
		break;
	case 143:
		put(p, "multicast listener report v2, %u group record(s)", be16(v.p + 6));
		break;
	default:
		if (plain_name(type))
			put_text(p, plain_name(type));
		else
			put(p, "type-#%u", type);
	}
}

void print_icmp6(struct print *p, struct view v, const struct pseudo *ps, bool whole)
{
	if (!has(v, 8)) {
		put_text(p, "ICMP6, ");
		put_cut(p, "icmp6");
		return;
	}
	if (p->o->verbose && whole && ps->version == 6) {
		u16 off = checksum(v, ps);
		u32 is = be16(v.p + 2), want = is + off;

		if (off)
			put(p, "[bad icmp6 cksum 0x%04x -> 0x%04x!] ", is,
			    (want & 0xffff) + (want >> 16));
		else
			put_text(p, "[icmp6 sum ok] ");
	}
	put_text(p, "ICMP6, ");
	put_message(p, v);
	if (!p->o->verbose)
		put(p, ", length %u", v.len);
}
