// SPDX-License-Identifier: BSD-2-Clause
#include "filter/lex.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>

#include <arpa/inet.h>

#include "base/hash.h"
#include "base/str.h"
#include "filter/atm.h"
#include "filter/mtp.h"
#include "filter/pflog.h"
#include "filter/qual.h"

struct word {
	const char *text;
	enum token_kind kind;
	u32 value;
};

static const struct word words[] = {
#define PROTO(id, name, form, value, index) { name, TOK_PROTO_NAME, Q_##id },
#define PROTO_ALIAS(id, name)		    { name, TOK_PROTO_NAME, Q_##id },
#include "filter/proto.def"
#define WORD(text, kind, value) { text, TOK_##kind, value },
#define CONSTANT(text, number)	{ text, TOK_NUM, number },
#include "filter/tokens.def"
};

static int at(const struct lex *l, u32 pos)
{
	return pos < l->len ? (u8)l->text[pos] : 0;
}

struct span scan_span(const struct lex *l, const struct token *t)
{
	return (struct span){ .file = l->file, .off = t->off, .len = t->len };
}

const char *scan_near(const char *word)
{
	struct near n = near_start(word, strlen(word));

	for (u32 i = 0; i < ARRAY_SIZE(words); i++)
		near_try(&n, words[i].text);
	return n.best;
}

/* Lengths of the things that may stand at a position; 0: it does not. */

static u32 number_len(const struct lex *l, u32 p)
{
	u32 n = 0;

	if (at(l, p) == '0' && (at(l, p + 1) | 32) == 'x' && isxdigit(at(l, p + 2))) {
		for (n = 2; isxdigit(at(l, p + n)); n++)
			;
		return n;
	}
	while (isdigit(at(l, p + n)))
		n++;
	return n;
}

static u32 dotted_len(const struct lex *l, u32 p)
{
	u32 n = number_len(l, p), numbers = 1, more;

	if (!n)
		return 0;
	while (numbers < 4 && at(l, p + n) == '.' && (more = number_len(l, p + n + 1))) {
		n += 1 + more;
		numbers++;
	}
	return numbers > 1 ? n : 0;
}

static bool is_word(int c)
{
	return isalnum(c) || c == '-' || c == '_' || c == '.';
}

/* Letters, digits, '-', '_' and '.'; neither '-' nor '_' at the end. */
static u32 word_len(const struct lex *l, u32 p)
{
	u32 n = 0;

	if (!isalnum(at(l, p)))
		return 0;
	while (is_word(at(l, p + n)))
		n++;
	while (at(l, p + n - 1) == '-' || at(l, p + n - 1) == '_')
		n--;
	return n;
}

static u32 hex_len(const struct lex *l, u32 p, u32 max)
{
	u32 n = 0;

	while (n < max && isxdigit(at(l, p + n)))
		n++;
	return n;
}

/* Groups of up to `digits` hex digits, exactly so many when `full`. */
static u32 groups_len(const struct lex *l, u32 p, u32 groups, u32 digits, bool full, char sep)
{
	u32 n = 0;

	for (u32 i = 0; i < groups; i++) {
		u32 hex;

		if (i && at(l, p + n++) != sep)
			return 0;
		hex = hex_len(l, p + n, digits);
		if (!hex || (full && hex != digits))
			return 0;
		n += hex;
	}
	return n;
}

static u32 mac_len(const struct lex *l, u32 p)
{
	u32 best = groups_len(l, p, 6, 2, false, ':');

	if (!best)
		best = groups_len(l, p, 6, 2, false, '-');
	if (!best)
		best = groups_len(l, p, 6, 2, false, '.');
	if (!best)
		best = groups_len(l, p, 3, 4, true, '.');
	if (!best)
		best = groups_len(l, p, 1, 12, true, 0);
	return best;
}

/* The longest prefix that is an IPv6 address. */
static u32 ip6_len(const struct lex *l, u32 p)
{
	char text[INET6_ADDRSTRLEN + 1];
	struct in6_addr addr;
	u32 n = 0, colons = 0;

	for (; n < INET6_ADDRSTRLEN; n++) {
		int c = at(l, p + n);

		if (!isxdigit(c) && c != ':' && c != '.')
			break;
		colons += c == ':';
	}
	if (colons < 2)
		return 0;
	memcpy(text, l->text + p, n);
	for (; n > 1; n--) {
		text[n] = 0;
		if (inet_pton(AF_INET6, text, &addr) == 1)
			return n;
	}
	return 0;
}

/* Bytes with colons that are neither a MAC nor an IPv6 address. */
static u32 bad_mac_len(const struct lex *l, u32 p)
{
	u32 n = 0, groups = 0, hex;

	while ((hex = hex_len(l, p + n, 2)) && at(l, p + n + hex) == ':') {
		for (n += hex; at(l, p + n) == ':'; n++)
			;
		groups++;
	}
	return groups > 1 ? n : 0;
}

static void take(struct lex *l, struct token *t, enum token_kind kind, u32 len)
{
	t->kind = kind;
	t->len = len;
	t->text = arena_strndup(l->arena, l->text + l->pos, len);
	l->pos += len;
	if (!t->text)
		t->kind = TOK_BAD;
}

static void bad(struct lex *l, struct token *t, u32 len, const char *what)
{
	t->kind = TOK_BAD;
	t->len = len;
	l->pos += len;
	diag_error(l->diag, -EINVAL, scan_span(l, t), "%s", what);
}

static void take_number(struct lex *l, struct token *t, u32 len)
{
	const char *s = l->text + l->pos;
	u32 base = 10, i = 0;
	u64 v = 0;

	if (len > 2 && (s[1] | 32) == 'x') {
		base = 16;
		i = 2;
	} else if (s[0] == '0') {
		base = 8;
	}
	for (; i < len; i++) {
		u32 digit = isdigit((u8)s[i]) ? s[i] - '0' : (s[i] | 32) - 'a' + 10;

		if (digit >= base) {
			bad(l, t, len, "a number that begins with 0 is octal");
			diag_hint(l->diag, "write it without the 0, or with 0x");
			return;
		}
		v = v * base + digit;
		if (v > UINT32_MAX) {
			bad(l, t, len, "this number does not fit in 32 bits");
			return;
		}
	}
	t->value = (u32)v;
	take(l, t, TOK_NUM, len);
}

static void take_word(struct lex *l, struct token *t, u32 len)
{
	const char *s = l->text + l->pos;

	for (u32 i = 0; i < ARRAY_SIZE(words); i++) {
		if (words[i].text[0] != *s || strncmp(words[i].text, s, len) || words[i].text[len])
			continue;
		t->value = words[i].value;
		take(l, t, words[i].kind, len);
		return;
	}
	take(l, t, TOK_ID, len);
}

/* The name after a backslash is no keyword. */
static void take_escaped(struct lex *l, struct token *t)
{
	u32 n = 1;

	while (at(l, l->pos + n) && !strchr(" !()\n\t", at(l, l->pos + n)))
		n++;
	if (n == 1) {
		bad(l, t, 1, "a name must follow the backslash");
		return;
	}
	take(l, t, TOK_ID, n);
	if (t->text)
		t->text++;
}

static void take_arcnet(struct lex *l, struct token *t)
{
	u32 n = hex_len(l, l->pos + 1, 2);

	if (!n) {
		bad(l, t, 1, "'$' must be followed by an ARCNET address, one or two hex digits");
		return;
	}
	take(l, t, TOK_AID, n + 1);
	t->value = t->text ? (u32)strtoul(t->text + 1, NULL, 16) : 0;
}

static void take_punct(struct lex *l, struct token *t)
{
	static const struct {
		char text[3];
		enum token_kind kind;
		u32 value;
	} pairs[] = {
		{ "&&", TOK_AND, 0 },		{ "||", TOK_OR, 0 },
		{ "!=", TOK_PUNCT, PUNCT_NE },	{ "<=", TOK_PUNCT, PUNCT_LE },
		{ ">=", TOK_PUNCT, PUNCT_GE },	{ "==", TOK_PUNCT, PUNCT_EQ },
		{ "<<", TOK_PUNCT, PUNCT_LSH }, { ">>", TOK_PUNCT, PUNCT_RSH },
	};
	int c = at(l, l->pos);

	for (u32 i = 0; i < ARRAY_SIZE(pairs); i++) {
		if (c != pairs[i].text[0] || at(l, l->pos + 1) != pairs[i].text[1])
			continue;
		t->value = pairs[i].value;
		take(l, t, pairs[i].kind, 2);
		return;
	}
	if (c == '!') {
		take(l, t, TOK_NOT, 1);
	} else if (c && strchr("()[]:+-*/%&|^<>=", c)) {
		t->value = (u32)c;
		take(l, t, TOK_PUNCT, 1);
	} else {
		/* A character of several bytes is one thing to the reader. */
		u32 n = 1;

		while (c >= 0x80 && (at(l, l->pos + n) & 0xc0) == 0x80)
			n++;
		bad(l, t, n, "this character is not part of the filter language");
	}
}

void scan_next(struct lex *l, struct token *t)
{
	u32 num, hid, mac, ip6, word, wrong, best;

	while (l->pos < l->len && l->text[l->pos] && strchr(" \t\r\n", l->text[l->pos]))
		l->pos++;
	*t = (struct token){ .off = l->pos };
	if (l->pos >= l->len)
		return;
	num = number_len(l, l->pos);
	hid = dotted_len(l, l->pos);
	mac = mac_len(l, l->pos);
	ip6 = ip6_len(l, l->pos);
	word = word_len(l, l->pos);
	wrong = bad_mac_len(l, l->pos);
	best = MAX(MAX(MAX(num, hid), MAX(mac, ip6)), MAX(word, wrong));
	if (!best) {
		if (at(l, l->pos) == '\\')
			take_escaped(l, t);
		else if (at(l, l->pos) == '$')
			take_arcnet(l, t);
		else
			take_punct(l, t);
	} else if (best == mac) {
		take(l, t, TOK_EID, mac);
	} else if (best == num) {
		take_number(l, t, num);
	} else if (best == hid) {
		take(l, t, TOK_HID, hid);
	} else if (best == ip6) {
		take(l, t, TOK_HID6, ip6);
	} else if (best == word) {
		take_word(l, t, word);
	} else {
		bad(l, t, wrong, "this is neither a MAC nor an IPv6 address");
	}
}
