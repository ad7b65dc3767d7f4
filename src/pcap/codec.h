/* SPDX-License-Identifier: BSD-2-Clause */
/* Decompression of a capture file while it is read. */
#ifndef PCAP_CODEC_H
#define PCAP_CODEC_H

#include "pcap/input.h"

/* Bytes of the file into `to`: how many, 0: the end, -errno. */
ssize_t raw_read(struct input_raw *raw, u8 *to, size_t room);

/* By the first bytes (`have` of them, already taken from the file): a codec that has consumed
 * them, or NULL for what is not compressed. -errno when that kind cannot be read here. */
int codec_open(struct input_codec **out, const u8 *first, size_t have, struct diag *d);
/* Decompressed bytes into `to`: how many, 0: the end, -errno with `*why`. */
ssize_t codec_read(struct input_codec *c, struct input_raw *raw, u8 *to, size_t room,
		   const char **why);
void codec_close(struct input_codec *c);

#endif
