/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pointer arithmetic of users without privilege: Linux masks it against speculation, which works
 * only for stack and map value pointers, offsets of one sign, and one kind of arithmetic an
 * instruction. Takes the state around a move, refuses what cannot be masked. Privileged
 * verifications pass. Source: the behaviour of Linux 6.18.
 */
#ifndef VERIFY_UNPRIV_H
#define VERIFY_UNPRIV_H

#include "verify/env.h"

struct unpriv_move {
	bool used;
	bool left; /* the pointer moves down */
	u8 kind;
	u32 limit; /* bytes that it may move */
};

/* Before `ptr` moves by `num`; in_place: the pointer is the destination. */
int unpriv_before(struct verify *v, const struct insn *i, const struct reg *ptr,
		  const struct reg *num, bool in_place, struct unpriv_move *m);
/* After it moved and became `dst`. */
int unpriv_after(struct verify *v, const struct insn *i, const struct reg *dst,
		 const struct unpriv_move *m);
/* A sum of numbers: the same instruction may not move pointers on another path. */
int unpriv_number(struct verify *v, const struct insn *i);

#endif
