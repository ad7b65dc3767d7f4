// SPDX-License-Identifier: BSD-2-Clause
#include "base/str.h"

#include <ctype.h>
#include <errno.h>

enum { LONGEST = 64 };

/* Optimal string alignment: three rows of the edit matrix, the two before the current one kept. */
u32 str_distance(const char *a, size_t alen, const char *b, size_t blen)
{
	u32 rows[3][LONGEST + 1];

	alen = MIN(alen, (size_t)LONGEST);
	blen = MIN(blen, (size_t)LONGEST);
	for (u32 j = 0; j <= blen; j++)
		rows[0][j] = j;
	for (u32 i = 1; i <= alen; i++) {
		u32 *row = rows[i % 3], *above = rows[(i + 2) % 3], *two = rows[(i + 1) % 3];

		row[0] = i;
		for (u32 j = 1; j <= blen; j++) {
			u32 best = above[j - 1] + (a[i - 1] != b[j - 1]);

			best = MIN(best, MIN(above[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				best = MIN(best, two[j - 2] + 1);
			row[j] = best;
		}
	}
	return rows[alen % 3][blen];
}

static u64 letters_of(const char *s, size_t len)
{
	u64 mask = 0;

	for (size_t i = 0; i < len; i++)
		mask |= 1ull << (s[i] & 63);
	return mask;
}

struct near near_start(const char *word, size_t len)
{
	/* One edit in short words, a third of the letters in long ones. */
	return (struct near){ .word = word,
			      .len = len,
			      .distance = (u32)MAX(len / 3, 1) + 1,
			      .letters = letters_of(word, MIN(len, (size_t)LONGEST)) };
}

/* Each letter that one has and the other lacks, and each place that one is longer, is an edit. */
static bool is_far(const struct near *n, const char *candidate, size_t len)
{
	size_t word = MIN(n->len, (size_t)LONGEST), other = MIN(len, (size_t)LONGEST);
	u64 letters;

	if (MAX(word, other) - MIN(word, other) >= n->distance)
		return true;
	letters = letters_of(candidate, other);
	return (u32)__builtin_popcountll(letters & ~n->letters) >= n->distance ||
	       (u32)__builtin_popcountll(n->letters & ~letters) >= n->distance;
}

void near_try(struct near *n, const char *candidate)
{
	size_t len = strlen(candidate);
	u32 distance;

	if (is_far(n, candidate, len))
		return;
	distance = str_distance(n->word, n->len, candidate, len);
	if (distance < n->distance) {
		n->distance = distance;
		n->best = candidate;
	}
}

bool str_starts(const char *s, const char *prefix)
{
	return !strncmp(s, prefix, strlen(prefix));
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)tolower((unsigned char)c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int str_unhex(struct buf *out, const char *text, size_t len, size_t *bad)
{
	size_t i = 0;

	while (i < len) {
		int high, low;

		if (isspace((unsigned char)text[i])) {
			i++;
			continue;
		}
		high = hex_digit(text[i]);
		low = i + 1 < len ? hex_digit(text[i + 1]) : -1;
		if (high < 0 || low < 0) {
			if (bad)
				*bad = high < 0 ? i : i + 1;
			return -EINVAL;
		}
		buf_putc(out, (char)(high << 4 | low));
		i += 2;
	}
	return out->err;
}
