/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Packets as text: one line a packet, in the shape that tcpdump made known. Source of the shape:
 * tcpdump(1), "output format"; of the protocols: the RFC that each file names.
 */
#ifndef PACKET_PRINTER_H
#define PACKET_PRINTER_H

#include <stdio.h>

#include "base/buf.h"
#include "base/types.h"

enum packet_time {
	PACKET_TIME_DAY,   /* 12:34:56.789012 */
	PACKET_TIME_NONE,  /* -t */
	PACKET_TIME_EPOCH, /* -tt: seconds */
	PACKET_TIME_DELTA, /* -ttt: since the packet before */
	PACKET_TIME_DATE,  /* -tttt */
	PACKET_TIME_FIRST, /* -ttttt: since the first packet */
};

enum packet_bytes {
	PACKET_HEX = 1,	  /* bytes in hexadecimal */
	PACKET_ASCII = 2, /* and as characters; alone: characters only */
	PACKET_LINK = 4,  /* from the link header on */
};

struct packet_opts {
	enum packet_time time;
	unsigned bytes;	   /* PACKET_HEX … */
	unsigned verbose;  /* 0 … 3 */
	bool nano;	   /* stamps in ns */
	bool numeric;	   /* no names of hosts and services */
	bool link;	   /* link headers */
	bool quiet;	   /* less of each protocol */
	bool absolute_seq; /* TCP sequence numbers as they are */
};

/* What is printed. `data` has `len` bytes of a packet that had `wire_len`. */
struct packet {
	const u8 *data;
	u32 len, wire_len;
	u64 ts; /* ns since the epoch */
	u32 linktype, iface;
};

struct packet_printer;
int packet_printer_new(struct packet_printer **out, const struct packet_opts *opts);
/* Append the packet's line or lines, the last with its newline. */
void packet_print(struct packet_printer *pr, struct buf *out, const struct packet *packet);
/* The same into a stream: 0 or -errno. */
int packet_print_line(struct packet_printer *pr, const struct packet *packet, FILE *out);
void packet_printer_free(struct packet_printer *pr);

/* "EN10MB", "Ethernet" of a link type, NULL when unknown; the number of a name or -1. */
const char *packet_link_name(u32 linktype);
const char *packet_link_text(u32 linktype);
int packet_link_number(const char *name);

#endif
