/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The packet filter language of pcap-filter(7): text → condition → decision graph → program.
 * Parsing and lowering (parse side) yields a `struct cond` (cond.h); everything after it works on
 * the graph of tests.
 */
#ifndef FILTER_FILTER_H
#define FILTER_FILTER_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/types.h"
#include "classic/classic.h"

struct filter_opts {
	u32 linktype;	  /* LINKTYPE_…; Ethernet is 1 */
	u32 snaplen;	  /* what an accepting program returns; 0: 262,144 */
	u32 netmask;	  /* for "ip broadcast", network order; 0xffffffff: unknown */
	bool no_optimise; /* -O: blocks in the order of the text, no test merged */
	bool live;	  /* the program will run in Linux: VLAN tags, direction and interface come
			     from ancillary loads */
	bool literal;	  /* no look-ups in the system's databases: numbers and addresses only */
};

/* Expression → classic program, allocated in `a`. An empty text accepts all. -EINVAL with a span in
 * the text and a hint; -ENAMETOOLONG: the program needs more than CBPF_MAX_INSNS. */
int filter_compile(struct cbpf_prog *out, struct arena *a, const char *text,
		   const struct filter_opts *opts, struct diag *d);
/* Expression → object with one socket filter in eBPF, compiled from the graph (wide loads, switch
 * trees, maps for large sets). */
struct object;
int filter_object(struct object **out, const char *text, const struct filter_opts *opts,
		  struct diag *d);
/* … as an XDP program for cbpf_batch_of, `*prologue` instructions of which stand before its body.
 * -EOPNOTSUPP: it asks for what only Linux knows of a packet. */
int filter_xdp(struct object **out, u32 *prologue, const char *text, const struct filter_opts *opts,
	       struct diag *d);

#endif
