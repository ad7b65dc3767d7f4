// SPDX-License-Identifier: BSD-2-Clause
#include "filter/mtp.h"

#include "filter/arith.h"

static bool is_mtp(struct lower *l)
{
	if (l->link->kind == KIND_MTP2)
		return true;
	lower_error(l, "signal units are of SS7 (MTP2), this is link type %s", l->link->name);
	return false;
}

const struct cond *mtp2_word(struct lower *l, enum mtp2_word w)
{
	bool high = w >= MTP2_HFISU;
	const struct value *length;
	u32 two;

	if (!is_mtp(l))
		return NULL;
	/* The length indicator: 6 bits, or 9 in the upper bits of 16. */
	length = high ? value_masked(l, load_at(l, 2, l->type, 4), 0xff80)
		      : value_masked(l, load_at(l, 1, l->type, 2), 0x3f);
	two = high ? 2 << 7 : 2;
	switch (w) {
	case MTP2_FISU:
	case MTP2_HFISU:
		return test_eq(l, length, 0);
	case MTP2_LSSU:
	case MTP2_HLSSU:
		return lower_and(l, test_k(l, CBPF_JGT, length, 0),
				 lower_not(l, test_k(l, CBPF_JGT, length, two)));
	default:
		return test_k(l, CBPF_JGT, length, two);
	}
}

/* Where a field stands: its bytes, its bits among them, and how a number gets there. Point codes
 * are 14 bits, little-endian: DPC first, then OPC, then SLS. */
static const struct {
	const char *name;
	u8 size, off;
	u32 mask, max;
} fields[] = {
	{ "sio", 1, 3, 0xff, 0xff },
	{ "opc", 4, 4, 0x00c0ff0f, 0x3fff },
	{ "dpc", 4, 4, 0xff3f0000, 0x3fff },
	{ "sls", 1, 7, 0xf0, 0xf },
};

static u32 placed(enum mtp3_field f, u32 n)
{
	switch (f) {
	case MTP3_OPC:
		return (n & 0x3c00) >> 10 | (n & 0x03fc) << 6 | (n & 0x0003) << 22;
	case MTP3_DPC:
		return (n & 0xff) << 24 | (n & 0x3f00) << 8;
	case MTP3_SLS:
		return n << 4;
	default:
		return n;
	}
}

const struct cond *mtp3_field(struct lower *l, enum mtp3_field f, u32 relation, u32 number)
{
	u32 extra = f >= MTP3_HSIO ? 3 : 0;
	const struct value *v;

	if (!is_mtp(l))
		return NULL;
	f = f >= MTP3_HSIO ? f - MTP3_HSIO : f;
	if (number > fields[f].max)
		return lower_error(l, "%s %u is above %u", fields[f].name, number, fields[f].max);
	v = load_at(l, fields[f].size, l->type, fields[f].off + extra);
	if (fields[f].mask != 0xff)
		v = value_masked(l, v, fields[f].mask);
	return arith_compare(l, relation, v, placed(f, number));
}
