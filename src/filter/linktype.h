/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Link types: where a packet of each has its header, its protocol field and its payload, and how
 * the protocol is told. One row a type in linktype.def. Source: the LINKTYPE_ registry of
 * tcpdump.org and the headers it describes.
 */
#ifndef FILTER_LINKTYPE_H
#define FILTER_LINKTYPE_H

#include "base/types.h"

/* How a link layer tells the network protocol, and what else it has. */
enum link_kind {
	KIND_NONE,	  /* no network protocols: only link[…], len and the like */
	KIND_ETHER,	  /* ethertype or 802.3 length */
	KIND_NETANALYZER, /* Ethernet behind a header; no llc */
	KIND_TYPE,	  /* 16 bits, ethertypes only */
	KIND_SLL,	  /* Linux cooked: ethertypes, 1 for 802.3 IPX, 4 for 802.2 */
	KIND_TOKEN,	  /* 802.2 behind various headers: */
	KIND_FDDI,
	KIND_FC,  /* IP over Fibre Channel */
	KIND_ATM, /* RFC 2684 */
	KIND_CLIP,
	KIND_SUNATM, /* a VC with LLC or LANE */
	KIND_WLAN,   /* data frames of 802.11 with 802.2 */
	KIND_PPI,
	KIND_PPP,	/* PPP protocol numbers */
	KIND_PPP_OTHER, /* … where MPLS is not looked for */
	KIND_PPPD,
	KIND_PPP_BSDOS,
	KIND_CHDLC,
	KIND_RAW, /* IP version of the first byte */
	KIND_SLIP,
	KIND_IP4,
	KIND_IP6,
	KIND_NULL,  /* address family in the order of the capturing host */
	KIND_LOOP,  /* … in network order */
	KIND_PFLOG, /* … in one byte */
	KIND_IPNET,
	KIND_ARCNET,
	KIND_LTALK,
	KIND_FRELAY,  /* NLPID */
	KIND_JUNIPER, /* a magic number and no more */
	KIND_BACNET,
	KIND_MTP2,
};

/* Which headers of variable length stand before the link header. */
enum link_prefix { PREFIX_NONE, PREFIX_RADIOTAP, PREFIX_PRISM, PREFIX_AVS, PREFIX_PPI };

struct linktype {
	u32 number; /* LINKTYPE_ */
	u32 dlt;    /* DLT_ on Linux, where it differs from `number` */
	const char *name;
	enum link_kind kind;
	enum link_prefix prefix;
	u32 hdr, type, payload; /* offsets of link header, protocol field and payload */
	u32 net, net_nosnap;	/* after the payload */
};

/* By LINKTYPE_ or DLT_ number; NULL: unknown. */
const struct linktype *linktype_find(u32 number);
/* "EN10MB", in either case; the prefixes DLT_ and LINKTYPE_ are skipped. */
const struct linktype *linktype_named(const char *name);
/* Row `i` of the table; NULL: after the last. */
const struct linktype *linktype_row(u32 i);

#endif
