// SPDX-License-Identifier: BSD-2-Clause
/* Expressions: operators by precedence, as C has it. */
#include "trace/parse.h"

#include <errno.h>

struct op_row {
	char text[4];
	enum node_op op;
	u8 rank; /* higher binds more */
};

static const struct op_row binary[] = {
	{ "||", OP_LOR, 1 }, { "&&", OP_LAND, 2 }, { "|", OP_OR, 3 },  { "^", OP_XOR, 4 },
	{ "&", OP_AND, 5 },  { "==", OP_EQ, 6 },   { "!=", OP_NE, 6 }, { "<", OP_LT, 7 },
	{ "<=", OP_LE, 7 },  { ">", OP_GT, 7 },	   { ">=", OP_GE, 7 }, { "<<", OP_SHL, 8 },
	{ ">>", OP_SHR, 8 }, { "+", OP_ADD, 9 },   { "-", OP_SUB, 9 }, { "*", OP_MUL, 10 },
	{ "/", OP_DIV, 10 }, { "%", OP_MOD, 10 },
};

const char *node_op_text(enum node_op op)
{
	static const char *const unary[] = {
		[OP_NEG] = "-",	     [OP_NOT] = "!",	   [OP_BNOT] = "~",
		[OP_DEREF] = "*",    [OP_ADDRESS] = "&",   [OP_PRE_INC] = "++",
		[OP_PRE_DEC] = "--", [OP_POST_INC] = "++", [OP_POST_DEC] = "--"
	};

	for (u32 i = 0; i < ARRAY_SIZE(binary); i++) {
		if (binary[i].op == op)
			return binary[i].text;
	}
	return op < ARRAY_SIZE(unary) && unary[op] ? unary[op] : "";
}

static const struct op_row *binary_row(const struct tparser *p)
{
	for (u32 i = 0; p->tok.kind == TT_OP && i < ARRAY_SIZE(binary); i++) {
		if (!strcmp(p->tok.op, binary[i].text))
			return &binary[i];
	}
	return NULL;
}

/* At '/': does the predicate end here, so that the probe's body follows? */
static bool ends_predicate(const struct tparser *p)
{
	struct tlex l = p->lex;

	if (!p->predicate || !tparse_is(p, "/"))
		return false;
	l.diag = NULL;
	return tlex_skip(&l) && l.pos < l.len && l.text[l.pos] == '{';
}

static struct node *binary_from(struct tparser *p, struct node *a, u32 rank)
{
	while (a && !p->full) {
		const struct op_row *row = binary_row(p);
		struct node *n;

		if (!row || row->rank < rank || ends_predicate(p))
			return a;
		n = tparse_node(p, N_BINARY, a->at.off);
		if (!n)
			return NULL;
		n->op = row->op;
		n->a = a;
		tparse_next(p);
		n->b = tparse_unary(p);
		for (const struct op_row *next = binary_row(p);
		     n->b && next && next->rank > row->rank && !ends_predicate(p);
		     next = binary_row(p))
			n->b = binary_from(p, n->b, next->rank);
		if (!n->b)
			return NULL;
		a = tparse_done(p, n, a->at.off);
	}
	return NULL;
}

static struct node *ternary(struct tparser *p, struct node *a)
{
	struct node *n = tparse_node(p, N_TERNARY, a->at.off);

	tparse_next(p);
	if (!n)
		return NULL;
	n->a = a;
	if (!tparse_is(p, ":")) {
		n->b = tparse_expr(p);
		if (!n->b)
			return NULL;
	}
	if (!tparse_need(p, ":", "after the first value of '?'"))
		return NULL;
	n->c = tparse_expr(p);
	return n->c ? tparse_done(p, n, a->at.off) : NULL;
}

struct node *tparse_expr(struct tparser *p)
{
	struct node *n;

	if (!tparse_enter(p))
		return NULL;
	n = tparse_unary(p);
	if (n)
		n = binary_from(p, n, 1);
	if (n && tparse_is(p, "?"))
		n = ternary(p, n);
	tparse_leave(p);
	return p->full ? NULL : n;
}

static bool is_place(const struct node *n)
{
	return n->kind == N_VAR || n->kind == N_MAP;
}

static struct node *cast(struct tparser *p, struct type_name *to, u32 off)
{
	struct node *n = tparse_node(p, N_CAST, off);

	if (!n)
		return NULL;
	n->to = to;
	n->a = tparse_unary(p);
	return n->a ? tparse_done(p, n, off) : NULL;
}

static enum node_op unary_op(const struct tparser *p)
{
	static const struct op_row unary[] = { { "-", OP_NEG, 0 },     { "!", OP_NOT, 0 },
					       { "~", OP_BNOT, 0 },    { "*", OP_DEREF, 0 },
					       { "&", OP_ADDRESS, 0 }, { "++", OP_PRE_INC, 0 },
					       { "--", OP_PRE_DEC, 0 } };

	for (u32 i = 0; p->tok.kind == TT_OP && i < ARRAY_SIZE(unary); i++) {
		if (!strcmp(p->tok.op, unary[i].text))
			return unary[i].op;
	}
	return OP_NONE;
}

static struct node *prefixed(struct tparser *p, enum node_op op, u32 off)
{
	struct node *n = tparse_node(p, N_UNARY, off);

	if (!n)
		return NULL;
	tparse_next(p);
	n->op = op;
	n->a = tparse_unary(p);
	if (!n->a)
		return NULL;
	if ((op == OP_PRE_INC || op == OP_PRE_DEC) && !is_place(n->a)) {
		tparse_error(p, n->a->at, "%s needs a variable or a map", node_op_text(op));
		return NULL;
	}
	if (op == OP_ADDRESS && !is_place(n->a)) {
		tparse_error(p, n->a->at, "only variables and maps have an address");
		return NULL;
	}
	return tparse_done(p, n, off);
}

static struct node *member(struct tparser *p, struct node *a, bool arrow)
{
	struct node *n = tparse_node(p, N_MEMBER, a->at.off);

	tparse_next(p);
	if (!n)
		return NULL;
	n->a = a;
	n->arrow = arrow;
	if (p->tok.kind == TT_NUMBER && !arrow) {
		n->kind = N_AT;
		n->num = p->tok.value;
	} else if (p->tok.kind == TT_WORD) {
		n->name = p->tok.text;
	} else {
		tparse_error(p, tparse_here(p), "the name of a member is expected after '%s'",
			     arrow ? "->" : ".");
		return NULL;
	}
	n->name_at = tparse_here(p);
	tparse_next(p);
	return tparse_done(p, n, a->at.off);
}

static struct node *index_of(struct tparser *p, struct node *a)
{
	struct node *n = tparse_node(p, N_INDEX, a->at.off);
	bool predicate = p->predicate;

	tparse_next(p);
	if (!n)
		return NULL;
	n->a = a;
	p->predicate = false;
	n->b = tparse_expr(p);
	p->predicate = predicate;
	if (!n->b || !tparse_need(p, "]", "after an index"))
		return NULL;
	return tparse_done(p, n, a->at.off);
}

static struct node *increment(struct tparser *p, struct node *a)
{
	struct node *n = tparse_node(p, N_UNARY, a->at.off);

	if (!n)
		return NULL;
	n->op = tparse_is(p, "++") ? OP_POST_INC : OP_POST_DEC;
	n->a = a;
	if (!is_place(a)) {
		tparse_error(p, a->at, "%s needs a variable or a map", node_op_text(n->op));
		return NULL;
	}
	tparse_next(p);
	return tparse_done(p, n, a->at.off);
}

static struct node *postfixed(struct tparser *p)
{
	struct node *n = tparse_primary(p);

	while (n && !p->full) {
		if (tparse_is(p, ".") || tparse_is(p, "->"))
			n = member(p, n, tparse_is(p, "->"));
		else if (tparse_is(p, "["))
			n = index_of(p, n);
		else if (tparse_is(p, "++") || tparse_is(p, "--"))
			n = increment(p, n);
		else
			return n;
	}
	return NULL;
}

struct node *tparse_unary(struct tparser *p)
{
	enum node_op op = unary_op(p);
	u32 off = p->tok.off;
	struct type_name *to;
	struct node *n;
	bool failed;

	if (!tparse_enter(p))
		return NULL;
	if (op) {
		n = prefixed(p, op, off);
	} else if (tparse_is(p, "(")) {
		to = tparse_cast(p, &failed);
		n = to ? cast(p, to, off) : failed ? NULL : postfixed(p);
	} else {
		n = postfixed(p);
	}
	tparse_leave(p);
	return p->full ? NULL : n;
}
