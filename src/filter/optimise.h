/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Path facts: on its way through the graph a packet's values become known. A test that a path has
 * decided is left out on that path, arms that it cannot take are joined with their neighbours, and
 * nothing is touched twice.
 */
#ifndef FILTER_OPTIMISE_H
#define FILTER_OPTIMISE_H

#include "filter/graph.h"

/* The same filter with every path as short as its facts make it. A node that different paths reach
 * with different knowledge may become several. split: where a value is chosen by another, that one
 * is asked, and each choice is a node of its own. */
struct node *graph_specialise(struct graph *g, struct node *root, bool split);

/* The same with no node becoming several: a node knows what all ways to it have in common. */
struct node *graph_thread(struct graph *g, struct node *root);

/* The same with values touched only on the ways to a match, as late as can be, and the ends YES and
 * NO in place of TRUE and FALSE. */
struct node *graph_sink(struct graph *g, struct node *root);

/* Parts that differ only in where their loads count from become one, behind bases; NULL: there are
 * none. For emit_classic alone. */
struct node *graph_share(struct graph *g, struct node *root);

#endif
