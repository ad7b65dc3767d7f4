// SPDX-License-Identifier: BSD-2-Clause
#include "trace/lex.h"

#include "base/buf.h"

#include <errno.h>
#include <stdlib.h>

bool tlex_is_word_start(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool tlex_is_word(char c)
{
	return tlex_is_word_start(c) || is_digit(c);
}

struct span tlex_span(const struct tlex *l, u32 off, u32 end)
{
	return (struct span){ l->file, off, end > off ? end - off : 0 };
}

/* The byte at pos + n; 0 past the end. */
static char at(const struct tlex *l, u32 n)
{
	return l->len - l->pos > n ? l->text[l->pos + n] : 0;
}

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

bool tlex_skip(struct tlex *l)
{
	while (l->pos < l->len) {
		u32 start = l->pos;

		if (is_blank(at(l, 0))) {
			l->pos++;
		} else if (at(l, 0) == '/' && at(l, 1) == '/') {
			while (l->pos < l->len && at(l, 0) != '\n')
				l->pos++;
		} else if (at(l, 0) == '/' && at(l, 1) == '*') {
			const char *end = memmem(l->text + start + 2, l->len - start - 2, "*/", 2);

			if (!end) {
				l->pos = l->len;
				diag_error(l->diag, -EINVAL, tlex_span(l, start, start + 2),
					   "this comment does not end");
				return false;
			}
			l->pos = end + 2 - l->text;
		} else {
			break;
		}
	}
	return true;
}

static void bad(struct tlex *l, struct ttoken *t, u32 off, const char *what)
{
	diag_error(l->diag, -EINVAL, tlex_span(l, off, l->pos), "%s", what);
	t->kind = TT_BAD;
}

static void take_text(struct tlex *l, struct ttoken *t, u32 off, u32 end)
{
	t->text = arena_strndup(l->arena, l->text + off, end - off);
	t->len = end - off;
	l->nomem |= !t->text;
}

static s32 hex_digit(char c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* After the backslash: one byte into *out, or false. */
static bool escape(struct tlex *l, u8 *out)
{
	static const char from[] = "nrt\"\\'0abfv", to[] = "\n\r\t\"\\'\0\a\b\f\v";
	char c = at(l, 0);
	const char *p = c ? strchr(from, c) : NULL;
	u32 value = 0, n = 0;

	if (c >= '0' && c <= '7') {
		for (; n < 3 && at(l, 0) >= '0' && at(l, 0) <= '7'; n++, l->pos++)
			value = value * 8 + (at(l, 0) - '0');
		*out = value;
		return value < 256;
	}
	l->pos += l->pos < l->len;
	if (c == 'x') {
		for (; n < 2 && hex_digit(at(l, 0)) >= 0; n++, l->pos++)
			value = value * 16 + hex_digit(at(l, 0));
		*out = value;
		return n > 0;
	}
	if (p)
		*out = to[p - from];
	return p;
}

static void read_string(struct tlex *l, struct ttoken *t)
{
	struct buf out = { 0 };
	u32 start = l->pos++;

	t->kind = TT_STRING;
	while (l->pos < l->len && at(l, 0) != '"' && at(l, 0) != '\n') {
		u32 here = l->pos;
		u8 byte = at(l, 0);

		l->pos++;
		if (byte == '\\' && !escape(l, &byte) && t->kind != TT_BAD) {
			bad(l, t, here, "there is no such escape in a string");
			diag_hint(l->diag, "there are \\n \\r \\t \\\\ \\\" \\0 \\ooo \\xhh");
		}
		buf_putc(&out, byte);
	}
	if (at(l, 0) == '"')
		l->pos++;
	else if (t->kind != TT_BAD)
		bad(l, t, start, "this string does not end on its line");
	t->text = arena_strndup(l->arena, buf_str(&out), 0);
	t->len = out.len;
	if (out.len) {
		buf_putc(&out, 0);
		t->text = out.err ? NULL : arena_copy(l->arena, out.data, out.len);
	}
	l->nomem |= !t->text;
	buf_fini(&out);
}

static void read_char(struct tlex *l, struct ttoken *t)
{
	u32 start = l->pos++;
	u8 byte = at(l, 0);
	bool good = byte && byte != '\'' && byte != '\n';

	t->kind = TT_NUMBER;
	t->is_char = true;
	l->pos += l->pos < l->len;
	if (byte == '\\')
		good = escape(l, &byte);
	t->value = byte;
	if (!good || at(l, 0) != '\'') {
		bad(l, t, start, "a character stands between two quotes");
		diag_hint(l->diag, "strings have double quotes: \"…\"");
		return;
	}
	l->pos++;
}

/* Digits and '_' in base; false: too large. */
static bool digits(struct tlex *l, u32 base, u64 *out, u32 *count)
{
	bool fits = true;

	for (;; l->pos++) {
		s32 digit = at(l, 0) == '_' ? -2 : hex_digit(at(l, 0));

		if (digit == -2)
			continue;
		if (digit < 0 || digit >= (s32)base)
			return fits;
		fits &= !__builtin_mul_overflow(*out, (u64)base, out) &&
			!__builtin_add_overflow(*out, (u64)digit, out);
		(*count)++;
	}
}

static bool scale(u64 *value, const char *unit, u32 len)
{
	static const struct {
		const char *name;
		u64 ns;
	} units[] = { { "ns", 1 },
		      { "us", 1000 },
		      { "ms", 1000000 },
		      { "s", 1000000000 },
		      { "m", 60000000000 },
		      { "h", 3600000000000 },
		      { "d", 86400000000000 } };

	for (u32 i = 0; i < ARRAY_SIZE(units); i++) {
		if (strlen(units[i].name) == len && !memcmp(units[i].name, unit, len))
			return !__builtin_mul_overflow(*value, units[i].ns, value);
	}
	return false;
}

/* "ul", "LL", …: C's suffixes say nothing here but "unsigned". */
static bool c_suffix(const char *s, u32 len, bool *is_unsigned)
{
	u32 u = 0, l = 0;

	for (u32 i = 0; i < len; i++) {
		u += s[i] == 'u' || s[i] == 'U';
		l += s[i] == 'l' || s[i] == 'L';
	}
	*is_unsigned = u;
	return u + l == len && u <= 1 && l <= 2;
}

static bool exponent(struct tlex *l, u64 *value)
{
	u64 e = 0;
	u32 n = 0;
	bool fits = digits(l, 10, &e, &n) && e < 20;

	for (; fits && e; e--)
		fits = !__builtin_mul_overflow(*value, 10ull, value);
	return fits;
}

/* What follows the digits: an exponent, a unit of time, C's suffixes. */
static void number_suffix(struct tlex *l, struct ttoken *t, bool decimal, bool fits)
{
	u32 end;

	if (decimal && (at(l, 0) == 'e' || at(l, 0) == 'E') && is_digit(at(l, 1))) {
		l->pos++;
		fits &= exponent(l, &t->value);
	}
	end = l->pos;
	while (end < l->len && tlex_is_word(l->text[end]))
		end++;
	if (!fits) {
		l->pos = end;
		bad(l, t, t->off, "this number does not fit into 64 bits");
		return;
	}
	if (end == l->pos || c_suffix(l->text + l->pos, end - l->pos, &t->is_unsigned)) {
		l->pos = end;
		return;
	}
	if (decimal && scale(&t->value, l->text + l->pos, end - l->pos)) {
		l->pos = end;
		return;
	}
	l->pos = end;
	bad(l, t, t->off, "this is not a number");
	diag_hint(l->diag, "numbers are 12, 1_000, 0x1f, 017, 1e6, 5ms, 12u");
}

static void read_number(struct tlex *l, struct ttoken *t)
{
	u32 base = 10, count = 0;
	bool fits;

	t->kind = TT_NUMBER;
	if (at(l, 0) == '0' && (at(l, 1) == 'x' || at(l, 1) == 'X')) {
		l->pos += 2;
		base = 16;
	} else if (at(l, 0) == '0' && (at(l, 1) == 'b' || at(l, 1) == 'B')) {
		l->pos += 2;
		base = 2;
	} else if (at(l, 0) == '0' && is_digit(at(l, 1))) {
		base = 8;
	}
	fits = digits(l, base, &t->value, &count);
	if (!count) {
		bad(l, t, t->off, "digits are missing after this prefix");
		return;
	}
	number_suffix(l, t, base == 10, fits);
}

static void read_word(struct tlex *l, struct ttoken *t, enum ttoken_kind kind, u32 skip)
{
	u32 start = l->pos;

	t->kind = kind;
	l->pos += skip;
	while (l->pos < l->len && tlex_is_word(at(l, 0)))
		l->pos++;
	take_text(l, t, kind == TT_VAR ? start + 1 : start, l->pos);
}

static void read_dollar(struct tlex *l, struct ttoken *t)
{
	u32 count = 0;

	if (at(l, 1) == '#') {
		l->pos += 2;
		t->kind = TT_PARAM;
	} else if (is_digit(at(l, 1))) {
		l->pos++;
		t->kind = TT_PARAM;
		if (!digits(l, 10, &t->value, &count) || !t->value || t->value > UINT32_MAX)
			bad(l, t, t->off, "parameters are $1, $2, …");
	} else if (tlex_is_word_start(at(l, 1))) {
		read_word(l, t, TT_VAR, 1);
	} else {
		l->pos++;
		bad(l, t, t->off, "a name or a number is missing after '$'");
	}
}

static void read_op(struct tlex *l, struct ttoken *t)
{
	static const char ops[][4] = { "<<=", ">>=", "->", "++", "--", "<<", ">>", "<=",
				       ">=",  "==",  "!=", "&&", "||", "+=", "-=", "*=",
				       "/=",  "%=",  "&=", "|=", "^=", ".." };
	char c = at(l, 0);

	t->kind = TT_OP;
	for (u32 i = 0; i < ARRAY_SIZE(ops); i++) {
		size_t n = strlen(ops[i]);

		if (l->len - l->pos >= n && !memcmp(l->text + l->pos, ops[i], n)) {
			memcpy(t->op, ops[i], n + 1);
			l->pos += n;
			return;
		}
	}
	l->pos++;
	t->op[0] = c;
	if (c && strchr("+-*/%&|^~!<>=?:;,.()[]{}", c))
		return;
	while (l->pos < l->len && (l->text[l->pos] & 0xc0) == 0x80)
		l->pos++; /* the rest of one UTF-8 character */
	bad(l, t, t->off, "this character has no meaning here");
}

void tlex_next(struct tlex *l, struct ttoken *t)
{
	char c;

	*t = (struct ttoken){ .kind = TT_END };
	if (!tlex_skip(l))
		t->kind = TT_BAD;
	t->off = t->end = l->pos;
	if (l->pos >= l->len)
		return;
	c = at(l, 0);
	if (tlex_is_word_start(c))
		read_word(l, t, TT_WORD, 1);
	else if (is_digit(c))
		read_number(l, t);
	else if (c == '"')
		read_string(l, t);
	else if (c == '\'')
		read_char(l, t);
	else if (c == '$')
		read_dollar(l, t);
	else if (c == '@')
		read_word(l, t, TT_MAP, 1);
	else
		read_op(l, t);
	t->end = l->pos;
}
