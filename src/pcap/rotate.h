/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A capture that is written to one file after another, by size, by time or both, with the names
 * that tcpdump's -C, -G and -W give. Source: tcpdump(1).
 */
#ifndef PCAP_ROTATE_H
#define PCAP_ROTATE_H

#include "pcap/pcap.h"

struct pcap_rotate_opts {
	struct pcap_write_opts file;
	u64 bytes;   /* a new file once one is larger; 0: never */
	u64 seconds; /* a new file after that time of the packets' clock; 0: never */
	u32 files;   /* see skep.h */
};

struct pcap_rotate;
int pcap_rotate_create(struct pcap_rotate **out, const char *path,
		       const struct pcap_rotate_opts *opts, struct diag *d);
/* 0; 1: the last file is full, nothing is written; -errno. */
int pcap_rotate_write(struct pcap_rotate *r, const void *data, u32 len, u32 wire_len, u64 ts);
/* Packets of the last batch of `from`, where `wanted` is not 0 (NULL: all). */
int pcap_rotate_write_all(struct pcap_rotate *r, const struct pcap_reader *from,
			  const struct pcap_packet *packets, const u32 *wanted, u32 count);
int pcap_rotate_flush(struct pcap_rotate *r);
int pcap_rotate_finish(struct pcap_rotate *r, struct diag *d);
void pcap_rotate_discard(struct pcap_rotate *r);

#endif
