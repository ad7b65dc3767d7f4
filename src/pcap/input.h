/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bytes of a capture file as a window that slides over them: a file, a pipe, standard input or
 * memory, plain or compressed (gzip, RFC 1952; zstd, RFC 8878, where the library is there). Reads
 * are of INPUT_CHUNK bytes: few calls, and what is read stays in the processor's second cache until
 * it is looked at.
 */
#ifndef PCAP_INPUT_H
#define PCAP_INPUT_H

#include "base/diag.h"
#include "base/types.h"

enum {
	INPUT_CHUNK = 512 * 1024,
};

struct input_codec;

/* Where raw bytes come from. fd < 0: from memory (borrowed). */
struct input_raw {
	int fd;
	const u8 *mem;
	size_t len, pos;
};

struct pcap_input {
	const u8 *data;		   /* the window: bytes [pos, len) are not taken yet */
	size_t pos, len;	   /* bytes in the window */
	u64 base;		   /* offset in the (decompressed) file of data[0] */
	u8 *room;		   /* owned, NULL: the window is the memory itself */
	size_t cap, chunk;	   /* bytes of room; what is read at once */
	struct input_raw raw;	   /* the bytes in the file */
	struct input_codec *codec; /* owned, NULL: not compressed */
	bool hold;		   /* do not slide: packets of the window are in use */
	bool starved;		   /* held back by `hold` since it was last cleared */
	bool end;		   /* no more bytes come */
	int err;		   /* why they ended early: -errno, 0: the end of the file */
	const char *why;	   /* static text for `err` of a codec, NULL: the system's */
};

/* 0 or -errno with a diagnostic. `path` "-": standard input. */
int input_open(struct pcap_input *in, const char *path, struct diag *d);
/* Memory, borrowed: as it lies there (chunk 0), or copied in chunks as a file's bytes are. */
int input_open_mem(struct pcap_input *in, const void *data, size_t len, size_t chunk,
		   struct diag *d);
void input_close(struct pcap_input *in);

/* Slow part of input_need. */
bool input_fill(struct pcap_input *in, size_t n);
/* Pass over n bytes that may be more than a window should hold. False: fewer were left. */
bool input_skip(struct pcap_input *in, u64 n);

/* Are n bytes at data + pos? False: the end is nearer, or `hold` forbids to look (starved). */
static inline bool input_need(struct pcap_input *in, size_t n)
{
	return likely(in->len - in->pos >= n) || input_fill(in, n);
}

static inline u64 input_offset(const struct pcap_input *in)
{
	return in->base + in->pos;
}

static inline size_t input_left(const struct pcap_input *in)
{
	return in->len - in->pos;
}

#endif
