/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Packets as they pass a network interface: an AF_PACKET socket with a ring of TPACKET_V3, shared
 * with Linux. VLAN tags, which Linux takes out of the packet, are put back. Source: packet(7),
 * Documentation/networking/packet_mmap.rst, linux/if_packet.h.
 */
#ifndef LIVE_LIVE_H
#define LIVE_LIVE_H

#include <stdio.h>

#include "base/diag.h"
#include "base/types.h"

enum {
	LIVE_SNAPLEN = 256 * 1024,
	LIVE_RING = 32 * 1024 * 1024, /* bytes */
	LIVE_TIMEOUT = 100,	      /* ms */
};

enum live_direction { LIVE_INOUT, LIVE_IN, LIVE_OUT };

struct live_opts {
	const char *device; /* a name, "any", or a number from the list */
	u32 snaplen;	    /* 0: LIVE_SNAPLEN */
	u32 ring;	    /* bytes, 0: LIVE_RING */
	u32 timeout;	    /* ms until a batch that is not full is handed out, 0: LIVE_TIMEOUT */
	u32 linktype;	    /* for "any": 113 or 276 (0: that) */
	enum live_direction direction;
	bool no_promisc;
};

/* In the ring; VLAN tags in their place. */
struct live_packet {
	const u8 *data; /* valid until the next call */
	u32 len, wire_len;
	u64 ts; /* ns since the epoch */
	u32 linktype, iface;
};

struct live_insn { /* struct sock_filter */
	u16 code;
	u8 jt, jf;
	u32 k;
};

struct live_stats {
	u64 received; /* by the filter, those that were dropped too */
	u64 dropped;  /* because the ring was full */
};

struct live;
/* Makes the socket and its ring; nothing arrives before live_start. -EPERM: the capability that is
 * missing is named; -ENODEV: the hint names interfaces that are called alike. */
int live_new(struct live **out, const struct live_opts *opts, struct diag *d);
/* Before live_start: packets that the program returns 0 for never reach the ring. -EOPNOTSUPP:
 * packets of this interface have no link header in Linux (cooked), the caller must filter. */
int live_filter(struct live *l, const struct live_insn *insns, u32 count, struct diag *d);
int live_start(struct live *l, struct diag *d);
/*
 * Packets, as many as are at hand and at most cap; starts if that is still to do. 0: none within
 * the timeout. -EINTR: a signal came. -ENETDOWN: the interface is gone.
 */
int live_batch(struct live *l, struct live_packet *out, u32 cap, struct diag *d);
int live_stats(struct live *l, struct live_stats *out);
u32 live_linktype(const struct live *l);
u32 live_snaplen(const struct live *l);
const char *live_device(const struct live *l);
void live_free(struct live *l);

/* ---- interfaces ---- */

struct live_iface {
	char name[32];
	u32 index;
	u32 linktype;
	u32 netmask; /* network order; 0: none */
	bool up, running, loopback, wireless;
	bool cooked; /* packets come without a link header: one is made */
};
/* The i-th interface; "any" comes last. False: past the end. */
bool live_iface(struct live_iface *out, u32 i);
/* By name or number; -ENODEV with a diagnostic. */
int live_find(struct live_iface *out, const char *name, struct diag *d);

#endif
