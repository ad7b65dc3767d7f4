// SPDX-License-Identifier: BSD-2-Clause
#include "gen_frame.h"

#include <string.h>

enum { IP_ICMP = 1, IP_TCP = 6, IP_UDP = 17, IP_FRAGMENT = 44, IP_ICMP6 = 58 };

void put16(uint8_t *at, unsigned v)
{
	at[0] = (uint8_t)(v >> 8);
	at[1] = (uint8_t)v;
}

void put32(uint8_t *at, uint32_t v)
{
	put16(at, v >> 16);
	put16(at + 2, v & 0xffff);
}

struct flow flow_reversed(const struct flow *f)
{
	struct flow r = *f;

	memcpy(r.smac, f->dmac, sizeof(r.smac));
	memcpy(r.dmac, f->smac, sizeof(r.dmac));
	memcpy(r.saddr, f->daddr, sizeof(r.saddr));
	memcpy(r.daddr, f->saddr, sizeof(r.daddr));
	r.sport = f->dport;
	r.dport = f->sport;
	return r;
}

/* The ones' complement sum of RFC 1071, not folded. */
static uint64_t sum(const uint8_t *p, size_t len)
{
	uint64_t s = 0;

	for (; len > 1; len -= 2, p += 2)
		s += (unsigned)p[0] << 8 | p[1];
	return len ? s + ((unsigned)p[0] << 8) : s;
}

static unsigned fold(uint64_t s)
{
	while (s >> 16)
		s = (s & 0xffff) + (s >> 16);
	return ~(unsigned)s & 0xffff;
}

static uint64_t pseudo_sum(const struct flow *f, unsigned proto, size_t len)
{
	size_t addr_len = f->v6 ? 16 : 4;

	return sum(f->saddr, addr_len) + sum(f->daddr, addr_len) + proto + len;
}

static void ethernet(struct frame *out, const struct flow *f, unsigned type)
{
	uint8_t *p = out->data + 12;

	memcpy(out->data, f->dmac, 6);
	memcpy(out->data + 6, f->smac, 6);
	if (f->outer) {
		put16(p, 0x88a8);
		put16(p + 2, f->outer);
		p += 4;
	}
	if (f->vlan) {
		put16(p, 0x8100);
		put16(p + 2, f->vlan);
		p += 4;
	}
	put16(p, type);
	out->len = (size_t)(p + 2 - out->data);
}

static void pad(struct frame *out, const struct flow *f)
{
	if (!f->padded || out->len >= 60)
		return;
	memset(out->data + out->len, 0, 60 - out->len);
	out->len = 60;
}

static void ip4(struct frame *out, struct flow *f, unsigned proto, unsigned frag, const uint8_t *l4,
		size_t len)
{
	uint8_t *ip;

	ethernet(out, f, 0x0800);
	ip = out->data + out->len;
	memset(ip, 0, 20);
	ip[0] = 0x45;
	put16(ip + 2, (unsigned)(20 + len));
	put16(ip + 4, f->id);
	put16(ip + 6, frag);
	ip[8] = f->ttl;
	ip[9] = (uint8_t)proto;
	memcpy(ip + 12, f->saddr, 4);
	memcpy(ip + 16, f->daddr, 4);
	put16(ip + 10, fold(sum(ip, 20)));
	memcpy(ip + 20, l4, len);
	out->len += 20 + len;
}

static void ip6(struct frame *out, struct flow *f, unsigned proto, const uint8_t *l4, size_t len)
{
	uint8_t *ip;

	ethernet(out, f, 0x86dd);
	ip = out->data + out->len;
	put32(ip, 0x60000000);
	put16(ip + 4, (unsigned)len);
	ip[6] = (uint8_t)proto;
	ip[7] = f->ttl;
	memcpy(ip + 8, f->saddr, 16);
	memcpy(ip + 24, f->daddr, 16);
	memcpy(ip + 40, l4, len);
	out->len += 40 + len;
}

static void ip(struct frame *out, struct flow *f, unsigned proto, const uint8_t *l4, size_t len)
{
	if (f->v6)
		ip6(out, f, proto, l4, len);
	else
		ip4(out, f, proto, 0x4000, l4, len);
	f->id++;
	pad(out, f);
}

static size_t udp(uint8_t *l4, const struct flow *f, const void *payload, size_t len)
{
	unsigned check;

	put16(l4, f->sport);
	put16(l4 + 2, f->dport);
	put16(l4 + 4, (unsigned)(8 + len));
	put16(l4 + 6, 0);
	memcpy(l4 + 8, payload, len);
	check = fold(pseudo_sum(f, IP_UDP, 8 + len) + sum(l4, 8 + len));
	put16(l4 + 6, check ? check : 0xffff);
	return 8 + len;
}

void frame_udp(struct frame *out, struct flow *f, const void *payload, size_t len)
{
	uint8_t l4[8 + PAYLOAD_MAX];

	ip(out, f, IP_UDP, l4, udp(l4, f, payload, len));
}

void frame_tcp(struct frame *out, struct flow *f, uint32_t seq, uint32_t ack, unsigned flags,
	       const void *payload, size_t len)
{
	/* maximum segment 1460, selective acknowledgement, no-operation, window scale 7 */
	static const uint8_t syn_options[] = { 2, 4, 0x05, 0xb4, 4, 2, 1, 1, 1, 3, 3, 7 };
	size_t options = flags & TCP_SYN ? sizeof(syn_options) : 0, head = 20 + options;
	uint8_t l4[60 + PAYLOAD_MAX] = { 0 };

	put16(l4, f->sport);
	put16(l4 + 2, f->dport);
	put32(l4 + 4, seq);
	put32(l4 + 8, flags & TCP_ACK ? ack : 0);
	l4[12] = (uint8_t)(head / 4 << 4);
	l4[13] = (uint8_t)flags;
	put16(l4 + 14, 64240);
	memcpy(l4 + 20, syn_options, options);
	if (len)
		memcpy(l4 + head, payload, len);
	put16(l4 + 16, fold(pseudo_sum(f, IP_TCP, head + len) + sum(l4, head + len)));
	ip(out, f, IP_TCP, l4, head + len);
}

void frame_icmp(struct frame *out, struct flow *f, unsigned type, unsigned code, uint32_t rest,
		const void *payload, size_t len)
{
	unsigned proto = f->v6 ? IP_ICMP6 : IP_ICMP;
	uint8_t l4[8 + PAYLOAD_MAX];

	l4[0] = (uint8_t)type;
	l4[1] = (uint8_t)code;
	put16(l4 + 2, 0);
	put32(l4 + 4, rest);
	memcpy(l4 + 8, payload, len);
	put16(l4 + 2, fold((f->v6 ? pseudo_sum(f, proto, 8 + len) : 0) + sum(l4, 8 + len)));
	ip(out, f, proto, l4, 8 + len);
}

void frame_arp(struct frame *out, const struct flow *f, unsigned op)
{
	static const uint8_t head[] = { 0, 1, 8, 0, 6, 4, 0 };
	struct flow to = *f;
	uint8_t *p;

	if (op == 1)
		memset(to.dmac, 0xff, 6);
	ethernet(out, &to, 0x0806);
	p = out->data + out->len;
	memset(p, 0, 28);
	memcpy(p, head, sizeof(head));
	p[7] = (uint8_t)op;
	memcpy(p + 8, f->smac, 6);
	memcpy(p + 14, f->saddr, 4);
	if (op != 1)
		memcpy(p + 18, f->dmac, 6);
	memcpy(p + 24, f->daddr, 4);
	out->len += 28;
	pad(out, f);
}

bool frame_udp_fragment(struct frame *out, struct flow *f, const void *payload, size_t len,
			size_t from, size_t room)
{
	uint8_t l4[8 + PAYLOAD_MAX], part[8 + PAYLOAD_MAX];
	size_t total = udp(l4, f, payload, len), n = total - from;
	bool more = n > room;

	if (more)
		n = room;
	if (f->v6) {
		part[0] = IP_UDP;
		part[1] = 0;
		put16(part + 2, (unsigned)from | more);
		put32(part + 4, f->id);
		memcpy(part + 8, l4 + from, n);
		ip6(out, f, IP_FRAGMENT, part, 8 + n);
	} else {
		ip4(out, f, IP_UDP, (unsigned)(from / 8) | (more ? 0x2000 : 0), l4 + from, n);
	}
	pad(out, f);
	return more;
}
