/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A filter's decision graph for people: in words, or as a picture. The nodes are numbered from 1
 * in the order in which packets come by; the ends are "match" and "no match".
 */
#ifndef FILTER_EXPLAIN_H
#define FILTER_EXPLAIN_H

#include <stdio.h>

#include "base/buf.h"
#include "filter/filter.h"
#include "filter/graph.h"

enum filter_explain {
	EXPLAIN_WORDS,
	EXPLAIN_DOT, /* graphviz */
	EXPLAIN_SVG,
};

int filter_explain(FILE *out, const char *text, const struct filter_opts *opts,
		   enum filter_explain how, struct diag *d);

/* One way on from a node. */
struct sketch_edge {
	u32 from, to;	   /* indexes of nodes */
	const char *label; /* "= 6", "otherwise"; "" for a touch */
	bool otherwise;
};

/* A graph with texts instead of values; lives in the arena of the values. */
struct sketch {
	struct arena *arena;
	const char **labels; /* of nodes: "2 bytes at 12" */
	struct node **nodes;
	u32 count;
	VEC(struct sketch_edge) edges; /* by ascending `from` */
	bool failed;
};

/* Draws what filter_explain made. -E2BIG: too large for a picture. */
int sketch_svg(const struct sketch *s, FILE *out);

#endif
