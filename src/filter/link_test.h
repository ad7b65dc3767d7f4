/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * "Does the link header say that this packet is of protocol P?" for every link type, and the
 * variable-length headers in front of some. P is an ethertype, or an 802.2 SAP up to 1,500.
 * Sources: IEEE 802.3, 802.2, 802.11; RFC 1661, RFC 2427, RFC 2684; radiotap.org.
 */
#ifndef FILTER_LINK_TEST_H
#define FILTER_LINK_TEST_H

#include "filter/lower.h"

enum {
	ETHERTYPE_IP = 0x0800,
	ETHERTYPE_ARP = 0x0806,
	ETHERTYPE_RARP = 0x8035,
	ETHERTYPE_ATALK = 0x809b,
	ETHERTYPE_AARP = 0x80f3,
	ETHERTYPE_VLAN = 0x8100,
	ETHERTYPE_IPX = 0x8137,
	ETHERTYPE_IP6 = 0x86dd,
	ETHERTYPE_MPLS = 0x8847,
	ETHERTYPE_PPPOED = 0x8863,
	ETHERTYPE_PPPOES = 0x8864,
	ETHERTYPE_QINQ = 0x88a8,
	ETHERTYPE_QINQ_OLD = 0x9100,
	ETHERTYPE_TEB = 0x6558, /* Ethernet in a tunnel */
	ETHERTYPE_DECNET = 0x6003,
	LENGTH_MAX = 1500, /* an 802.3 length; above: an ethertype */
	SAP_IP = 0x06,
	SAP_STP = 0x42,
	SAP_IPX = 0xe0,
	SAP_NETBEUI = 0xf0,
	SAP_ISO = 0xfe,
};

const struct cond *link_is(struct lower *l, u32 proto);
/* Is there a link header of kind ETHER here? NULL: always. In LANE and tunnels it may be missing.
 */
bool link_header_check(struct lower *l, const struct cond **out);
/* `ip4` where link_is() of IPv4 holds, `other` where that of IPv6 does: loads what these load. */
const struct value *link_ip4_select(struct lower *l, const struct value *ip4,
				    const struct value *other);
/* llc, and llc of a type. */
const struct cond *link_llc(struct lower *l);
const struct cond *link_llc_type(struct lower *l, const char *name);
/* A data frame of 802.11. */
const struct cond *link_wlan_data(struct lower *l);
/* The SUNATM header says that the cell is of this type. */
const struct cond *link_atm_type(struct lower *l, u32 type);
const struct cond *link_inbound(struct lower *l, bool outbound);
const struct cond *link_ifindex(struct lower *l, u32 index);
/* Set hdr, payload and friends for the link type of the capture. */
void link_start(struct lower *l);

#endif
