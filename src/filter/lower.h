/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What lowering carries from primitive to primitive, in the order of the text: which link layer is
 * spoken at this point and where its parts begin. Encapsulations (vlan, mpls, pppoes, geneve,
 * vxlan, lane) move these for everything to their right, whatever stands between: `not`, `or` and
 * parentheses do not undo them. Source: pcap-filter(7).
 */
#ifndef FILTER_LOWER_H
#define FILTER_LOWER_H

#include "filter/cond.h"
#include "filter/filter.h"
#include "filter/linktype.h"

/* A place in the packet: var + k bytes; var NULL: k. */
struct place {
	const struct value *var;
	u32 k;
};

struct lower {
	struct values *v;
	const struct filter_opts *opts;
	const struct linktype *link; /* of the capture */
	struct diag *d;
	struct span at; /* of the primitive being lowered */

	enum link_kind kind, outer_kind; /* here, and one encapsulation further out */
	struct place hdr, outer_hdr;	 /* the link header */
	struct place type;		 /* its protocol field */
	struct place payload;		 /* what follows it */
	u32 net, net_nosnap;	     /* network header after payload: with SNAP, with LLC only */
	u32 vlans, labels;	     /* VLAN tags and MPLS labels passed */
	u32 tunnels;		     /* geneve and vxlan passed */
	bool in_tunnel;		     /* the link header may be missing: hdr == payload */
	const struct value *carries; /* what the tunnel's header says it carries, an ethertype */

	const struct value *hdr_len, *payload_off; /* of link types where the packet says it */
	bool uses_hdr, uses_payload;
};

enum { MAX_TUNNELS = 8 };

void lower_init(struct lower *l, struct values *v, const struct filter_opts *opts,
		const struct linktype *link, struct diag *d);
/* The condition of the whole text: in front of `c` the loads that every packet must survive. */
const struct cond *lower_finish(struct lower *l, const struct cond *c);

/* A semantic error at the current primitive: records it, gives NULL, which every function below
 * passes on. */
const struct cond *lower_error(struct lower *l, const char *fmt, ...) __printf(2, 3);

/* `size` bytes at a place + off. */
const struct value *load_at(struct lower *l, u8 size, struct place p, u32 off);
const struct value *load_net(struct lower *l, u8 size, u32 off); /* in the network header */
const struct value *value_masked(struct lower *l, const struct value *a, u32 mask);
const struct value *value_op_k(struct lower *l, u8 op, const struct value *a, u32 k);
struct place place_add(struct place p, u32 k);

const struct cond *test_k(struct lower *l, u8 op, const struct value *a, u32 k);
const struct cond *test_eq(struct lower *l, const struct value *a, u32 k);
const struct cond *test_masked(struct lower *l, const struct value *a, u32 mask, u32 k);
/* `len` bytes at a place, compared from the end in words. */
const struct cond *test_bytes(struct lower *l, struct place p, u32 off, const u8 *bytes, u32 len);
const struct cond *lower_and(struct lower *l, const struct cond *a, const struct cond *b);
const struct cond *lower_or(struct lower *l, const struct cond *a, const struct cond *b);
const struct cond *lower_not(struct lower *l, const struct cond *a);
const struct cond *lower_const(struct lower *l, bool truth);

#endif
