/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a condition says of a packet, computed from the tree as cond.h defines it, with no code
 * between: the oracle for what optimises and compiles conditions. Packets from files: nothing
 * ancillary is known, and a filter that asks stops.
 */
#ifndef TESTS_FILTER_EVAL_H
#define TESTS_FILTER_EVAL_H

#include "filter/cond.h"

struct eval_packet {
	const u8 *data;
	u32 len, wire_len;
};

/* A filter ready to run: values are computed once a packet. */
struct eval {
	const struct cond *cond;
	u32 *values;
	u32 *seen; /* the run in which values[id] was computed */
	u32 run;
};

bool eval_init(struct eval *e, const struct values *v, const struct cond *c);
void eval_fini(struct eval *e);
bool eval_run(struct eval *e, const struct eval_packet *p);

#endif
