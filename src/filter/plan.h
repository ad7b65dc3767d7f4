/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A switch as single comparisons with constants: what both back ends emit. Single values that
 * stand out of their surroundings are tested with "equal", one after the other while they are few;
 * many arms are halved with "greater" first, so that n arms take about log n tests.
 */
#ifndef FILTER_PLAN_H
#define FILTER_PLAN_H

#include "filter/graph.h"

/* Where a comparison goes: to another of the plan, or out to a node. */
struct plan_ref {
	struct node *node; /* NULL: `test` */
	u32 test;	   /* index, larger than that of the comparison it is reached from */
};
struct plan_test {
	u8 op; /* CBPF_JEQ or CBPF_JGT */
	u32 k;
	struct plan_ref yes, no;
};
struct plan {
	struct pool *pool;	     /* owned by the graph */
	VEC(struct plan_test) tests; /* the first is where it begins */
	bool failed;
};

/* At least one test for a switch. Up to `chain` single values are tested in a row. */
void plan_switch(struct plan *p, const struct node *n, u32 chain);
void plan_fini(struct plan *p);

#endif
