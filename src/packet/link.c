// SPDX-License-Identifier: BSD-2-Clause
/* Link headers. Source: IEEE 802.3, 802.1Q; the link types' page of tcpdump.org. */
#include <net/if.h>
#include <stdlib.h>

#include "packet/print.h"

static const struct {
	u32 number;
	const char *name, *text;
} links[] = {
	{ 0, "NULL", "BSD loopback" },
	{ 1, "EN10MB", "Ethernet" },
	{ 6, "IEEE802", "Token ring" },
	{ 9, "PPP", "PPP" },
	{ 10, "FDDI", "FDDI" },
	{ 50, "PPP_SERIAL", "PPP over serial" },
	{ 51, "PPP_ETHER", "PPPoE" },
	{ 101, "RAW", "Raw IP" },
	{ 104, "C_HDLC", "Cisco HDLC" },
	{ 105, "IEEE802_11", "802.11" },
	{ 108, "LOOP", "OpenBSD loopback" },
	{ 113, "LINUX_SLL", "Linux cooked v1" },
	{ 117, "PFLOG", "OpenBSD pflog file" },
	{ 119, "PRISM_HEADER", "802.11 plus Prism header" },
	{ 127, "IEEE802_11_RADIO", "802.11 plus radiotap header" },
	{ 163, "IEEE802_11_RADIO_AVS", "802.11 plus AVS radio information header" },
	{ 189, "USB_LINUX", "USB with Linux header" },
	{ 220, "USB_LINUX_MMAPPED", "USB with padded Linux header" },
	{ 226, "IPNET", "Solaris IPNET" },
	{ 228, "IPV4", "Raw IPv4" },
	{ 229, "IPV6", "Raw IPv6" },
	{ 239, "NFLOG", "Linux netfilter log messages" },
	{ 253, "NETLINK", "Linux netlink" },
	{ 276, "LINUX_SLL2", "Linux cooked v2" },
};

const char *packet_link_name(u32 linktype)
{
	for (size_t i = 0; i < ARRAY_SIZE(links); i++) {
		if (links[i].number == linktype)
			return links[i].name;
	}
	return NULL;
}

const char *packet_link_text(u32 linktype)
{
	for (size_t i = 0; i < ARRAY_SIZE(links); i++) {
		if (links[i].number == linktype)
			return links[i].text;
	}
	return NULL;
}

int packet_link_number(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(links); i++) {
		if (!strcasecmp(links[i].name, name))
			return (int)links[i].number;
	}
	return -1;
}

static const struct {
	u16 type;
	const char *name;
} types[] = {
	{ 0x0800, "IPv4" },
	{ 0x0806, "ARP" },
	{ 0x8035, "Reverse ARP" },
	{ 0x8100, "802.1Q" },
	{ 0x86dd, "IPv6" },
	{ 0x8809, "Slow Protocols" },
	{ 0x8847, "MPLS unicast" },
	{ 0x8848, "MPLS multicast" },
	{ 0x8863, "PPPoE D" },
	{ 0x8864, "PPPoE S" },
	{ 0x886f, "MS NLB heartbeat" },
	{ 0x888e, "EAPOL" },
	{ 0x88a2, "AoE" },
	{ 0x88a8, "802.1Q-QinQ" },
	{ 0x88cc, "LLDP" },
	{ 0x88e5, "802.1AE MACsec" },
	{ 0x88f7, "PTP" },
	{ 0x9000, "Loopback" },
	{ 0x9100, "802.1Q-9100" },
	{ 0x9200, "802.1Q-9200" },
};

const char *ethertype_name(u16 type)
{
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		if (types[i].type == type)
			return types[i].name;
	}
	return NULL;
}

static bool is_vlan(u16 type)
{
	return type == 0x8100 || type == 0x88a8 || type == 0x9100 || type == 0x9200;
}

bool print_ethertype(struct print *p, u16 type, struct view v)
{
	switch (type) {
	case 0x0800:
		print_ip(p, v);
		return true;
	case 0x86dd:
		print_ip6(p, v);
		return true;
	case 0x0806:
	case 0x8035:
		print_arp(p, v, type == 0x8035);
		return true;
	}
	return false;
}

/* "ethertype IPv4 (0x0800)", or only the name when quiet. */
static void put_type(struct print *p, u16 type)
{
	const char *name = ethertype_name(type);

	if (p->o->quiet)
		put(p, "%s", name ? name : "Unknown Ethertype");
	else
		put(p, "ethertype %s (0x%04x)", name ? name : "Unknown", type);
}

/* Of a type that has no printer here: name and length. */
static void print_other(struct print *p, u16 type, struct view v)
{
	const char *name = ethertype_name(type);

	if (!p->o->link && name)
		put(p, "%s, length %u", name, v.len);
}

static void print_llc(struct print *p, struct view v)
{
	if (!has(v, 3)) {
		put_text(p, "LLC");
		put_cut(p, "llc");
		return;
	}
	if (v.p[0] == 0xaa && v.p[1] == 0xaa && has(v, 8)) {
		u16 type = be16(v.p + 6);

		if (!be16(v.p + 3) && !v.p[5] && print_ethertype(p, type, view_skip(v, 8)))
			return;
		put(p, "SNAP, oui 0x%06x, pid 0x%04x, length %u", be32(v.p + 2) & 0xffffff, type,
		    v.len - 8);
		return;
	}
	if (v.p[0] == 0x42 && v.p[1] == 0x42)
		put(p, "STP, length %u", v.len - 3);
	else
		put(p, "LLC, dsap 0x%02x, ssap 0x%02x, ctrl 0x%02x, length %u", v.p[0], v.p[1],
		    v.p[2], v.len);
}

/* Tags, printed with -e: "vlan 7, p 0, ethertype IPv4 (0x0800), ". Returns the type behind them. */
static u16 print_tags(struct print *p, u16 type, struct view *v)
{
	while (is_vlan(type)) {
		u16 tag;

		if (!has(*v, 4)) {
			put_cut(p, "vlan");
			return 0;
		}
		tag = be16(v->p);
		type = be16(v->p + 2);
		if (p->o->link)
			put(p, "vlan %u, p %u%s, ", tag & 0xfff, tag >> 13,
			    tag & 0x1000 ? ", DEI" : "");
		if (p->o->link && type > 1500) {
			put_type(p, type);
			put_text(p, ", ");
		}
		p->header += 4;
		*v = view_skip(*v, 4);
	}
	return type;
}

/* From an EtherType on: VLAN tags, LLC, protocols. `length` is that of the whole frame. */
static void print_typed(struct print *p, u16 type, struct view v, u32 length)
{
	bool tagged = is_vlan(type);

	if (p->o->link && type > 1500) {
		put_type(p, type);
		put(p, ", length %u: ", length);
	}
	type = print_tags(p, type, &v);
	if (tagged && !type)
		return;
	if (type > 1500) {
		if (!print_ethertype(p, type, v))
			print_other(p, type, v);
		return;
	}
	if (p->o->link && !tagged)
		put(p, "802.3, length %u: ", type);
	print_llc(p, view_cut(v, MAX(type, 3)));
}

static void put_addresses(struct print *p, const u8 *at)
{
	put_mac(p, at + 6);
	put_text(p, " > ");
	put_mac(p, at);
	put_text(p, ", ");
}

static bool is_known(u16 type)
{
	return type <= 1500 || is_vlan(type) || ethertype_name(type);
}

static void print_ethernet(struct print *p, struct view v)
{
	u16 type;

	if (!has(v, 14)) {
		put_cut(p, "ether");
		return;
	}
	p->header += 14;
	type = be16(v.p + 12);
	if (p->o->link || !is_known(type))
		put_addresses(p, v.p);
	if (!p->o->link && !is_known(type)) {
		put_type(p, type);
		put(p, ", length %u: ", v.len);
		return;
	}
	print_typed(p, type, view_skip(v, 14), v.len);
}

static void print_version(struct print *p, struct view v)
{
	if (!has(v, 1))
		put_cut(p, "ip");
	else if (v.p[0] >> 4 == 4)
		print_ip(p, v);
	else if (v.p[0] >> 4 == 6)
		print_ip6(p, v);
	else
		put(p, "ip v%u", v.p[0] >> 4);
}

/* NULL in the byte order of the machine that captured, LOOP in that of networks. */
static void print_null(struct print *p, struct view v)
{
	u32 family;

	if (!has(v, 4)) {
		put_cut(p, "null");
		return;
	}
	family = LOAD(u32, v.p);
	if (family & 0xffff0000)
		family = __builtin_bswap32(family);
	p->header += 4;
	if (p->o->link)
		put(p, "AF %s (%u), length %u: ",
		    family == 2					   ? "IPv4"
		    : family == 24 || family == 28 || family == 30 ? "IPv6"
								   : "Unknown",
		    family, v.len);
	v = view_skip(v, 4);
	if (family == 2 || family == 24 || family == 28 || family == 30)
		print_version(p, v);
	else
		put(p, "AF %u, length %u", family, v.len);
}

static const char *const directions[] = { "In", "B", "M", "P", "Out" };

static void print_sll(struct print *p, struct view v)
{
	u16 kind;

	if (!has(v, 16)) {
		put_cut(p, "sll");
		return;
	}
	kind = be16(v.p);
	p->header += 16;
	if (p->o->link) {
		put(p, "%3s ", kind < ARRAY_SIZE(directions) ? directions[kind] : "?");
		if (be16(v.p + 4) == 6) {
			put_mac(p, v.p + 6);
			put_text(p, " ");
		}
	}
	print_typed(p, be16(v.p + 14), view_skip(v, 16), v.len);
}

static void print_sll2(struct print *p, struct view v)
{
	char name[IF_NAMESIZE + 16];
	u32 index;

	if (!has(v, 20)) {
		put_cut(p, "sll2");
		return;
	}
	p->header += 20;
	index = be32(v.p + 4);
	if (p->o->numeric || !if_indextoname(index, name))
		snprintf(name, sizeof(name), "ifindex %u", index);
	put(p, "%-5s ", name);
	put(p, "%-3s ", v.p[10] < ARRAY_SIZE(directions) ? directions[v.p[10]] : "?");
	if (p->o->link) {
		if (v.p[11] == 6) {
			put_mac(p, v.p + 12);
			put_text(p, " ");
		}
	}
	print_typed(p, be16(v.p), view_skip(v, 20), v.len);
}

static void print_ppp(struct print *p, struct view v)
{
	u32 at = has(v, 2) && v.p[0] == 0xff && v.p[1] == 3 ? 2 : 0;
	u16 protocol;

	if (!has(v, at + 2)) {
		put_cut(p, "ppp");
		return;
	}
	protocol = be16(v.p + at);
	p->header += at + 2;
	if (p->o->link)
		put(p, "PPP (0x%04x), length %u: ", protocol, v.len);
	v = view_skip(v, at + 2);
	if (protocol == 0x21)
		print_ip(p, v);
	else if (protocol == 0x57)
		print_ip6(p, v);
	else
		put(p, "PPP protocol 0x%04x, length %u", protocol, v.len);
}

void print_link(struct print *p, struct view v, const struct packet *packet)
{
	switch (packet->linktype) {
	case 1:
		print_ethernet(p, v);
		break;
	case 0:
	case 108:
		print_null(p, v);
		break;
	case 9:
	case 50:
		print_ppp(p, v);
		break;
	case 12:
	case 14:
	case 101:
	case 228:
	case 229:
		if (p->o->link)
			put_text(p, "ip: ");
		print_version(p, v);
		break;
	case 113:
		print_sll(p, v);
		break;
	case 276:
		print_sll2(p, v);
		break;
	default:
		if (packet_link_name(packet->linktype))
			put(p, "%s, length %u", packet_link_text(packet->linktype), v.len);
		else
			put(p, "link type %u, length %u", packet->linktype, v.len);
	}
}
