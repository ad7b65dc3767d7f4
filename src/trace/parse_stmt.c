// SPDX-License-Identifier: BSD-2-Clause
/* Statements and blocks. */
#include "trace/parse.h"

#include <errno.h>

static enum node_op assign_op(const struct tparser *p, bool *yes)
{
	static const struct {
		char text[4];
		enum node_op op;
	} rows[] = { { "=", OP_NONE }, { "+=", OP_ADD },  { "-=", OP_SUB }, { "*=", OP_MUL },
		     { "/=", OP_DIV }, { "%=", OP_MOD },  { "&=", OP_AND }, { "|=", OP_OR },
		     { "^=", OP_XOR }, { "<<=", OP_SHL }, { ">>=", OP_SHR } };

	for (u32 i = 0; p->tok.kind == TT_OP && i < ARRAY_SIZE(rows); i++) {
		*yes = !strcmp(p->tok.op, rows[i].text);
		if (*yes)
			return rows[i].op;
	}
	*yes = false;
	return OP_NONE;
}

static bool is_target(const struct node *n)
{
	if (n->kind != N_TUPLE)
		return n->kind == N_VAR || n->kind == N_MAP;
	for (const struct node *m = n->args; m; m = m->next) {
		if (m->kind != N_VAR)
			return false;
	}
	return n->arg_count;
}

static struct node *assign(struct tparser *p, struct node *a, enum node_op op)
{
	struct node *n = tparse_node(p, N_ASSIGN, a->at.off);
	bool drop = a->kind == N_NAME && !strcmp(a->name, "_") && op == OP_NONE;

	if (!n)
		return NULL;
	if (!drop && !is_target(a)) {
		tparse_error(p, a->at, "only variables and maps can be assigned to");
		if (a->kind == N_NAME)
			tparse_hint(p, "variables begin with '$': $%s", a->name);
		return NULL;
	}
	tparse_next(p);
	n->op = op;
	n->a = a;
	n->b = tparse_expr(p);
	if (!n->b)
		return NULL;
	if (drop) {
		n->kind = N_EXPR;
		n->label = "_";
		n->a = n->b;
		n->b = NULL;
	}
	return tparse_done(p, n, a->at.off);
}

static struct node *expr_stmt(struct tparser *p)
{
	struct node *a = tparse_expr(p), *n;
	enum node_op op;
	bool is_assign;

	if (!a)
		return NULL;
	op = assign_op(p, &is_assign);
	if (is_assign)
		return assign(p, a, op);
	n = tparse_node(p, N_EXPR, a->at.off);
	if (!n)
		return NULL;
	n->a = a;
	return tparse_done(p, n, a->at.off);
}

static struct node *let(struct tparser *p)
{
	struct node *n = tparse_node(p, N_LET, p->tok.off);
	u32 off = p->tok.off;

	tparse_next(p);
	if (!n)
		return NULL;
	if (p->tok.kind != TT_VAR) {
		tparse_error(p, tparse_here(p), "a variable is expected after 'let', not %s",
			     tparse_found(p));
		if (p->tok.kind == TT_MAP)
			tparse_hint(p, "maps are declared outside of probes: let @x = hash(100);");
		return NULL;
	}
	n->name = p->tok.text;
	n->name_at = tparse_here(p);
	tparse_next(p);
	if (tparse_take(p, ":")) {
		n->to = tparse_type(p);
		if (!n->to)
			return NULL;
	}
	if (tparse_take(p, "=")) {
		n->b = tparse_expr(p);
		if (!n->b)
			return NULL;
	}
	return tparse_done(p, n, off);
}

static bool body_into(struct tparser *p, struct node **out)
{
	if (!tparse_is(p, "{"))
		return tparse_need(p, "{", "here");
	return tparse_body(p, out);
}

struct node *tparse_if(struct tparser *p, bool as_value)
{
	u32 off = p->tok.off;
	struct node *n = tparse_node(p, N_IF, off);

	if (!n || !tparse_enter(p))
		return NULL;
	tparse_next(p);
	n->a = tparse_expr(p);
	if (!n->a)
		return NULL;
	if (as_value) {
		n->kind = N_TERNARY;
		n->b = tparse_is(p, "{") ? tparse_block_expr(p) : NULL;
		if (!n->b || !tparse_take_word(p, "else")) {
			tparse_error(p, tparse_here(p),
				     "an 'if' that is a value needs { value } else { value }");
			return NULL;
		}
		n->c = tparse_is_word(p, "if") ? tparse_if(p, true) : tparse_block_expr(p);
		tparse_leave(p);
		return n->c ? tparse_done(p, n, off) : NULL;
	}
	if (!body_into(p, &n->body))
		return NULL;
	if (tparse_take_word(p, "else")) {
		n->has_else = true;
		if (tparse_is_word(p, "if")) {
			n->orelse = tparse_if(p, false);
			if (!n->orelse)
				return NULL;
		} else if (!body_into(p, &n->orelse)) {
			return NULL;
		}
	}
	tparse_leave(p);
	return tparse_done(p, n, off);
}

static struct node *loop(struct tparser *p, enum node_kind kind)
{
	struct node *n = tparse_node(p, kind, p->tok.off);
	u32 off = p->tok.off;

	tparse_next(p);
	if (!n)
		return NULL;
	n->a = tparse_expr(p);
	if (!n->a || !body_into(p, &n->body))
		return NULL;
	return tparse_done(p, n, off);
}

/* What a loop goes over: @map, or a..b. */
static struct node *loop_over(struct tparser *p)
{
	u32 off = p->tok.off;
	struct node *a = tparse_expr(p), *n;

	if (!a)
		return NULL;
	if (!tparse_take(p, "..")) {
		if (a->kind == N_MAP || a->kind == N_CALL || (p->in_macro && a->kind == N_NAME))
			return a;
		tparse_error(p, a->at, "'for' goes over a map or a range");
		tparse_hint(p, "for ($kv : @map) { … }, for ($i : 0..10) { … }");
		return NULL;
	}
	n = tparse_node(p, N_RANGE, off);
	if (!n)
		return NULL;
	n->a = a;
	n->b = tparse_expr(p);
	return n->b ? tparse_done(p, n, off) : NULL;
}

static struct node *for_loop(struct tparser *p)
{
	struct node *n = tparse_node(p, N_FOR, p->tok.off);
	u32 off = p->tok.off;
	bool paren;

	tparse_next(p);
	if (!n)
		return NULL;
	paren = tparse_take(p, "(");
	if (p->tok.kind != TT_VAR) {
		tparse_error(p, tparse_here(p), "a variable is expected after 'for', not %s",
			     tparse_found(p));
		tparse_hint(p, "for ($kv : @map) { … }, for ($i : 0..10) { … }");
		return NULL;
	}
	n->name = p->tok.text;
	n->name_at = tparse_here(p);
	tparse_next(p);
	if (!tparse_need(p, ":", "after the variable of 'for'"))
		return NULL;
	n->a = loop_over(p);
	if (!n->a || (paren && !tparse_need(p, ")", "after what 'for' goes over")))
		return NULL;
	return body_into(p, &n->body) ? tparse_done(p, n, off) : NULL;
}

static struct node *jump(struct tparser *p, enum node_kind kind)
{
	struct node *n = tparse_node(p, kind, p->tok.off);
	u32 off = p->tok.off;

	tparse_next(p);
	if (!n)
		return NULL;
	if (kind == N_RETURN && !tparse_is(p, ";") && !tparse_is(p, "}")) {
		n->a = tparse_expr(p);
		if (!n->a)
			return NULL;
	}
	return tparse_done(p, n, off);
}

/* *open: it ends in a block and needs no ';'. */
static struct node *statement(struct tparser *p, bool *open)
{
	struct node *n;

	*open = true;
	if (tparse_is_word(p, "if"))
		return tparse_if(p, false);
	if (tparse_is_word(p, "while"))
		return loop(p, N_WHILE);
	if (tparse_is_word(p, "unroll"))
		return loop(p, N_UNROLL);
	if (tparse_is_word(p, "for"))
		return for_loop(p);
	*open = false;
	if (tparse_is_word(p, "let"))
		return let(p);
	if (tparse_is_word(p, "break"))
		return jump(p, N_BREAK);
	if (tparse_is_word(p, "continue"))
		return jump(p, N_CONTINUE);
	if (tparse_is_word(p, "return"))
		return jump(p, N_RETURN);
	n = expr_stmt(p);
	*open = n && n->kind == N_EXPR && (n->a->kind == N_BLOCK || n->a->kind == N_COMPTIME) &&
		!n->a->paren;
	return n;
}

/* Between two statements. false: reported. */
static bool separated(struct tparser *p, const struct node *last, bool open, bool *semicolon)
{
	*semicolon = tparse_is(p, ";");
	if (*semicolon) {
		while (tparse_take(p, ";"))
			;
		return !p->full;
	}
	if (tparse_is(p, "}") || open)
		return true;
	if (p->tok.kind == TT_END)
		return tparse_need(p, "}", "here");
	tparse_error(p, tparse_here(p), "';' or '}' is expected, not %s", tparse_found(p));
	if (p->tok.kind != TT_OP)
		tparse_hint(p, "a ';' stands between statements");
	else if (last->kind == N_EXPR && last->a->kind == N_NAME && tparse_is(p, ":"))
		tparse_hint(p, "is the '}' of the probe before missing?");
	return false;
}

bool tparse_block(struct tparser *p, struct node **out, bool *value)
{
	bool predicate = p->predicate, semicolon = true, open;
	struct node *n = NULL;

	if (!tparse_need(p, "{", "here") || !tparse_enter(p))
		return false;
	p->predicate = false;
	while (tparse_take(p, ";"))
		;
	while (!tparse_is(p, "}")) {
		if (p->tok.kind == TT_END)
			return tparse_need(p, "}", "here");
		n = statement(p, &open);
		if (!n || !separated(p, n, open, &semicolon))
			return false;
		*out = n;
		out = &n->next;
	}
	if (value)
		*value = n && n->kind == N_EXPR && !semicolon;
	p->predicate = predicate;
	tparse_leave(p);
	return !p->full;
}

bool tparse_body(struct tparser *p, struct node **out)
{
	return tparse_block(p, out, NULL) && tparse_need(p, "}", "here");
}

struct node *tparse_block_expr(struct tparser *p)
{
	struct node *n = tparse_node(p, N_BLOCK, p->tok.off);
	u32 off = p->tok.off;

	if (!n || !tparse_block(p, &n->body, &n->value) || !tparse_need(p, "}", "here"))
		return NULL;
	return tparse_done(p, n, off);
}
