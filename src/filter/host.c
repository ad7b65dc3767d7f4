// SPDX-License-Identifier: BSD-2-Clause
#include "filter/host.h"

#include <arpa/inet.h>

#include "filter/link_test.h"
#include "filter/names.h"
#include "filter/proto.h"
#include "filter/wlan.h"

/* Source and destination as the direction combines them. NULL: not a direction of two ends. */
static const struct cond *ends(struct lower *l, enum q_dir dir, const struct cond *src,
			       const struct cond *dst)
{
	switch (dir) {
	case DIR_SRC:
		return src;
	case DIR_DST:
		return dst;
	case DIR_AND:
		return lower_and(l, src, dst);
	default:
		return lower_or(l, src, dst);
	}
}

static bool two_ends(struct lower *l, enum q_dir dir)
{
	if (dir <= DIR_AND)
		return true;
	lower_error(l, "'%s' goes with MAC addresses of 802.11 only", qual_dir_name(dir));
	return false;
}

/* The address at src or dst in packets of one ethertype. */
static const struct cond *ip4_in(struct lower *l, enum q_dir dir, u32 type, u32 addr, u32 mask)
{
	u32 src = type == ETHERTYPE_IP ? 12 : 14, dst = type == ETHERTYPE_IP ? 16 : 24;
	const struct cond *is = link_is(l, type);

	if (!is)
		return NULL;
	return lower_and(l, is,
			 ends(l, dir, test_masked(l, load_net(l, 4, src), mask, addr),
			      test_masked(l, load_net(l, 4, dst), mask, addr)));
}

static const struct cond *wrong_proto(struct lower *l, struct qual q, const char *what)
{
	lower_error(l, "'%s' does not go with %s", qual_proto_name(q.proto), what);
	if (q.proto != Q_IP6 && q.proto != Q_LINK && proto_row(q.proto) &&
	    proto_row(q.proto)->form == FORM_IP)
		diag_hint(l->d, "try '%s and host …'", qual_proto_name(q.proto));
	return NULL;
}

const struct cond *host_ip4(struct lower *l, struct qual q, u32 addr, u32 mask)
{
	const struct cond *ip, *arp;

	if (!two_ends(l, q.dir))
		return NULL;
	switch (q.proto) {
	case Q_DEFAULT:
		ip = ip4_in(l, q.dir, ETHERTYPE_IP, addr, mask);
		/* Behind MPLS labels there is no ARP. */
		if (l->labels || !ip)
			return ip;
		arp = lower_or(l, ip, ip4_in(l, q.dir, ETHERTYPE_ARP, addr, mask));
		return lower_or(l, arp, ip4_in(l, q.dir, ETHERTYPE_RARP, addr, mask));
	case Q_IP:
		return ip4_in(l, q.dir, ETHERTYPE_IP, addr, mask);
	case Q_ARP:
		return ip4_in(l, q.dir, ETHERTYPE_ARP, addr, mask);
	case Q_RARP:
		return ip4_in(l, q.dir, ETHERTYPE_RARP, addr, mask);
	case Q_DECNET:
		return host_decnet(l, q, addr);
	default:
		return wrong_proto(l, q, "an IPv4 address");
	}
}

static const struct cond *ip6_words(struct lower *l, u32 off, const u8 addr[16], u32 bits)
{
	const struct cond *c = NULL;

	for (u32 i = 0; i < 4; i++) {
		u32 here = bits > 32 * i ? MIN(bits - 32 * i, 32u) : 0;
		u32 mask = here ? UINT32_MAX << (32 - here) : 0;
		const struct cond *word = test_masked(l, load_net(l, 4, off + 4 * i), mask,
						      ntohl(LOAD(u32, addr + 4 * i)));

		c = c ? lower_and(l, c, word) : word;
	}
	return c;
}

const struct cond *host_ip6(struct lower *l, struct qual q, const u8 addr[16], u32 bits)
{
	const struct cond *is;

	if (!two_ends(l, q.dir))
		return NULL;
	if (q.proto != Q_DEFAULT && q.proto != Q_IP6)
		return wrong_proto(l, q, "an IPv6 address");
	is = link_is(l, ETHERTYPE_IP6);
	if (!is)
		return NULL;
	return lower_and(l, is,
			 ends(l, q.dir, ip6_words(l, 8, addr, bits), ip6_words(l, 24, addr, bits)));
}

/* One form of the DECnet phase IV routing header: the flags tell which, addresses are
 * little-endian. */
static const struct cond *decnet_form(struct lower *l, u8 size, u32 mask, u32 flags, u32 off,
				      u32 addr)
{
	return lower_and(l, test_masked(l, load_net(l, size, 2), mask, flags),
			 test_eq(l, load_net(l, 2, off), addr));
}

static const struct cond *decnet_end(struct lower *l, bool src, u32 addr)
{
	u32 swapped = (addr & 0xff) << 8 | (addr >> 8 & 0xff);
	const struct cond *c;

	c = decnet_form(l, 1, 0x07, 0x02, src ? 5 : 3, swapped);
	c = lower_or(l, c, decnet_form(l, 2, 0xff07, 0x8102, src ? 6 : 4, swapped));
	c = lower_or(l, c, decnet_form(l, 1, 0x07, 0x06, src ? 17 : 9, swapped));
	c = lower_or(l, c, decnet_form(l, 2, 0xff07, 0x8106, src ? 18 : 10, swapped));
	return lower_and(l, link_is(l, ETHERTYPE_DECNET), c);
}

const struct cond *host_decnet(struct lower *l, struct qual q, u32 addr)
{
	const struct cond *src, *dst;

	if (!two_ends(l, q.dir))
		return NULL;
	src = decnet_end(l, true, addr);
	dst = src ? decnet_end(l, false, addr) : NULL;
	return ends(l, q.dir, src, dst);
}

/* Where the two addresses stand behind the link header; false: this link layer has none. */
static bool mac_places(const struct lower *l, u32 *dst, u32 *src)
{
	switch (l->kind) {
	case KIND_ETHER:
	case KIND_NETANALYZER:
		*dst = 0;
		break;
	case KIND_FDDI:
		*dst = 1;
		break;
	case KIND_TOKEN:
		*dst = 2;
		break;
	case KIND_FC:
		*dst = 2;
		*src = 10;
		return true;
	default:
		return false;
	}
	*src = *dst + 6;
	return true;
}

static const struct cond *with_header_check(struct lower *l, const struct cond *c)
{
	const struct cond *check;

	if (l->kind == KIND_ETHER && link_header_check(l, &check))
		return lower_and(l, check, c);
	return c;
}

static const struct cond *no_macs(struct lower *l)
{
	return lower_error(l, "there are no MAC addresses here, in link type %s",
			   l->kind == l->link->kind ? l->link->name : "of an encapsulation");
}

const struct cond *host_mac(struct lower *l, enum q_dir dir, const u8 mac[6])
{
	const struct cond *c;
	u32 dst = 0, src = 0;

	if (l->kind == KIND_WLAN || l->kind == KIND_PPI)
		return wlan_host(l, dir, mac);
	if (!mac_places(l, &dst, &src))
		return no_macs(l);
	if (dir > DIR_AND)
		return lower_error(l, "'%s' goes with 802.11 only", qual_dir_name(dir));
	c = ends(l, dir, test_bytes(l, l->hdr, src, mac, 6), test_bytes(l, l->hdr, dst, mac, 6));
	return with_header_check(l, c);
}

const struct cond *host_arcnet(struct lower *l, enum q_dir dir, u8 addr)
{
	if (l->kind != KIND_ARCNET)
		return lower_error(l, "'$' addresses are of ARCNET, this is link type %s",
				   l->link->name);
	if (dir > DIR_AND)
		return lower_error(l, "'%s' goes with 802.11 only", qual_dir_name(dir));
	return ends(l, dir, test_eq(l, load_at(l, 1, l->hdr, 0), addr),
		    test_eq(l, load_at(l, 1, l->hdr, 1), addr));
}

static const struct cond *host_link_named(struct lower *l, struct qual q, const char *name)
{
	u32 dst, src;
	u8 mac[6];

	if (l->kind != KIND_WLAN && l->kind != KIND_PPI && !mac_places(l, &dst, &src))
		return no_macs(l);
	if (lookup_ether(l, name, mac))
		return NULL;
	return host_mac(l, q.dir, mac);
}

const struct cond *host_named(struct lower *l, struct qual q, const char *name)
{
	const struct cond *c = NULL, *one;
	struct address *addr;
	u32 count;

	if (q.proto == Q_LINK)
		return host_link_named(l, q, name);
	if (q.proto == Q_DECNET)
		return lower_error(l, "DECnet names are not looked up, write area.node");
	if (lookup_host(l, name, &addr, &count))
		return NULL;
	for (u32 i = 0; i < count; i++) {
		if (addr[i].ip6 ? q.proto == Q_IP || q.proto == Q_ARP || q.proto == Q_RARP
				: q.proto == Q_IP6)
			continue;
		one = addr[i].ip6 ? host_ip6(l, q, addr[i].bytes, 128)
				  : host_ip4(l, q, addr[i].ip4, UINT32_MAX);
		if (!one)
			return NULL;
		c = c ? lower_or(l, c, one) : one;
	}
	return c ? c
		 : lower_error(l, "host '%s' has no address for '%s'", name,
			       qual_proto_name(q.proto));
}

const struct cond *host_net_named(struct lower *l, struct qual q, const char *name)
{
	u32 net, mask;

	if (lookup_net(l, name, &net, &mask))
		return NULL;
	return host_ip4(l, q, net, mask);
}

/* To or from the MAC address of the host, and of none of its IP addresses. */
const struct cond *host_gateway(struct lower *l, struct qual q, const char *name)
{
	const struct cond *mac;
	u8 addr[6];

	if (q.proto != Q_DEFAULT && q.proto != Q_IP && q.proto != Q_ARP && q.proto != Q_RARP)
		return wrong_proto(l, q, "'gateway'");
	if (lookup_ether(l, name, addr)) {
		diag_hint(l->d, "'gateway' needs the name in /etc/ethers and among the hosts; "
				"else write: ether host … and not host …");
		return NULL;
	}
	mac = host_mac(l, DIR_OR, addr);
	q.dir = DIR_OR;
	return mac ? lower_and(l, mac, lower_not(l, host_named(l, q, name))) : NULL;
}

static const u8 broadcast[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

static const struct cond *ip4_broadcast(struct lower *l)
{
	const struct cond *is = link_is(l, ETHERTYPE_IP);
	const struct value *host;
	u32 bits = ~ntohl(l->opts->netmask);

	if (!is)
		return NULL;
	if (l->opts->netmask == UINT32_MAX) {
		lower_error(l, "'ip broadcast' needs the netmask of the interface");
		diag_hint(l->d, "or write the address: ip dst 192.168.1.255");
		return NULL;
	}
	host = value_masked(l, load_net(l, 4, 16), bits);
	return lower_and(l, is, lower_or(l, test_eq(l, host, 0), test_eq(l, host, bits)));
}

const struct cond *host_broadcast(struct lower *l, enum q_proto p)
{
	u32 dst, src;

	if (p == Q_IP)
		return ip4_broadcast(l);
	if (p != Q_DEFAULT && p != Q_LINK)
		return lower_error(l, "'broadcast' goes with ether and ip only");
	if (l->kind == KIND_ARCNET)
		return test_eq(l, load_at(l, 1, l->hdr, 1), 0);
	if (l->kind == KIND_WLAN || l->kind == KIND_PPI || mac_places(l, &dst, &src))
		return host_mac(l, DIR_DST, broadcast);
	return lower_error(l, "link type %s has no broadcast", l->link->name);
}

static const struct cond *link_multicast(struct lower *l)
{
	u32 dst, src;

	if (l->kind == KIND_ARCNET)
		return test_eq(l, load_at(l, 1, l->hdr, 1), 0);
	if (l->kind == KIND_WLAN || l->kind == KIND_PPI)
		return wlan_multicast(l);
	if (mac_places(l, &dst, &src))
		return with_header_check(l, test_k(l, CBPF_JSET, load_at(l, 1, l->hdr, dst), 1));
	return lower_error(l, "link type %s has no multicast", l->link->name);
}

const struct cond *host_multicast(struct lower *l, enum q_proto p)
{
	const struct cond *is;

	switch (p) {
	case Q_DEFAULT:
	case Q_LINK:
		return link_multicast(l);
	case Q_IP:
		is = link_is(l, ETHERTYPE_IP);
		return lower_and(l, is, test_k(l, CBPF_JGE, load_net(l, 1, 16), 224));
	case Q_IP6:
		is = link_is(l, ETHERTYPE_IP6);
		return lower_and(l, is, test_eq(l, load_net(l, 1, 24), 255));
	default:
		return lower_error(l, "'multicast' goes with ether, ip and ip6 only");
	}
}
