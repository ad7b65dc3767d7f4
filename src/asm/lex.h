/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tokens of assembler text. Comments are skipped: `;`, `//` and `#` (at the start of a line or
 * after a blank) to the end of the line, and C's own form, which may span lines.
 */
#ifndef ASM_LEX_H
#define ASM_LEX_H

#include "base/arena.h"
#include "base/diag.h"

enum token_kind {
	TOK_END,    /* of the text */
	TOK_LINE,   /* end of a line */
	TOK_WORD,   /* letter, '_' or '.', then letters, digits, '_', '.', '$' */
	TOK_NUMBER, /* decimal, 0x, 0b, or a 'c'haracter: value */
	TOK_STRING, /* "…": text, len */
	TOK_OP,	    /* the longest of the operators: op */
	TOK_BAD,    /* reported; skip the line */
};

struct token {
	enum token_kind kind;
	u32 off, len; /* bytes in the text */
	u64 value;
	char op[5];	  /* "+=", "s>>=" */
	const char *text; /* of a word or string, NUL-terminated, owned by the arena */
	u32 text_len;	  /* a string may hold NUL bytes */
};

struct lex {
	const char *text;
	u32 len, pos;
	u32 line; /* 1-based, of pos */
	u32 line_start;
	u32 file; /* of spans */
	struct diag *diag;
	struct arena *arena;
	bool failed; /* an error was reported */
};

void lex_init(struct lex *l, const char *name, const char *text, u32 len, struct arena *a,
	      struct diag *d);
void lex_next(struct lex *l, struct token *out);
/* Move to the end of the line, not beyond it. */
void lex_skip_line(struct lex *l);
/* The rest of the line without comments, as it stands: start and length. */
const char *lex_rest(struct lex *l, u32 *len);
/* After a listing's "12:": skip the "(b7)" of the kernel's log. */
void lex_skip_opcode(struct lex *l);
struct span lex_span(const struct lex *l, u32 off, u32 len);

#endif
