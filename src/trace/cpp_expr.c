// SPDX-License-Identifier: BSD-2-Clause
/* Constant expressions of C: of #if, of enumerators, of array sizes, of macros. */
#include "trace/cpp.h"

static bool is(const struct cexpr *e, const char *op)
{
	return e->tok < e->end && e->tok->kind == CT_OP && !strcmp(e->tok->text, op);
}

static bool take(struct cexpr *e, const char *op)
{
	bool yes = is(e, op);

	e->tok += yes;
	return yes;
}

static bool unary(struct cexpr *e, u64 *out);
static bool binary(struct cexpr *e, u32 least, u64 *out);

static bool is_int_word(const char *w)
{
	static const char *const words[] = { "int",    "long",	"short", "char",  "unsigned",
					     "signed", "__u8",	"__u16", "__u32", "__u64",
					     "__s8",   "__s16", "__s32", "__s64", "u8",
					     "u16",    "u32",	"u64",	 "s8",	  "s16",
					     "s32",    "s64",	"size_t" };

	for (u32 i = 0; i < ARRAY_SIZE(words); i++) {
		if (!strcmp(words[i], w))
			return true;
	}
	return false;
}

/* "(unsigned long)": passed over; values have 64 bits. */
static bool skip_cast(struct cexpr *e)
{
	const struct ctok *t = e->tok;

	while (t < e->end && t->kind == CT_WORD && is_int_word(t->text))
		t++;
	if (t == e->tok || t >= e->end || t->kind != CT_OP || strcmp(t->text, ")"))
		return false;
	e->tok = t + 1;
	return true;
}

static bool paren(struct cexpr *e, u64 *out)
{
	bool ok;

	if (skip_cast(e))
		return unary(e, out);
	if (e->depth > 100)
		return false;
	e->depth++;
	ok = cexpr_value(e, out) && take(e, ")");
	e->depth--;
	return ok;
}

static bool operand(struct cexpr *e, u64 *out)
{
	if (e->tok >= e->end)
		return false;
	if (take(e, "("))
		return paren(e, out);
	if (e->tok->kind == CT_NUMBER) {
		*out = e->tok++->value;
		return true;
	}
	if (e->tok->kind == CT_WORD && e->name && e->name(e->ctx, e->tok->text, out)) {
		e->tok++;
		return true;
	}
	return false;
}

static bool unary(struct cexpr *e, u64 *out)
{
	static const char *const ops[] = { "-", "+", "!", "~" };

	for (u32 i = 0; i < ARRAY_SIZE(ops); i++) {
		bool ok;

		if (e->depth > 100 || !take(e, ops[i]))
			continue;
		e->depth++;
		ok = unary(e, out);
		e->depth--;
		*out = i == 0 ? -*out : i == 2 ? !*out : i == 3 ? ~*out : *out;
		return ok;
	}
	return operand(e, out);
}

static bool apply(const char *op, u64 a, u64 b, u64 *out)
{
	switch (op[0] | op[1] << 8) {
	case '+':
		*out = a + b;
		return true;
	case '-':
		*out = a - b;
		return true;
	case '*':
		*out = a * b;
		return true;
	case '/':
		*out = b ? (u64)((s64)a / ((s64)b == -1 ? 1 : (s64)b)) : 0;
		*out = (s64)b == -1 ? -a : *out;
		return b;
	case '%':
		*out = b && (s64)b != -1 ? (u64)((s64)a % (s64)b) : 0;
		return b;
	case '&':
		*out = a & b;
		return true;
	case '|':
		*out = a | b;
		return true;
	case '^':
		*out = a ^ b;
		return true;
	case '<' | '<' << 8:
		*out = b < 64 ? a << b : 0;
		return true;
	case '>' | '>' << 8:
		*out = b < 64 ? a >> b : 0;
		return true;
	case '<':
		*out = (s64)a < (s64)b;
		return true;
	case '>':
		*out = (s64)a > (s64)b;
		return true;
	case '<' | '=' << 8:
		*out = (s64)a <= (s64)b;
		return true;
	case '>' | '=' << 8:
		*out = (s64)a >= (s64)b;
		return true;
	case '=' | '=' << 8:
		*out = a == b;
		return true;
	case '!' | '=' << 8:
		*out = a != b;
		return true;
	case '&' | '&' << 8:
		*out = a && b;
		return true;
	case '|' | '|' << 8:
		*out = a || b;
		return true;
	default:
		return false;
	}
}

static u32 rank(const struct cexpr *e)
{
	static const struct {
		char op[3];
		u8 rank;
	} ops[] = { { "||", 1 }, { "&&", 2 }, { "|", 3 }, { "^", 4 },  { "&", 5 },  { "==", 6 },
		    { "!=", 6 }, { "<", 7 },  { ">", 7 }, { "<=", 7 }, { ">=", 7 }, { "<<", 8 },
		    { ">>", 8 }, { "+", 9 },  { "-", 9 }, { "*", 10 }, { "/", 10 }, { "%", 10 } };

	for (u32 i = 0; i < ARRAY_SIZE(ops); i++) {
		if (is(e, ops[i].op))
			return ops[i].rank;
	}
	return 0;
}

static bool binary(struct cexpr *e, u32 least, u64 *out)
{
	u32 r;

	if (!unary(e, out))
		return false;
	while ((r = rank(e)) && r >= least) {
		const char *op = e->tok++->text;
		u64 b;

		if (!binary(e, r + 1, &b) || !apply(op, *out, b, out))
			return false;
	}
	return true;
}

bool cexpr_value(struct cexpr *e, u64 *out)
{
	u64 a, b;

	if (!binary(e, 1, out))
		return false;
	if (!take(e, "?"))
		return true;
	if (e->depth > 100)
		return false;
	e->depth++;
	if (!cexpr_value(e, &a) || !take(e, ":") || !cexpr_value(e, &b))
		return false;
	e->depth--;
	*out = *out ? a : b;
	return true;
}
