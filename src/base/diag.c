// SPDX-License-Identifier: BSD-2-Clause
#include "base/diag.h"

#include <errno.h>
#include <stdarg.h>

#include "base/json.h"

enum { MAX_ITEMS = 256, MAX_CARETS = 100, MAX_EXCERPT = 200, MAX_BEFORE = 80 };

struct diag_source {
	struct diag_source *next;
	const char *name, *text; /* owned by the diag's arena; text NULL: binary */
	size_t len;
	u32 number, first_line;
};

static const char *const severity_names[] = {
	[SEV_ERROR] = "error",
	[SEV_WARNING] = "warning",
	[SEV_NOTE] = "note",
};
static const char *const severity_colours[] = {
	[SEV_ERROR] = "\033[1;31m",
	[SEV_WARNING] = "\033[1;35m",
	[SEV_NOTE] = "\033[1;36m",
};

void diag_init(struct diag *d)
{
	*d = (struct diag){ 0 };
}

void diag_fini(struct diag *d)
{
	arena_fini(&d->arena);
	diag_init(d);
}

static bool source_is(const struct diag_source *s, const char *name, const char *text, size_t len,
		      u32 first_line)
{
	if (strcmp(s->name, name) || s->first_line != first_line || !s->text != !text)
		return false;
	return !text || (s->len == len && !memcmp(s->text, text, len));
}

u32 diag_file(struct diag *d, const char *name, const char *text, size_t len, u32 first_line)
{
	struct diag_source *s;

	if (!d)
		return 0;
	for (s = d->sources; s; s = s->next) {
		if (source_is(s, name, text, len, first_line))
			return s->number;
	}
	s = arena_alloc(&d->arena, sizeof(*s));
	if (!s)
		return 0;
	s->name = arena_strdup(&d->arena, name);
	if (text) {
		char *copy = arena_alloc(&d->arena, len + 1);

		if (!copy)
			return 0;
		memcpy(copy, text, len);
		s->text = copy;
	}
	if (!s->name)
		return 0;
	s->len = len;
	s->first_line = first_line;
	s->number = ++d->source_count;
	s->next = d->sources;
	d->sources = s;
	return s->number;
}

static const char *arena_vprintf(struct arena *a, const char *fmt, va_list ap)
{
	va_list again;
	char *p = NULL;
	int len;

	va_copy(again, ap);
	len = vsnprintf(NULL, 0, fmt, ap);
	if (len >= 0)
		p = arena_alloc(a, (size_t)len + 1);
	if (p)
		vsnprintf(p, (size_t)len + 1, fmt, again);
	va_end(again);
	return p ? p : "(out of memory)";
}

static void diag_add(struct diag *d, enum severity severity, int err, struct span at,
		     const char *fmt, va_list ap)
{
	struct diag_item *it;

	if (!d)
		return;
	if (severity == SEV_ERROR)
		d->errors++;
	it = d->count < MAX_ITEMS ? arena_alloc(&d->arena, sizeof(*it)) : NULL;
	if (!it) {
		d->dropped++;
		return;
	}
	it->severity = severity;
	it->err = err;
	it->at = at;
	it->text = arena_vprintf(&d->arena, fmt, ap);
	if (d->last)
		d->last->next = it;
	else
		d->first = it;
	d->last = it;
	d->count++;
}

int diag_error(struct diag *d, int err, struct span at, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	diag_add(d, SEV_ERROR, err, at, fmt, ap);
	va_end(ap);
	return err;
}

void diag_warn(struct diag *d, struct span at, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	diag_add(d, SEV_WARNING, 0, at, fmt, ap);
	va_end(ap);
}

void diag_note(struct diag *d, struct span at, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	diag_add(d, SEV_NOTE, 0, at, fmt, ap);
	va_end(ap);
}

void diag_hint(struct diag *d, const char *fmt, ...)
{
	va_list ap;

	if (!d || !d->last || d->dropped)
		return;
	va_start(ap, fmt);
	d->last->hint = arena_vprintf(&d->arena, fmt, ap);
	va_end(ap);
}

int diag_nomem(struct diag *d)
{
	return diag_error(d, -ENOMEM, NOWHERE, "out of memory");
}

/* Where a span lies: its source, line and the bounds of that line. */
struct place {
	const struct diag_source *source;
	const char *line, *end; /* NULL for binaries */
	u32 number, col;	/* 1-based */
};

static struct place place_of(const struct diag *d, struct span at)
{
	struct place p = { 0 };
	const char *text, *stop;

	for (p.source = d->sources; p.source; p.source = p.source->next) {
		if (p.source->number == at.file)
			break;
	}
	if (!p.source || !p.source->text)
		return p;
	text = p.source->text;
	stop = text + MIN(at.off, p.source->len);
	p.number = p.source->first_line;
	p.line = text;
	for (const char *c = text; c < stop; c++) {
		if (*c == '\n') {
			p.line = c + 1;
			p.number++;
		}
	}
	p.end = memchr(p.line, '\n', (size_t)(text + p.source->len - p.line));
	if (!p.end)
		p.end = text + p.source->len;
	p.col = (u32)(stop - p.line) + 1;
	return p;
}

/* Names and lines come from files: what could steer a terminal becomes '?'. */
static void put_text(const char *s, size_t len, FILE *out)
{
	for (; len; s++, len--) {
		bool control = ((u8)*s < ' ' && *s != '\t' && *s != '\n') || *s == 0x7f;

		fputc(control ? '?' : *s, out);
	}
}

/* The second and later bytes of a UTF-8 character. */
static bool continues(char c)
{
	return ((u8)c & 0xc0) == 0x80;
}

/* The line, or what of a long one is near, and a caret under the span; tabs are kept so that the
 * caret stands right. */
static void print_excerpt(const struct place *p, u32 len, FILE *out)
{
	const char *from = p->line, *to = p->end, *at = p->line + p->col - 1;
	size_t width = MIN(MIN((size_t)len, (size_t)(to - at)), (size_t)MAX_CARETS);

	if (at - from > MAX_BEFORE && to - from > MAX_EXCERPT)
		from = at - MAX_BEFORE;
	while (from > p->line && from < at && continues(*from))
		from++;
	if (to - from > MAX_EXCERPT)
		to = from + MAX_EXCERPT;
	while (to > at && to < p->end && continues(*to))
		to--;
	fputs(from > p->line ? "    …" : "    ", out);
	put_text(from, (size_t)(to - from), out);
	fputs(to < p->end ? "…\n    " : "\n    ", out);
	if (from > p->line)
		fputc(' ', out);
	for (const char *c = from; c < at; c++) {
		if (!continues(*c))
			fputc(*c == '\t' ? '\t' : ' ', out);
	}
	fputc('^', out);
	for (size_t i = 1; i < width; i++) {
		if (!continues(at[i]))
			fputc('~', out);
	}
	fputc('\n', out);
}

static void print_item(const struct diag *d, const struct diag_item *it, FILE *out, bool colour)
{
	struct place p = place_of(d, it->at);

	if (p.source)
		put_text(p.source->name, strlen(p.source->name), out);
	if (p.source && p.line)
		fprintf(out, ":%u:%u: ", p.number, p.col);
	else if (p.source)
		fputs(": ", out);
	if (p.source && !p.line && it->at.off)
		fprintf(out, "at byte %u: ", it->at.off);
	fprintf(out, "%s%s:%s ", colour ? severity_colours[it->severity] : "",
		severity_names[it->severity], colour ? "\033[0m" : "");
	put_text(it->text, strlen(it->text), out);
	fputc('\n', out);
	if (p.line && p.end > p.line)
		print_excerpt(&p, it->at.len, out);
	if (it->hint) {
		fputs("    hint: ", out);
		put_text(it->hint, strlen(it->hint), out);
		fputc('\n', out);
	}
}

void diag_print(const struct diag *d, FILE *out, bool colour)
{
	for (const struct diag_item *it = d->first; it; it = it->next)
		print_item(d, it, out, colour);
	if (d->dropped)
		fprintf(out, "… and %u more\n", d->dropped);
}

void diag_json(const struct diag *d, FILE *out)
{
	fputc('[', out);
	for (const struct diag_item *it = d->first; it; it = it->next) {
		struct place p = place_of(d, it->at);

		fprintf(out, "%s{\"severity\":\"%s\"", it == d->first ? "" : ",",
			severity_names[it->severity]);
		if (p.source) {
			fputs(",\"file\":", out);
			json_string(out, p.source->name);
		}
		if (p.line)
			fprintf(out, ",\"line\":%u,\"column\":%u", p.number, p.col);
		fputs(",\"message\":", out);
		json_string(out, it->text);
		if (it->hint) {
			fputs(",\"hint\":", out);
			json_string(out, it->hint);
		}
		fputc('}', out);
	}
	fputs("]\n", out);
}
