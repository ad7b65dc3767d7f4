/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Words of a filter expression. The longest match wins, so `80-90` and `a-b` are one word, `1.2.3`
 * is an address and `1:2:3:4:5:6` a MAC address; `\tcp` is the name tcp and not the keyword.
 * Source: pcap-filter(7).
 */
#ifndef FILTER_LEX_H
#define FILTER_LEX_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/types.h"

enum token_kind {
	TOK_END,
	TOK_BAD,	/* reported */
	TOK_NUM,	/* value: a number or a named constant */
	TOK_HID,	/* 2 to 4 numbers with dots */
	TOK_HID6,	/* IPv6 address */
	TOK_EID,	/* MAC address in one of six forms */
	TOK_AID,	/* ARCNET address, $xx: value */
	TOK_ID,		/* any other word, without the backslash */
	TOK_PUNCT,	/* value: the character, or one of the below */
	TOK_PROTO_NAME, /* value: enum q_proto; keywords follow */
#define WORD_KIND(kind) TOK_##kind,
#include "filter/tokens.def"
};

enum { PUNCT_EQ = '=', PUNCT_NE = 256, PUNCT_LE, PUNCT_GE, PUNCT_LSH, PUNCT_RSH };

struct token {
	enum token_kind kind;
	u32 off, len; /* in the text */
	u32 value;
	const char *text; /* NUL-terminated, owned by the arena; of words and addresses */
};

struct lex {
	const char *text;
	u32 len, pos;
	u32 file; /* of spans */
	struct arena *arena;
	struct diag *diag;
};

void scan_next(struct lex *l, struct token *out);
struct span scan_span(const struct lex *l, const struct token *t);
/* The keyword nearest to a word, for hints; NULL: none is near. */
const char *scan_near(const char *word);

#endif
