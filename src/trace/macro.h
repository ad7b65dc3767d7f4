/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Macros of the language: a call becomes a block expression with a copy of the macro's body.
 * Expression parameters stand for what was written, $x and @x for the caller's variable and map;
 * other variables of the body get names of their own.
 */
#ifndef TRACE_MACRO_H
#define TRACE_MACRO_H

#include "trace/infer.h"

/* Rewrites n (N_CALL or N_NAME). -ENOENT: there is no such macro, nothing said. */
int macro_expand(struct infer *in, struct node *n);

#endif
