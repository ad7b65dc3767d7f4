/* SPDX-License-Identifier: BSD-2-Clause */
/* Small text questions: near misses for hints, hex bytes, prefixes. */
#ifndef BASE_STR_H
#define BASE_STR_H

#include "base/buf.h"
#include "base/types.h"

/* Number of edits (insert, delete, replace, swap of neighbours) from a to b; at most 64 bytes. */
u32 str_distance(const char *a, size_t alen, const char *b, size_t blen);

/* Best near miss: feed candidates, then read `best` (NULL when nothing is near enough). */
struct near {
	const char *word, *best;
	size_t len;
	u32 distance;
	u64 letters; /* that the word has, a bit each */
};
struct near near_start(const char *word, size_t len);
void near_try(struct near *n, const char *candidate);

bool str_starts(const char *s, const char *prefix);
/* Bytes of a hex text such as "b7 00 0a"; blanks between bytes are skipped. -EINVAL on others;
 * `*bad` (may be NULL) is then the offset of the first wrong character. */
int str_unhex(struct buf *out, const char *text, size_t len, size_t *bad);

#endif
