/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the files of this folder. */
#ifndef REPORT_INSIDE_H
#define REPORT_INSIDE_H

#include "base/buf.h"
#include "base/vec.h"
#include "report/names.h"
#include "report/report.h"

/* A control event that waits for the output that was sent before it. */
struct waiting {
	u64 position; /* of the output ring when it was sent */
	u8 *data;     /* owned */
	size_t len;
};

struct report {
	struct report_opts opts;
	struct unit *unit;
	const struct trace_meta *meta;
	struct names *names; /* of addresses; owned */
	struct buf line;     /* being written */
	VEC(struct waiting) waiting;
	u64 position; /* in the output ring, of what was handled */
	u64 *lost;    /* records lost by each point, as last told */
	u64 boot_ns;  /* of the wall clock when the monotonic one was 0 */
	bool exit;
	int exit_code, err;
};

/* ---- value.c: values as text and JSON ---- */

enum { IN_KEY = 1 }; /* flags: stacks are indented less */

void value_text(struct report *r, struct buf *out, const struct ttype *t, const u8 *data,
		u32 flags);
void value_json(struct report *r, struct buf *out, const struct ttype *t, const u8 *data);
/* A number of 1 to 8 bytes, extended by its sign. */
s64 value_number(const struct ttype *t, const u8 *data);
/* bytes as they are, or "\x01" for those that do not print */
void value_escape(struct buf *out, const u8 *data, size_t len);

/* ---- record.c: structs, unions, enums through BTF ---- */

void record_text(struct report *r, struct buf *out, const struct ttype *t, const u8 *data);
/* Name of an enumerator, NULL: none has that value. */
const char *enum_name(const struct ttype *t, s64 value);

/* ---- format.c: printf ---- */

/* base: the event's record. */
void format_event(struct report *r, struct buf *out, const struct trace_event *e, const u8 *base);

/* ---- stack.c ---- */

void stack_text(struct report *r, struct buf *out, const struct ttype *t, const u8 *data,
		u32 indent);

/* ---- table.c: maps ---- */

/* top 0: all; div 0, 1: undivided. */
int map_show(struct report *r, const struct trace_map *m, u32 top, u32 div);
int map_clear(struct report *r, const struct trace_map *m);
int map_zero(struct report *r, const struct trace_map *m);
/* One entry, from an event: key and value as they lie there; key NULL: none. */
void map_entry_show(struct report *r, const struct trace_map *m, const u8 *key, const u8 *value);

/* ---- hist.c ---- */

void hist_text(struct buf *out, const struct ttype *t, const u64 *buckets, u32 div);
void hist_json(struct buf *out, const struct ttype *t, const u64 *buckets, u32 div);
u32 hist_count(const struct ttype *t); /* buckets of a hist or lhist */

/* ---- out.c: where it goes ---- */

/* {"type": "printf", "data": …} or the text alone; takes r->line and clears it. */
void out_text(struct report *r, const char *type);
void out_error(struct report *r, const char *type);
void out_line(struct report *r); /* r->line as it is */

#endif
