/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Why the program was refused, for people: the sentence at its source line, a hint, the events on
 * the path that led there (where the register got its value, which branches were taken, what was
 * last known of it), and the register in words.
 */
#ifndef VERIFY_EXPLAIN_H
#define VERIFY_EXPLAIN_H

#include "base/buf.h"
#include "verify/env.h"
#include "verify/origin.h"

/* v->reject is set and v->cur is the state that failed (NULL: before the walk). Records error,
 * notes and hint in v->d. 0 or -ENOMEM. */
int explain_reject(struct verify *v);
/* The same for what was refused before any path was followed: its errors are in v->d already; the
 * last becomes v->reject.text and gets a hint. */
void explain_structure(struct verify *v);
/* A refusal and what is known of the way to it, as one error with notes. */
int explain_story(struct diag *d, const struct story *s, const struct reject *r);
/* A register in words: "a number from 0 to 255", "a pointer to the value of map 'counts', or NULL".
 */
void explain_reg(struct buf *out, const struct verify *v, const struct reg *r);

#endif
