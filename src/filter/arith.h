/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Arithmetic: values with the condition under which they mean something ("the packet is TCP over
 * IPv4 and no later fragment"), which is tested before anything of the comparison is computed.
 * Source: pcap-filter(7).
 */
#ifndef FILTER_ARITH_H
#define FILTER_ARITH_H

#include "filter/lower.h"
#include "filter/qual.h"

struct arith {
	const struct cond *guard; /* NULL: none */
	const struct value *value;
};

/* name[index : size]. False: reported. */
bool arith_load(struct lower *l, struct arith *out, enum q_proto p, struct arith index, u32 size);
/* op of CBPF_ADD … CBPF_XOR. */
bool arith_op(struct lower *l, struct arith *out, u8 op, struct arith a, struct arith b);
struct arith arith_negate(struct lower *l, struct arith a);
/* relation: '=', '<', '>' or PUNCT_NE, PUNCT_LE, PUNCT_GE. */
const struct cond *arith_relation(struct lower *l, u32 relation, struct arith a, struct arith b);
/* The same of a value and a number, where nothing guards. */
const struct cond *arith_compare(struct lower *l, u32 relation, const struct value *a, u32 k);
/* "byte off op number": '=', '<' and '>' compare, '&' and '|' test for a bit. */
const struct cond *arith_byte(struct lower *l, u32 off, u32 op, u32 number);

#endif
