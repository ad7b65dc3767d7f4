// SPDX-License-Identifier: BSD-2-Clause
#include "packet/printer.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "packet/print.h"

int packet_printer_new(struct packet_printer **out, const struct packet_opts *opts)
{
	struct packet_printer *pr = calloc(1, sizeof(*pr));

	if (!pr)
		return -ENOMEM;
	pr->o = *opts;
	if (!opts->numeric)
		pr->names = host_names_new();
	if (!opts->numeric && !pr->names) {
		packet_printer_free(pr);
		return -ENOMEM;
	}
	*out = pr;
	return 0;
}

void packet_printer_free(struct packet_printer *pr)
{
	if (!pr)
		return;
	host_names_free(pr->names);
	flows_free(pr->flows);
	buf_fini(&pr->line);
	free(pr);
}

/* ---- stamps ---- */

static void put_fraction(struct print *p, u64 ns)
{
	if (p->o->nano)
		put(p, ".%09u ", (u32)(ns % 1000000000u));
	else
		put(p, ".%06u ", (u32)(ns % 1000000000u) / 1000);
}

static void put_clock(struct print *p, u64 seconds)
{
	put(p, "%02u:%02u:%02u", (u32)(seconds / 3600), (u32)(seconds / 60 % 60),
	    (u32)(seconds % 60));
}

/* localtime_r is slow, and most packets are of the hour of the one before. */
static u32 local_time(struct packet_printer *pr, s64 seconds)
{
	if (!pr->hour_known || seconds < pr->hour_start || seconds - pr->hour_start >= 3600) {
		time_t t = (time_t)seconds;
		struct tm tm = { 0 };

		localtime_r(&t, &tm);
		pr->hour_known = true;
		pr->hour = (u32)tm.tm_hour;
		pr->hour_start = seconds - tm.tm_min * 60 - tm.tm_sec;
		strftime(pr->date, sizeof(pr->date), "%Y-%m-%d", &tm);
	}
	return pr->hour * 3600 + (u32)(seconds - pr->hour_start);
}

static void put_since(struct print *p, u64 from, u64 ts)
{
	u64 unit = p->o->nano ? 1 : 1000, a = from / unit * unit, b = ts / unit * unit;
	u64 delta = b >= a ? b - a : a - b;

	put_text(p, b >= a ? " " : "-");
	put_clock(p, delta / 1000000000u);
	put_fraction(p, delta);
}

static void put_stamp(struct print *p, u64 ts)
{
	struct packet_printer *pr = p->pr;
	u64 seconds = ts / 1000000000u;

	if (!pr->any)
		pr->first = pr->last = ts;
	pr->any = true;
	switch (p->o->time) {
	case PACKET_TIME_NONE:
		break;
	case PACKET_TIME_EPOCH:
		put(p, "%llu", (unsigned long long)seconds);
		put_fraction(p, ts);
		break;
	case PACKET_TIME_DELTA:
		put_since(p, pr->last, ts);
		break;
	case PACKET_TIME_FIRST:
		put_since(p, pr->first, ts);
		break;
	case PACKET_TIME_DATE:
	case PACKET_TIME_DAY:
		seconds = local_time(pr, (s64)seconds);
		if (p->o->time == PACKET_TIME_DATE)
			put(p, "%s ", pr->date);
		put_clock(p, seconds);
		put_fraction(p, ts);
		break;
	}
	pr->last = ts;
}

/* ---- bytes ---- */

static void put_hex(struct print *p, const u8 *at, u32 len)
{
	for (u32 row = 0; row < len; row += 16) {
		u32 n = MIN(len - row, 16u), width = 0;

		put(p, "\n\t0x%04x: ", row);
		for (u32 i = 0; i < n; i++) {
			put(p, i % 2 ? "%02x" : " %02x", at[row + i]);
			width += i % 2 ? 2 : 3;
		}
		if (!(p->o->bytes & PACKET_ASCII))
			continue;
		put(p, "%*s", (int)(42 - width), "");
		for (u32 i = 0; i < n; i++)
			buf_putc(p->out,
				 at[row + i] > ' ' && at[row + i] < 0x7f ? (char)at[row + i] : '.');
	}
}

static void put_characters(struct print *p, const u8 *at, u32 len)
{
	buf_putc(p->out, '\n');
	for (u32 i = 0; i < len; i++) {
		u8 c = at[i];

		/* A CR ends a line, also one that is nearly cut. */
		if (c == '\r' && (i + 2 >= len || at[i + 1] == '\n'))
			continue;
		buf_putc(p->out, (c >= ' ' && c < 0x7f) || c == '\t' || c == '\n' ? (char)c : '.');
	}
}

static void put_bytes(struct print *p, const struct packet *packet)
{
	u32 from = p->o->bytes & PACKET_LINK ? 0 : MIN(p->header, packet->len);

	if (p->o->bytes & PACKET_HEX)
		put_hex(p, packet->data + from, packet->len - from);
	else if (p->o->bytes & PACKET_ASCII)
		put_characters(p, packet->data + from, packet->len - from);
}

void packet_print(struct packet_printer *pr, struct buf *out, const struct packet *packet)
{
	struct print p = { .out = out, .o = &pr->o, .pr = pr };
	struct view v = { packet->data, packet->len, MAX(packet->len, packet->wire_len) };

	put_stamp(&p, packet->ts);
	print_link(&p, v, packet);
	put_bytes(&p, packet);
	buf_putc(out, '\n');
}

int packet_print_line(struct packet_printer *pr, const struct packet *packet, FILE *out)
{
	buf_clear(&pr->line);
	packet_print(pr, &pr->line, packet);
	if (pr->line.err)
		return pr->line.err;
	if (fwrite(pr->line.data, pr->line.len, 1, out) != 1)
		return errno ? -errno : -EIO;
	return 0;
}
