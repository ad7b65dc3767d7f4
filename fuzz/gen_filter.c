// SPDX-License-Identifier: BSD-2-Clause
#include "gen_filter.h"

static u32 next(struct gen_filter *g)
{
	u64 z = g->state += 0x9e3779b97f4a7c15ull;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return (u32)(z >> 33);
}

static u32 below(struct gen_filter *g, u32 n)
{
	return next(g) % n;
}

static bool chance(struct gen_filter *g, u32 one_in)
{
	return below(g, one_in) == 0;
}

/* Words end in a blank, so that they can be taken apart again. */
static void say(struct gen_filter *g, const char *words)
{
	if (!*words)
		return;
	buf_puts(g->out, words);
	buf_putc(g->out, ' ');
}

#define PICK(g, list) ((list)[below(g, ARRAY_SIZE(list))])

static void say_number(struct gen_filter *g)
{
	static const char *const numbers[] = { "0",    "1",	"2",	 "5",
					       "6",    "17",	"80",	 "255",
					       "256",  "0x800", "0x1f",	 "1500",
					       "4095", "65535", "65536", "4294967295" };

	say(g, PICK(g, numbers));
}

static void say_protocol(struct gen_filter *g)
{
	static const char *const words[] = {
		"ip",	  "ip6",   "arp",  "rarp",  "tcp",   "udp",  "sctp", "icmp",  "icmp6",
		"igmp",	  "igrp",  "pim",  "vrrp",  "carp",  "ah",   "esp",  "atalk", "aarp",
		"decnet", "lat",   "sca",  "moprc", "mopdl", "iso",  "stp",  "ipx",   "netbeui",
		"clnp",	  "esis",  "isis", "l1",    "l2",    "iih",  "lsp",  "snp",   "csnp",
		"psnp",	  "ether", "link", "fddi",  "tr",    "wlan", "ppp",  "slip",  "radio",
	};
	static const char *const common[] = { "ip", "ip6", "tcp", "udp", "arp", "ether", "icmp" };

	if (chance(g, 4))
		say(g, PICK(g, words));
	else
		say(g, PICK(g, common));
}

static void say_address(struct gen_filter *g)
{
	static const char *const addresses[] = {
		"1.2.3.4", "10.0.0.1",		"10.1",	       "1.2.3",		  "7",
		"::1",	   "fe80::1",		"2001:db8::2", "localhost",	  "256.1.1.1",
		"10",	   "1:2:3:4:5:6",	"2:0:0:0:0:1", "255.255.255.255", "192.168.1.1",
		"1.2.3.4", "ff:ff:ff:ff:ff:ff",
	};
	static const char *const nets[] = { "10.0.0.0/8", "10.1.0.0/16",
					    "1.2.3.4/32", "0.0.0.0/0",
					    "fe80::/10",  "2001:db8::/32",
					    "10.0.0.1/8", "10.0.0.0/33",
					    "::1/128",	  "10.0.0.0 mask 255.0.0.0" };

	say(g, chance(g, 4) ? PICK(g, nets) : PICK(g, addresses));
}

static void say_id(struct gen_filter *g)
{
	static const char *const ports[] = { "80", "53", "http", "domain", "ssh", "443", "nosuch" };
	static const char *const ranges[] = { "80-90", "1-1023", "22-ssh", "domain-http", "90-80" };
	static const char *const protos[] = { "6",     "17",	 "\\tcp", "\\udp", "\\ip",  "\\arp",
					      "0x800", "\\clnp", "5",	  "\\stp", "\\ip6", "132" };

	switch (below(g, 5)) {
	case 0:
		say(g, PICK(g, ports));
		break;
	case 1:
		say(g, PICK(g, ranges));
		break;
	case 2:
		say(g, PICK(g, protos));
		break;
	default:
		say_address(g);
	}
}

static void say_direction(struct gen_filter *g)
{
	static const char *const words[] = { "src",	    "dst",	  "src or dst",
					     "src and dst", "dst or src", "dst and src" };
	static const char *const wlan[] = { "addr1", "addr2", "addr3", "addr4", "ra", "ta" };

	say(g, chance(g, 10) ? PICK(g, wlan) : PICK(g, words));
}

static void say_ids(struct gen_filter *g)
{
	u32 n;

	if (!chance(g, 6)) {
		say_id(g);
		return;
	}
	say(g, chance(g, 3) ? "not (" : "(");
	say_id(g);
	for (n = below(g, 3); n; n--) {
		say(g, chance(g, 2) ? "or" : "and");
		say_id(g);
	}
	say(g, ")");
}

/* type and id that go together, mostly. */
static void say_typed(struct gen_filter *g)
{
	static const char *const ports[] = { "port 80",
					     "port 53",
					     "port domain",
					     "port http",
					     "port ( 80 or 443 )",
					     "portrange 80-90",
					     "portrange 1-1023",
					     "port 65536" };
	static const char *const types[] = { "host",  "net",	    "port", "portrange",
					     "proto", "protochain", "" };

	switch (below(g, 4)) {
	case 0:
		say(g, PICK(g, ports));
		break;
	case 1:
		say(g, chance(g, 3) ? "net" : chance(g, 2) ? "host" : "");
		say_address(g);
		break;
	default:
		say(g, PICK(g, types));
		say_ids(g);
	}
}

/* Qualifiers and an id of one kind. */
static void say_sound(struct gen_filter *g)
{
	static const char *const nets[] = { "ip", "ip6", "arp", "rarp", "", "", "ip", "" };
	static const char *const ports[] = { "tcp", "udp", "sctp", "", "" };
	static const char *const carriers[] = { "ip", "ip6", "ether", "iso", "isis", "" };
	static const char *const hosts[] = { "host 1.2.3.4", "1.2.3.4",	      "host 10.0.0.1",
					     "net 10",	     "net 10.1",      "net 10.0.0.0/8",
					     "host ::1",     "net fe80::/10", "net 1.2.3" };
	static const char *const macs[] = { "host 1:2:3:4:5:6", "host 2:0:0:0:0:1" };
	static const char *const numbers[] = { "port 80", "port 53", "portrange 1-100", "port 443",
					       "portrange 50-9000" };
	static const char *const protos[] = { "proto 6", "proto 17", "proto 44", "proto 0x800" };

	switch (below(g, 4)) {
	case 0:
		say(g, PICK(g, nets));
		if (chance(g, 2))
			say_direction(g);
		say(g, chance(g, 8) ? "host localhost" : PICK(g, hosts));
		break;
	case 1:
		say(g, PICK(g, ports));
		if (chance(g, 2))
			say_direction(g);
		say(g, PICK(g, numbers));
		break;
	case 2:
		say(g, "ether");
		if (chance(g, 2))
			say_direction(g);
		say(g, PICK(g, macs));
		break;
	default:
		say(g, PICK(g, carriers));
		say(g, PICK(g, protos));
	}
}

static void say_qualified(struct gen_filter *g)
{
	if (!chance(g, 4)) {
		say_sound(g);
		return;
	}
	if (chance(g, 2))
		say_protocol(g);
	if (chance(g, 3))
		say_direction(g);
	say_typed(g);
}

bool gen_filter_variable(const struct linktype *link)
{
	return link->kind == KIND_WLAN || link->kind == KIND_PPI || link->kind == KIND_PFLOG;
}

/*
 * Of `a + ip[0]` libpcap forgets that the packet must be IPv4 for its right side: so all operands
 * of an expression are of one protocol, or of none (NULL). And on the right of a division or shift
 * it looks for a constant at the start of what computes the operand, and finds those of an index or
 * a sum: a number stands there.
 */
static void say_arith(struct gen_filter *g, const char *proto);

static const char *some_indexed(struct gen_filter *g)
{
	static const char *const words[] = { "ip",    "ip6",  "tcp",  "udp", "icmp",   "icmp6",
					     "arp",   "sctp", "igmp", "ip",  "decnet", "pim",
					     "atalk", "rarp", "vrrp", "iso" };

	return PICK(g, words);
}

static void say_load(struct gen_filter *g, const char *proto)
{
	static const char *const links[] = { "ether", "link", "fddi", "ppp", "ether" };
	static const char *const sizes[] = { ": 1 ]", ": 2 ]", ": 4 ]", "]",	"]",
					     "]",     ": 2 ]", ": 4 ]", ": 3 ]" };

	say(g, proto ? proto : PICK(g, links));
	say(g, "[");
	if (chance(g, 3))
		say_arith(g, chance(g, 3) ? proto : NULL);
	else
		say_number(g);
	say(g, PICK(g, sizes));
}

static void say_operation(struct gen_filter *g, const char *proto)
{
	static const char *const any[] = { "+", "-", "*", "&", "|", "^" };
	static const char *const by_number[] = { "/", "%", "<<", ">>" };
	static const char *const numbers[] = { "1", "2", "3", "5", "17", "31" };
	bool number = chance(g, 3);

	if (number && proto)
		say(g, "(");
	say_arith(g, proto);
	say(g, number ? PICK(g, by_number) : PICK(g, any));
	if (number)
		say(g, PICK(g, numbers));
	else
		say_arith(g, proto);
	if (number && proto)
		say(g, ")");
}

static void say_leaf(struct gen_filter *g)
{
	static const char *const names[] = { "tcpflags",  "icmptype", "icmp-echo", "tcp-syn",
					     "icmp6type", "len",      "len" };

	if (chance(g, 2))
		say(g, PICK(g, names));
	else
		say_number(g);
}

static void say_arith(struct gen_filter *g, const char *proto)
{
	u32 what = ++g->depth > 5 ? 7 : below(g, 8);

	switch (what) {
	case 0:
	case 1:
		say_operation(g, proto);
		break;
	case 2:
		say(g, "(");
		say_arith(g, proto);
		say(g, ")");
		break;
	case 3:
		say(g, "-");
		say_arith(g, proto);
		break;
	default:
		if (proto || what == 4)
			say_load(g, proto);
		else
			say_leaf(g);
	}
	g->depth--;
}

static void say_relation(struct gen_filter *g)
{
	static const char *const relations[] = { "=", "==", "!=", "<", "<=", ">", ">=" };

	say_arith(g, chance(g, 3) ? NULL : some_indexed(g));
	say(g, PICK(g, relations));
	say_arith(g, chance(g, 3) ? some_indexed(g) : NULL);
}

static void say_encapsulation(struct gen_filter *g)
{
	static const char *const words[] = { "vlan",   "vlan 3",   "mpls",   "mpls 5",
					     "pppoes", "pppoes 2", "pppoed", "vlan 5000" };

	if (gen_filter_variable(g->link))
		say(g, "vlan");
	else
		say(g, PICK(g, words));
}

static void say_odd(struct gen_filter *g)
{
	static const char *const words[] = {
		"broadcast",
		"multicast",
		"ip multicast",
		"ip6 multicast",
		"ip broadcast",
		"ether broadcast",
		"ether multicast",
		"less 60",
		"greater 100",
		"inbound",
		"outbound",
		"ifindex 3",
		"byte 0 = 1",
		"byte 12 > 5",
		"llc",
		"llc u",
		"llc ui",
		"llc rr",
		"type mgt",
		"type data subtype qos",
		"subtype ack",
		"dir tods",
		"on lo0",
		"rnr 3",
		"reason short",
		"action pass",
		"vpi 1",
		"vci ( 5 or 6 )",
		"vci > 3",
		"connectmsg",
		"oam",
		"fisu",
		"sio 3",
		"opc > 5",
		"hsls 1",
		"gateway foo",
		"decnet host 1.2",
		"decnet src 2.3",
		"iso proto 0x81",
		"isis proto 18",
		"lane",
	};

	say(g, PICK(g, words));
}

static void say_primitive(struct gen_filter *g)
{
	switch (below(g, 8)) {
	case 0:
	case 1:
		say_protocol(g);
		break;
	case 2:
	case 3:
		say_qualified(g);
		break;
	case 4:
		say_odd(g);
		break;
	case 5:
		say_encapsulation(g);
		break;
	default:
		if (gen_filter_variable(g->link))
			say_protocol(g);
		else
			say_relation(g);
	}
}

static void say_item(struct gen_filter *g);

static void say_expr(struct gen_filter *g, u32 items)
{
	say_item(g);
	while (--items) {
		say(g, chance(g, 2) ? "and" : "or");
		if (chance(g, 6))
			say_ids(g);
		else
			say_item(g);
	}
}

static void say_item(struct gen_filter *g)
{
	if (chance(g, 7))
		say(g, chance(g, 2) ? "not" : "!");
	if (chance(g, 7) && g->depth < 3) {
		g->depth++;
		say(g, "(");
		say_expr(g, 1 + below(g, 3));
		say(g, ")");
		g->depth--;
		return;
	}
	say_primitive(g);
}

/* One word more, less or elsewhere. */
static void spoil(struct gen_filter *g)
{
	static const char *const words[] = {
		"and",	   "or",	"not", "(",    ")",	    "[",   "]",	   "5",
		"ip",	   "host",	"src", "port", "=",	    "len", "vlan", "proto",
		"mask",	   "255.0.0.0", "foo", ":",    "-",	    "<",   "net",  "ether",
		"1.2.3.4", "80-90",	"/ 8", "$5",   "broadcast", "&",
	};
	char *text = (char *)buf_str(g->out), *word, *end;
	struct buf spoilt = { 0 };
	u32 count = 0, victim;

	for (char *c = text; *c; c++)
		count += *c == ' ';
	victim = below(g, count + 1);
	for (word = text; *word; word = end + 1) {
		end = strchr(word, ' ');
		if (victim-- == 0) {
			u32 how = below(g, 3);

			if (how)
				buf_printf(&spoilt, "%s ", PICK(g, words));
			if (how == 1)
				continue;
			if (!how)
				continue;
		}
		buf_printf(&spoilt, "%.*s ", (int)(end - word), word);
	}
	buf_clear(g->out);
	buf_puts(g->out, buf_str(&spoilt));
	buf_fini(&spoilt);
}

void gen_filter(struct buf *out, const struct linktype *link, u64 seed)
{
	struct gen_filter g = { .state = seed, .out = out, .link = link };
	bool tunnel;

	buf_clear(out);
	/* A tunnel stands in front and must be there: libpcap has no offsets behind others. */
	tunnel = !gen_filter_variable(link) && chance(&g, 10);
	if (tunnel)
		say(&g, chance(&g, 2) ? "geneve and (" : "geneve 3 and (");
	say_expr(&g, 1 + below(&g, 4));
	if (tunnel)
		say(&g, ")");
	if (!tunnel && chance(&g, 5))
		spoil(&g);
	if (!out->len)
		buf_puts(out, " ");
}
