// SPDX-License-Identifier: BSD-2-Clause
#include "filter/names.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/ether.h>
#include <netinet/in.h>

#include "filter/proto.h"

static int unknown(struct lower *l, const char *what, const char *name)
{
	if (l->opts->literal) {
		lower_error(l, "'%s' is a name, and names are not looked up here", name);
		diag_hint(l->d, "write numbers and addresses");
	} else {
		lower_error(l, "unknown %s '%s'", what, name);
	}
	return -EINVAL;
}

static bool take_address(const struct addrinfo *ai, struct address *out)
{
	if (ai->ai_family == AF_INET) {
		const struct sockaddr_in *in = (const void *)ai->ai_addr;

		out->ip4 = ntohl(in->sin_addr.s_addr);
	} else if (ai->ai_family == AF_INET6) {
		const struct sockaddr_in6 *in6 = (const void *)ai->ai_addr;

		out->ip6 = true;
		memcpy(out->bytes, &in6->sin6_addr, 16);
	} else {
		return false;
	}
	return true;
}

int lookup_host(struct lower *l, const char *name, struct address **out, u32 *count)
{
	/* One socket type: each address once. */
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_protocol = IPPROTO_TCP };
	struct addrinfo *list = NULL, *ai;
	struct address *found;
	u32 n = 0;

	if (l->opts->literal || getaddrinfo(name, NULL, &hints, &list) || !list)
		return unknown(l, "host", name);
	for (ai = list; ai; ai = ai->ai_next)
		n++;
	found = arena_array(l->v->arena, n, sizeof(*found));
	n = 0;
	for (ai = list; found && ai; ai = ai->ai_next)
		n += take_address(ai, &found[n]);
	freeaddrinfo(list);
	if (!found)
		return diag_nomem(l->d);
	*out = found;
	*count = n;
	return n ? 0 : unknown(l, "host", name);
}

int lookup_net(struct lower *l, const char *name, u32 *net, u32 *mask)
{
	struct netent entry, *result = NULL;
	char space[1024];
	int herr;

	if (l->opts->literal ||
	    getnetbyname_r(name, &entry, space, sizeof(space), &result, &herr) || !result)
		return unknown(l, "network", name);
	*net = result->n_net;
	for (*mask = UINT32_MAX; *net && !(*net & 0xff000000); *net <<= 8)
		*mask <<= 8;
	return 0;
}

int lookup_proto(struct lower *l, const char *name, u32 *number)
{
	struct protoent entry, *result = NULL;
	char space[1024];

	if (l->opts->literal || getprotobyname_r(name, &entry, space, sizeof(space), &result) ||
	    !result)
		return unknown(l, "IP protocol", name);
	*number = (u32)result->p_proto;
	return 0;
}

static bool service(const char *name, const char *proto, u32 *port)
{
	struct servent entry, *result = NULL;
	char space[1024];

	if (getservbyname_r(name, proto, &entry, space, sizeof(space), &result) || !result)
		return false;
	*port = ntohs((u16)result->s_port);
	return true;
}

int lookup_port(struct lower *l, const char *name, u32 *port, u32 *proto)
{
	u32 tcp = 0, udp = 0;
	char *end;
	u64 number;
	bool is_tcp, is_udp;

	*proto = 0;
	number = isdigit((u8)name[0]) ? strtoul(name, &end, 10) : 0;
	if (isdigit((u8)name[0]) && !*end) {
		*port = (u32)number;
		if (number <= 0xffff)
			return 0;
		lower_error(l, "port %s is above 65535", name);
		return -EINVAL;
	}
	if (l->opts->literal)
		return unknown(l, "port", name);
	is_tcp = service(name, "tcp", &tcp);
	is_udp = service(name, "udp", &udp);
	if (!is_tcp && !is_udp)
		return unknown(l, "port", name);
	/* Where both have the name and differ, TCP's number is meant. */
	*port = is_tcp ? tcp : udp;
	if (!is_tcp || !is_udp)
		*proto = is_tcp ? IP_TCP : IP_UDP;
	else if (tcp != udp)
		*proto = IP_TCP;
	return 0;
}

int lookup_ether(struct lower *l, const char *name, u8 mac[6])
{
	struct ether_addr addr;

	if (l->opts->literal || ether_hostton(name, &addr))
		return unknown(l, "Ethernet host", name);
	memcpy(mac, &addr, 6);
	return 0;
}

int lookup_dotted(const char *text, u32 *value)
{
	int bits = 0;
	u32 v = 0;

	while (*text) {
		u32 n = 0;

		/* Each number is decimal, whatever it begins with. */
		for (; isdigit((u8)*text); text++) {
			n = n * 10 + (u32)(*text - '0');
			if (n > 255)
				return -1;
		}
		if (*text && *text++ != '.')
			return -1;
		v = v << 8 | n;
		bits += 8;
	}
	*value = v;
	return bits;
}

void lookup_mac(const char *text, u8 mac[6])
{
	/* A separator ends a byte of one digit; where there is none a byte has two. */
	for (u32 i = 0; i < 6; i++) {
		u32 n = 0;

		if (!isxdigit((u8)*text))
			text++;
		for (u32 digits = 0; digits < 2 && isxdigit((u8)*text); digits++, text++)
			n = n << 4 |
			    (u32)(isdigit((u8)*text) ? *text - '0' : (*text | 32) - 'a' + 10);
		mac[i] = (u8)n;
	}
}

bool lookup_ip6(const char *text, u8 out[16])
{
	return inet_pton(AF_INET6, text, out) == 1;
}
