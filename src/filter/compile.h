/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Condition → program. For classic BPF graphs are made in a few ways, and the shortest program
 * wins; for eBPF it is the graph with the shortest paths.
 */
#ifndef FILTER_COMPILE_H
#define FILTER_COMPILE_H

#include "filter/filter.h"
#include "filter/graph.h"

/* The graph of a condition; switches on the same value are one. -EINVAL: it is optimised, and
 * impossible (possible.h). */
int compile_graph(struct node **out, struct graph *g, const struct cond *cond, bool optimise,
		  struct diag *d);
u32 compile_snaplen(const struct filter_opts *opts);

/* opts: snaplen and no_optimise count. The program is allocated in the arena of the values. */
int compile_classic(struct cbpf_prog *out, struct values *values, const struct cond *cond,
		    const struct filter_opts *opts, struct diag *d);
struct object;
int compile_object(struct object **out, struct values *values, const struct cond *cond,
		   const struct filter_opts *opts, struct diag *d);
/* The forms EBPF_MEMORY and EBPF_XDP of emit_ebpf.h. -EOPNOTSUPP, without a diagnostic: it asks for
 * what only Linux knows of a packet. */
int compile_twins(struct object **memory, struct object **xdp, struct values *values,
		  const struct cond *cond, const struct filter_opts *opts, struct diag *d);

#endif
