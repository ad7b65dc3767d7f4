/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Encapsulations: each is a test, and moves the headers for everything to its right. Numbers are
 * ANY or a tag, label, session or network identifier. Sources: IEEE 802.1Q, RFC 3032, RFC 2516,
 * RFC 8926, RFC 7348, ATM Forum LANE 1.0.
 */
#ifndef FILTER_ENCAP_H
#define FILTER_ENCAP_H

#include "filter/lower.h"

enum { ENCAP_ANY = -1 };

const struct cond *encap_vlan(struct lower *l, s64 tag);
const struct cond *encap_mpls(struct lower *l, s64 label);
const struct cond *encap_pppoed(struct lower *l);
const struct cond *encap_pppoes(struct lower *l, s64 session);
const struct cond *encap_geneve(struct lower *l, s64 vni);
const struct cond *encap_vxlan(struct lower *l, s64 vni);
const struct cond *encap_lane(struct lower *l);

#endif
