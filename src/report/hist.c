// SPDX-License-Identifier: BSD-2-Clause
/* Histograms: rows of buckets with bars. */
#include <inttypes.h>

#include "report/inside.h"

enum { BAR = 52 };

u32 hist_count(const struct ttype *t)
{
	return t->kind == T_LHIST ? (u32)((t->max - t->min) / t->step) + 2 : hist_buckets(t->bits);
}

/* 2048 is "2K". */
static void label(struct buf *out, s64 number)
{
	static const char suffix[] = { 0, 'K', 'M', 'G', 'T', 'P', 'E' };
	u32 k = 0;

	while (number && number % 1024 == 0 && k + 1 < sizeof(suffix)) {
		number /= 1024;
		k++;
	}
	buf_printf(out, "%" PRId64, number);
	if (suffix[k])
		buf_putc(out, suffix[k]);
}

/* First number of bucket i >= 1 of a hist: 0, 1, then each power of two in 1 << bits parts. */
static u64 first_of(u32 i, u32 bits)
{
	u32 n = i - 1, whole = 1u << bits;

	if (n < whole)
		return n;
	if ((n >> bits) - 1 + bits >= 64)
		return INT64_MAX;
	return (u64)(whole + (n & (whole - 1))) << ((n >> bits) - 1);
}

struct range {
	bool has_min, has_max;
	s64 min, max; /* [min, max) */
};

static struct range range_of(const struct ttype *t, u32 i)
{
	struct range r = { .has_min = i > 0, .has_max = true };

	if (t->kind == T_LHIST) {
		r.min = t->min + ((s64)i - 1) * t->step;
		r.max = i ? r.min + t->step : t->min;
		if (i + 1 == hist_count(t)) {
			r.min = t->max;
			r.has_max = false;
		}
		return r;
	}
	r.min = i ? (s64)first_of(i, t->bits) : 0;
	r.max = i ? (s64)first_of(i + 1, t->bits) : 0;
	if (i + 1 == hist_count(t))
		r.has_max = false;
	return r;
}

static void range_text(struct buf *out, const struct ttype *t, u32 i)
{
	struct range r = range_of(t, i);

	if (!r.has_min) {
		buf_puts(out, "(..., ");
		label(out, r.max);
		buf_puts(out, ")");
		return;
	}
	buf_puts(out, "[");
	label(out, r.min);
	if (r.has_max && t->kind == T_HIST && r.max == r.min + 1) {
		buf_puts(out, "]");
		return;
	}
	buf_puts(out, ", ");
	if (r.has_max)
		label(out, r.max);
	else
		buf_puts(out, "...");
	buf_puts(out, ")");
}

/* The rows from the first that is not empty to the last; false: all are. */
static bool rows(const u64 *buckets, u32 count, u32 *from, u32 *to, u64 *most)
{
	bool any = false;

	*most = 0;
	for (u32 i = 0; i < count; i++) {
		if (!buckets[i])
			continue;
		if (!any)
			*from = i;
		*to = i;
		any = true;
		*most = MAX(*most, buckets[i]);
	}
	return any;
}

void hist_text(struct buf *out, const struct ttype *t, const u64 *buckets, u32 div)
{
	u32 from = 0, to = 0;
	u64 most;

	if (!rows(buckets, hist_count(t), &from, &to, &most))
		return;
	for (u32 i = from; i <= to; i++) {
		struct buf text = { 0 };
		u32 bar = (u32)((float)buckets[i] / (float)most * BAR);

		range_text(&text, t, i);
		buf_printf(out, "%-16s%8" PRIu64 " |", buf_str(&text), buckets[i] / MAX(div, 1u));
		for (u32 k = 0; k < BAR; k++)
			buf_putc(out, k < bar ? '@' : ' ');
		buf_puts(out, "|\n");
		buf_fini(&text);
	}
}

void hist_json(struct buf *out, const struct ttype *t, const u64 *buckets, u32 div)
{
	u32 from = 0, to = 0;
	u64 most;
	bool any = rows(buckets, hist_count(t), &from, &to, &most);

	buf_putc(out, '[');
	for (u32 i = from; any && i <= to; i++) {
		struct range r = range_of(t, i);

		buf_puts(out, i > from ? ", {" : "{");
		if (r.has_min)
			buf_printf(out, "\"min\": %" PRId64 ", ", r.min);
		if (r.has_max)
			buf_printf(out, "\"max\": %" PRId64 ", ", r.max - 1);
		buf_printf(out, "\"count\": %" PRIu64 "}", buckets[i] / MAX(div, 1u));
	}
	buf_putc(out, ']');
}
