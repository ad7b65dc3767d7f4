/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The abstract scalar: what the verifier knows of a number in a register. Five views of one set of
 * values: a tnum and signed and unsigned ranges of all 64 bits and of the low 32. A value belongs
 * to the scalar when it belongs to all five. Pure functions, as precise as Linux 6.18 and never
 * more: its verdict is what they reproduce. scalar.c: the set; scalar_alu.c: arithmetic;
 * scalar_jump.c: branches. Source: the behaviour of Linux 6.18 as its verifier's log prints it.
 */
#ifndef VERIFY_SCALAR_H
#define VERIFY_SCALAR_H

#include "isa/insn.h"
#include "verify/tnum.h"

struct scalar {
	struct tnum var;
	s64 smin, smax;
	u64 umin, umax;
	s32 s32_min, s32_max;
	u32 u32_min, u32_max;
};

struct scalar scalar_unknown(void);
struct scalar scalar_const(u64 v);
struct scalar scalar_range(u64 umin, u64 umax); /* synced */

bool scalar_is_const(const struct scalar *s);	/* one value of 64 bits: s->var.value */
bool scalar_is_const32(const struct scalar *s); /* one value of the low 32 bits */
bool scalar_contains(const struct scalar *s, u64 v);
/* Every bound and bit of `inner` lies in `outer`'s: what makes states comparable when pruning. */
bool scalar_within(const struct scalar *outer, const struct scalar *inner);
bool scalar_equal(const struct scalar *a, const struct scalar *b);
/* No range is inverted, the tnum is well formed and its constants agree with the ranges. */
bool scalar_valid(const struct scalar *s);

void scalar_sync(struct scalar *s); /* mutual refinement of the five views, as far as Linux goes */
void scalar_forget_ranges(struct scalar *s);	/* keep the tnum only */
void scalar_set_low32(struct scalar *s, u32 v); /* the low half is v; not synced */
void scalar_zext32(struct scalar *s);		/* value &= 0xffffffff */
void scalar_trunc(struct scalar *s, u32 bytes); /* zero-extending narrow load: 1, 2, 4, 8 bytes */
void scalar_sext(struct scalar *s, u32 bytes);	/* sign-extend from 1, 2, 4 bytes */
/* `s` also satisfies what is known of `with`; synced. May become invalid: no such value. */
void scalar_intersect(struct scalar *s, const struct scalar *with);

/*
 * dst = dst op src for one ALU or ALU64 instruction. Its code, off and imm select the operation
 * only: an immediate is given as a constant src. NEG and byte swaps ignore src, which may be NULL.
 */
void scalar_alu(struct scalar *dst, const struct scalar *src, const struct insn *i);

/* 1: the jump is always taken, 0: never, -1: unknown. op: enum jmp_op. */
int scalar_branch(const struct scalar *a, const struct scalar *b, u8 op, bool is32);

/*
 * Both operands of an undecided jump on the edge `taken` (or not); both may be one. The result may
 * be invalid: the edge is impossible though scalar_branch could not tell; Linux then keeps the tnum
 * and forgets the ranges.
 */
void scalar_refine(struct scalar *a, struct scalar *b, u8 op, bool is32, bool taken);

#endif
