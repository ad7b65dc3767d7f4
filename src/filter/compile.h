/* SPDX-License-Identifier: BSD-2-Clause */
/* Condition → classic program: graphs are made in a few ways, and the shortest program wins. */
#ifndef FILTER_COMPILE_H
#define FILTER_COMPILE_H

#include "filter/filter.h"
#include "filter/graph.h"

/* opts: snaplen and no_optimise count. The program is allocated in the arena of the values. */
int compile_classic(struct cbpf_prog *out, struct values *values, const struct cond *cond,
		    const struct filter_opts *opts, struct diag *d);

#endif
