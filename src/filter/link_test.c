// SPDX-License-Identifier: BSD-2-Clause
#include "filter/link_test.h"

#include "filter/qual.h"

static const struct cond *is_ethertype(struct lower *l, u32 proto)
{
	return test_eq(l, load_at(l, 2, l->type, 0), proto);
}

/* 802.2 without SNAP: both SAPs, or the DSAP only. */
static const struct cond *is_sap(struct lower *l, struct place llc, u32 sap)
{
	if (sap == SAP_IP || sap == SAP_ISO || sap == SAP_NETBEUI)
		return test_eq(l, load_at(l, 2, llc, 0), sap << 8 | sap);
	return test_eq(l, load_at(l, 1, llc, 0), sap);
}

static const struct cond *is_snap(struct lower *l, struct place llc, u32 oui, u32 proto)
{
	const u8 want[] = {
		0xaa,	  0xaa, 0x03, (u8)(oui >> 16), (u8)(oui >> 8), (u8)oui, (u8)(proto >> 8),
		(u8)proto
	};

	return test_bytes(l, llc, 0, want, sizeof(want));
}

/* 802.2 on media that have nothing else: the OUI of SNAP is not looked at, but for AppleTalk. */
static const struct cond *llc_is(struct lower *l, u32 proto)
{
	if (proto == ETHERTYPE_ATALK)
		return is_snap(l, l->payload, 0x080007, proto);
	if (proto > LENGTH_MAX)
		return test_eq(l, load_at(l, 2, l->payload, 6), proto);
	return is_sap(l, l->payload, proto);
}

static const struct cond *has_length(struct lower *l)
{
	return lower_not(l, test_k(l, CBPF_JGT, load_at(l, 2, l->type, 0), LENGTH_MAX));
}

static const struct cond *ether_ipx(struct lower *l)
{
	const struct cond *c = is_snap(l, l->payload, 0, ETHERTYPE_IPX);

	c = lower_or(l, c, is_sap(l, l->payload, SAP_IPX));
	/* 802.3 and no 802.2: the checksum of IPX, always ffff. */
	c = lower_or(l, c, test_eq(l, load_at(l, 2, l->payload, 0), 0xffff));
	return lower_or(l, is_ethertype(l, ETHERTYPE_IPX), lower_and(l, has_length(l), c));
}

static const struct cond *ether_is(struct lower *l, u32 proto)
{
	const struct cond *c;

	if (proto == SAP_IPX)
		return ether_ipx(l);
	if (proto == ETHERTYPE_ATALK || proto == ETHERTYPE_AARP) {
		u32 oui = proto == ETHERTYPE_ATALK ? 0x080007 : 0;

		c = lower_and(l, has_length(l), is_snap(l, l->payload, oui, proto));
		return lower_or(l, is_ethertype(l, proto), c);
	}
	if (proto > LENGTH_MAX)
		return is_ethertype(l, proto);
	return lower_and(l, has_length(l), is_sap(l, l->payload, proto));
}

enum { SLL_802_3 = 1, SLL_802_2 = 4 };

static const struct cond *sll_is(struct lower *l, u32 proto)
{
	const struct cond *c;

	if (proto == SAP_IPX) {
		c = lower_or(l, is_sap(l, l->payload, SAP_IPX),
			     is_snap(l, l->payload, 0, ETHERTYPE_IPX));
		c = lower_and(l, is_ethertype(l, SLL_802_2), c);
		c = lower_or(l, is_ethertype(l, SLL_802_3), c);
		return lower_or(l, is_ethertype(l, ETHERTYPE_IPX), c);
	}
	if (proto == ETHERTYPE_ATALK || proto == ETHERTYPE_AARP) {
		u32 oui = proto == ETHERTYPE_ATALK ? 0x080007 : 0;

		c = lower_and(l, is_ethertype(l, SLL_802_2), is_snap(l, l->payload, oui, proto));
		return lower_or(l, is_ethertype(l, proto), c);
	}
	if (proto > LENGTH_MAX)
		return is_ethertype(l, proto);
	return lower_and(l, is_ethertype(l, SLL_802_2), is_sap(l, l->payload, proto));
}

static u32 ppp_number(u32 proto)
{
	static const u16 map[][2] = {
		{ ETHERTYPE_IP, 0x21 },	   { ETHERTYPE_IP6, 0x57 }, { ETHERTYPE_DECNET, 0x27 },
		{ ETHERTYPE_ATALK, 0x29 }, { 0x0600, 0x25 },	    { SAP_ISO, 0x23 },
		{ SAP_STP, 0x31 },	   { SAP_IPX, 0x2b },
	};

	for (u32 i = 0; i < ARRAY_SIZE(map); i++)
		if (map[i][0] == proto)
			return map[i][1];
	return proto;
}

/* BSD/OS compresses TCP/IP headers under two more numbers. */
static const struct cond *ppp_bsdos_is(struct lower *l, u32 proto)
{
	const struct cond *c;

	if (proto != ETHERTYPE_IP)
		return is_ethertype(l, ppp_number(proto));
	c = is_ethertype(l, 0x21);
	c = lower_or(l, c, is_ethertype(l, 0x2d));
	return lower_or(l, c, is_ethertype(l, 0x2f));
}

static const struct cond *chdlc_is(struct lower *l, u32 proto)
{
	return is_ethertype(l, proto == SAP_ISO ? 0xfefe : proto);
}

static const struct cond *version_is(struct lower *l, u32 proto)
{
	if (proto != ETHERTYPE_IP && proto != ETHERTYPE_IP6)
		return lower_const(l, false);
	return test_masked(l, load_at(l, 1, l->hdr, 0), 0xf0, proto == ETHERTYPE_IP ? 0x40 : 0x60);
}

/* Address families of this system: of Linux, where IPv6 is 10. */
static const struct cond *family_is(struct lower *l, u32 proto, u8 size, u32 shift, u32 ip6)
{
	u32 family = proto == ETHERTYPE_IP ? 2 : proto == ETHERTYPE_IP6 ? ip6 : 0;

	if (!family)
		return lower_const(l, false);
	return test_eq(l, load_at(l, size, l->type, 0), family << shift);
}

static const struct cond *arcnet_is(struct lower *l, u32 proto)
{
	const struct value *id = load_at(l, 1, l->type, 0);

	switch (proto) {
	case ETHERTYPE_IP:
		return lower_or(l, test_eq(l, id, 212), test_eq(l, id, 240));
	case ETHERTYPE_ARP:
		return lower_or(l, test_eq(l, id, 213), test_eq(l, id, 241));
	case ETHERTYPE_IP6:
		return test_eq(l, id, 196);
	case ETHERTYPE_RARP:
		return test_eq(l, id, 214);
	case ETHERTYPE_ATALK:
		return test_eq(l, id, 221);
	default:
		return lower_const(l, false);
	}
}

/* Q.922 control 03, then the NLPID. */
static const struct cond *frelay_is(struct lower *l, u32 proto)
{
	const struct value *id = load_at(l, 2, l->hdr, 2);
	const struct cond *c;

	switch (proto) {
	case ETHERTYPE_IP:
		return test_eq(l, id, 0x03cc);
	case ETHERTYPE_IP6:
		return test_eq(l, id, 0x038e);
	case SAP_ISO:
		c = lower_or(l, test_eq(l, id, 0x0381), test_eq(l, id, 0x0382));
		return lower_or(l, c, test_eq(l, id, 0x0383));
	default:
		return lower_const(l, false);
	}
}

/* Behind labels only the version of IP tells; the last label has the bottom-of-stack bit. */
static const struct cond *mpls_is(struct lower *l, u32 proto)
{
	const struct cond *bottom, *version;

	if (proto != ETHERTYPE_IP && proto != ETHERTYPE_IP6)
		return lower_error(l, "behind MPLS labels only IPv4 and IPv6 can be told");
	bottom = test_masked(l, load_net(l, 1, (u32)-2), 1, 1);
	version = test_masked(l, load_net(l, 1, 0), 0xf0, proto == ETHERTYPE_IP ? 0x40 : 0x60);
	return lower_and(l, bottom, version);
}

const struct cond *link_wlan_data(struct lower *l)
{
	const struct value *control = load_at(l, 1, l->hdr, 0);

	return lower_and(l, lower_not(l, test_k(l, CBPF_JSET, control, 4)),
			 test_k(l, CBPF_JSET, control, 8));
}

enum { ATM_TYPE_LANE = 1, ATM_TYPE_LLC = 2 };

const struct cond *link_atm_type(struct lower *l, u32 type)
{
	return test_masked(l, load_at(l, 1, l->hdr, 0), 0x0f, type);
}

bool link_header_check(struct lower *l, const struct cond **out)
{
	if (l->outer_kind == KIND_SUNATM) {
		/* Not an LE control frame. */
		*out = lower_not(l, test_eq(l, load_at(l, 2, l->outer_hdr, 4), 0xff00));
		return true;
	}
	if (!l->in_tunnel)
		return false;
	*out = test_eq(l, l->carries, ETHERTYPE_TEB);
	return l->payload.k == l->hdr.k;
}

static const struct cond *checked_ether_is(struct lower *l, u32 proto)
{
	const struct cond *check;

	if (!l->in_tunnel && link_header_check(l, &check))
		return lower_and(l, check, ether_is(l, proto));
	return ether_is(l, proto);
}

static const struct cond *no_protocols(struct lower *l)
{
	lower_error(l, "packets of link type %s cannot be filtered by protocol", l->link->name);
	diag_hint(l->d, "bytes can: link[0] = 1, or len > 100");
	return NULL;
}

const struct cond *link_is(struct lower *l, u32 proto)
{
	if (l->labels)
		return mpls_is(l, proto);
	switch (l->kind) {
	case KIND_ETHER:
	case KIND_NETANALYZER:
		return checked_ether_is(l, proto);
	case KIND_TYPE:
		return is_ethertype(l, proto);
	case KIND_SLL:
		return sll_is(l, proto);
	case KIND_TOKEN:
	case KIND_FDDI:
	case KIND_FC:
	case KIND_ATM:
	case KIND_CLIP:
		return llc_is(l, proto);
	case KIND_SUNATM:
		return lower_and(l, link_atm_type(l, ATM_TYPE_LLC), llc_is(l, proto));
	case KIND_WLAN:
	case KIND_PPI:
		return lower_and(l, link_wlan_data(l), llc_is(l, proto));
	case KIND_PPP:
	case KIND_PPP_OTHER:
	case KIND_PPPD:
		return is_ethertype(l, ppp_number(proto));
	case KIND_PPP_BSDOS:
		return ppp_bsdos_is(l, proto);
	case KIND_CHDLC:
		return chdlc_is(l, proto);
	case KIND_RAW:
	case KIND_SLIP:
		return version_is(l, proto);
	case KIND_IP4:
		return lower_const(l, proto == ETHERTYPE_IP);
	case KIND_IP6:
		return lower_const(l, proto == ETHERTYPE_IP6);
	case KIND_NULL:
		return family_is(l, proto, 4, 24, 10);
	case KIND_LOOP:
		return family_is(l, proto, 4, 0, 10);
	case KIND_PFLOG:
		return family_is(l, proto, 1, 0, 10);
	case KIND_IPNET:
		return family_is(l, proto, 1, 0, 26);
	case KIND_ARCNET:
		return arcnet_is(l, proto);
	case KIND_LTALK:
		return lower_const(l, proto == ETHERTYPE_ATALK);
	case KIND_FRELAY:
		return frelay_is(l, proto);
	case KIND_JUNIPER:
		return test_masked(l, load_at(l, 4, l->hdr, 0), 0xffffff00, 0x4d474300);
	case KIND_BACNET:
		return test_masked(l, load_at(l, 4, l->hdr, 0), 0xffff0000, 0x55ff0000);
	case KIND_NONE:
	case KIND_MTP2:
		break;
	}
	return no_protocols(l);
}

const struct value *link_ip4_select(struct lower *l, const struct value *ip4,
				    const struct value *other)
{
	const struct value *type, *some;

	if (l->labels)
		return value_select(l->v, value_masked(l, load_net(l, 1, 0), 0xf0), 0x40, ip4,
				    other);
	switch (l->kind) {
	case KIND_ETHER:
	case KIND_NETANALYZER:
	case KIND_TYPE:
	case KIND_SLL:
	case KIND_CHDLC:
		return value_select(l->v, load_at(l, 2, l->type, 0), ETHERTYPE_IP, ip4, other);
	case KIND_PPP:
	case KIND_PPP_OTHER:
	case KIND_PPPD:
		return value_select(l->v, load_at(l, 2, l->type, 0), 0x21, ip4, other);
	case KIND_PPP_BSDOS:
		type = load_at(l, 2, l->type, 0);
		some = value_select(l->v, type, 0x2f, ip4, other);
		some = value_select(l->v, type, 0x2d, ip4, some);
		return value_select(l->v, type, 0x21, ip4, some);
	case KIND_TOKEN:
	case KIND_FDDI:
	case KIND_FC:
	case KIND_ATM:
	case KIND_CLIP:
	case KIND_SUNATM:
	case KIND_WLAN:
	case KIND_PPI:
		return value_select(l->v, load_at(l, 2, l->payload, 6), ETHERTYPE_IP, ip4, other);
	case KIND_RAW:
	case KIND_SLIP:
		type = value_masked(l, load_at(l, 1, l->hdr, 0), 0xf0);
		return value_select(l->v, type, 0x40, ip4, other);
	case KIND_NULL:
		return value_select(l->v, load_at(l, 4, l->type, 0), 2 << 24, ip4, other);
	case KIND_LOOP:
		return value_select(l->v, load_at(l, 4, l->type, 0), 2, ip4, other);
	case KIND_PFLOG:
	case KIND_IPNET:
		return value_select(l->v, load_at(l, 1, l->type, 0), 2, ip4, other);
	case KIND_ARCNET:
		type = load_at(l, 1, l->type, 0);
		some = value_select(l->v, type, 240, ip4, other);
		return value_select(l->v, type, 212, ip4, some);
	case KIND_FRELAY:
		return value_select(l->v, load_at(l, 2, l->hdr, 2), 0x03cc, ip4, other);
	case KIND_IP6:
		return other;
	default:
		return ip4;
	}
}

const struct cond *link_llc(struct lower *l)
{
	const struct cond *raw_ipx;

	switch (l->kind) {
	case KIND_ETHER:
		raw_ipx = test_eq(l, load_at(l, 2, l->payload, 0), 0xffff);
		return lower_and(l, has_length(l), lower_not(l, raw_ipx));
	case KIND_SUNATM:
		return link_atm_type(l, ATM_TYPE_LLC);
	case KIND_TOKEN:
	case KIND_FDDI:
	case KIND_ATM:
		return lower_const(l, true);
	case KIND_WLAN:
	case KIND_PPI:
		return link_wlan_data(l);
	default:
		return lower_error(l, "packets of link type %s have no LLC header to look at",
				   l->link->name);
	}
}

/* The control field: information frames end in 0, supervisory in 01, unnumbered in 11; bit 4 of
 * the last is poll/final. */
const struct cond *link_llc_type(struct lower *l, const char *name)
{
	static const struct {
		const char *name;
		u8 mask, value;
	} types[] = {
		{ "s", 0x03, 0x01 },	 { "u", 0x03, 0x03 },	 { "rr", 0x0f, 0x01 },
		{ "rnr", 0x0f, 0x05 },	 { "rej", 0x0f, 0x09 },	 { "ui", 0xef, 0x03 },
		{ "ua", 0xef, 0x63 },	 { "disc", 0xef, 0x43 }, { "dm", 0xef, 0x0f },
		{ "sabme", 0xef, 0x6f }, { "test", 0xef, 0xe3 }, { "xid", 0xef, 0xaf },
		{ "frmr", 0xef, 0x87 },
	};
	const struct cond *llc = link_llc(l);
	const struct value *control;

	if (!llc)
		return NULL;
	control = load_at(l, 1, l->payload, 2);
	if (!strcmp(name, "i"))
		return lower_and(l, llc, lower_not(l, test_k(l, CBPF_JSET, control, 1)));
	for (u32 i = 0; i < ARRAY_SIZE(types); i++)
		if (!strcmp(types[i].name, name))
			return lower_and(l, llc,
					 test_masked(l, control, types[i].mask, types[i].value));
	lower_error(l, "unknown LLC type '%s'", name);
	diag_hint(l->d, "the types are i, s, u, rr, rnr, rej, ui, ua, disc, dm, sabme, test, xid, "
			"frmr");
	return NULL;
}

enum { PACKET_OUTGOING = 4 };

const struct cond *link_inbound(struct lower *l, bool outbound)
{
	const struct cond *out;
	const struct value *dir;

	switch (l->kind) {
	case KIND_SLIP:
		if (l->link->number != 8)
			break;
		out = lower_not(l, test_eq(l, load_at(l, 1, l->hdr, 0), 0));
		return outbound ? out : lower_not(l, out);
	case KIND_IPNET:
		return test_eq(l, load_at(l, 2, l->hdr, 2), outbound ? 1 : 2);
	case KIND_SLL:
		out = test_eq(l, load_at(l, 2, l->hdr, 0), PACKET_OUTGOING);
		return outbound ? out : lower_not(l, out);
	case KIND_PFLOG:
		return test_eq(l, load_at(l, 1, l->hdr, 60), outbound ? 2 : 1);
	case KIND_PPPD:
		return test_eq(l, load_at(l, 1, l->hdr, 0), outbound ? 1 : 0);
	case KIND_JUNIPER:
		return test_masked(l, load_at(l, 1, l->hdr, 3), 1, outbound ? 0 : 1);
	default:
		if (l->link->number != 276 || l->kind != KIND_TYPE)
			break;
		out = test_eq(l, load_at(l, 1, l->hdr, 10), PACKET_OUTGOING);
		return outbound ? out : lower_not(l, out);
	}
	dir = value_ancillary(l->v, CBPF_AD_PKTTYPE);
	out = test_eq(l, dir, PACKET_OUTGOING);
	return outbound ? out : lower_not(l, out);
}

const struct cond *link_ifindex(struct lower *l, u32 index)
{
	if (l->link->number == 276 && l->kind == KIND_TYPE)
		return test_eq(l, load_at(l, 4, l->hdr, 4), index);
	return test_eq(l, value_ancillary(l->v, CBPF_AD_IFINDEX), index);
}

/* Two bytes, little-endian, the upper first. */
static const struct value *length_le(struct lower *l)
{
	const struct value *high = value_load(l->v, 1, NULL, 3);

	return value_op(l->v, CBPF_OR, value_op_k(l, CBPF_LSH, high, 8),
			value_load(l->v, 1, NULL, 2));
}

/* An AVS header says how long it is; else it is a Prism header of 144 bytes. */
static const struct value *prism_length(struct lower *l)
{
	const struct value *magic = value_masked(l, value_load(l->v, 4, NULL, 0), 0xfffff000);

	return value_select(l->v, magic, 0x80211000, value_load(l->v, 4, NULL, 4),
			    value_const(l->v, 144));
}

/* `set` where x has a bit of the mask, else `clear`. */
static const struct value *select_bit(struct lower *l, const struct value *x, u32 mask,
				      const struct value *set, const struct value *clear)
{
	return value_select(l->v, value_masked(l, x, mask), 0, clear, set);
}

/* Radiotap's flags are the second field, behind 8 bytes of time where there are such. */
enum {
	RADIOTAP_MORE = 0x80, /* bits 31, 0 and 1 of a little-endian word */
	RADIOTAP_HAS_TIME = 0x1000000,
	RADIOTAP_HAS_FLAGS = 0x2000000,
	RADIOTAP_PADDED = 0x20, /* in the flags: the 802.11 header is padded to 4 bytes */
};

/* The end of a data frame's header, `end` but for padding. */
static const struct value *radiotap_end(struct lower *l, const struct value *end)
{
	const struct value *present = value_load(l->v, 4, NULL, 4), *flags, *padded;

	flags = select_bit(l, present, RADIOTAP_HAS_TIME, value_load(l->v, 1, NULL, 16),
			   value_load(l->v, 1, NULL, 8));
	padded = value_masked(l, value_op_k(l, CBPF_ADD, end, 3), 0xfffffffc);
	padded = select_bit(l, flags, RADIOTAP_PADDED, padded, end);
	padded = select_bit(l, present, RADIOTAP_MORE, end, padded);
	return select_bit(l, present, RADIOTAP_HAS_FLAGS, padded, end);
}

/* 24 bytes, 26 in data frames with QoS. */
static const struct value *wlan_payload(struct lower *l)
{
	const struct value *control = value_load(l->v, 1, l->hdr_len, 0), *usual, *qos, *data;

	usual = value_const(l->v, 24);
	qos = value_const(l->v, 26);
	if (l->hdr_len) {
		usual = value_op(l->v, CBPF_ADD, l->hdr_len, usual);
		qos = value_op(l->v, CBPF_ADD, l->hdr_len, qos);
	}
	data = select_bit(l, control, 0x80, qos, usual);
	if (l->link->prefix == PREFIX_RADIOTAP)
		data = radiotap_end(l, data);
	data = select_bit(l, control, 4, usual, data);
	return select_bit(l, control, 8, data, usual);
}

static const struct value *prefix_length(struct lower *l)
{
	switch (l->link->prefix) {
	case PREFIX_RADIOTAP:
	case PREFIX_PPI:
		return length_le(l);
	case PREFIX_PRISM:
		return prism_length(l);
	case PREFIX_AVS:
		return value_load(l->v, 4, NULL, 4);
	default:
		return NULL;
	}
}

void link_start(struct lower *l)
{
	const struct linktype *link = l->link;

	l->kind = l->outer_kind = link->kind;
	l->hdr_len = prefix_length(l);
	l->hdr = (struct place){ .var = l->hdr_len, .k = link->hdr };
	l->type.k = link->type;
	l->payload.k = link->payload;
	l->net = link->net;
	l->net_nosnap = link->net_nosnap;
	if (link->kind == KIND_WLAN || link->kind == KIND_PPI)
		l->payload_off = wlan_payload(l);
	else if (link->kind == KIND_PFLOG)
		l->payload_off = value_masked(
			l, value_op_k(l, CBPF_ADD, value_load(l->v, 1, NULL, 0), 3), 0xfffffffc);
	l->payload.var = l->payload_off;
}
