/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random conditions over few values and few constants, so that tests decide one another; packets
 * that go with them; and what a condition says of a packet, straight from its definition.
 */
#ifndef TESTS_FILTER_GEN_COND_H
#define TESTS_FILTER_GEN_COND_H

#include "classic/classic.h"
#include "filter/cond.h"

struct rng {
	u64 state;
};
u32 rng_next(struct rng *r);
u32 rng_below(struct rng *r, u32 n);

enum { GEN_ATOMS = 6, GEN_CONSTS = 6, GEN_PACKET = 96 };

struct gen {
	struct rng rng;
	struct values *values;
	const struct value *atoms[GEN_ATOMS];
	u32 consts[GEN_CONSTS];
	bool ancillary; /* loads of what Linux knows of a packet, too */
};

void gen_start(struct gen *g, struct values *values, u64 seed);
const struct cond *gen_cond(struct gen *g, u32 depth);
/* Fills data[GEN_PACKET]; the length is sometimes cut. */
void gen_packet(struct gen *g, struct cbpf_packet *packet, u8 *data);

bool cond_holds(const struct cond *c, const struct cbpf_packet *packet);

#endif
