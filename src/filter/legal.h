/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Values that mean the same in a condition and in the machines: there a shift counts modulo 32 and
 * an address wraps at 2^32, here a long shift gives 0 and an address out of bounds stops.
 */
#ifndef FILTER_LEGAL_H
#define FILTER_LEGAL_H

#include "filter/graph.h"

/* v with every shift that could be too long made exact. */
const struct value *value_legal(struct graph *g, const struct value *v);
/* `to`, behind tests that the addresses of v's loads do not wrap, where they could. */
struct node *graph_guard(struct graph *g, const struct value *v, struct node *to);

#endif
