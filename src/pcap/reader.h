/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Inside of src/pcap: the state of a reader and the two formats behind it. A format takes a record
 * from the window of `in` only when it is whole, so that a window held back changes nothing.
 */
#ifndef PCAP_READER_H
#define PCAP_READER_H

#include "base/vec.h"
#include "pcap/input.h"
#include "pcap/pcap.h"

enum {
	PCAP_FILE_HDR = 24,
	PCAP_REC_HDR = 16,
};

struct pcapng_iface {
	u32 linktype, snaplen; /* snaplen 0: no limit */
	u8 resol;	       /* if_tsresol: bit 7 clear: 10^-n s, set: 2^-n s */
	s64 offset;	       /* if_tsoffset, seconds */
};

struct pcap_reader {
	const char *name; /* owned */
	struct pcap_input in;
	bool swap, nano, ng;
	u32 linktype, snaplen;		 /* pcap; pcapng: of the first interface */
	VEC(struct pcapng_iface) ifaces; /* of the current section */
	bool known_linktype;
	int failed; /* the error that ended it; sticky */
};

/* Words of the file, in its byte order. */
static inline u16 pcap_get16(const struct pcap_reader *r, const u8 *at)
{
	u16 v = LOAD(u16, at);

	return r->swap ? __builtin_bswap16(v) : v;
}

static inline u32 pcap_get32(const struct pcap_reader *r, const u8 *at)
{
	u32 v = LOAD(u32, at);

	return r->swap ? __builtin_bswap32(v) : v;
}

/* Record a diagnostic at `off` bytes from the place of reading, end the reader, return `err`. */
int pcap_bad(struct pcap_reader *r, int err, u64 off, struct diag *d, const char *fmt, ...)
	__printf(5, 6);
/* The same for bytes that input_need did not get: -EAGAIN, and nothing is recorded or ended, when
 * the window is held; a failed read or a damaged compression is told instead. */
int pcap_cut(struct pcap_reader *r, u64 off, struct diag *d, const char *fmt, ...) __printf(4, 5);

int pcap_classic_open(struct pcap_reader *r, struct diag *d);
int pcap_classic_next(struct pcap_reader *r, struct pcap_packet *out, struct diag *d);
int pcapng_open(struct pcap_reader *r, struct diag *d);
int pcapng_next(struct pcap_reader *r, struct pcap_packet *out, struct diag *d);

#endif
