/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The words of the language: builtins (pid, comm, …) and functions (printf, count, str, …). One
 * word is one struct in builtin/NAME.c with what each phase asks of it; builtin.c lists them all.
 */
#ifndef TRACE_BUILTIN_H
#define TRACE_BUILTIN_H

#include "trace/ast.h"

struct infer; /* infer.h */
struct lower; /* lower.h */
struct value; /* lower.h */

enum {
	WORD_PLAIN = 1,	      /* stands without parentheses */
	WORD_CALL = 2,	      /* called */
	WORD_STATEMENT = 4,   /* yields no value */
	WORD_AGGREGATE = 8,   /* only as the whole right side of @x = … */
	WORD_UNSAFE = 16,     /* needs --unsafe */
	WORD_OLD = 32,	      /* an older spelling of another word */
	WORD_USER_SPACE = 64, /* the user engine has what it takes */
};

struct builtin {
	const char *name;
	u32 flags;
	u8 min_args, max_args; /* max 255: any number */
	/* Sets n->type (and n->event, …) after its arguments have theirs. */
	int (*infer)(struct infer *in, struct node *n);
	int (*lower)(struct lower *lo, struct node *n, struct value *out);
	const char *usage; /* one line: "lhist(value, min, max, step)" */
};

const struct builtin *builtin_find(const char *name);
const struct builtin *builtin_row(u32 n); /* NULL: past the last */

#endif
