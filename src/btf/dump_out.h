/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Buffered text on its way to a stream: appended to a buf, written out in large pieces. Errors are
 * sticky; text_end writes the rest and returns 0, -ENOMEM or -EIO.
 */
#ifndef BTF_DUMP_OUT_H
#define BTF_DUMP_OUT_H

#include <stdio.h>

#include "base/buf.h"

struct text {
	struct buf buf;
	FILE *out;
	int err;
};

void text_flush(struct text *t, size_t above); /* when more than `above` bytes wait */
int text_end(struct text *t);

/* Numbers without the cost of printf. */
void put_u64(struct buf *b, u64 value);
void put_s64(struct buf *b, s64 value);
/* A JSON string with its quotes; bytes outside ASCII as \u00XX. */
void put_json(struct buf *b, const char *s, size_t len);

#endif
