/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a filter expression means, before any order of instructions: a tree of conditions over
 * values of the packet. Values are pure and hash-consed (the same value is the same pointer), so
 * common loads are one node from the start. All arithmetic is 32-bit unsigned and wraps.
 *
 * What is not pure is stopping: evaluating a load beyond the captured bytes, or a division by zero,
 * ends the whole filter with "no match", whatever surrounds it. An address a + k of 2^32 or more is
 * beyond the captured bytes; a shift by 32 or more gives 0 (both as in libpcap). The order of
 * evaluation is that of the tree: AND and OR left to right with short cut; in a test `a` before
 * `b`; in a value the base of a load before the load. A transformation may drop or move a load only
 * where that cannot change an answer.
 */
#ifndef FILTER_COND_H
#define FILTER_COND_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/types.h"

enum value_kind {
	VALUE_CONST,	 /* k */
	VALUE_LOAD,	 /* `size` bytes (1, 2, 4), big-endian, at a + k; a NULL: at k */
	VALUE_ANCILLARY, /* Linux's CBPF_AD_… number k */
	VALUE_LEN,	 /* bytes on the wire */
	VALUE_OP,	 /* a op b, op one of CBPF_ADD … CBPF_XOR; CBPF_NEG: b is NULL */
	VALUE_SELECT,	 /* a where c == k, else b; only the one that it is is evaluated */
};

struct value {
	enum value_kind kind;
	u8 size;
	u8 op;
	u32 k;
	const struct value *a, *b, *c;
	u32 id;	   /* dense, in order of creation; operands come before their users */
	u32 depth; /* of the tree below; at most COND_MAX_DEPTH after filter_parse */
	u32 max;   /* it never exceeds this */
};

enum cond_kind { COND_FALSE, COND_TRUE, COND_TEST, COND_NOT, COND_AND, COND_OR };

struct cond {
	enum cond_kind kind;
	u8 op;			      /* COND_TEST: CBPF_JEQ, JGT, JGE, JSET */
	const struct value *a, *b;    /* COND_TEST: a op b */
	const struct cond *lhs, *rhs; /* COND_NOT: lhs */
	struct span where;	      /* in the text, for --explain */
	u32 depth;		      /* of the tree below; at most COND_MAX_DEPTH */
};

/* What filter_parse returns is no deeper than this, so recursion over it is fine. Runs of one
 * operator are balanced: 10,000 hosts are 15 deep. */
enum { COND_MAX_DEPTH = 2048 };

/* The values of one filter. */
struct values {
	struct arena *arena;
	const struct value **slots; /* open addressing */
	u32 count, cap;
	bool failed; /* out of memory: values made since are of no use */
};
/* Constants fold; k of a load takes up constant parts of its address. */
const struct value *value_const(struct values *v, u32 k);
const struct value *value_load(struct values *v, u8 size, const struct value *base, u32 k);
const struct value *value_ancillary(struct values *v, u32 k);
const struct value *value_len(struct values *v);
const struct value *value_op(struct values *v, u8 op, const struct value *a, const struct value *b);
/* The loads of a and b that c does not have are at fixed places, or their addresses cannot wrap. */
const struct value *value_select(struct values *v, const struct value *c, u32 k,
				 const struct value *a, const struct value *b);

const struct cond *cond_const(struct values *v, bool truth);
const struct cond *cond_test(struct values *v, u8 op, const struct value *a, const struct value *b);
const struct cond *cond_not(struct values *v, const struct cond *c);
const struct cond *cond_and(struct values *v, const struct cond *l, const struct cond *r);
const struct cond *cond_or(struct values *v, const struct cond *l, const struct cond *r);

struct filter_opts;
/* Text → condition (parse side). */
int filter_parse(const struct cond **out, struct values *v, const char *text,
		 const struct filter_opts *opts, struct diag *d);

#endif
