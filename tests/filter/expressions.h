/* SPDX-License-Identifier: BSD-2-Clause */
/* expressions.txt, read line by line: each expression with the link types of its section. */
#ifndef TESTS_FILTER_EXPRESSIONS_H
#define TESTS_FILTER_EXPRESSIONS_H

#include "filter/linktype.h"

/* wrong: the line is "wrong: why | expression", else it is the expression. */
typedef void (*expressions_fn)(void *ctx, const struct linktype *link, const char *line,
			       bool wrong);

/* Calls `fn` for the lines of one link type; returns how many expressions the file has, those that
 * libpcap has wrong not counted. */
u32 expressions_each(const struct linktype *link, expressions_fn fn, void *ctx);

#endif
