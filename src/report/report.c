// SPDX-License-Identifier: BSD-2-Clause
/* A running script's events, one by one. */
#include "report/report.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

#include "report/inside.h"

static u64 now(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (u64)t.tv_sec * 1000000000 + (u64)t.tv_nsec;
}

int report_new(struct report **out, struct unit *u, const struct report_opts *opts, struct diag *d)
{
	struct report *r = calloc(1, sizeof(*r));
	const struct trace_meta *meta = u->obj->trace;

	if (!meta) {
		free(r);
		return diag_error(d, -EINVAL, NOWHERE, "'%s' is no trace script", u->obj->name);
	}
	if (r) {
		r->opts = *opts;
		r->unit = u;
		r->meta = meta;
		r->names = names_new();
		r->lost = calloc(MAX(meta->point_count, 1u), sizeof(*r->lost));
		r->boot_ns = now(CLOCK_REALTIME) - now(CLOCK_BOOTTIME);
		r->opts.out = opts->out ? opts->out : stdout;
		r->opts.err = opts->err ? opts->err : stderr;
	}
	if (!r || !r->names || !r->lost) {
		report_free(r);
		return diag_nomem(d);
	}
	*out = r;
	return 0;
}

void report_free(struct report *r)
{
	struct waiting *w;

	if (!r)
		return;
	vec_for (w, &r->waiting)
		free(w->data);
	vec_fini(&r->waiting);
	names_free(r->names);
	buf_fini(&r->line);
	free(r->lost);
	free(r);
}

/* ---- events ---- */

static void show_time(struct report *r, const struct trace_event *e)
{
	time_t seconds = time(NULL);
	char text[512];
	struct tm tm;

	localtime_r(&seconds, &tm);
	buf_put(&r->line, text, strftime(text, sizeof(text), e->format, &tm));
	out_text(r, "time");
}

static void show_join(struct report *r, const struct trace_event *e, const u8 *base)
{
	u32 off = e->args[0].off, len = r->meta->join_len, count = LOAD(u32, base + off);

	count = MIN(count, (e->size - off - 4) / MAX(len, 1u));
	for (u32 i = 0; i < count; i++) {
		const char *s = (const char *)base + off + 4 + i * len;

		if (i)
			buf_puts(&r->line, e->format);
		buf_put(&r->line, s, strnlen(s, len));
	}
	buf_putc(&r->line, '\n');
	out_text(r, "join");
}

static void copy_from(struct report *r, FILE *from, const char *type)
{
	char text[4096];
	size_t n;

	while ((n = fread(text, 1, sizeof(text), from)) > 0) {
		buf_put(&r->line, text, n);
		if (!r->opts.json)
			out_line(r);
	}
	if (r->line.len)
		out_text(r, type);
}

static void run_command(struct report *r, const struct trace_event *e, const u8 *base)
{
	struct buf command = { 0 };
	FILE *pipe;

	format_event(r, &command, e, base);
	fflush(r->opts.out);
	pipe = popen(buf_str(&command), "re");
	if (pipe) {
		copy_from(r, pipe, "syscall");
		pclose(pipe);
	}
	buf_fini(&command);
}

static void show_file(struct report *r, const struct trace_event *e, const u8 *base)
{
	struct buf path = { 0 };
	FILE *file;

	format_event(r, &path, e, base);
	file = fopen(buf_str(&path), "re");
	if (file) {
		copy_from(r, file, "cat");
		fclose(file);
	} else {
		buf_printf(&r->line, "%s:%u:%u: WARNING: cat: cannot open '%s': %s\n",
			   r->opts.script, e->line, e->col, buf_str(&path), strerror(errno));
		out_error(r, "warning");
	}
	buf_fini(&path);
}

static void show_helper_error(struct report *r, const struct trace_event *e, const u8 *base)
{
	s32 result = LOAD(s32, base + e->args[0].off);

	buf_printf(&r->line, "%s:%u:%u: WARNING: %s failed: %s (%d)\n%s\n", r->opts.script, e->line,
		   e->col, e->format, result < 0 ? strerror(-result) : "no result", result,
		   e->at ? e->at : "");
	out_error(r, "helper_error");
}

static void show_value(struct report *r, const struct trace_event *e, const u8 *base)
{
	const struct event_arg *a = &e->args[0];

	if (r->opts.json) {
		buf_puts(&r->line, "{\"type\": \"value\", \"data\": ");
		value_json(r, &r->line, a->type, base + a->off);
		buf_puts(&r->line, "}\n");
	} else {
		value_text(r, &r->line, a->type, base + a->off, 0);
		buf_putc(&r->line, '\n');
	}
	out_line(r);
}

static void show_entry(struct report *r, const struct trace_event *e, const u8 *base)
{
	const struct trace_map *m = &r->meta->maps[e->map];
	u32 n = e->arg_count;

	if (n)
		map_entry_show(r, m, n > 1 ? base + e->args[0].off : NULL,
			       base + e->args[n - 1].off);
}

static void note(struct report *r, int err)
{
	if (err && !r->err)
		r->err = err;
}

static u32 arg_u32(const struct trace_event *e, u32 i, const u8 *base)
{
	return i < e->arg_count ? LOAD(u32, base + e->args[i].off) : 0;
}

static void handle(struct report *r, const struct trace_event *e, const u8 *base)
{
	const struct trace_map *m = e->map < r->meta->map_count ? &r->meta->maps[e->map] : NULL;

	switch (e->kind) {
	case EVENT_PRINTF:
		format_event(r, &r->line, e, base);
		out_text(r, "printf");
		break;
	case EVENT_ERRORF:
		buf_printf(&r->line, "%s:%u:%u: ERROR: ", r->opts.script, e->line, e->col);
		format_event(r, &r->line, e, base);
		out_error(r, "errorf");
		break;
	case EVENT_WARNF:
		buf_printf(&r->line, "%s:%u:%u: WARNING: ", r->opts.script, e->line, e->col);
		format_event(r, &r->line, e, base);
		out_error(r, "warnf");
		break;
	case EVENT_SYSTEM:
		run_command(r, e, base);
		break;
	case EVENT_CAT:
		show_file(r, e, base);
		break;
	case EVENT_JOIN:
		show_join(r, e, base);
		break;
	case EVENT_TIME:
		show_time(r, e);
		break;
	case EVENT_PRINT_VALUE:
		show_value(r, e, base);
		break;
	case EVENT_PRINT_MAP:
		note(r, map_show(r, m, arg_u32(e, 0, base), arg_u32(e, 1, base)));
		break;
	case EVENT_PRINT_ENTRY:
		show_entry(r, e, base);
		break;
	case EVENT_CLEAR:
		note(r, map_clear(r, m));
		break;
	case EVENT_ZERO:
		note(r, map_zero(r, m));
		break;
	case EVENT_EXIT:
		r->exit = true;
		r->exit_code = e->arg_count ? base[e->args[0].off] : 0;
		break;
	case EVENT_HELPER_ERROR:
		show_helper_error(r, e, base);
		break;
	default:
		break;
	}
}

static void handle_record(struct report *r, const u8 *data, size_t len)
{
	u32 number = len >= EVENT_HEAD ? LOAD(u32, data) : UINT32_MAX;

	if (number < r->meta->event_count && len >= r->meta->events[number].size)
		handle(r, &r->meta->events[number], data);
}

/* Control events that were sent before `position` of the output. */
static void handle_waiting(struct report *r, u64 position)
{
	u32 done = 0;

	while (done < r->waiting.len && r->waiting.data[done].position <= position) {
		handle_record(r, r->waiting.data[done].data, r->waiting.data[done].len);
		free(r->waiting.data[done++].data);
	}
	if (!done)
		return;
	r->waiting.len -= done;
	memmove(r->waiting.data, r->waiting.data + done, r->waiting.len * sizeof(*r->waiting.data));
}

static int wait_for_output(struct report *r, const struct skep_event *ev)
{
	struct waiting *w = vec_push(&r->waiting);

	if (w)
		w->data = malloc(ev->len);
	if (!w || !w->data)
		return -ENOMEM;
	memcpy(w->data, ev->data, ev->len);
	w->len = ev->len;
	w->position = LOAD(u64, w->data + EVENT_HEAD);
	return 0;
}

int report_event(void *report, const struct skep_event *ev)
{
	enum { RECORD_HEAD = 8 };
	const struct unit_map *m = (const struct unit_map *)ev->map;
	struct report *r = report;

	if (!ev->data)
		return 0;
	if (m == &r->unit->maps[r->meta->control_map] && ev->len >= CONTROL_HEAD)
		return wait_for_output(r, ev);
	handle_waiting(r, r->position);
	handle_record(r, ev->data, ev->len);
	r->position += RECORD_HEAD + ROUND_UP(ev->len, 8);
	return 0;
}

void report_round(struct report *r)
{
	handle_waiting(r, UINT64_MAX);
}

bool report_wants_exit(const struct report *r, int *code)
{
	*code = r->exit_code;
	return r->exit;
}

/* ---- notes ---- */

void report_attached(struct report *r, u32 probes)
{
	if (r->opts.json) {
		buf_printf(&r->line,
			   "{\"type\": \"attached_probes\", \"data\": {\"probes\": %u}}\n", probes);
		out_line(r);
	} else if (!r->opts.quiet) {
		buf_printf(&r->line, "Attached %u probe%s\n", probes, probes == 1 ? "" : "s");
		out_error(r, "attached_probes");
	}
}

static u64 count_lost(struct report *r, u32 point)
{
	struct unit_map *m = &r->unit->maps[r->meta->lost_map];
	const struct engine_ops *ops = r->unit->engine->ops;
	size_t len = ops->map_value_len(m);
	u64 *counts = calloc(1, len), sum = 0;

	if (counts && !ops->map_get(m, &point, counts)) {
		for (size_t i = 0; i < len / 8; i++)
			sum += counts[i];
	}
	free(counts);
	return sum;
}

void report_lost(struct report *r)
{
	if (r->meta->lost_map == UINT32_MAX)
		return;
	for (u32 i = 0; i < r->meta->point_count; i++) {
		u64 lost = count_lost(r, i), fresh = lost - r->lost[i];

		if (!fresh)
			continue;
		r->lost[i] = lost;
		if (r->opts.json) {
			buf_printf(&r->line,
				   "{\"type\": \"lost_events\", \"data\": {\"events\": %" PRIu64
				   "}}\n",
				   fresh);
			out_line(r);
		} else if (!r->opts.quiet) {
			buf_printf(&r->line, "Lost %" PRIu64 " events of %s\n", fresh,
				   r->meta->points[i].name);
			out_error(r, "lost_events");
		}
	}
}

/* The first map behind `after` in the order of names; NULL: none. */
static const struct trace_map *next_map(const struct report *r, const struct trace_map *after)
{
	const struct trace_map *best = NULL;

	for (u32 i = 0; i < r->meta->map_count; i++) {
		const struct trace_map *m = &r->meta->maps[i];

		if (m->internal || (after && strcmp(m->name, after->name) <= 0))
			continue;
		if (!best || strcmp(m->name, best->name) < 0)
			best = m;
	}
	return best;
}

void report_maps(struct report *r)
{
	const struct trace_map *m = NULL;

	if (!r->meta->print_maps_on_exit)
		return;
	buf_puts(&r->line, "\n\n");
	out_line(r);
	while ((m = next_map(r, m)))
		note(r, map_show(r, m, 0, 0));
}

int report_flush(struct report *r)
{
	if (fflush(r->opts.out) && !r->err)
		r->err = -errno;
	return r->err;
}
