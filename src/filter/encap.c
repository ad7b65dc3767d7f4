// SPDX-License-Identifier: BSD-2-Clause
#include "filter/encap.h"

#include "filter/link_test.h"
#include "filter/proto.h"

static bool in_range(struct lower *l, const char *what, s64 number, u32 max)
{
	if (number <= (s64)max)
		return true;
	lower_error(l, "%s %u is above %u", what, (u32)number, max);
	return false;
}

static const struct cond *vlan_in_packet(struct lower *l, s64 tag)
{
	const struct cond *c = link_is(l, ETHERTYPE_VLAN);

	if (!c)
		return NULL;
	c = lower_or(l, c, link_is(l, ETHERTYPE_QINQ));
	c = lower_or(l, c, link_is(l, ETHERTYPE_QINQ_OLD));
	if (tag == ENCAP_ANY)
		return c;
	return lower_and(l, c, test_masked(l, load_at(l, 2, l->payload, 0), 0x0fff, (u32)tag));
}

/*
 * Linux takes the outermost tag out of the packet and gives it beside: then nothing moves.
 * `present` is 0 or 1, so `moved` is 4 where the tag is still in the packet, else 0.
 */
static const struct cond *vlan_live(struct lower *l, s64 tag)
{
	const struct value *present = value_ancillary(l->v, CBPF_AD_VLAN_TAG_PRESENT);
	const struct value *vid = value_ancillary(l->v, CBPF_AD_VLAN_TAG), *moved;
	const struct cond *inside = test_eq(l, present, 0), *beside = lower_not(l, inside);

	if (tag != ENCAP_ANY)
		beside = lower_and(l, beside, test_masked(l, vid, 0x0fff, (u32)tag));
	inside = lower_and(l, inside, vlan_in_packet(l, tag));
	/* The mask tells those who look for what an address can be. */
	moved = value_masked(l, value_op_k(l, CBPF_XOR, present, 1), 1);
	moved = value_op_k(l, CBPF_LSH, moved, 2);
	l->type.var = l->payload.var = moved;
	return lower_or(l, beside, inside);
}

const struct cond *encap_vlan(struct lower *l, s64 tag)
{
	const struct cond *c;

	if (l->labels)
		return lower_error(l, "no VLAN header stands behind an MPLS label");
	if (l->kind != KIND_ETHER && l->kind != KIND_NETANALYZER && l->kind != KIND_WLAN)
		return lower_error(l, "there are no VLAN headers on link type %s", l->link->name);
	if (!in_range(l, "VLAN", tag, 4095))
		return NULL;
	if (l->opts->live && l->kind == KIND_ETHER && !l->type.var && !l->vlans) {
		c = vlan_live(l, tag);
	} else {
		c = vlan_in_packet(l, tag);
		l->type.k += 4;
		l->payload.k += 4;
	}
	l->vlans++;
	return c;
}

enum { PPP_MPLS = 0x281 };

const struct cond *encap_mpls(struct lower *l, s64 label)
{
	const struct cond *c;

	if (l->kind != KIND_ETHER && l->kind != KIND_NETANALYZER && l->kind != KIND_PPP &&
	    l->kind != KIND_CHDLC)
		return lower_error(l, "there are no MPLS labels on link type %s", l->link->name);
	if (!in_range(l, "MPLS label", label, 0xfffff))
		return NULL;
	/* Behind another label: that one is not the last. */
	if (l->labels)
		c = test_masked(l, load_net(l, 1, (u32)-2), 1, 0);
	else if (l->kind == KIND_PPP)
		c = test_eq(l, load_at(l, 2, l->type, 0), PPP_MPLS);
	else
		c = link_is(l, ETHERTYPE_MPLS);
	if (label != ENCAP_ANY)
		c = lower_and(l, c,
			      test_masked(l, load_net(l, 4, 0), 0xfffff000, (u32)label << 12));
	l->net += 4;
	l->net_nosnap += 4;
	l->labels++;
	return c;
}

const struct cond *encap_pppoed(struct lower *l)
{
	return link_is(l, ETHERTYPE_PPPOED);
}

static void enter(struct lower *l, enum link_kind kind, struct place hdr)
{
	l->outer_kind = l->kind;
	l->outer_hdr = l->hdr;
	l->kind = kind;
	l->hdr = hdr;
}

const struct cond *encap_pppoes(struct lower *l, s64 session)
{
	const struct cond *c;
	struct place ppp;

	if (!in_range(l, "PPPoE session", session, 0xffff))
		return NULL;
	c = link_is(l, ETHERTYPE_PPPOES);
	if (!c)
		return NULL;
	if (session != ENCAP_ANY)
		c = lower_and(l, c, test_masked(l, load_net(l, 4, 0), 0xffff, (u32)session));
	ppp = place_add(l->payload, l->net + 6);
	enter(l, KIND_PPP, ppp);
	l->type = ppp;
	l->payload = place_add(ppp, 2);
	l->net = l->net_nosnap = 0;
	return c;
}

/* A UDP tunnel over IPv4 or IPv6. */
struct tunnel {
	u32 port;
	const struct cond *(*header)(struct lower *l, struct place udp, s64 vni);
};

static const struct cond *geneve_header(struct lower *l, struct place udp, s64 vni)
{
	/* Version 0. */
	const struct cond *c = test_masked(l, load_at(l, 1, udp, 8), 0xc0, 0);

	if (vni == ENCAP_ANY)
		return c;
	return lower_and(l, c, test_masked(l, load_at(l, 4, udp, 12), 0xffffff00, (u32)vni << 8));
}

static const struct cond *vxlan_header(struct lower *l, struct place udp, s64 vni)
{
	/* The flag that says that there is a VNI. */
	const struct cond *c = test_masked(l, load_at(l, 1, udp, 8), 0x08, 0x08);

	if (vni == ENCAP_ANY)
		return c;
	return lower_and(l, c, test_masked(l, load_at(l, 4, udp, 12), 0xffffff00, (u32)vni << 8));
}

static const struct cond *tunnel_over(struct lower *l, const struct tunnel *t, bool ip6,
				      struct place udp, s64 vni)
{
	const struct cond *c = link_is(l, ip6 ? ETHERTYPE_IP6 : ETHERTYPE_IP);

	c = lower_and(l, c, test_eq(l, load_net(l, 1, ip6 ? 6 : 9), IP_UDP));
	if (!ip6)
		c = lower_and(l, c, proto_unfragmented(l));
	c = lower_and(l, c, test_eq(l, load_at(l, 2, udp, 2), t->port));
	return c ? lower_and(l, c, t->header(l, udp, vni)) : NULL;
}

/* Where the UDP header is: behind the header of IPv4 with its options, or of IPv6. */
static struct place tunnel_udp(struct lower *l)
{
	const struct value *len =
		link_ip4_select(l, proto_ip4_length(l), value_const(l->v, IP6_HEADER));

	if (l->payload.var)
		len = value_op(l->v, CBPF_ADD, len, l->payload.var);
	return (struct place){ .var = len, .k = l->payload.k + l->net };
}

static struct place udp_of(struct lower *l, bool ip6)
{
	const struct value *len = proto_ip4_length(l);

	if (ip6)
		return place_add(l->payload, l->net + IP6_HEADER);
	if (l->payload.var)
		len = value_op(l->v, CBPF_ADD, len, l->payload.var);
	return (struct place){ .var = len, .k = l->payload.k + l->net };
}

/* *inner: the UDP header that the tunnel has. */
static const struct cond *tunnel(struct lower *l, const struct tunnel *t, s64 vni,
				 struct place *inner)
{
	const struct cond *ip4, *ip6;

	if (++l->tunnels > MAX_TUNNELS)
		return lower_error(l, "more than %d tunnels", MAX_TUNNELS);
	if (!in_range(l, "network identifier", vni, 0xffffff))
		return NULL;
	ip4 = tunnel_over(l, t, false, udp_of(l, false), vni);
	ip6 = ip4 ? tunnel_over(l, t, true, udp_of(l, true), vni) : NULL;
	if (!ip6)
		return NULL;
	*inner = tunnel_udp(l);
	l->net = l->net_nosnap = 0;
	l->labels = 0;
	l->in_tunnel = true;
	return lower_or(l, ip4, ip6);
}

/* The header has options and carries Ethernet or a network protocol of its own: then there is no
 * link header, and the protocol is named by the Geneve header. */
const struct cond *encap_geneve(struct lower *l, s64 vni)
{
	const struct tunnel geneve = { 6081, geneve_header };
	const struct value *len, *base, *carries;
	const struct cond *c;
	struct place udp;

	c = tunnel(l, &geneve, vni, &udp);
	if (!c)
		return NULL;
	len = value_masked(l, load_at(l, 1, udp, 8), 0x3f);
	len = value_op_k(l, CBPF_LSH, len, 2);
	base = value_op(l->v, CBPF_ADD, udp.var, len);
	carries = l->carries = load_at(l, 2, udp, 10);
	enter(l, KIND_ETHER, (struct place){ .var = base, .k = udp.k + 16 });
	/* The type field stands 12 bytes into the Ethernet header, or 2 into the Geneve header. */
	l->payload.var =
		value_select(l->v, carries, ETHERTYPE_TEB, value_op_k(l, CBPF_ADD, base, 14), base);
	l->payload.k = udp.k + 16;
	l->type.var = value_select(l->v, carries, ETHERTYPE_TEB, value_op_k(l, CBPF_ADD, base, 18),
				   udp.var);
	l->type.k = udp.k + 10;
	return c;
}

const struct cond *encap_vxlan(struct lower *l, s64 vni)
{
	const struct tunnel vxlan = { 4789, vxlan_header };
	const struct cond *c;
	struct place udp;

	c = tunnel(l, &vxlan, vni, &udp);
	if (!c)
		return NULL;
	enter(l, KIND_ETHER, place_add(udp, 16));
	l->type = place_add(udp, 28);
	l->payload = place_add(udp, 30);
	l->in_tunnel = false;
	return c;
}

const struct cond *encap_lane(struct lower *l)
{
	const struct cond *c = link_atm_type(l, 1);
	/* The LANE header is 2 bytes behind the ATM pseudo header of 4. */
	struct place ether = { .k = 6 };

	enter(l, KIND_ETHER, ether);
	l->type = place_add(ether, 12);
	l->payload = place_add(ether, 14);
	l->net = 0;
	l->net_nosnap = 3;
	return c;
}
