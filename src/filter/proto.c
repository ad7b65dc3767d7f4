// SPDX-License-Identifier: BSD-2-Clause
#include "filter/proto.h"

#include <errno.h>

#include "filter/link_test.h"
#include "filter/names.h"

static const struct proto rows[Q_PROTOS] = {
#define PROTO(id, name, form, value, index) [Q_##id] = { name, FORM_##form, value, INDEX_##index },
#include "filter/proto.def"
};

const struct proto *proto_row(enum q_proto p)
{
	return p < Q_PROTOS && rows[p].name ? &rows[p] : NULL;
}

const char *qual_proto_name(enum q_proto p)
{
	const struct proto *row = proto_row(p);

	return row ? row->name : p == Q_LINK ? "link" : p == Q_RADIO ? "radio" : "default";
}

const char *qual_dir_name(enum q_dir dir)
{
	static const char *const names[] = { "src or dst",  "src",   "dst",   "src or dst",
					     "src and dst", "addr1", "addr2", "addr3",
					     "addr4",	    "ra",    "ta" };

	return names[dir];
}

const char *qual_type_name(enum q_type type)
{
	static const char *const names[] = { "host",  "host",	    "net",
					     "port",  "portrange",  "gateway",
					     "proto", "protochain", "nothing" };

	return names[type];
}

const struct value *proto_ip4_length(struct lower *l)
{
	return value_op_k(l, CBPF_LSH, value_masked(l, load_net(l, 1, 0), 0x0f), 2);
}

const struct value *proto_load_ip4_payload(struct lower *l, u8 size, u32 off)
{
	const struct value *base = proto_ip4_length(l);

	if (l->payload.var)
		base = value_op(l->v, CBPF_ADD, base, l->payload.var);
	return value_load(l->v, size, base, l->payload.k + l->net + off);
}

const struct cond *proto_unfragmented(struct lower *l)
{
	return lower_not(l, test_k(l, CBPF_JSET, load_net(l, 2, 6), FRAGMENT_OFFSET));
}

static const struct cond *ip4_proto(struct lower *l, u32 number)
{
	return lower_and(l, link_is(l, ETHERTYPE_IP), test_eq(l, load_net(l, 1, 9), number));
}

/* The next header, or that of the fragment header in front. */
static const struct cond *ip6_proto(struct lower *l, u32 number)
{
	const struct cond *fragment, *c;

	fragment = lower_and(l, test_eq(l, load_net(l, 1, 6), IP_FRAGMENT6),
			     test_eq(l, load_net(l, 1, IP6_HEADER), number));
	c = lower_or(l, test_eq(l, load_net(l, 1, 6), number), fragment);
	return lower_and(l, link_is(l, ETHERTYPE_IP6), c);
}

static const struct cond *ip_proto(struct lower *l, u32 number)
{
	const struct cond *ip4 = ip4_proto(l, number);

	return ip4 ? lower_or(l, ip4, ip6_proto(l, number)) : NULL;
}

/* OSI protocols stand in the first byte behind 802.2; Frame Relay names them itself. */
static const struct cond *osi_proto(struct lower *l, u32 number)
{
	const struct cond *iso;

	if (l->kind == KIND_FRELAY && !l->labels)
		return test_eq(l, load_at(l, 2, l->hdr, 2), 0x0300 | number);
	iso = link_is(l, SAP_ISO);
	return lower_and(l, iso, test_eq(l, load_at(l, 1, l->payload, l->net_nosnap), number));
}

enum { OSI_ISIS = 0x83 };

static const struct cond *isis_pdu(struct lower *l, u32 type)
{
	return lower_and(l, osi_proto(l, OSI_ISIS),
			 test_eq(l, load_at(l, 1, l->payload, l->net_nosnap + 4), type));
}

/* PDU types of ISO 10589 for each word, in the order in which they are looked for. */
enum {
	L1_IIH = 15,
	L2_IIH = 16,
	PTP_IIH = 17,
	L1_LSP = 18,
	L2_LSP = 20,
	L1_CSNP = 24,
	L2_CSNP = 25,
	L1_PSNP = 26,
	L2_PSNP = 27,
};

static const struct cond *isis_word(struct lower *l, enum q_proto p)
{
	static const u8 sets[Q_PROTOS][6] = {
		[Q_ISIS_L1] = { L1_PSNP, L1_CSNP, L1_LSP, L1_IIH, PTP_IIH },
		[Q_ISIS_L2] = { L2_PSNP, L2_CSNP, L2_LSP, L2_IIH, PTP_IIH },
		[Q_ISIS_IIH] = { PTP_IIH, L1_IIH, L2_IIH },
		[Q_ISIS_LSP] = { L1_LSP, L2_LSP },
		[Q_ISIS_SNP] = { L2_PSNP, L1_PSNP, L1_CSNP, L2_CSNP },
		[Q_ISIS_CSNP] = { L1_CSNP, L2_CSNP },
		[Q_ISIS_PSNP] = { L1_PSNP, L2_PSNP },
	};
	const struct cond *c = isis_pdu(l, sets[p][0]);

	for (u32 i = 1; c && sets[p][i]; i++)
		c = lower_or(l, c, isis_pdu(l, sets[p][i]));
	return c;
}

const struct cond *proto_alone(struct lower *l, enum q_proto p)
{
	const struct proto *row = proto_row(p);

	if (!row) {
		lower_error(l, "'%s' alone selects nothing", qual_proto_name(p));
		diag_hint(l->d, p == Q_LINK ? "for example: ether host 02:00:00:00:00:01, "
					      "ether proto 0x88cc, ether[0] & 1 != 0"
					    : "for example: radio[0] = 0");
		return NULL;
	}
	switch (row->form) {
	case FORM_TYPE:
		return link_is(l, row->value);
	case FORM_IP4:
		return ip4_proto(l, row->value);
	case FORM_IP6:
		return ip6_proto(l, row->value);
	case FORM_IP:
		return ip_proto(l, row->value);
	case FORM_OSI:
		return osi_proto(l, row->value);
	default:
		return isis_word(l, p);
	}
}

const struct cond *proto_number(struct lower *l, enum q_proto p, u32 number)
{
	switch (p) {
	case Q_DEFAULT:
		return ip_proto(l, number);
	case Q_LINK:
		return link_is(l, number);
	case Q_IP:
		return ip4_proto(l, number);
	case Q_IP6:
		return ip6_proto(l, number);
	case Q_ISO:
		return osi_proto(l, number);
	case Q_ISIS:
		return isis_pdu(l, number);
	default:
		lower_error(l, "'%s' carries no protocol that 'proto' could name",
			    qual_proto_name(p));
		diag_hint(l->d, "'proto' goes with link, ip, ip6, iso and isis");
		return NULL;
	}
}

static bool link_named(const char *name, u32 *number)
{
	static const enum q_proto link[] = { Q_IP,    Q_IP6,	Q_ARP, Q_RARP, Q_ATALK,
					     Q_AARP,  Q_DECNET, Q_LAT, Q_SCA,  Q_MOPRC,
					     Q_MOPDL, Q_ISO,	Q_STP, Q_IPX,  Q_NETBEUI };

	for (u32 i = 0; i < ARRAY_SIZE(link); i++) {
		if (strcmp(rows[link[i]].name, name))
			continue;
		*number = rows[link[i]].value;
		return true;
	}
	*number = 0x9000;
	return !strcmp(name, "loopback");
}

static bool osi_named(const char *name, u32 *number)
{
	for (enum q_proto p = Q_CLNP; p <= Q_ISIS; p++) {
		if (strcmp(rows[p].name, name))
			continue;
		*number = rows[p].value;
		return true;
	}
	return false;
}

int proto_named(struct lower *l, enum q_proto p, const char *name, u32 *number)
{
	bool found;

	switch (p) {
	case Q_DEFAULT:
	case Q_IP:
	case Q_IP6:
		return lookup_proto(l, name, number);
	case Q_LINK:
		found = link_named(name, number);
		break;
	case Q_ISO:
		found = osi_named(name, number);
		break;
	default:
		lower_error(l, "'%s' carries no protocol that 'proto' could name",
			    qual_proto_name(p));
		return -EINVAL;
	}
	if (found)
		return 0;
	lower_error(l, "unknown %s protocol '%s'", p == Q_LINK ? "link layer" : "OSI", name);
	diag_hint(l->d, "numbers always work: %s",
		  p == Q_LINK ? "ether proto 0x88cc" : "iso proto 0x83");
	return -EINVAL;
}
