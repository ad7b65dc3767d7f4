// SPDX-License-Identifier: BSD-2-Clause
#include "filter/protochain.h"

#include "filter/link_test.h"
#include "filter/proto.h"

enum {
	NEXT_HOP_BY_HOP = 0,
	NEXT_ROUTING = 43,
	NEXT_FRAGMENT = 44,
	NEXT_AH = 51,
	NEXT_NONE = 59,
	NEXT_DESTINATION = 60,
};

/* One header of the chain: its protocol, and where it begins behind the network header's place. */
struct link {
	const struct value *next, *at;
};

static const struct value *chain_load(struct lower *l, const struct value *at, u32 off)
{
	return value_load(l->v, 1, at, l->payload.k + l->net + off);
}

/* 1 of AH, 0 of the other headers that are followed: bits 3 and 4 tell them apart. */
static const struct value *is_ah(struct lower *l, const struct value *next)
{
	const struct value *bits = value_masked(l, value_op_k(l, CBPF_RSH, next, 3), 3);

	return value_masked(l, value_op(l->v, CBPF_RSH, value_const(l->v, 1 << 2), bits), 1);
}

/* Behind the header: 8-byte units after the first for IPv6's own, 4-byte units after two for AH.
 * Over IPv4 there is only AH. */
static struct link follow(struct lower *l, struct link h, bool ip6)
{
	const struct value *units = value_op_k(l, CBPF_ADD, chain_load(l, h.at, 1), 1), *ah, *size;

	ah = ip6 ? is_ah(l, h.next) : value_const(l->v, 1);
	size = value_op(l->v, CBPF_RSH, value_const(l->v, 8), ah);
	units = value_op(l->v, CBPF_MUL, value_op(l->v, CBPF_ADD, units, ah), size);
	return (struct link){ .next = chain_load(l, h.at, 0),
			      .at = value_op(l->v, CBPF_ADD, h.at, units) };
}

static const struct cond *extends(struct lower *l, const struct value *next, bool ip6)
{
	static const u8 headers[] = { NEXT_HOP_BY_HOP, NEXT_DESTINATION, NEXT_ROUTING,
				      NEXT_FRAGMENT };
	const struct cond *c = NULL;

	for (u32 i = 0; ip6 && i < ARRAY_SIZE(headers); i++) {
		const struct cond *is = test_eq(l, next, headers[i]);

		c = c ? lower_or(l, c, is) : is;
	}
	return c ? lower_or(l, c, test_eq(l, next, NEXT_AH)) : test_eq(l, next, NEXT_AH);
}

static const struct cond *chain(struct lower *l, bool ip6, u32 number)
{
	struct link h[PROTOCHAIN_MAX + 1];
	const struct cond *c;

	h[0].next = load_net(l, 1, ip6 ? 6 : 9);
	h[0].at = ip6 ? value_const(l->v, IP6_HEADER) : proto_ip4_length(l);
	for (u32 i = 0; i < PROTOCHAIN_MAX; i++)
		h[i + 1] = follow(l, h[i], ip6);
	c = test_eq(l, h[PROTOCHAIN_MAX].next, number);
	for (u32 i = PROTOCHAIN_MAX; i-- > 0;) {
		c = lower_and(l, extends(l, h[i].next, ip6), c);
		if (number != NEXT_NONE)
			c = lower_and(l, lower_not(l, test_eq(l, h[i].next, NEXT_NONE)), c);
		c = lower_or(l, test_eq(l, h[i].next, number), c);
	}
	return lower_and(l, link_is(l, ip6 ? ETHERTYPE_IP6 : ETHERTYPE_IP), c);
}

const struct cond *protochain(struct lower *l, enum q_proto p, u32 number)
{
	const struct cond *ip4;

	if (l->payload.var)
		return lower_error(l, "'protochain' does not work behind headers of variable "
				      "length");
	switch (p) {
	case Q_IP:
		return chain(l, false, number);
	case Q_IP6:
		return chain(l, true, number);
	case Q_DEFAULT:
		ip4 = chain(l, false, number);
		return ip4 ? lower_or(l, ip4, chain(l, true, number)) : NULL;
	default:
		return lower_error(l, "'protochain' goes with ip and ip6 only");
	}
}
