/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Condition → decision graph. Tests become switches on the innermost value that decides them
 * (`(x & 0xff00) == 0x0a00` is a range of x), then the parts of an AND or OR are joined in pairs,
 * halves first; where both parts look at the same value first, they become one switch. So the
 * tests of a long list fall together into one sorted switch in O(n log n).
 */
#ifndef FILTER_BUILD_H
#define FILTER_BUILD_H

#include "filter/graph.h"

enum build_mode {
	BUILD_PLAIN, /* in the order of the text: what comes second is put where the first ends */
	BUILD_MERGE, /* switches on the same value join */
};

/* The graph of `cond`; NULL: out of memory, or it grew too large. Plain ones have the ends NO and
 * YES, merged ones have TRUE and FALSE for graph_sink() to replace. */
struct node *graph_build(struct graph *g, const struct cond *cond, enum build_mode mode);

#endif
