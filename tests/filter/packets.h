/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Packets to filter: captures, and packets made for a link type: headers that say what they should,
 * network and transport protocols of every kind, with some bytes wrong and some packets cut short.
 */
#ifndef TESTS_FILTER_PACKETS_H
#define TESTS_FILTER_PACKETS_H

#include "eval.h"
#include "filter/linktype.h"

struct packets {
	struct eval_packet *list;
	u32 count, cap;
};

struct random {
	u64 state;
};
u32 random_next(struct random *r);
u32 random_below(struct random *r, u32 n); /* n > 0 */

/* Packets of this link type in all files of a folder; copies. */
void packets_from_folder(struct packets *out, const char *folder, const struct linktype *link);
void packets_make(struct packets *out, const struct linktype *link, u32 count, u64 seed);
void packets_add(struct packets *out, const u8 *data, u32 len, u32 wire_len);
void packets_free(struct packets *p);

#endif
