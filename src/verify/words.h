/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Words for people: a register's content as a phrase, and the C names that a source line (known
 * from BTF) gives to what an instruction reads or makes.
 */
#ifndef VERIFY_WORDS_H
#define VERIFY_WORDS_H

#include "base/buf.h"
#include "verify/state.h"

/* "a number from 0 to 255", "a pointer to the value of map 'counts', or NULL". */
void words_reg(struct buf *out, const struct reg *r);
/* "4 bytes", "1 byte". */
void words_bytes(struct buf *out, s64 n);
/* The range of a scalar: "from 0 to 15", "of any value". */
void words_range(struct buf *out, const struct scalar *s);

enum { WORDS_NAME = 64 };
/*
 * The variable that the line assigns: `e` of "struct event *e = f(x);", `p->n` of "p->n = 1;".
 * False when the line assigns nothing, or something too long for `out`.
 */
bool words_assigned(char out[static WORDS_NAME], const struct obj_line *line);
/* The C expression at the line's column: `tcp->dest`, `values[i]`, `*value`. */
bool words_expression(char out[static WORDS_NAME], const struct obj_line *line);
/* What the line calls a value that it reads: the variable that gets it unchanged, else the
 * expression at its column. */
bool words_value(char out[static WORDS_NAME], const struct obj_line *line);
/* Argument `index` (from 0) of a call of `callee` in the line: `&key`. */
bool words_argument(char out[static WORDS_NAME], const struct obj_line *line, const char *callee,
		    u32 index);
/* What a pointer expression is made of: `tcp` of `tcp->dest`, `value` of `*value`, `h` of
 * `h->slots[i]`. */
bool words_base(char out[static WORDS_NAME], const char *expression);
/* The text of the line without blanks around it; "" when unknown. */
void words_line(struct buf *out, const struct obj_line *line);

#endif
