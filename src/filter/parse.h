/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The grammar, by recursive descent; every primitive is lowered where it ends, so that
 * encapsulations act in the order of the text.
 *
 *   expr  := item { (and | or) item }      equal precedence, left to right
 *   item  := not item | ( expr ) | primitive | relation | id
 *
 * An id alone stands only behind `and` and `or` and takes the qualifiers of what is before it.
 * Inside parentheses that begin with an id there are only ids. Precedence in arithmetic, low to
 * high: | & shifts + and * /; but % and ^ take all that follows as their right side, and bind to
 * the one operand before them: so libpcap reads them. Source: pcap-filter(7).
 */
#ifndef FILTER_PARSE_H
#define FILTER_PARSE_H

#include "filter/arith.h"
#include "filter/lex.h"
#include "filter/lower.h"
#include "filter/qual.h"

enum {
	MAX_TEXT = 1 << 20, /* bytes */
	MAX_NESTING = 512,  /* parentheses, nots, signs and indexes */
};

struct parser {
	struct lex lex;
	struct token cur;
	struct lower l;
	u32 nesting;
};

void expr_next(struct parser *p);
bool expr_is(const struct parser *p, u32 punct);
/* Reports that the current token does not fit; `expected` in words, or NULL. */
const struct cond *expr_syntax(struct parser *p, const char *expected);
bool expr_enter(struct parser *p); /* a level of nesting; false: too deep, reported */
void expr_leave(struct parser *p);
/* A number, in parentheses or not; false: reported. */
bool expr_number(struct parser *p, u32 *number);

/* Arithmetic (parse_arith.c). */
bool expr_arith(struct parser *p, struct arith *out);
/* `p[…]`, at the bracket. */
bool expr_load(struct parser *p, struct arith *out, enum q_proto proto);
/* What follows a left operand that is already there. */
bool expr_arith_rest(struct parser *p, struct arith *left);
bool expr_is_operator(const struct parser *p);
bool expr_is_relation(const struct parser *p);

/* Primitives without an id that could be left out (primitive.c): NULL with no error recorded never
 * happens; *none: the current token begins none. */
const struct cond *expr_primitive(struct parser *p, enum q_proto proto, bool *none);

#endif
