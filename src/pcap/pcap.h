/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Capture files: reads pcap (µs and ns, both byte orders) and pcapng, plain or compressed, from
 * files and pipes as they come; writes pcap. Source: draft-ietf-opsawg-pcap,
 * draft-ietf-opsawg-pcapng.
 */
#ifndef PCAP_PCAP_H
#define PCAP_PCAP_H

#include "base/diag.h"
#include "base/types.h"

enum {
	PCAP_SNAPLEN = 256 * 1024, /* captured bytes of one packet; more is taken for corruption */
};

struct pcap_packet {
	const u8 *data; /* valid until the next call with this reader */
	u32 len;	/* captured bytes */
	u32 wire_len;	/* bytes on the wire, >= len */
	u64 ts;		/* ns since the epoch */
	u32 linktype;	/* LINKTYPE_*, 1 is Ethernet */
	u32 iface;	/* pcapng interface number, 0 for pcap */
};

struct pcap_reader;
/* "-": standard input. */
int pcap_open(struct pcap_reader **out, const char *path, struct diag *d);
/* 1: a packet; 0: end; -errno with a diagnostic (place and what is wrong; what came before holds)
 */
int pcap_next(struct pcap_reader *r, struct pcap_packet *out, struct diag *d);
/* As many packets as are at hand, at most cap, at least 1: how many; 0 and -errno as pcap_next. */
int pcap_batch(struct pcap_reader *r, struct pcap_packet *out, u32 cap, struct diag *d);
/* Does a record as a writer makes it (pcap_write_opts.micro) stand before the data of each packet?
 */
bool pcap_has_records(const struct pcap_reader *r, bool micro);
u32 pcap_linktype(const struct pcap_reader *r); /* of the first interface */
u32 pcap_snaplen(const struct pcap_reader *r);	/* of the first interface; 0: no limit */
void pcap_close(struct pcap_reader *r);
/* The same over bytes in memory (borrowed), for fuzzing and tests. */
int pcap_open_mem(struct pcap_reader **out, const char *name, const void *data, size_t len,
		  struct diag *d);
/* … which come in chunks of that many bytes, as from a pipe. */
int pcap_open_chunks(struct pcap_reader **out, const char *name, const void *data, size_t len,
		     size_t chunk, struct diag *d);

struct pcap_write_opts {
	u32 linktype;
	u32 snaplen; /* longer packets are cut; 0: PCAP_SNAPLEN */
	bool micro;  /* stamps in µs, as tcpdump writes them; else ns */
	bool direct; /* the file grows in its place, for others to follow; else it appears when it
			is whole, and a failure leaves an older one as it was */
};

struct pcap_writer;
/* Creates or replaces `path` ("-": standard output) on the first write or on close. */
int pcap_create(struct pcap_writer **out, const char *path, const struct pcap_write_opts *opts,
		struct diag *d);
int pcap_write(struct pcap_writer *w, const void *data, u32 len, u32 wire_len, u64 ts);
/* Packets with their records before them (pcap_has_records), where `wanted` is not 0 (NULL: all).
 */
int pcap_write_records(struct pcap_writer *w, const struct pcap_packet *packets, const u32 *wanted,
		       u32 count);
/* Hand what is buffered (the header, too) to the system. */
int pcap_flush(struct pcap_writer *w);
u64 pcap_written(const struct pcap_writer *w); /* bytes, buffered ones too */
/* Flushes; reports a full disk and the like. */
int pcap_finish(struct pcap_writer *w, struct diag *d);
/* Instead of pcap_finish: what was not written directly is forgotten. */
void pcap_discard(struct pcap_writer *w);

#endif
