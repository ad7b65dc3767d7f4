/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tokens of the trace language. Blanks and comments are skipped. Attach points and C definitions
 * are not made of tokens: parse_point.c and parse_top.c read them from the text itself.
 * Source: bpftrace's language reference, "Literals", "Comments".
 */
#ifndef TRACE_LEX_H
#define TRACE_LEX_H

#include "base/arena.h"
#include "base/diag.h"

enum ttoken_kind {
	TT_END,	   /* of the text */
	TT_WORD,   /* letters, digits, '_': text */
	TT_NUMBER, /* value */
	TT_STRING, /* text, len without the final zero */
	TT_VAR,	   /* $name: text without '$' */
	TT_PARAM,  /* $1, $#: value, 0 for $# */
	TT_MAP,	   /* @name: text with '@' */
	TT_OP,	   /* the longest of the operators: op */
	TT_BAD,	   /* reported */
};

struct ttoken {
	enum ttoken_kind kind;
	u32 off, end; /* bytes in the text */
	u64 value;
	bool is_char, is_unsigned;
	char op[4];
	const char *text; /* owned by the arena */
	u32 len;
};

struct tlex {
	const char *text;
	u32 len, pos;
	u32 file; /* of spans */
	struct arena *arena;
	struct diag *diag; /* NULL: nothing is reported */
	bool nomem;
};

void tlex_next(struct tlex *l, struct ttoken *out);
/* Blanks and comments from l->pos on. false: a comment does not end (reported). */
bool tlex_skip(struct tlex *l);
struct span tlex_span(const struct tlex *l, u32 off, u32 end);
bool tlex_is_word_start(char c);
bool tlex_is_word(char c);

#endif
