// SPDX-License-Identifier: BSD-2-Clause
/* Options of DNS's OPT record. Source: RFC 6891, 5001, 7871, 7314, 7873, 7828, 7830, 8145. */
#include <arpa/inet.h>

#include "packet/print.h"

enum {
	OPT_NSID = 3,
	OPT_SUBNET = 8,
	OPT_EXPIRE = 9,
	OPT_COOKIE = 10,
	OPT_KEEPALIVE = 11,
	OPT_PADDING = 12,
	OPT_KEY_TAG = 14,
	CLIENT_COOKIE = 8, /* bytes; the server's follows */
};

static const char *option_name(u16 code)
{
	static const char *const names[] = { NULL,	   "LLQ",	"UL",	   "NSID",
					     NULL,	   "DAU",	"DHU",	   "N3U",
					     "ECS",	   "EXPIRE",	"COOKIE",  "KEEPALIVE",
					     "PADDING",	   "CHAIN",	"KEY-TAG", NULL,
					     "CLIENT-TAG", "SERVER-TAG" };

	return code < ARRAY_SIZE(names) ? names[code] : NULL;
}

static void put_bytes(struct print *p, struct view v)
{
	for (u32 i = 0; i < v.have; i++)
		put(p, "%02x", v.p[i]);
}

/* The network of the client, with as many bytes as its length needs. False: it is none. */
static bool put_subnet(struct print *p, struct view v)
{
	u8 address[16] = { 0 };
	char text[INET6_ADDRSTRLEN];
	u32 family, most;

	if (!has(v, 4))
		return false;
	family = be16(v.p);
	most = family == 1 ? 4 : family == 2 ? 16 : 0;
	if (!most || v.p[2] > most * 8 || v.have - 4 != (v.p[2] + 7u) / 8)
		return false;
	memcpy(address, v.p + 4, v.have - 4);
	inet_ntop(family == 1 ? AF_INET : AF_INET6, address, text, sizeof(text));
	put(p, "%s/%u/%u", text, v.p[2], v.p[3]);
	return true;
}

static bool put_value(struct print *p, u16 code, struct view v)
{
	switch (code) {
	case OPT_SUBNET:
		return put_subnet(p, v);
	case OPT_EXPIRE:
		if (v.have != 4)
			return false;
		put(p, "%u sec", be32(v.p));
		return true;
	case OPT_COOKIE:
		if (v.have != 8 && (v.have < 16 || v.have > 40))
			return false;
		put_bytes(p, view_cut(v, CLIENT_COOKIE));
		if (v.have > CLIENT_COOKIE) {
			put_text(p, " ");
			put_bytes(p, view_skip(v, CLIENT_COOKIE));
		}
		return true;
	case OPT_KEEPALIVE:
		if (v.have != 2)
			return false;
		put(p, "%u.%u sec", be16(v.p) / 10, be16(v.p) % 10);
		return true;
	case OPT_PADDING:
		put(p, "(%u)", v.have);
		return true;
	case OPT_KEY_TAG:
		if (v.have < 2 || v.have % 2)
			return false;
		for (u32 i = 0; i < v.have; i += 2)
			put(p, i ? " %u" : "%u", be16(v.p + i));
		return true;
	default:
		put_bytes(p, v);
		return true;
	}
}

void print_edns(struct print *p, struct view v)
{
	const char *before = " [";

	if (!has(v, 4))
		return;
	while (has(v, 4)) {
		u16 code = be16(v.p), len = be16(v.p + 2);
		const char *name = option_name(code);

		put_text(p, before);
		before = ",";
		if (name)
			put_text(p, name);
		else
			put(p, "Opt%u", code);
		v = view_skip(v, 4);
		if (len > v.have)
			break;
		if (len) {
			put_text(p, " ");
			if (!put_value(p, code, view_cut(v, len)))
				put_text(p, " (invalid)");
		}
		v = view_skip(v, len);
	}
	put_text(p, "]");
}
