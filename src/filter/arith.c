// SPDX-License-Identifier: BSD-2-Clause
#include "filter/arith.h"

#include "filter/lex.h"
#include "filter/proto.h"

/* The index plus a place, as the machine adds: what varies wraps at 2^32, the constant part does
 * not. */
static const struct value *load_indexed(struct lower *l, u32 size, const struct value *index,
					struct place p)
{
	const struct value *base = index;

	/* So that what the headers need is known to be used. */
	if (p.var) {
		load_at(l, 1, p, 0);
		base = value_op(l->v, CBPF_ADD, index, p.var);
	}
	return value_load(l->v, (u8)size, base, p.k);
}

static const struct value *load_payload(struct lower *l, u32 size, const struct value *index)
{
	const struct value *base = proto_ip4_length(l);

	if (l->payload.var)
		base = value_op(l->v, CBPF_ADD, base, l->payload.var);
	base = value_op(l->v, CBPF_ADD, index, base);
	return value_load(l->v, (u8)size, base, l->payload.k + l->net);
}

static bool guarded(struct lower *l, struct arith *a, const struct cond *c)
{
	a->guard = a->guard ? lower_and(l, a->guard, c) : c;
	return a->guard != NULL;
}

static const struct cond *payload_guard(struct lower *l, enum q_proto p)
{
	const struct cond *c = proto_alone(l, p);

	/* Of protocols that go over both only what goes over IPv4 is meant. */
	if (c)
		c = lower_and(l, proto_alone(l, Q_IP), c);
	return lower_and(l, c, proto_unfragmented(l));
}

static const struct cond *icmp6_guard(struct lower *l)
{
	return lower_and(l, proto_alone(l, Q_IP6),
			 test_eq(l, load_net(l, 1, 6), proto_row(Q_ICMP6)->value));
}

static bool load_radio(struct lower *l, struct arith *out, u32 size)
{
	struct place start = { .k = 0 };

	if (l->link->prefix == PREFIX_NONE || l->link->prefix == PREFIX_PPI) {
		lower_error(l, "link type %s has no radio header", l->link->name);
		return false;
	}
	out->value = load_indexed(l, size, out->value, start);
	return true;
}

bool arith_load(struct lower *l, struct arith *out, enum q_proto p, struct arith index, u32 size)
{
	const struct proto *row = proto_row(p);

	*out = index;
	if (size != 1 && size != 2 && size != 4) {
		lower_error(l, "%u bytes cannot be loaded at once, only 1, 2 and 4 can", size);
		return false;
	}
	if (p == Q_RADIO)
		return load_radio(l, out, size);
	if (p == Q_LINK) {
		out->value = load_indexed(l, size, index.value, l->hdr);
		return true;
	}
	switch (row->index) {
	case INDEX_NET:
		if (!guarded(l, out, proto_alone(l, p)))
			return false;
		out->value = load_indexed(l, size, index.value, place_add(l->payload, l->net));
		return true;
	case INDEX_PAYLOAD:
		if (!guarded(l, out, payload_guard(l, p)))
			return false;
		out->value = load_payload(l, size, index.value);
		return true;
	case INDEX_PAYLOAD6:
		if (!guarded(l, out, icmp6_guard(l)))
			return false;
		out->value = load_indexed(l, size, index.value,
					  place_add(l->payload, l->net + IP6_HEADER));
		return true;
	default:
		lower_error(l, "'%s' has no bytes to index", row->name);
		diag_hint(l->d, "the headers in front have: ip[…], ip6[…], ether[…]");
		return false;
	}
}

bool arith_op(struct lower *l, struct arith *out, u8 op, struct arith a, struct arith b)
{
	bool constant = b.value->kind == VALUE_CONST;

	if (constant && !b.value->k && (op == CBPF_DIV || op == CBPF_MOD)) {
		lower_error(l, "division by zero");
		return false;
	}
	if (constant && b.value->k > 31 && (op == CBPF_LSH || op == CBPF_RSH)) {
		lower_error(l, "a number has 32 bits: it cannot be shifted by %u", b.value->k);
		return false;
	}
	out->guard = a.guard && b.guard ? lower_and(l, a.guard, b.guard)
		     : a.guard		? a.guard
					: b.guard;
	out->value = value_op(l->v, op, a.value, b.value);
	return true;
}

struct arith arith_negate(struct lower *l, struct arith a)
{
	a.value = value_op(l->v, CBPF_NEG, a.value, NULL);
	return a;
}

static const struct cond *compare(struct lower *l, u32 relation, const struct value *a,
				  const struct value *b)
{
	bool not = relation == '<' || relation == PUNCT_LE || relation == PUNCT_NE;
	u8 op = relation == '<' || relation == PUNCT_GE	  ? CBPF_JGE
		: relation == '>' || relation == PUNCT_LE ? CBPF_JGT
							  : CBPF_JEQ;
	const struct cond *c = cond_test(l->v, op, a, b);

	return not ? lower_not(l, c) : c;
}

const struct cond *arith_compare(struct lower *l, u32 relation, const struct value *a, u32 k)
{
	return compare(l, relation, a, value_const(l->v, k));
}

const struct cond *arith_relation(struct lower *l, u32 relation, struct arith a, struct arith b)
{
	const struct cond *c = compare(l, relation, a.value, b.value);

	if (b.guard)
		c = lower_and(l, b.guard, c);
	return a.guard ? lower_and(l, a.guard, c) : c;
}

const struct cond *arith_byte(struct lower *l, u32 off, u32 op, u32 number)
{
	const struct value *byte = load_at(l, 1, l->hdr, off);

	if (op == '&')
		return lower_not(l, test_eq(l, value_masked(l, byte, number), 0));
	if (op == '|')
		return lower_not(l, test_eq(l, value_op_k(l, CBPF_OR, byte, number), 0));
	return arith_compare(l, op, byte, number);
}
