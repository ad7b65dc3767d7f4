// SPDX-License-Identifier: BSD-2-Clause
#include "filter/ident.h"

#include <ctype.h>

#include <arpa/inet.h>

#include "filter/host.h"
#include "filter/names.h"
#include "filter/port.h"
#include "filter/proto.h"
#include "filter/protochain.h"

static const struct cond *nothing_inherited(struct lower *l)
{
	lower_error(l, "nothing says what this is");
	diag_hint(l->d, "only after a primitive with an id, like 'host' or 'port', may its words "
			"be left out");
	return NULL;
}

static const struct cond *no_link_address(struct lower *l)
{
	lower_error(l, "this is not an address of the link layer");
	diag_hint(l->d, "a MAC address is six bytes: 02:00:00:00:00:01");
	return NULL;
}

static const struct cond *host_number(struct lower *l, struct qual q, u32 addr, u32 mask)
{
	if (q.proto == Q_LINK)
		return no_link_address(l);
	return host_ip4(l, q, addr, mask);
}

static const struct cond *net_number(struct lower *l, struct qual q, u32 net)
{
	u32 mask = UINT32_MAX;

	for (; net && !(net & 0xff000000); net <<= 8)
		mask <<= 8;
	return host_number(l, q, net, mask);
}

/* What a number is where it is no address. */
static const struct cond *plain_number(struct lower *l, struct qual q, u32 number)
{
	switch (q.type) {
	case TYPE_PORT:
	case TYPE_PORTRANGE:
		return port_range(l, q, number, number);
	case TYPE_GATEWAY:
		return lower_error(l, "'gateway' needs the name of a host");
	case TYPE_PROTO:
		return proto_number(l, q.proto, number);
	case TYPE_PROTOCHAIN:
		return protochain(l, q.proto, number);
	default:
		return nothing_inherited(l);
	}
}

const struct cond *ident_number(struct lower *l, struct qual q, u32 number)
{
	if (q.type == TYPE_NET && q.proto != Q_DECNET)
		return net_number(l, q, number);
	if (q.type <= TYPE_NET)
		return host_number(l, q, number, UINT32_MAX);
	return plain_number(l, q, number);
}

static int dotted(struct lower *l, const char *text, u32 *value)
{
	int bits = lookup_dotted(text, value);

	if (bits < 0)
		lower_error(l, "'%s' is no IPv4 address", text);
	return bits;
}

/* area.node, in decimal; what is too large is cut to the bits that it has. */
static const struct cond *decnet_dotted(struct lower *l, struct qual q, const char *text)
{
	const char *at = text;
	u32 area = 0, node = 0;

	for (; isdigit((u8)*at); at++)
		area = area * 10 + (u32)(*at - '0');
	at += *at == '.';
	for (; isdigit((u8)*at); at++)
		node = node * 10 + (u32)(*at - '0');
	/* 1.2.3 is 1.2. */
	if (*at && *at != '.')
		return lower_error(l, "'%s' is no DECnet address, which is area.node in decimal",
				   text);
	return host_decnet(l, q, (area << 10 & 0xfc00) | (node & 0x03ff));
}

const struct cond *ident_dotted(struct lower *l, struct qual q, const char *text)
{
	u32 value;
	int bits;

	if (q.proto == Q_DECNET && q.type <= TYPE_NET)
		return decnet_dotted(l, q, text);
	bits = dotted(l, text, &value);
	if (bits < 0)
		return NULL;
	if (q.type == TYPE_NONE)
		return nothing_inherited(l);
	if (q.type == TYPE_GATEWAY)
		return plain_number(l, q, value);
	if (q.type > TYPE_NET)
		return lower_error(l, "'%s' does not go with an address", qual_type_name(q.type));
	return host_number(l, q, value << (32 - bits), UINT32_MAX << (32 - bits));
}

static const struct cond *net_with_mask(struct lower *l, struct qual q, u32 net, u32 mask)
{
	if (net & ~mask) {
		lower_error(l, "there are bits outside the mask");
		net &= mask;
		diag_hint(l->d, "the network is %u.%u.%u.%u", net >> 24, net >> 16 & 255,
			  net >> 8 & 255, net & 255);
		return NULL;
	}
	if (q.type != TYPE_NET) {
		lower_error(l, "a mask goes with 'net' only");
		return NULL;
	}
	return host_ip4(l, q, net, mask);
}

const struct cond *ident_prefix(struct lower *l, struct qual q, const char *text, u32 bits)
{
	u32 net;
	int given = dotted(l, text, &net);

	if (given < 0)
		return NULL;
	if (bits > 32)
		return lower_error(l, "an IPv4 address has 32 bits, not %u", bits);
	return net_with_mask(l, q, net << (32 - given), bits ? UINT32_MAX << (32 - bits) : 0);
}

const struct cond *ident_masked(struct lower *l, struct qual q, const char *text, const char *mask)
{
	u32 net, bits;
	int given = dotted(l, text, &net), mask_given;

	mask_given = given < 0 ? -1 : dotted(l, mask, &bits);
	if (mask_given < 0)
		return NULL;
	return net_with_mask(l, q, net << (32 - given), bits << (32 - mask_given));
}

const struct cond *ident_ip6(struct lower *l, struct qual q, const char *text, u32 bits)
{
	u8 addr[16];

	if (!lookup_ip6(text, addr))
		return lower_error(l, "'%s' is no IPv6 address", text);
	if (bits > 128)
		return lower_error(l, "an IPv6 address has 128 bits, not %u", bits);
	for (u32 i = bits; i < 128; i++)
		if (addr[i / 8] & 0x80 >> i % 8)
			return lower_error(l, "there are bits outside the %u of the network", bits);
	if (q.type > TYPE_NET)
		return q.type == TYPE_NONE ? nothing_inherited(l)
					   : lower_error(l, "'%s' does not go with an IPv6 address",
							 qual_type_name(q.type));
	if (bits != 128 && q.type != TYPE_NET)
		return lower_error(l, "a prefix length goes with 'net' only");
	return host_ip6(l, q, addr, bits);
}

static bool of_link(struct lower *l, struct qual q)
{
	if (q.type <= TYPE_HOST && q.proto == Q_LINK)
		return true;
	if (q.type == TYPE_NONE) {
		nothing_inherited(l);
		return false;
	}
	lower_error(l, "an address of the link layer goes with 'ether host' only");
	return false;
}

const struct cond *ident_mac(struct lower *l, struct qual q, const char *text)
{
	u8 mac[6];

	lookup_mac(text, mac);
	return of_link(l, q) ? host_mac(l, q.dir, mac) : NULL;
}

const struct cond *ident_arcnet(struct lower *l, struct qual q, u32 addr)
{
	return of_link(l, q) ? host_arcnet(l, q.dir, (u8)addr) : NULL;
}

const struct cond *ident_name(struct lower *l, struct qual q, const char *name)
{
	u32 number;

	switch (q.type) {
	case TYPE_DEFAULT:
	case TYPE_HOST:
		return host_named(l, q, name);
	case TYPE_NET:
		return host_net_named(l, q, name);
	case TYPE_PORT:
		return port_named(l, q, name);
	case TYPE_PORTRANGE:
		return port_range_named(l, q, name);
	case TYPE_GATEWAY:
		return host_gateway(l, q, name);
	case TYPE_PROTO:
	case TYPE_PROTOCHAIN:
		if (proto_named(l, q.proto, name, &number))
			return NULL;
		return plain_number(l, q, number);
	default:
		return nothing_inherited(l);
	}
}
