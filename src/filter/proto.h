/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Protocol words: alone ("tcp"), as a number behind another ("ip proto 6"), by name. Source:
 * pcap-filter(7); RFC 791, RFC 8200; ISO 10589 for IS-IS.
 */
#ifndef FILTER_PROTO_H
#define FILTER_PROTO_H

#include "filter/lower.h"
#include "filter/qual.h"

enum {
	IP_TCP = 6,
	IP_UDP = 17,
	IP_SCTP = 132,
	IP_FRAGMENT6 = 44,
	IP6_HEADER = 40, /* bytes */
	FRAGMENT_OFFSET = 0x1fff,
};

/* A protocol word that stands alone. */
const struct cond *proto_alone(struct lower *l, enum q_proto p);
/* "p proto number". */
const struct cond *proto_number(struct lower *l, enum q_proto p, u32 number);
/* "p proto name": the number of a name. -1: unknown, reported. */
int proto_named(struct lower *l, enum q_proto p, const char *name, u32 *number);
/* The IPv4 packet is not a later fragment. */
const struct cond *proto_unfragmented(struct lower *l);
/* Bytes of the IPv4 header. */
const struct value *proto_ip4_length(struct lower *l);
/* The first `size` bytes behind the IPv4 header + off. */
const struct value *proto_load_ip4_payload(struct lower *l, u8 size, u32 off);

enum proto_index { INDEX_NONE, INDEX_NET, INDEX_PAYLOAD, INDEX_PAYLOAD6 };
enum proto_form { FORM_TYPE, FORM_IP4, FORM_IP6, FORM_IP, FORM_OSI, FORM_ISIS };
struct proto {
	const char *name;
	enum proto_form form;
	u32 value;
	enum proto_index index;
};
/* NULL: the default, the link layer or radio. */
const struct proto *proto_row(enum q_proto p);

#endif
