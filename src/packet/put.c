// SPDX-License-Identifier: BSD-2-Clause
/* Addresses, ports and checksums. Source: RFC 1071, RFC 5952. */
#include <arpa/inet.h>

#include "packet/print.h"

void put(struct print *p, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(p->out, fmt, ap);
	va_end(ap);
}

void put_text(struct print *p, const char *s)
{
	buf_put(p->out, s, strlen(s));
}

void put_cut(struct print *p, const char *what)
{
	put(p, " [|%s]", what);
}

void put_mac(struct print *p, const u8 *at)
{
	static const char hex[] = "0123456789abcdef";
	const char *name = p->pr->names ? mac_name(p->pr->names, at) : NULL;
	char text[17];

	if (!p->o->numeric && !memcmp(at, "\xff\xff\xff\xff\xff\xff", 6))
		name = "Broadcast";
	if (name) {
		put_text(p, name);
		return;
	}
	for (u32 i = 0; i < 6; i++) {
		text[i * 3] = hex[at[i] >> 4];
		text[i * 3 + 1] = hex[at[i] & 15];
		if (i < 5)
			text[i * 3 + 2] = ':';
	}
	buf_put(p->out, text, sizeof(text));
	if (!p->o->numeric)
		put(p, " (oui %s)", vendor_name(at));
}

/* Decimal digits of v before `end`. */
static char *digits(char *end, u32 v)
{
	do
		*--end = (char)('0' + v % 10);
	while (v /= 10);
	return end;
}

static void put_address(struct print *p, u32 version, const u8 *at)
{
	char text[INET6_ADDRSTRLEN], *end = text + sizeof(text), *s = end;

	if (version == 6) {
		inet_ntop(AF_INET6, at, text, sizeof(text));
		put_text(p, text);
		return;
	}
	for (u32 i = 4; i-- > 0;) {
		s = digits(s, at[i]);
		if (i)
			*--s = '.';
	}
	buf_put(p->out, s, (size_t)(end - s));
}

static void put_host(struct print *p, u32 version, const u8 *at)
{
	const char *name = p->pr->names ? host_name(p->pr->names, version, at) : NULL;

	if (name)
		put_text(p, name);
	else
		put_address(p, version, at);
}

void put_ip4(struct print *p, const u8 *at)
{
	put_host(p, 4, at);
}

void put_ip6(struct print *p, const u8 *at)
{
	put_host(p, 6, at);
}

void put_port(struct print *p, u16 port, bool udp)
{
	const char *name = p->pr->names ? port_name(p->pr->names, port, udp) : NULL;
	char text[8], *end = text + sizeof(text), *s;

	if (name) {
		put_text(p, name);
		return;
	}
	s = digits(end, port);
	buf_put(p->out, s, (size_t)(end - s));
}

void put_flow(struct print *p, const struct pseudo *ps, u16 sport, u16 dport, bool udp)
{
	if (!ps->said) {
		put_host(p, ps->version, ps->src);
		buf_putc(p->out, '.');
	}
	put_port(p, sport, udp);
	put_text(p, " > ");
	if (!ps->said) {
		put_host(p, ps->version, ps->dst);
		buf_putc(p->out, '.');
	}
	put_port(p, dport, udp);
	put_text(p, ": ");
}

void put_pair(struct print *p, u32 version, const u8 *src, const u8 *dst)
{
	put_host(p, version, src);
	put_text(p, " > ");
	put_host(p, version, dst);
	put_text(p, ": ");
}

static u64 add_bytes(u64 sum, const u8 *at, u32 len)
{
	for (; len >= 2; at += 2, len -= 2)
		sum += be16(at);
	return len ? sum + ((u64)*at << 8) : sum;
}

u16 checksum(struct view v, const struct pseudo *ps)
{
	u64 sum = 0;

	if (ps) {
		u32 n = ps->version == 6 ? 16 : 4;

		sum = add_bytes(add_bytes(sum, ps->src, n), ps->dst, n) + ps->protocol +
		      (v.len >> 16) + (v.len & 0xffff);
	}
	sum = add_bytes(sum, v.p, v.have);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (u16)~sum;
}
