// SPDX-License-Identifier: BSD-2-Clause
/* The operands of expressions: literals, words, calls, maps, tuples, what has parentheses. */
#include "trace/parse.h"

#include <errno.h>
#include <stdlib.h>

/* ---- parameters: $1, $# ---- */

static const char *param_text(const struct tparser *p, u32 number)
{
	const char *text = NULL;

	if (number && number <= p->opts->param_count)
		text = p->opts->params[number - 1];
	return text ? text : "";
}

static bool param_number(const char *text, u64 *out)
{
	char *end;

	*out = strtoull(text, &end, 0);
	return text[0] && !*end;
}

/* A number where the text is one or is missing, else a string. */
static struct node *param(struct tparser *p)
{
	struct node *n = tparse_node(p, N_NUMBER, p->tok.off);
	u32 off = p->tok.off;

	if (!n)
		return NULL;
	n->param = p->tok.value;
	n->str = arena_strdup(p->arena, param_text(p, n->param));
	if (!n->str) {
		tparse_nomem(p);
		return NULL;
	}
	n->len = strlen(n->str);
	if (!n->param)
		n->num = p->opts->param_count;
	else if (!param_number(n->str, &n->num) && n->len)
		n->kind = N_STRING;
	tparse_next(p);
	return tparse_done(p, n, off);
}

struct node *tparse_number(struct tparser *p)
{
	u32 off = p->tok.off;
	struct node *n;

	if (p->tok.kind == TT_PARAM) {
		n = param(p);
		if (n && n->kind != N_NUMBER) {
			tparse_error(p, n->at, "a number is expected here, and $%u is \"%s\"",
				     n->param, n->str);
			return NULL;
		}
		return n;
	}
	if (p->tok.kind != TT_NUMBER) {
		tparse_error(p, tparse_here(p), "a number is expected here, not %s",
			     tparse_found(p));
		return NULL;
	}
	n = tparse_node(p, N_NUMBER, off);
	if (!n)
		return NULL;
	n->num = p->tok.value;
	n->literal_char = p->tok.is_char;
	n->is_unsigned = p->tok.is_unsigned;
	tparse_next(p);
	return tparse_done(p, n, off);
}

/* str($1 + 1) takes the parameter as text, and a constant counts its bytes. */
static bool str_of_param(struct tparser *p, struct node *call)
{
	struct node *a = call->args, *plus = NULL;

	if (!a)
		return true;
	if (a->kind == N_BINARY && a->op == OP_ADD && a->b->kind == N_NUMBER) {
		plus = a->b;
		a = a->a;
	}
	if (!a->param || (a->kind != N_NUMBER && a->kind != N_STRING))
		return true;
	if (plus && plus->num > a->len)
		return tparse_error(p, plus->at, "$%u has only %u bytes: \"%s\"", a->param, a->len,
				    a->str);
	a->kind = N_STRING;
	if (plus) {
		a->str += plus->num;
		a->len -= plus->num;
		a->next = call->args->next;
		call->args = a;
	}
	return true;
}

/* ---- lists ---- */

bool tparse_list(struct tparser *p, const char *close, struct node **out, u32 *count)
{
	bool predicate = p->predicate;

	p->predicate = false;
	while (!tparse_is(p, close)) {
		*out = tparse_expr(p);
		if (!*out)
			return false;
		out = &(*out)->next;
		(*count)++;
		if (!tparse_take(p, ","))
			break;
	}
	p->predicate = predicate;
	if (tparse_take(p, close))
		return !p->full;
	return tparse_error(p, tparse_here(p), "',' or '%s' is expected, not %s", close,
			    tparse_found(p));
}

static struct node *map(struct tparser *p)
{
	struct node *n = tparse_node(p, N_MAP, p->tok.off), *keys = NULL;
	u32 off = p->tok.off, count = 0, bracket;

	if (!n)
		return NULL;
	n->name = p->tok.text;
	n->name_at = tparse_here(p);
	if (!p->in_macro && !p->trying && !(n->map = tparse_map(p, n->name, tparse_here(p))))
		return NULL;
	tparse_next(p);
	bracket = p->tok.off;
	if (!tparse_take(p, "["))
		return tparse_done(p, n, off);
	if (!tparse_list(p, "]", &keys, &count))
		return NULL;
	n->key = keys;
	if (!count) {
		tparse_error(p, tparse_since(p, bracket), "the key is missing");
		tparse_hint(p, "without a key a map is written %s", n->name);
		return NULL;
	}
	if (count > 1) {
		n->key = tparse_node(p, N_TUPLE, bracket);
		if (!n->key)
			return NULL;
		n->key->args = keys;
		n->key->arg_count = count;
		n->key->key_list = true;
		n->key = tparse_done(p, n->key, bracket);
	}
	return n->key ? tparse_done(p, n, off) : NULL;
}

/* (x = 1, y = 2) */
static bool record_items(struct tparser *p, struct node *n)
{
	struct node **tail = &n->args;

	n->kind = N_RECORD;
	while (p->tok.kind == TT_WORD) {
		const char *label = p->tok.text;

		tparse_next(p);
		if (!tparse_need(p, "=", "after the name of a field"))
			return false;
		*tail = tparse_expr(p);
		if (!*tail)
			return false;
		(*tail)->label = label;
		tail = &(*tail)->next;
		n->arg_count++;
		if (!tparse_take(p, ","))
			break;
	}
	return tparse_need(p, ")", "after the fields");
}

static bool at_record(const struct tparser *p)
{
	struct tlex l = p->lex;
	struct ttoken t;

	l.diag = NULL;
	if (p->tok.kind != TT_WORD)
		return false;
	tlex_next(&l, &t);
	return t.kind == TT_OP && !strcmp(t.op, "=");
}

static struct node *group(struct tparser *p, u32 off)
{
	struct node *n = tparse_node(p, N_TUPLE, off), *first;

	if (!n)
		return NULL;
	if (at_record(p))
		return record_items(p, n) ? tparse_done(p, n, off) : NULL;
	if (tparse_take(p, ")"))
		return tparse_done(p, n, off);
	first = tparse_expr(p);
	if (!first)
		return NULL;
	if (tparse_take(p, ")")) {
		first->paren = true;
		return first;
	}
	if (!tparse_need(p, ",", "or ')'"))
		return NULL;
	n->args = first;
	n->arg_count = 1;
	return tparse_list(p, ")", &first->next, &n->arg_count) ? tparse_done(p, n, off) : NULL;
}

struct node *tparse_paren(struct tparser *p)
{
	bool predicate = p->predicate;
	u32 off = p->tok.off;
	struct node *n;

	tparse_next(p);
	p->predicate = false;
	n = group(p, off);
	p->predicate = predicate;
	return n;
}

/* ---- words ---- */

/* sizeof(type), sizeof(expr) */
static bool size_operand(struct tparser *p, struct node *n)
{
	bool lone = p->tok.kind == TT_WORD && !tparse_at_type(p);
	struct tlex l = p->lex;
	struct ttoken t;

	if (tparse_at_type(p) || tparse_is_word(p, "typeof")) {
		n->to = tparse_type(p);
		return n->to;
	}
	l.diag = NULL;
	tlex_next(&l, &t);
	if (lone && t.kind == TT_OP && !strcmp(t.op, "*")) {
		struct tparse_mark mark = tparse_mark(p);

		/* "foo *": a type; "foo * 2": a value. */
		tparse_try(p);
		n->to = tparse_type(p);
		if (!n->to || !(tparse_is(p, ")") || tparse_is(p, ","))) {
			n->to = NULL;
			tparse_back(p, &mark);
		}
		tparse_tried(p);
		if (n->to)
			return true;
	}
	if (lone && t.kind == TT_OP && (t.op[0] == ')' || t.op[0] == ',')) {
		n->to = arena_alloc(p->arena, sizeof(*n->to));
		if (!n->to)
			return tparse_nomem(p);
		n->to->name = p->tok.text;
		n->to->at = tparse_here(p);
	}
	n->a = tparse_expr(p);
	return n->a;
}

/* a.b.c: as written */
static bool offset_path(struct tparser *p, struct node *n)
{
	u32 off = p->tok.off;

	n->name_at = tparse_here(p);
	do {
		if (p->tok.kind != TT_WORD)
			return tparse_error(p, tparse_here(p), "the name of a member is expected");
		n->name = n->name ? arena_printf(p->arena, "%s.%s", n->name, p->tok.text)
				  : p->tok.text;
		if (!n->name)
			return tparse_nomem(p);
		tparse_next(p);
	} while (tparse_take(p, "."));
	n->name_at = tparse_since(p, off);
	return true;
}

static struct node *size_of(struct tparser *p, enum node_kind kind)
{
	struct node *n = tparse_node(p, kind, p->tok.off);
	bool predicate = p->predicate, ok;
	u32 off = p->tok.off;

	tparse_next(p);
	if (!n || !tparse_need(p, "(", "here"))
		return NULL;
	p->predicate = false;
	ok = size_operand(p, n);
	if (ok && kind == N_OFFSETOF)
		ok = tparse_need(p, ",", "after the type") && offset_path(p, n);
	p->predicate = predicate;
	return ok && tparse_need(p, ")", "here") ? tparse_done(p, n, off) : NULL;
}

static struct node *comptime(struct tparser *p)
{
	struct node *n = tparse_node(p, N_COMPTIME, p->tok.off);
	u32 off = p->tok.off;

	tparse_next(p);
	if (!n)
		return NULL;
	n->a = tparse_unary(p);
	return n->a ? tparse_done(p, n, off) : NULL;
}

static struct node *call(struct tparser *p, struct node *n, u32 off)
{
	n->kind = N_CALL;
	tparse_next(p);
	if (!tparse_list(p, ")", &n->args, &n->arg_count))
		return NULL;
	if (!strcmp(n->name, "str") && !str_of_param(p, n))
		return NULL;
	return tparse_done(p, n, off);
}

/* delete @x[1]: as if it had parentheses. */
static struct node *delete_map(struct tparser *p, struct node *n, u32 off)
{
	n->kind = N_CALL;
	n->arg_count = 1;
	n->args = map(p);
	return n->args ? tparse_done(p, n, off) : NULL;
}

static const char *const reserved[] = { "let",	  "for",    "while",  "unroll", "break", "continue",
					"else",	  "return", "import", "macro",	"fn",	 "config",
					"struct", "union",  "enum",   NULL };

static struct node *word(struct tparser *p)
{
	u32 off = p->tok.off;
	struct node *n;

	if (tparse_is_word(p, "sizeof"))
		return size_of(p, N_SIZEOF);
	if (tparse_is_word(p, "offsetof"))
		return size_of(p, N_OFFSETOF);
	if (tparse_is_word(p, "typeof"))
		return size_of(p, N_TYPEOF);
	if (tparse_is_word(p, "comptime"))
		return comptime(p);
	if (tparse_is_word(p, "if"))
		return tparse_if(p, true);
	for (const char *const *w = reserved; *w; w++) {
		if (!tparse_is_word(p, *w))
			continue;
		tparse_error(p, tparse_here(p), "'%s' cannot stand in an expression", *w);
		return NULL;
	}
	n = tparse_node(p, N_NAME, off);
	if (!n)
		return NULL;
	n->name = p->tok.text;
	n->name_at = tparse_here(p);
	if (tparse_is_word(p, "true") || tparse_is_word(p, "false")) {
		n->kind = N_BOOL;
		n->num = n->name[0] == 't';
	}
	tparse_next(p);
	if (n->kind == N_NAME && tparse_is(p, "("))
		return call(p, n, off);
	if (n->kind == N_NAME && p->tok.kind == TT_MAP && !strcmp(n->name, "delete"))
		return delete_map(p, n, off);
	return tparse_done(p, n, off);
}

/* Literals that stand beside each other are one, as in C. */
static struct node *string(struct tparser *p)
{
	struct node *n = tparse_node(p, N_STRING, p->tok.off);
	u32 off = p->tok.off;
	struct buf all = { 0 };

	if (!n)
		return NULL;
	for (; p->tok.kind == TT_STRING && !p->full; tparse_next(p))
		buf_put(&all, p->tok.text, p->tok.len);
	n->len = all.len;
	buf_putc(&all, 0);
	n->str = all.err ? NULL : arena_copy(p->arena, all.data, all.len);
	buf_fini(&all);
	if (!n->str) {
		tparse_nomem(p);
		return NULL;
	}
	return tparse_done(p, n, off);
}

static struct node *variable(struct tparser *p)
{
	struct node *n = tparse_node(p, N_VAR, p->tok.off);
	u32 off = p->tok.off;

	if (!n)
		return NULL;
	n->name = p->tok.text;
	n->name_at = tparse_here(p);
	tparse_next(p);
	return tparse_done(p, n, off);
}

struct node *tparse_primary(struct tparser *p)
{
	switch (p->tok.kind) {
	case TT_NUMBER:
		return tparse_number(p);
	case TT_PARAM:
		return param(p);
	case TT_STRING:
		return string(p);
	case TT_VAR:
		return variable(p);
	case TT_MAP:
		return map(p);
	case TT_WORD:
		return word(p);
	case TT_BAD:
		p->full |= !p->trying;
		return NULL;
	default:
		break;
	}
	if (tparse_is(p, "("))
		return tparse_paren(p);
	if (tparse_is(p, "{"))
		return tparse_block_expr(p);
	tparse_error(p, tparse_here(p), "a value is expected here, not %s", tparse_found(p));
	return NULL;
}
