/* SPDX-License-Identifier: BSD-2-Clause */
/* One test of a condition as a switch: constants to the right, and monotone operations undone. */
#ifndef FILTER_TEST_H
#define FILTER_TEST_H

#include "filter/graph.h"

/* A node that goes on to yes where `a op b` holds, else to no. op: CBPF_JEQ, JGT, JGE, JSET. */
struct node *graph_test(struct graph *g, u8 op, const struct value *a, const struct value *b,
			struct node *yes, struct node *no);

/* What `v`, an operation with one constant operand, gives for x in place of the other. */
u32 value_apply(const struct value *v, u32 x);
/* v is an operation of one value and one constant that never decreases as the value grows. */
bool value_monotone(struct graph *g, const struct value *v);

#endif
