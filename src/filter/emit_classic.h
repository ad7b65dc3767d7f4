/* SPDX-License-Identifier: BSD-2-Clause */
/* Decision graph → classic program. */
#ifndef FILTER_EMIT_CLASSIC_H
#define FILTER_EMIT_CLASSIC_H

#include "classic/classic.h"
#include "filter/graph.h"

struct emit_opts {
	u32 snaplen; /* what an accepting program returns */
	u32 chain;   /* single values of a switch tested in a row before they are halved */
	u32 limit;   /* instructions, roughly: longer programs are given up */
	bool keep;   /* keep computed values in M */
	bool share;  /* switches that differ in the value only have their comparisons once */
};

/* What the options made a difference for. */
struct emit_made {
	bool kept, shared;
};

/* The program is allocated in the arena of the values. -E2BIG: an expression needs more than the
 * sixteen words of M; -ENAMETOOLONG: longer than the limit. */
int emit_classic(struct cbpf_prog *out, struct graph *g, struct node *root,
		 const struct emit_opts *opts, struct emit_made *made);

#endif
