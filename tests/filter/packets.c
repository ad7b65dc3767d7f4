// SPDX-License-Identifier: BSD-2-Clause
#include "packets.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/vec.h"
#include "pcap/pcap.h"

u32 random_next(struct random *r)
{
	u64 z = r->state += 0x9e3779b97f4a7c15ull;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return (u32)(z >> 32);
}

u32 random_below(struct random *r, u32 n)
{
	return random_next(r) % n;
}

void packets_add(struct packets *out, const u8 *data, u32 len, u32 wire_len)
{
	u8 *copy = malloc(len + 1);

	memcpy(copy, data, len);
	if (vec_reserve_((void **)&out->list, out->count, &out->cap, 1, sizeof(*out->list)))
		out->list[out->count++] = (struct eval_packet){ copy, len, wire_len };
}

void packets_free(struct packets *p)
{
	for (u32 i = 0; i < p->count; i++)
		free((void *)p->list[i].data);
	free(p->list);
	*p = (struct packets){ 0 };
}

void packets_from_folder(struct packets *out, const char *folder, const struct linktype *link)
{
	DIR *dir = folder ? opendir(folder) : NULL;
	struct dirent *e;

	while (dir && (e = readdir(dir))) {
		struct pcap_packet packet;
		struct pcap_reader *r;
		char path[4096];

		snprintf(path, sizeof(path), "%s/%s", folder, e->d_name);
		if (!strstr(e->d_name, ".pcap") || pcap_open(&r, path, NULL))
			continue;
		while (pcap_next(r, &packet, NULL) > 0)
			if (linktype_find(packet.linktype) == link)
				packets_add(out, packet.data, packet.len, packet.wire_len);
		pcap_close(r);
	}
	if (dir)
		closedir(dir);
}

/* A packet under construction. */
struct build {
	u8 data[1024];
	u32 len;
	struct random *r;
};

static bool chance(struct build *b, u32 one_in)
{
	return !random_below(b->r, one_in);
}

static void put(struct build *b, u32 size, u32 value)
{
	for (u32 i = size; i-- > 0;)
		b->data[b->len++] = (u8)(value >> (8 * i));
}

static void put_random(struct build *b, u32 n)
{
	while (n--)
		b->data[b->len++] = (u8)random_next(b->r);
}

/* Few different numbers, so that filters find them. */
static u32 some_port(struct build *b)
{
	static const u16 ports[] = { 80, 443, 53, 22, 25, 6081, 4789, 90, 8080, 1, 65535, 0 };

	return chance(b, 8) ? random_next(b->r) & 0xffff
			    : ports[random_below(b->r, ARRAY_SIZE(ports))];
}

static u32 some_ip4(struct build *b)
{
	static const u32 addr[] = { 0x01020304, 0x0a000001, 0x0a010203, 0xc0a80101,
				    0x7f000001, 0xe0000001, 0xffffffff, 0x0a0000ff };

	return addr[random_below(b->r, ARRAY_SIZE(addr))];
}

static void put_ip6_address(struct build *b)
{
	static const u32 upper[] = { 0x20010db8, 0xfe800000, 0xff020000, 0 };

	put(b, 4, upper[random_below(b->r, ARRAY_SIZE(upper))]);
	put(b, 4, 0);
	put(b, 4, 0);
	put(b, 4, random_below(b->r, 3));
}

static void put_mac(struct build *b)
{
	static const u8 macs[][6] = { { 1, 2, 3, 4, 5, 6 },
				      { 2, 0, 0, 0, 0, 1 },
				      { 255, 255, 255, 255, 255, 255 },
				      { 2, 0, 0, 0, 0, 2 } };

	memcpy(b->data + b->len, macs[random_below(b->r, ARRAY_SIZE(macs))], 6);
	b->len += 6;
}

static void put_ethernet(struct build *b, u32 depth);
static void put_network(struct build *b, u32 type, u32 depth);

static void put_tunnel(struct build *b, u32 depth)
{
	u32 options = random_below(b->r, 3);
	bool ether = !chance(b, 3), vxlan = chance(b, 3);

	put(b, 2, some_port(b));
	put(b, 2, vxlan ? 4789 : 6081);
	put_random(b, 4);
	if (vxlan) {
		put(b, 4, chance(b, 8) ? 0 : 0x08000000);
		put(b, 4, random_below(b->r, 8) << 8);
		put_ethernet(b, depth + 1);
		return;
	}
	put(b, 1, options | (chance(b, 8) ? 0x40 : 0));
	put(b, 1, 0);
	put(b, 2, ether ? 0x6558 : 0x0800);
	put(b, 4, random_below(b->r, 8) << 8);
	put_random(b, options * 4);
	if (ether)
		put_ethernet(b, depth + 1);
	else
		put_network(b, 0x0800, depth + 1);
}

static void put_transport(struct build *b, u32 proto, u32 depth)
{
	if (proto == 17 && depth < 2 && chance(b, 3)) {
		put_tunnel(b, depth);
		return;
	}
	if (proto == 6 || proto == 17 || proto == 132) {
		put(b, 2, some_port(b));
		put(b, 2, some_port(b));
		put_random(b, 8);
		put(b, 2, 0x5000 | (random_next(b->r) & 0x3f));
	}
	put_random(b, 16 + random_below(b->r, 40));
}

static u32 some_proto(struct build *b)
{
	static const u8 protos[] = { 6, 17, 6, 17, 1, 2, 132, 58, 103, 112, 51, 50, 9, 44, 0, 59 };

	return protos[random_below(b->r, ARRAY_SIZE(protos))];
}

static void put_ip4(struct build *b, u32 depth)
{
	u32 options = chance(b, 4) ? random_below(b->r, 4) : 0, proto = some_proto(b);

	put(b, 1, 0x45 + options);
	put(b, 1, random_next(b->r));
	put(b, 2, random_below(b->r, 1500));
	put_random(b, 2);
	put(b, 2, chance(b, 4) ? random_next(b->r) & 0x3fff : 0x4000);
	put(b, 1, 64);
	put(b, 1, proto);
	put_random(b, 2);
	put(b, 4, some_ip4(b));
	put(b, 4, some_ip4(b));
	put_random(b, options * 4);
	put_transport(b, proto, depth);
}

/* Extension headers of one or two units; the last names the transport. */
static void put_ip6(struct build *b, u32 depth)
{
	static const u8 extensions[] = { 0, 43, 60, 44 };
	u32 proto = some_proto(b), count = chance(b, 3) ? random_below(b->r, 4) : 0;
	u8 chain[4] = { 0 };

	for (u32 i = 0; i < count; i++)
		chain[i] = extensions[random_below(b->r, ARRAY_SIZE(extensions))];
	put(b, 4, 0x60000000 | (random_next(b->r) & 0xfffff));
	put(b, 2, random_below(b->r, 1500));
	put(b, 1, count ? chain[0] : proto);
	put(b, 1, 64);
	put_ip6_address(b);
	put_ip6_address(b);
	for (u32 i = 0; i < count; i++) {
		u32 units = chain[i] == 44 ? 0 : random_below(b->r, 2);

		put(b, 1, i + 1 < count ? chain[i + 1] : proto);
		put(b, 1, units);
		put_random(b, 6 + 8 * units);
	}
	put_transport(b, proto, depth);
}

static void put_arp(struct build *b)
{
	put(b, 4, 0x00010800);
	put(b, 4, 0x06040001);
	put_mac(b);
	put(b, 4, some_ip4(b));
	put_mac(b);
	put(b, 4, some_ip4(b));
}

static void put_mpls(struct build *b, u32 depth)
{
	u32 labels = 1 + random_below(b->r, 3);

	for (u32 i = 0; i < labels; i++)
		put(b, 4, random_below(b->r, 8) << 12 | (i + 1 == labels) << 8 | 64);
	put_network(b, chance(b, 2) ? 0x0800 : 0x86dd, depth);
}

static void put_pppoe(struct build *b, u32 depth)
{
	static const u16 ppp[] = { 0x21, 0x57, 0x21, 0x281, 0xc021 };
	u32 proto = ppp[random_below(b->r, ARRAY_SIZE(ppp))];

	put(b, 2, 0x1100);
	put(b, 2, random_below(b->r, 8));
	put(b, 2, 0);
	put(b, 2, proto);
	put_network(b, proto == 0x21 ? 0x0800 : proto == 0x57 ? 0x86dd : 0x8847, depth);
}

/* Flags and addresses of DECnet's routing header in its forms. */
static void put_decnet(struct build *b)
{
	put(b, 2, 0);
	put(b, 1, chance(b, 2) ? 0x81 : chance(b, 2) ? 0x02 : 0x06);
	put(b, 1, chance(b, 2) ? 0x02 : 0x06);
	for (u32 i = 0; i < 20; i++)
		put(b, 1, random_below(b->r, 3) + 2);
}

static void put_llc(struct build *b, u32 depth)
{
	static const u16 saps[] = { 0xfefe, 0x4242, 0xe0e0, 0xf0f0, 0xffff, 0x0505 };
	static const u8 osi[] = { 0x81, 0x82, 0x83, 0x83, 7 };
	static const u16 types[] = { 0x0800, 0x86dd, 0x0806, 0x8035, 0x809b, 0x80f3,
				     0x8137, 0x6003, 0x8864, 0x8100, 0x1234, 0x8847 };
	u32 type = types[random_below(b->r, ARRAY_SIZE(types))];

	if (chance(b, 3)) {
		put(b, 2, saps[random_below(b->r, ARRAY_SIZE(saps))]);
		put(b, 1, random_next(b->r));
		put(b, 1, osi[random_below(b->r, ARRAY_SIZE(osi))]);
		put_random(b, 3);
		put(b, 1, 15 + random_below(b->r, 13));
		put_random(b, 20);
		return;
	}
	put(b, 4, 0xaaaa0300);
	put(b, 2, type == 0x809b ? 0x0007 : 0);
	if (type == 0x809b)
		b->data[b->len - 3] = 8;
	put(b, 2, type);
	put_network(b, type, depth);
}

static void put_network(struct build *b, u32 type, u32 depth)
{
	if (depth > 3 || b->len > 500)
		type = 0;
	switch (type) {
	case 0x0800:
		put_ip4(b, depth);
		break;
	case 0x86dd:
		put_ip6(b, depth);
		break;
	case 0x0806:
	case 0x8035:
		put_arp(b);
		break;
	case 0x8847:
		put_mpls(b, depth + 1);
		break;
	case 0x8863:
	case 0x8864:
		put_pppoe(b, depth + 1);
		break;
	case 0x6003:
		put_decnet(b);
		break;
	default:
		put_random(b, random_below(b->r, 60));
	}
}

static u32 some_ethertype(struct build *b)
{
	static const u16 types[] = { 0x0800, 0x86dd, 0x0800, 0x86dd, 0x0806, 0x8035,
				     0x8847, 0x8864, 0x8863, 0x6003, 0x809b, 0x80f3,
				     0x8137, 0x6004, 0x9000, 0x1234, 0x0800, 0x0800 };

	return types[random_below(b->r, ARRAY_SIZE(types))];
}

/* Type and what follows, with VLAN tags in front now and then. */
static void put_typed(struct build *b, u32 depth)
{
	static const u16 tags[] = { 0x8100, 0x88a8, 0x9100 };
	u32 type;

	for (u32 i = 0; i < 3 && chance(b, 3); i++) {
		put(b, 2, tags[random_below(b->r, ARRAY_SIZE(tags))]);
		put(b, 2, random_below(b->r, 8) | random_below(b->r, 8) << 13);
	}
	if (chance(b, 6)) {
		put(b, 2, random_below(b->r, 1600));
		put_llc(b, depth);
		return;
	}
	type = some_ethertype(b);
	put(b, 2, type);
	put_network(b, type, depth);
}

static void put_ethernet(struct build *b, u32 depth)
{
	put_mac(b);
	put_mac(b);
	put_typed(b, depth);
}

static void put_wlan(struct build *b)
{
	u32 control = chance(b, 3) ? random_next(b->r) & 0xff : (chance(b, 2) ? 0x88 : 0x08);
	u32 start = b->len;

	put(b, 1, control);
	put(b, 1, random_next(b->r) & 3);
	put(b, 2, 0);
	put_mac(b);
	put_mac(b);
	put_mac(b);
	put(b, 2, 0);
	if ((control & 0x8c) == 0x88)
		put(b, 2, 0);
	/* Padded now and then, whatever radiotap says. */
	if (chance(b, 4))
		while ((b->len - start) & 3)
			put(b, 1, 0);
	put_llc(b, 1);
}

static void put_radiotap(struct build *b)
{
	u32 present = random_next(b->r) & 7;

	put(b, 2, 0);
	put(b, 1, 24);
	put(b, 1, 0);
	put(b, 4, present << 24 | (chance(b, 8) ? 0x80 : 0));
	put_random(b, 16);
	if (chance(b, 4))
		b->data[2] = (u8)random_below(b->r, 30);
}

static void put_prefix(struct build *b, enum link_prefix prefix)
{
	switch (prefix) {
	case PREFIX_RADIOTAP:
		put_radiotap(b);
		break;
	case PREFIX_PRISM:
		put(b, 4, chance(b, 2) ? 0x80211001 : 0x44);
		put(b, 4, 144);
		put_random(b, 136);
		break;
	case PREFIX_AVS:
		put(b, 4, 0x80211001);
		put(b, 4, 64);
		put_random(b, 56);
		break;
	case PREFIX_PPI:
		put(b, 2, 0);
		put(b, 1, 8);
		put(b, 1, 0);
		put(b, 4, chance(b, 8) ? 0x01000000 : 0x69000000);
		break;
	default:
		break;
	}
}

/* A protocol field of `size` bytes at link->type, one of these numbers, then the payload. */
static void put_field(struct build *b, const struct linktype *link, u32 size, const u32 *numbers,
		      const u16 *types, u32 count)
{
	u32 i = random_below(b->r, count);

	put_random(b, MAX(link->payload, link->type + size));
	b->len = link->type;
	put(b, size, numbers[i]);
	b->len = MAX(link->payload, link->type + size);
	put_network(b, types[i], 0);
}

static void put_ppp(struct build *b, const struct linktype *link)
{
	static const u32 numbers[] = { 0x21, 0x57, 0x281, 0x23, 0x2b, 0x31, 0x2d, 0x2f, 0x27 };
	static const u16 types[] = { 0x800, 0x86dd, 0x8847, 0, 0, 0, 0x800, 0x800, 0x6003 };

	put_field(b, link, 2, numbers, types, ARRAY_SIZE(types));
}

static void put_family(struct build *b, const struct linktype *link)
{
	static const u16 types[] = { 0x800, 0x86dd, 0x86dd, 0 };
	u32 numbers[] = { 2, 10, 26, 7 };

	for (u32 i = 0; link->kind == KIND_NULL && i < ARRAY_SIZE(numbers); i++)
		numbers[i] <<= 24;
	put_field(b, link, link->kind == KIND_PFLOG || link->kind == KIND_IPNET ? 1 : 4, numbers,
		  types, ARRAY_SIZE(types));
}

static void put_arcnet(struct build *b, const struct linktype *link)
{
	static const u32 numbers[] = { 212, 240, 213, 241, 196, 214, 221 };
	static const u16 types[] = { 0x800, 0x800, 0x806, 0x806, 0x86dd, 0x8035, 0x809b };

	put_field(b, link, 1, numbers, types, ARRAY_SIZE(types));
	b->data[0] = (u8)random_below(b->r, 8);
	b->data[1] = (u8)random_below(b->r, 8);
}

static void put_frelay(struct build *b)
{
	static const u16 ids[] = { 0x3cc, 0x38e, 0x381, 0x382, 0x383 };
	u32 i = random_below(b->r, ARRAY_SIZE(ids));

	put_random(b, 2);
	put(b, 2, ids[i]);
	put_network(b, i == 0 ? 0x800 : i == 1 ? 0x86dd : 0, 0);
}

static void put_pflog(struct build *b, const struct linktype *link)
{
	put_random(b, 64);
	for (u32 i = 0; i < 4; i++)
		b->data[i] = (u8)random_below(b->r, 12);
	b->data[0] = 61;
	b->data[1] = chance(b, 2) ? 2 : 10;
	memcpy(b->data + 4, "lo0\0foo", 7);
	memset(b->data + 36, 0, 8);
	b->data[39] = (u8)random_below(b->r, 8);
	b->data[43] = (u8)random_below(b->r, 8);
	b->data[60] = (u8)random_below(b->r, 3);
	put_network(b, b->data[1] == 2 ? 0x800 : 0x86dd, 0);
}

static void put_sunatm(struct build *b)
{
	bool lane = chance(b, 2);

	put(b, 1, lane ? 1 : chance(b, 8) ? 5 : 2);
	put(b, 1, random_below(b->r, 3));
	put(b, 2, random_below(b->r, 18));
	if (lane) {
		put(b, 2, chance(b, 6) ? 0xff00 : 0);
		put_ethernet(b, 0);
	} else {
		put_llc(b, 0);
	}
}

static void put_sll(struct build *b, const struct linktype *link)
{
	u32 type = chance(b, 4) ? 4 : chance(b, 8) ? 1 : some_ethertype(b);

	put_random(b, link->payload);
	b->data[0] = 0;
	b->data[1] = (u8)random_below(b->r, 5);
	b->data[10] = (u8)random_below(b->r, 5);
	b->len = link->type;
	put(b, 2, type);
	b->len = link->payload;
	if (type == 4)
		put_llc(b, 0);
	else
		put_network(b, type, 0);
}

static void put_packet(struct build *b, const struct linktype *link)
{
	put_prefix(b, link->prefix);
	switch (link->kind) {
	case KIND_ETHER:
		put_ethernet(b, 0);
		break;
	case KIND_NETANALYZER:
		put_random(b, link->hdr);
		put_ethernet(b, 0);
		break;
	case KIND_TOKEN:
	case KIND_FDDI:
	case KIND_FC:
		put_random(b, link->payload);
		b->len = link->kind == KIND_FDDI ? 1 : 2;
		put_mac(b);
		b->len += link->kind == KIND_FC ? 2 : 0;
		put_mac(b);
		b->len = link->payload;
		put_llc(b, 0);
		break;
	case KIND_ATM:
	case KIND_CLIP:
		put_llc(b, 0);
		break;
	case KIND_SUNATM:
		put_sunatm(b);
		break;
	case KIND_WLAN:
	case KIND_PPI:
		put_wlan(b);
		break;
	case KIND_SLL:
	case KIND_TYPE:
	case KIND_CHDLC:
		put_sll(b, link);
		break;
	case KIND_PPP:
	case KIND_PPP_OTHER:
	case KIND_PPPD:
	case KIND_PPP_BSDOS:
		put_ppp(b, link);
		b->data[0] &= 1;
		break;
	case KIND_NULL:
	case KIND_LOOP:
	case KIND_IPNET:
		put_family(b, link);
		break;
	case KIND_PFLOG:
		put_pflog(b, link);
		break;
	case KIND_ARCNET:
		put_arcnet(b, link);
		break;
	case KIND_FRELAY:
		put_frelay(b);
		break;
	case KIND_SLIP:
		put(b, 1, chance(b, 2) ? 0x45 : random_below(b->r, 2));
		put_random(b, link->payload - 1);
		put_network(b, chance(b, 2) ? 0x800 : 0x86dd, 0);
		break;
	case KIND_JUNIPER:
		put(b, 4, 0x4d474300 | random_below(b->r, 2));
		put_random(b, link->payload < 100 ? link->payload - 4 : 0);
		put_network(b, 0x800, 0);
		break;
	case KIND_BACNET:
		put(b, 4, 0x55ff0000);
		put_random(b, 60);
		break;
	case KIND_MTP2:
		for (u32 i = 0; i < 12; i++)
			put(b, 1, random_below(b->r, 7));
		break;
	default:
		put_network(b, chance(b, 2) ? 0x800 : 0x86dd, 0);
	}
}

void packets_make(struct packets *out, const struct linktype *link, u32 count, u64 seed)
{
	struct random r = { seed };

	for (u32 i = 0; i < count; i++) {
		struct build b = { .r = &r };

		put_packet(&b, link);
		if (chance(&b, 3))
			b.data[random_below(&r, b.len + 1)] = (u8)random_next(&r);
		if (chance(&b, 3))
			b.len = random_below(&r, b.len + 1);
		packets_add(out, b.data, b.len, b.len + (chance(&b, 4) ? 100 : 0));
	}
}
