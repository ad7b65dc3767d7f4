// SPDX-License-Identifier: BSD-2-Clause
#include "filter/wlan.h"

/* Bits of the first and second byte of frame control. */
enum {
	CONTROL_FRAME = 0x04, /* with DATA_FRAME: reserved */
	DATA_FRAME = 0x08,
	TO_DS = 0x01,
	FROM_DS = 0x02,
};
/* The addresses. */
enum { ADDR1 = 4, ADDR2 = 10, ADDR3 = 16, ADDR4 = 24 };

static const struct cond *type_bit(struct lower *l, u32 bit)
{
	return test_k(l, CBPF_JSET, load_at(l, 1, l->hdr, 0), bit);
}

static const struct cond *flag(struct lower *l, u32 bit)
{
	return test_k(l, CBPF_JSET, load_at(l, 1, l->hdr, 1), bit);
}

static const struct cond *without(struct lower *l, const struct cond *bit, const struct cond *c)
{
	return lower_and(l, lower_not(l, bit), c);
}

/* What is asked of an address field. */
struct question {
	const u8 *mac; /* NULL: is it a group? */
};

static const struct cond *ask(struct lower *l, const struct question *q, u32 field)
{
	if (!q->mac)
		return test_k(l, CBPF_JSET, load_at(l, 1, l->hdr, field), 1);
	return test_bytes(l, l->hdr, field, q->mac, 6);
}

/* Data frames have the addresses where the flags say, management frames in fixed places, control
 * frames none of this kind. */
static const struct cond *by_frame(struct lower *l, const struct cond *management,
				   const struct cond *data)
{
	const struct cond *c;

	c = without(l, type_bit(l, DATA_FRAME), management);
	c = lower_or(l, c, lower_and(l, type_bit(l, DATA_FRAME), data));
	return without(l, type_bit(l, CONTROL_FRAME), c);
}

static const struct cond *source(struct lower *l, const struct question *q)
{
	const struct cond *from_ds, *data;

	from_ds = without(l, flag(l, TO_DS), ask(l, q, ADDR3));
	from_ds = lower_or(l, from_ds, lower_and(l, flag(l, TO_DS), ask(l, q, ADDR4)));
	data = without(l, flag(l, FROM_DS), ask(l, q, ADDR2));
	data = lower_or(l, data, lower_and(l, flag(l, FROM_DS), from_ds));
	return by_frame(l, ask(l, q, ADDR2), data);
}

static const struct cond *destination(struct lower *l, const struct question *q)
{
	const struct cond *data;

	data = without(l, flag(l, TO_DS), ask(l, q, ADDR1));
	data = lower_or(l, data, lower_and(l, flag(l, TO_DS), ask(l, q, ADDR3)));
	return by_frame(l, ask(l, q, ADDR1), data);
}

const struct cond *wlan_multicast(struct lower *l)
{
	const struct question group = { NULL };

	return destination(l, &group);
}

static const struct cond *control_is(struct lower *l, u32 mask, u32 want)
{
	return test_masked(l, load_at(l, 1, l->hdr, 0), mask, want);
}

/* CTS and ACK have one address only. */
static const struct cond *has_addr2(struct lower *l)
{
	const struct cond *c;

	c = lower_or(l, control_is(l, WLAN_SUBTYPE_MASK, 0xc0),
		     control_is(l, WLAN_SUBTYPE_MASK, 0xd0));
	return lower_not(l, lower_and(l, control_is(l, WLAN_TYPE_MASK, CONTROL_FRAME), c));
}

const struct cond *wlan_host(struct lower *l, enum q_dir dir, const u8 mac[6])
{
	const struct question q = { mac };

	switch (dir) {
	case DIR_SRC:
		return source(l, &q);
	case DIR_DST:
		return destination(l, &q);
	case DIR_AND:
		return lower_and(l, source(l, &q), destination(l, &q));
	case DIR_ADDR1:
		return ask(l, &q, ADDR1);
	case DIR_ADDR2:
		return lower_and(l, has_addr2(l), ask(l, &q, ADDR2));
	case DIR_ADDR3:
		return without(l, control_is(l, WLAN_TYPE_MASK, CONTROL_FRAME), ask(l, &q, ADDR3));
	case DIR_ADDR4:
		return lower_and(
			l,
			test_masked(l, load_at(l, 1, l->hdr, 1), TO_DS | FROM_DS, TO_DS | FROM_DS),
			ask(l, &q, ADDR4));
	case DIR_RA:
		return lower_and(l, type_bit(l, DATA_FRAME), ask(l, &q, ADDR1));
	case DIR_TA:
		return lower_and(l, type_bit(l, DATA_FRAME),
				 lower_and(l, has_addr2(l), ask(l, &q, ADDR2)));
	default:
		return lower_or(l, source(l, &q), destination(l, &q));
	}
}

static bool is_wlan(struct lower *l)
{
	if (l->kind == KIND_WLAN)
		return true;
	lower_error(l, "frame types and directions are of 802.11, this is link type %s",
		    l->link->name);
	return false;
}

const struct cond *wlan_type(struct lower *l, u32 type, u32 mask)
{
	return is_wlan(l) ? control_is(l, mask, type) : NULL;
}

const struct cond *wlan_direction(struct lower *l, u32 dir)
{
	if (!is_wlan(l))
		return NULL;
	return test_masked(l, load_at(l, 1, l->hdr, 1), TO_DS | FROM_DS, dir);
}

struct name {
	const char *name;
	int bits;
};

static const struct name types[] = {
	{ "mgt", 0x00 },     { "management", 0x00 }, { "ctl", 0x04 },
	{ "control", 0x04 }, { "data", 0x08 },
};

/* The type in the lower bits. */
static const struct name subtypes[] = {
	{ "assoc-req", 0x00 },
	{ "assocreq", 0x00 },
	{ "assoc-resp", 0x10 },
	{ "assocresp", 0x10 },
	{ "reassoc-req", 0x20 },
	{ "reassocreq", 0x20 },
	{ "reassoc-resp", 0x30 },
	{ "reassocresp", 0x30 },
	{ "probe-req", 0x40 },
	{ "probereq", 0x40 },
	{ "probe-resp", 0x50 },
	{ "proberesp", 0x50 },
	{ "beacon", 0x80 },
	{ "atim", 0x90 },
	{ "disassoc", 0xa0 },
	{ "disassociation", 0xa0 },
	{ "auth", 0xb0 },
	{ "authentication", 0xb0 },
	{ "deauth", 0xc0 },
	{ "deauthentication", 0xc0 },
	{ "ps-poll", 0xa4 },
	{ "rts", 0xb4 },
	{ "cts", 0xc4 },
	{ "ack", 0xd4 },
	{ "cf-end", 0xe4 },
	{ "cf-end-ack", 0xf4 },
	{ "data", 0x08 },
	{ "data-cf-ack", 0x18 },
	{ "data-cf-poll", 0x28 },
	{ "data-cf-ack-poll", 0x38 },
	{ "null", 0x48 },
	{ "cf-ack", 0x58 },
	{ "cf-poll", 0x68 },
	{ "cf-ack-poll", 0x78 },
	{ "qos-data", 0x88 },
	{ "qos-data-cf-ack", 0x98 },
	{ "qos-data-cf-poll", 0xa8 },
	{ "qos-data-cf-ack-poll", 0xb8 },
	{ "qos", 0xc8 },
	{ "qos-cf-poll", 0xe8 },
	{ "qos-cf-ack-poll", 0xf8 },
};

static const struct name directions[] = {
	{ "nods", 0 }, { "tods", 1 }, { "fromds", 2 }, { "dstods", 3 }
};

static int find(const struct name *list, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(list[i].name, name))
			return list[i].bits;
	return -1;
}

int wlan_type_named(const char *name)
{
	return find(types, ARRAY_SIZE(types), name);
}

int wlan_subtype_named(const char *name, int type)
{
	for (size_t i = 0; i < ARRAY_SIZE(subtypes); i++)
		if (!strcmp(subtypes[i].name, name) &&
		    (type < 0 || (subtypes[i].bits & WLAN_TYPE_MASK) == type))
			return subtypes[i].bits;
	return -1;
}

int wlan_direction_named(const char *name)
{
	return find(directions, ARRAY_SIZE(directions), name);
}
