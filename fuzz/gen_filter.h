/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random filter expressions: sentences of the grammar, and the same with words lost, doubled,
 * exchanged or out of place. Left out is what libpcap 1.10.3 is known to have wrong (see
 * tests/filter/expressions.txt).
 */
#ifndef FUZZ_GEN_FILTER_H
#define FUZZ_GEN_FILTER_H

#include "base/buf.h"
#include "filter/linktype.h"

struct gen_filter {
	u64 state; /* of the generator: the seed */
	struct buf *out;
	const struct linktype *link;
	u32 depth;
};

/* One expression, NUL-terminated, in `out`, which is cleared. */
void gen_filter(struct buf *out, const struct linktype *link, u64 seed);

/* Has this link type a header of variable length in front? */
bool gen_filter_variable(const struct linktype *link);

#endif
