// SPDX-License-Identifier: BSD-2-Clause
#include "filter/atm.h"

#include "filter/arith.h"
#include "filter/encap.h"

static bool is_atm(struct lower *l)
{
	if (l->link->kind == KIND_SUNATM)
		return true;
	lower_error(l, "circuits are of raw ATM (SUNATM), this is link type %s", l->link->name);
	return false;
}

const struct cond *atm_field(struct lower *l, enum atm_field f, u32 relation, u32 number)
{
	struct place start = { .k = 0 };

	if (!is_atm(l))
		return NULL;
	if (f == ATM_VPI)
		return arith_compare(l, relation, load_at(l, 1, start, 1), number);
	return arith_compare(l, relation, load_at(l, 2, start, 2), number);
}

static const struct cond *circuit(struct lower *l, u32 vci)
{
	return lower_and(l, atm_field(l, ATM_VPI, '=', 0), atm_field(l, ATM_VCI, '=', vci));
}

/* Q.2931 message types. */
enum {
	CALL_PROCEEDING = 0x02,
	SETUP = 0x05,
	CONNECT = 0x07,
	CONNECT_ACK = 0x0f,
	RELEASE = 0x4d,
	RELEASE_DONE = 0x5a,
};

static const struct cond *message_of(struct lower *l, const u8 *types, u32 count)
{
	struct place start = { .k = 0 };
	const struct value *type = load_at(l, 1, start, 9);
	const struct cond *c = test_eq(l, type, types[0]);

	for (u32 i = 1; i < count; i++)
		c = lower_or(l, c, test_eq(l, type, types[i]));
	return c;
}

const struct cond *atm_word(struct lower *l, enum atm_word w)
{
	static const u8 calls[] = { RELEASE_DONE, RELEASE, CONNECT_ACK,
				    CONNECT,	  SETUP,   CALL_PROCEEDING };
	static const u8 meta_calls[] = { RELEASE_DONE, RELEASE, CONNECT, SETUP, CALL_PROCEEDING };

	if (!is_atm(l))
		return NULL;
	switch (w) {
	case ATM_LANE:
		return encap_lane(l);
	case ATM_METAC:
		return circuit(l, 1);
	case ATM_BCC:
		return circuit(l, 2);
	case ATM_OAMF4SC:
		return circuit(l, 3);
	case ATM_OAMF4EC:
		return circuit(l, 4);
	case ATM_OAM:
		return lower_and(
			l, atm_field(l, ATM_VPI, '=', 0),
			lower_or(l, atm_field(l, ATM_VCI, '=', 3), atm_field(l, ATM_VCI, '=', 4)));
	case ATM_SC:
		return circuit(l, 5);
	case ATM_ILMIC:
		return circuit(l, 16);
	case ATM_CONNECTMSG:
		return lower_and(l, circuit(l, 5), message_of(l, calls, ARRAY_SIZE(calls)));
	default:
		return lower_and(l, circuit(l, 1),
				 message_of(l, meta_calls, ARRAY_SIZE(meta_calls)));
	}
}
