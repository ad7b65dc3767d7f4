/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Inside of src/pcap: the state of a reader and the two formats behind it. Offsets are bytes from
 * the start of the file; a reader never looks past `len`.
 */
#ifndef PCAP_READER_H
#define PCAP_READER_H

#include "base/file.h"
#include "base/vec.h"
#include "pcap/pcap.h"

enum {
	PCAP_MAX_LEN = 256 * 1024, /* captured bytes of one packet; more is taken for corruption */
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
	struct file file; /* what pcap_open mapped; unused by pcap_open_mem */
	const u8 *data;
	size_t len, pos, start; /* start: of the first record or section */
	bool swap, nano, ng;
	u32 linktype;			 /* pcap; pcapng: of the first interface */
	VEC(struct pcapng_iface) ifaces; /* of the current section */
	bool known_linktype;
	int failed; /* the error that ended it; sticky */
};

u16 pcap_get16(const struct pcap_reader *r, size_t off);
u32 pcap_get32(const struct pcap_reader *r, size_t off);
/* Record a diagnostic at a byte of the file, end the reader, return `err`. */
int pcap_bad(struct pcap_reader *r, int err, size_t off, struct diag *d, const char *fmt, ...)
	__printf(5, 6);

int pcap_classic_open(struct pcap_reader *r, struct diag *d);
int pcap_classic_next(struct pcap_reader *r, struct pcap_packet *out, struct diag *d);
int pcapng_open(struct pcap_reader *r, struct diag *d);
int pcapng_next(struct pcap_reader *r, struct pcap_packet *out, struct diag *d);

#endif
