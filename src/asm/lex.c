// SPDX-License-Identifier: BSD-2-Clause
#include "asm/lex.h"

#include <ctype.h>
#include <errno.h>

#include "base/buf.h"

/* Longest first. */
static const char *const ops[] = {
	"s>>=", "<<=", ">>=", "s/=", "s%=", "s>=", "s<=", "+=", "-=", "*=", "/=", "|=", "&=",
	"%=",	"^=",  "==",  "!=",  ">=",  "<=",  "s>",  "s<", ">",  "<",  "&",  "=",	"*",
	"(",	")",   "[",   "]",   "+",   "-",   ",",	  ":",	"#",  "@",  "|",
};

struct span lex_span(const struct lex *l, u32 off, u32 len)
{
	return (struct span){ .file = l->file, .off = off, .len = len };
}

void lex_init(struct lex *l, const char *name, const char *text, u32 len, struct arena *a,
	      struct diag *d)
{
	*l = (struct lex){ .text = text, .len = len, .line = 1, .diag = d, .arena = a };
	l->file = diag_file(d, name, text, len, 1);
}

static int at(const struct lex *l, u32 ahead)
{
	return l->len - l->pos > ahead ? (u8)l->text[l->pos + ahead] : 0;
}

static void newline(struct lex *l)
{
	l->line++;
	l->line_start = l->pos;
}

static void bad(struct lex *l, struct token *t, u32 off, u32 len, const char *what)
{
	diag_error(l->diag, -EINVAL, lex_span(l, off, len), "%s", what);
	l->failed = true;
	t->kind = TOK_BAD;
}

void lex_skip_line(struct lex *l)
{
	while (l->pos < l->len && l->text[l->pos] != '\n')
		l->pos++;
}

static bool starts_comment(const struct lex *l)
{
	int c = at(l, 0);

	if (c == ';' || (c == '/' && at(l, 1) == '/'))
		return true;
	if (c != '#')
		return false;
	return l->pos == l->line_start || isspace((u8)l->text[l->pos - 1]);
}

/* Past a comment of C's form; false when it does not end. */
static bool skip_block(struct lex *l)
{
	l->pos += 2;
	while (l->pos < l->len) {
		if (at(l, 0) == '*' && at(l, 1) == '/') {
			l->pos += 2;
			return true;
		}
		if (l->text[l->pos++] == '\n')
			newline(l);
	}
	return false;
}

static bool skip_blanks(struct lex *l, struct token *t)
{
	while (l->pos < l->len) {
		u32 start = l->pos;
		int c = at(l, 0);

		if (c == ' ' || c == '\t' || c == '\r') {
			l->pos++;
		} else if (starts_comment(l)) {
			lex_skip_line(l);
		} else if (c == '/' && at(l, 1) == '*') {
			if (!skip_block(l)) {
				bad(l, t, start, 2, "this comment does not end");
				return false;
			}
		} else {
			break;
		}
	}
	return true;
}

static bool is_word(int c)
{
	return isalnum(c) || c == '_' || c == '.' || c == '$';
}

static void lex_number(struct lex *l, struct token *t)
{
	u32 start = l->pos, base = 10, digits = 0;
	bool overflow = false;

	if (at(l, 0) == '0' && (at(l, 1) == 'x' || at(l, 1) == 'X'))
		base = 16;
	else if (at(l, 0) == '0' && (at(l, 1) == 'b' || at(l, 1) == 'B'))
		base = 2;
	if (base != 10)
		l->pos += 2;
	t->kind = TOK_NUMBER;
	for (; isxdigit(at(l, 0)); l->pos++, digits++) {
		int c = at(l, 0);
		u32 digit = (u32)(isdigit(c) ? c - '0' : tolower(c) - 'a' + 10);

		if (digit >= base)
			break;
		overflow |= __builtin_mul_overflow(t->value, (u64)base, &t->value);
		overflow |= __builtin_add_overflow(t->value, (u64)digit, &t->value);
	}
	if (is_word(at(l, 0)) || !digits) {
		while (is_word(at(l, 0)))
			l->pos++;
		bad(l, t, start, l->pos - start, "malformed number");
	} else if (overflow) {
		bad(l, t, start, l->pos - start, "the number does not fit in 64 bits");
	}
}

static int hex_digit(int c)
{
	return isdigit(c) ? c - '0' : isxdigit(c) ? tolower(c) - 'a' + 10 : -1;
}

/* One character of a literal, escapes resolved; -1: malformed. */
static int lex_char(struct lex *l)
{
	static const char from[] = "nrt0\\'\"", to[] = "\n\r\t\0\\'\"";
	int c = at(l, 0);
	const char *p;

	if (c == '\n' || l->pos >= l->len)
		return -1;
	l->pos++;
	if (c != '\\')
		return c;
	c = at(l, 0);
	if (c == 'x' && isxdigit(at(l, 1)) && isxdigit(at(l, 2))) {
		c = hex_digit(at(l, 1)) << 4 | hex_digit(at(l, 2));
		l->pos += 3;
		return c;
	}
	p = c ? strchr(from, c) : NULL;
	if (!p)
		return -1;
	l->pos++;
	return (u8)to[p - from];
}

static void lex_string(struct lex *l, struct token *t)
{
	u32 start = l->pos++;
	struct buf b = { 0 };

	while (l->pos < l->len && at(l, 0) != '"') {
		u32 from = l->pos;
		int c = lex_char(l);

		if (c < 0) {
			buf_fini(&b);
			if (at(l, 0) == '\n' || l->pos >= l->len)
				bad(l, t, start, l->pos - start, "this string does not end");
			else
				bad(l, t, from, 2, "unknown escape sequence");
			return;
		}
		buf_putc(&b, (char)c);
	}
	if (l->pos >= l->len) {
		buf_fini(&b);
		bad(l, t, start, l->pos - start, "this string does not end");
		return;
	}
	l->pos++;
	t->kind = TOK_STRING;
	t->text_len = (u32)b.len;
	buf_putc(&b, '\0');
	t->text = b.err ? NULL : arena_copy(l->arena, b.data, b.len);
	buf_fini(&b);
	if (!t->text) {
		diag_nomem(l->diag);
		l->failed = true;
		t->kind = TOK_BAD;
	}
}

static void lex_op(struct lex *l, struct token *t)
{
	for (u32 i = 0; i < ARRAY_SIZE(ops); i++) {
		u32 len = (u32)strlen(ops[i]);

		if (l->len - l->pos >= len && !memcmp(l->text + l->pos, ops[i], len)) {
			t->kind = TOK_OP;
			memcpy(t->op, ops[i], len + 1);
			l->pos += len;
			return;
		}
	}
	bad(l, t, l->pos, 1, "stray character");
	l->pos++;
}

static void lex_word(struct lex *l, struct token *t)
{
	u32 start = l->pos;

	while (is_word(at(l, 0)))
		l->pos++;
	t->kind = TOK_WORD;
	t->text_len = l->pos - start;
	t->text = arena_strndup(l->arena, l->text + start, t->text_len);
	if (!t->text) {
		diag_nomem(l->diag);
		l->failed = true;
		t->kind = TOK_BAD;
	}
}

static void lex_quote(struct lex *l, struct token *t)
{
	u32 start = l->pos++;
	int c = lex_char(l);

	if (c < 0 || at(l, 0) != '\'') {
		bad(l, t, start, 1, "malformed character");
		return;
	}
	l->pos++;
	t->kind = TOK_NUMBER;
	t->value = (u64)c;
}

/* "s>", "s/=" and the like: an operator that begins with a letter. */
static bool signed_op(const struct lex *l)
{
	int c = at(l, 1);

	if (at(l, 0) != 's')
		return false;
	if (c == '/' || c == '%')
		return at(l, 2) == '=';
	return c == '<' || c == '>';
}

void lex_next(struct lex *l, struct token *t)
{
	int c;

	*t = (struct token){ .off = l->pos };
	if (!skip_blanks(l, t))
		return;
	t->off = l->pos;
	if (l->pos >= l->len)
		return;
	c = at(l, 0);
	if (c == '\n') {
		l->pos++;
		newline(l);
		t->kind = TOK_LINE;
	} else if (isdigit(c)) {
		lex_number(l, t);
	} else if (signed_op(l)) {
		lex_op(l, t);
	} else if (isalpha(c) || c == '_' || c == '.') {
		lex_word(l, t);
	} else if (c == '"') {
		lex_string(l, t);
	} else if (c == '\'') {
		lex_quote(l, t);
	} else {
		lex_op(l, t);
	}
	t->len = l->pos - t->off;
}

const char *lex_rest(struct lex *l, u32 *len)
{
	u32 start = l->pos;

	while (l->pos < l->len && l->text[l->pos] != '\n' && !starts_comment(l))
		l->pos++;
	*len = l->pos - start;
	lex_skip_line(l);
	return l->text + start;
}

void lex_skip_opcode(struct lex *l)
{
	while (at(l, 0) == ' ' || at(l, 0) == '\t')
		l->pos++;
	if (at(l, 0) == '(' && isxdigit(at(l, 1)) && isxdigit(at(l, 2)) && at(l, 3) == ')')
		l->pos += 4;
}
