/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Capture files: reads pcap (µs and ns, both byte orders) and pcapng, mapped, never copied;
 * writes pcap with ns stamps. Source: draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng.
 */
#ifndef PCAP_PCAP_H
#define PCAP_PCAP_H

#include "base/diag.h"
#include "base/types.h"

struct pcap_packet {
	const u8 *data; /* in the mapping; valid until pcap_close */
	u32 len;	/* captured bytes */
	u32 wire_len;	/* bytes on the wire, >= len */
	u64 ts;		/* ns since the epoch */
	u32 linktype;	/* LINKTYPE_*, 1 is Ethernet */
	u32 iface;	/* pcapng interface number, 0 for pcap */
};

struct pcap_reader;
int pcap_open(struct pcap_reader **out, const char *path, struct diag *d);
/* 1: a packet; 0: end; -errno with a diagnostic (place and what is wrong; what came before holds)
 */
int pcap_next(struct pcap_reader *r, struct pcap_packet *out, struct diag *d);
void pcap_rewind(struct pcap_reader *r);
u32 pcap_linktype(const struct pcap_reader *r); /* of the first interface */
void pcap_close(struct pcap_reader *r);
/* The same over bytes in memory (borrowed), for fuzzing and tests. */
int pcap_open_mem(struct pcap_reader **out, const char *name, const void *data, size_t len,
		  struct diag *d);

struct pcap_writer;
/* Creates or replaces `path` ("-": standard output) on the first write or on close. */
int pcap_create(struct pcap_writer **out, const char *path, u32 linktype, struct diag *d);
int pcap_write(struct pcap_writer *w, const void *data, u32 len, u32 wire_len, u64 ts);
/* Flushes; reports a full disk and the like. */
int pcap_finish(struct pcap_writer *w, struct diag *d);
/* Instead of pcap_finish: what was written is forgotten, an older file stays as it was. */
void pcap_discard(struct pcap_writer *w);

#endif
