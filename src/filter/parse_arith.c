// SPDX-License-Identifier: BSD-2-Clause
#include "filter/parse.h"

/* Precedence: 0: no operator here; UNORDERED: always taken, and takes all that follows. */
enum { UNORDERED = 100 };

static u32 precedence(const struct parser *p, u8 *op)
{
	static const struct {
		u32 punct;
		u8 op, precedence;
	} rows[] = {
		{ '|', CBPF_OR, 1 },	      { '&', CBPF_AND, 2 }, { PUNCT_LSH, CBPF_LSH, 3 },
		{ PUNCT_RSH, CBPF_RSH, 3 },   { '+', CBPF_ADD, 4 }, { '-', CBPF_SUB, 4 },
		{ '*', CBPF_MUL, 5 },	      { '/', CBPF_DIV, 5 }, { '%', CBPF_MOD, UNORDERED },
		{ '^', CBPF_XOR, UNORDERED },
	};

	if (p->cur.kind != TOK_PUNCT)
		return 0;
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		if (rows[i].punct != p->cur.value)
			continue;
		*op = rows[i].op;
		return rows[i].precedence;
	}
	return 0;
}

bool expr_is_operator(const struct parser *p)
{
	u8 op;

	return precedence(p, &op) > 0;
}

bool expr_is_relation(const struct parser *p)
{
	return expr_is(p, '=') || expr_is(p, '<') || expr_is(p, '>') || expr_is(p, PUNCT_NE) ||
	       expr_is(p, PUNCT_LE) || expr_is(p, PUNCT_GE);
}

static bool operand(struct parser *p, struct arith *out);

/* Operators of at least this precedence behind *left. */
static bool climb(struct parser *p, struct arith *left, u32 least)
{
	u32 mine;
	u8 op = 0;

	while ((mine = precedence(p, &op)) && mine >= least) {
		struct span at = scan_span(&p->lex, &p->cur);
		struct arith right;
		bool ok;

		if (!expr_enter(p))
			return false;
		expr_next(p);
		ok = operand(p, &right) && climb(p, &right, mine == UNORDERED ? 1 : mine + 1);
		p->l.at = at;
		expr_leave(p);
		if (!ok || !arith_op(&p->l, left, op, *left, right))
			return false;
		if (left->value->depth > COND_MAX_DEPTH / 2) {
			lower_error(&p->l, "this arithmetic is too long");
			return false;
		}
	}
	return true;
}

static bool grouped(struct parser *p, struct arith *out)
{
	expr_next(p);
	if (!expr_arith(p, out))
		return false;
	if (!expr_is(p, ')')) {
		expr_syntax(p, "')'");
		return false;
	}
	expr_next(p);
	return true;
}

static bool operand(struct parser *p, struct arith *out)
{
	enum q_proto proto = (enum q_proto)p->cur.value;
	bool ok;

	*out = (struct arith){ 0 };
	if (p->cur.kind == TOK_NUM) {
		out->value = value_const(p->l.v, p->cur.value);
		expr_next(p);
		return true;
	}
	if (p->cur.kind == TOK_LEN) {
		out->value = value_len(p->l.v);
		expr_next(p);
		return true;
	}
	if (!expr_enter(p))
		return false;
	if (expr_is(p, '(')) {
		ok = grouped(p, out);
	} else if (expr_is(p, '-')) {
		expr_next(p);
		ok = operand(p, out) && climb(p, out, UNORDERED);
		if (ok)
			*out = arith_negate(&p->l, *out);
	} else if (p->cur.kind == TOK_PROTO_NAME) {
		expr_next(p);
		ok = expr_load(p, out, proto);
	} else {
		expr_syntax(p, "a number, 'len' or a protocol with an index");
		ok = false;
	}
	expr_leave(p);
	return ok;
}

bool expr_arith(struct parser *p, struct arith *out)
{
	return operand(p, out) && climb(p, out, 1);
}

bool expr_arith_rest(struct parser *p, struct arith *left)
{
	return climb(p, left, 1);
}

bool expr_load(struct parser *p, struct arith *out, enum q_proto proto)
{
	struct span at = scan_span(&p->lex, &p->cur);
	struct arith index;
	u32 size = 1;

	if (!expr_is(p, '[')) {
		expr_syntax(p, "'['");
		return false;
	}
	if (!expr_enter(p))
		return false;
	expr_next(p);
	if (!expr_arith(p, &index))
		return false;
	if (expr_is(p, ':')) {
		expr_next(p);
		if (p->cur.kind != TOK_NUM) {
			expr_syntax(p, "the number of bytes: 1, 2 or 4");
			return false;
		}
		size = p->cur.value;
		expr_next(p);
	}
	if (!expr_is(p, ']')) {
		expr_syntax(p, "']'");
		return false;
	}
	at.len = p->cur.off + 1 - at.off;
	p->l.at = at;
	expr_next(p);
	expr_leave(p);
	return arith_load(&p->l, out, proto, index, size);
}
