/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What would fix a refusal, in terms of C where the source gives names, else in general words. The
 * same for our own refusals and for those that a log of Linux tells.
 */
#ifndef VERIFY_HINT_H
#define VERIFY_HINT_H

#include "verify/origin.h"

struct trouble {
	const struct story *story;
	enum reject_kind kind;
	const char *text;	     /* the sentence */
	const char *advice;	     /* the rejecting part's own, or NULL */
	u32 insn;		     /* slot */
	s32 regno;		     /* at fault, -1: none */
	const struct reg *reg;	     /* its content, NULL: none or not known */
	const struct origin *origin; /* of it, NULL: not looked for */
	char expression[WORDS_NAME]; /* C at the place, "" unknown */
	char base[WORDS_NAME];	     /* the pointer in it, "" unknown */
};

/* Appends one sentence; nothing when there is nothing to say. */
void hint_words(struct buf *out, const struct trouble *t);

#endif
