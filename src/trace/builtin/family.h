/* SPDX-License-Identifier: BSD-2-Clause */
/* The families of words: one array for each file of this folder, ended by a row without a name. */
#ifndef TRACE_BUILTIN_FAMILY_H
#define TRACE_BUILTIN_FAMILY_H

#include "trace/lower.h"

extern const struct builtin words_task[], words_probe[], words_output[], words_map[],
	words_aggregate[], words_string[], words_symbol[], words_net[], words_effect[],
	words_const[];

/* A word that becomes a constant: number, bool or string. */
int become_number(struct node *n, u64 value, const struct ttype *t);
int become_string(struct infer *in, struct node *n, const char *text);
/* All arguments as values. */
int infer_args(struct infer *in, struct node *n);
/* For words that never reach lowering. */
int lower_never(struct lower *lo, struct node *n, struct value *out);
/* A literal string argument (after folding), or an error. */
int text_arg(struct infer *in, struct node *n, u32 i, const char **out);
int number_arg(struct infer *in, struct node *n, u32 i);

#endif
