/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Why the program was refused, for people: the sentence at its source line, the events on the path
 * that led there (where the register got its value, which branches were taken, what was last known
 * of it), the register in words, and a hint.
 */
#ifndef VERIFY_EXPLAIN_H
#define VERIFY_EXPLAIN_H

#include "base/buf.h"
#include "verify/env.h"

/* v->reject is set and v->cur is the state that failed. Records error, notes and hint in v->d. */
int explain_reject(struct verify *v);
/* A register in words: "a number from 0 to 255", "a pointer to the value of map 'counts', or NULL".
 */
void explain_reg(struct buf *out, const struct verify *v, const struct reg *r);

#endif
