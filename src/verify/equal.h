/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Does an explored state cover the current one: is whatever was found safe from there safe from
 * here? Register by register and slot by slot, in every frame; identifiers may differ as long as
 * they pair up one to one. Source: Documentation/bpf/verifier.rst, "Pruning"; behaviour of 6.18.
 */
#ifndef VERIFY_EQUAL_H
#define VERIFY_EQUAL_H

#include "verify/env.h"

enum equal_mode {
	EQUAL_LOOSE,  /* numbers that have not mattered to the old state may differ */
	EQUAL_EXACT,  /* everything is the same: an endless loop */
	EQUAL_WITHIN, /* every number lies within the old one's range, whether it mattered or not */
};

/* Both states stand before the same slot, old->insn. */
bool states_equal(const struct verify *v, const struct state *old, const struct state *cur,
		  enum equal_mode mode);

/* Same frames, called from the same slots. */
bool states_same_calls(const struct state *a, const struct state *b);
/* The slot at which frame `frame` of an explored state stands: a call, or where the state is. */
u32 state_frame_insn(const struct state *st, u32 frame);

#endif
