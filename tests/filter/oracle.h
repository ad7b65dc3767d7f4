/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libpcap's verdicts beside ours. libpcap's optimised and unoptimised programs are both asked;
 * where they differ on a packet libpcap is wrong about one of them, and the packet says nothing.
 */
#ifndef TESTS_FILTER_ORACLE_H
#define TESTS_FILTER_ORACLE_H

#include "packets.h"

struct oracle_result {
	bool accepts, ours_accepts;	/* the expression */
	u32 packets, matched, disputed; /* disputed: libpcap with itself */
	u32 wrong; /* packets with another verdict than libpcap's: of the tree, */
	u32 plain_wrong, optimised_wrong; /* of its two programs */
	u32 ebpf_wrong;			  /* of eBPF, interpreted and as machine code */
	bool compiled;			  /* there are programs */
	u32 insns, their_insns;		  /* of the optimised ones; 0: none */
	u32 first_wrong;
	char error[256], ours[256]; /* messages */
};

/* Who refuses an expression where it is to be optimised, and why. */
struct oracle_refusal {
	bool accepts, ours_accepts;
	char theirs[256], ours[256]; /* messages */
};

/* False: there is no libpcap here. */
bool oracle_open(void);
/* netmask in network order. */
void oracle_compare(struct oracle_result *out, const struct linktype *link, const char *text,
		    u32 netmask, const struct packets *packets);
void oracle_refuses(struct oracle_refusal *out, const struct linktype *link, const char *text,
		    u32 netmask);

struct oracle_size {
	u32 insns, theirs; /* of the optimised programs; 0: there is none */
	bool loops;	   /* libpcap's jumps backward: Linux does not load it */
};
/* Lengths only. print: both listings to standard output. */
void oracle_measure(struct oracle_size *out, const struct linktype *link, const char *text,
		    u32 netmask, bool print);

#endif
