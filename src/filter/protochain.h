/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * protochain: is there a header of this protocol in the chain of headers behind IP? libpcap follows
 * the chain in a loop that a crafted authentication header can send backwards, for ever; here at
 * most PROTOCHAIN_MAX headers are followed, and programs only go forward.
 * Source: RFC 8200, RFC 4302.
 */
#ifndef FILTER_PROTOCHAIN_H
#define FILTER_PROTOCHAIN_H

#include "filter/lower.h"
#include "filter/qual.h"

enum { PROTOCHAIN_MAX = 8 };

const struct cond *protochain(struct lower *l, enum q_proto p, u32 number);

#endif
