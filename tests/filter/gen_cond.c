// SPDX-License-Identifier: BSD-2-Clause
#include "gen_cond.h"

u32 rng_next(struct rng *r)
{
	r->state = r->state * 6364136223846793005 + 1442695040888963407;
	return (u32)(r->state >> 32) ^ (u32)(r->state >> 53);
}

u32 rng_below(struct rng *r, u32 n)
{
	return (u64)rng_next(r) * n >> 32;
}

static const struct value *msh(struct gen *g)
{
	struct values *v = g->values;
	const struct value *low =
		value_op(v, CBPF_AND, value_load(v, 1, NULL, 14), value_const(v, 15));

	return value_op(v, CBPF_LSH, low, value_const(v, 2));
}

static const struct value *gen_load(struct gen *g, const struct value *base)
{
	u8 size = 1 << rng_below(&g->rng, 3);

	return value_load(g->values, size, base, rng_below(&g->rng, base ? 24 : 44) & ~1u);
}

static const struct value *gen_const(struct gen *g)
{
	return value_const(g->values, g->consts[rng_below(&g->rng, GEN_CONSTS)]);
}

/* A mask of no bits is for words that are not to be loaded. */
static const struct value *gen_mask(struct gen *g)
{
	u32 k = g->consts[rng_below(&g->rng, GEN_CONSTS)];

	return value_const(g->values, k ? k : 1);
}

static const struct value *gen_select(struct gen *g, u32 depth);

static const struct value *gen_base(struct gen *g)
{
	static const u32 masks[] = { 7, 15, 30, 63 };
	struct values *v = g->values;

	switch (rng_below(&g->rng, 6)) {
	case 4:
		return gen_select(g, 3);
	case 0:
		return value_op(v, CBPF_AND, gen_load(g, NULL),
				value_const(v, masks[rng_below(&g->rng, 4)]));
	case 1:
		return value_op(
			v, CBPF_ADD, msh(g),
			value_op(v, CBPF_AND, value_load(v, 1, NULL, 20), value_const(v, 15)));
	case 2:
		return rng_below(&g->rng, 4) ? value_load(v, 1, NULL, 15) : gen_load(g, NULL);
	default:
		return msh(g);
	}
}

/* What it chooses from lies at fixed places or near, as value_select() asks. */
static const struct value *gen_select(struct gen *g, u32 depth)
{
	const struct value *c = gen_load(g, NULL), *sides[2];

	if (rng_below(&g->rng, 2))
		c = value_op(g->values, CBPF_AND, c, gen_mask(g));
	for (u32 i = 0; i < 2; i++)
		switch (rng_below(&g->rng, depth ? 5 : 3)) {
		case 0:
			sides[i] = value_const(g->values, rng_below(&g->rng, 40));
			break;
		case 1:
			sides[i] = msh(g);
			break;
		case 2:
			sides[i] = value_load(g->values, 1, NULL, rng_below(&g->rng, 44));
			break;
		case 3:
			sides[i] = value_op(g->values, CBPF_ADD, gen_select(g, depth - 1),
					    value_const(g->values, rng_below(&g->rng, 8)));
			break;
		default:
			sides[i] = gen_select(g, depth - 1);
			break;
		}
	return value_select(g->values, c, rng_below(&g->rng, 2) ? 0 : gen_const(g)->k, sides[0],
			    sides[1]);
}

static const struct value *gen_value(struct gen *g, u32 depth)
{
	static const u8 ops[] = { CBPF_ADD, CBPF_SUB, CBPF_MUL, CBPF_DIV, CBPF_MOD,
				  CBPF_AND, CBPF_AND, CBPF_AND, CBPF_OR,  CBPF_XOR,
				  CBPF_LSH, CBPF_RSH, CBPF_RSH, CBPF_NEG };
	const struct value *a, *b;
	u8 op = ops[rng_below(&g->rng, ARRAY_SIZE(ops))];

	if (!depth || rng_below(&g->rng, 3) == 0)
		switch (rng_below(&g->rng, 9)) {
		case 8:
			return gen_select(g, 2);
		case 0:
			return value_len(g->values);
		case 1:
			return gen_load(g, gen_base(g));
		case 2:
			if (g->ancillary)
				return value_ancillary(g->values, CBPF_AD_MARK);
			return gen_load(g, NULL);
		default:
			return gen_load(g, NULL);
		}
	a = gen_value(g, depth - 1);
	b = rng_below(&g->rng, 4) ? gen_const(g) : gen_value(g, depth - 1);
	if ((op == CBPF_LSH || op == CBPF_RSH) && rng_below(&g->rng, 4))
		b = value_const(g->values, rng_below(&g->rng, 34));
	if (op == CBPF_AND && b->kind == VALUE_CONST)
		b = gen_mask(g);
	if (rng_below(&g->rng, 8) == 0 && (op != CBPF_AND || a->kind != VALUE_CONST || a->k))
		return value_op(g->values, op, b, a);
	return value_op(g->values, op, a, op == CBPF_NEG ? NULL : b);
}

void gen_start(struct gen *g, struct values *values, u64 seed)
{
	static const u32 usual[] = { 0,	   1,	 2,	 6,	     17,	 0x800,	     0x86dd,
				     0xff, 0xf0, 0x1fff, 0xff00,     0x0a000001, 0x0a000002, 0xffff,
				     32,   31,	 4,	 0xffffffff, 0xff000000 };

	*g = (struct gen){ .rng = { seed * 0x9e3779b97f4a7c15 + 1 }, .values = values };
	rng_next(&g->rng);
	for (u32 i = 0; i < GEN_CONSTS; i++)
		g->consts[i] = rng_below(&g->rng, 4) ? usual[rng_below(&g->rng, ARRAY_SIZE(usual))]
						     : rng_next(&g->rng) >> rng_below(&g->rng, 32);
	for (u32 i = 0; i < GEN_ATOMS; i++)
		g->atoms[i] = gen_value(g, rng_below(&g->rng, 3) ? 0 : rng_below(&g->rng, 3));
}

static const struct cond *gen_test(struct gen *g)
{
	static const u8 ops[] = { CBPF_JEQ, CBPF_JEQ, CBPF_JEQ, CBPF_JGT, CBPF_JGE, CBPF_JSET };
	const struct value *a = g->atoms[rng_below(&g->rng, GEN_ATOMS)], *b = gen_const(g);
	u8 op = ops[rng_below(&g->rng, ARRAY_SIZE(ops))];

	if (rng_below(&g->rng, 6) == 0)
		a = value_op(g->values, CBPF_AND, a, gen_mask(g));
	if (rng_below(&g->rng, 12) == 0)
		b = g->atoms[rng_below(&g->rng, GEN_ATOMS)];
	if (op == CBPF_JSET && b->kind == VALUE_CONST)
		b = gen_mask(g);
	if (rng_below(&g->rng, 20) == 0)
		return cond_test(g->values, op, b, a);
	return cond_test(g->values, op, a, b);
}

/* x == c1 or y == c1 or x == c2 …, as lists of hosts and ports are. */
static const struct cond *gen_list(struct gen *g)
{
	const struct value *x = g->atoms[rng_below(&g->rng, GEN_ATOMS)];
	const struct value *y = g->atoms[rng_below(&g->rng, GEN_ATOMS)];
	const struct cond *list = NULL;

	for (u32 n = 2 + rng_below(&g->rng, 24); n--;) {
		const struct value *k = rng_below(&g->rng, 3)
						? value_const(g->values, rng_below(&g->rng, 64))
						: gen_const(g);
		const struct cond *c = cond_test(g->values, CBPF_JEQ, x, k);

		if (rng_below(&g->rng, 2))
			c = cond_or(g->values, c, cond_test(g->values, CBPF_JEQ, y, k));
		list = list ? cond_or(g->values, list, c) : c;
	}
	return list;
}

const struct cond *gen_cond(struct gen *g, u32 depth)
{
	if (!depth || rng_below(&g->rng, 6) == 0)
		return rng_below(&g->rng, 12) ? gen_test(g) : gen_list(g);
	switch (rng_below(&g->rng, 5)) {
	case 0:
		return cond_not(g->values, gen_cond(g, depth - 1));
	case 1:
	case 2:
		return cond_and(g->values, gen_cond(g, depth - 1), gen_cond(g, depth - 1));
	default:
		return cond_or(g->values, gen_cond(g, depth - 1), gen_cond(g, depth - 1));
	}
}

/* Writes a constant where a load would find it. */
static void plant(struct gen *g, u8 *data)
{
	const struct value *v = g->atoms[rng_below(&g->rng, GEN_ATOMS)];
	u32 k = g->consts[rng_below(&g->rng, GEN_CONSTS)];

	while (v->kind == VALUE_OP || v->kind == VALUE_SELECT)
		v = v->kind == VALUE_SELECT ? v->c : v->a;
	if (v->kind != VALUE_LOAD || v->k + 4 > GEN_PACKET)
		return;
	k <<= 32 - 8 * v->size;
	k = __builtin_bswap32(k);
	memcpy(data + v->k + (v->a ? 20 : 0), &k, v->size);
}

void gen_packet(struct gen *g, struct cbpf_packet *packet, u8 *data)
{
	u32 style = rng_below(&g->rng, 4);

	for (u32 i = 0; i < GEN_PACKET; i++)
		data[i] = style == 0 ? rng_next(&g->rng) : style == 1 ? 0 : rng_below(&g->rng, 3);
	data[14] = 0x45;
	for (u32 n = rng_below(&g->rng, 8); n--;)
		plant(g, data);
	*packet = (struct cbpf_packet){ .data = data, .len = GEN_PACKET };
	if (rng_below(&g->rng, 2))
		packet->len = rng_below(&g->rng, GEN_PACKET);
	packet->wire_len = packet->len + (rng_below(&g->rng, 4) ? 0 : rng_below(&g->rng, 64));
	packet->mark = g->consts[rng_below(&g->rng, GEN_CONSTS)];
}

/* False: stopped. */
static bool evaluate(const struct value *v, const struct cbpf_packet *p, u32 *out)
{
	u32 a = 0, b = 0;
	u64 at;

	if (v->c) {
		if (!evaluate(v->c, p, &a))
			return false;
		return evaluate(a == v->k ? v->a : v->b, p, out);
	}
	if ((v->a && !evaluate(v->a, p, &a)) || (v->b && !evaluate(v->b, p, &b)))
		return false;
	switch (v->kind) {
	case VALUE_CONST:
		*out = v->k;
		return true;
	case VALUE_LEN:
		*out = p->wire_len;
		return true;
	case VALUE_ANCILLARY:
		*out = p->mark;
		return true;
	case VALUE_LOAD:
		at = (u64)a + v->k;
		if (at + v->size > p->len)
			return false;
		for (*out = 0; at < (u64)a + v->k + v->size; at++)
			*out = *out << 8 | p->data[at];
		return true;
	default:
		break;
	}
	switch (v->op) {
	case CBPF_ADD:
		*out = a + b;
		break;
	case CBPF_SUB:
		*out = a - b;
		break;
	case CBPF_MUL:
		*out = a * b;
		break;
	case CBPF_DIV:
	case CBPF_MOD:
		if (!b)
			return false;
		*out = v->op == CBPF_DIV ? a / b : a % b;
		break;
	case CBPF_OR:
		*out = a | b;
		break;
	case CBPF_AND:
		*out = a & b;
		break;
	case CBPF_XOR:
		*out = a ^ b;
		break;
	case CBPF_LSH:
		*out = b < 32 ? a << b : 0;
		break;
	case CBPF_RSH:
		*out = b < 32 ? a >> b : 0;
		break;
	default:
		*out = -a;
		break;
	}
	return true;
}

enum answer { NO, YES, STOPPED };

static enum answer answer_of(const struct cond *c, const struct cbpf_packet *p)
{
	enum answer left;
	u32 a, b;

	switch (c->kind) {
	case COND_FALSE:
		return NO;
	case COND_TRUE:
		return YES;
	case COND_TEST:
		if (!evaluate(c->a, p, &a) || !evaluate(c->b, p, &b))
			return STOPPED;
		return c->op == CBPF_JEQ   ? a == b
		       : c->op == CBPF_JGT ? a > b
		       : c->op == CBPF_JGE ? a >= b
					   : (a & b) != 0;
	case COND_NOT:
		left = answer_of(c->lhs, p);
		return left == STOPPED ? STOPPED : left == NO;
	default:
		left = answer_of(c->lhs, p);
		if (left == STOPPED || left == (c->kind == COND_OR ? YES : NO))
			return left;
		return answer_of(c->rhs, p);
	}
}

bool cond_holds(const struct cond *c, const struct cbpf_packet *packet)
{
	return answer_of(c, packet) == YES;
}
