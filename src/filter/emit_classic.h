/* SPDX-License-Identifier: BSD-2-Clause */
/* Decision graph → classic program. */
#ifndef FILTER_EMIT_CLASSIC_H
#define FILTER_EMIT_CLASSIC_H

#include "classic/classic.h"
#include "filter/graph.h"

struct emit_opts {
	u32 snaplen; /* what an accepting program returns */
	u32 chain;   /* single values of a switch tested in a row before they are halved */
	bool keep;   /* keep computed values in M */
	bool share;  /* switches that differ in the value only have their comparisons once */
};

/* The program is allocated in the arena of the values. -E2BIG: an expression needs more than the
 * sixteen words of M. */
int emit_classic(struct cbpf_prog *out, struct graph *g, struct node *root,
		 const struct emit_opts *opts);

#endif
