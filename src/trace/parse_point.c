// SPDX-License-Identifier: BSD-2-Clause
/*
 * Attach points. They are read from the text: paths, wildcards and C++ names are no tokens. An
 * attach point ends at a blank, ',' or '{' outside of quotes, and at a '/' after a blank or in the
 * first part.
 */
#include "trace/parse.h"

#include <errno.h>

struct point_reader {
	struct tparser *p;
	struct attach_point *ap;
	struct buf text, part;
	u32 part_off;
};

static char peek(const struct tlex *l, u32 n)
{
	return l->len - l->pos > n ? l->text[l->pos + n] : 0;
}

static bool end_part(struct point_reader *r)
{
	struct attach_point *ap = r->ap;
	struct tlex *l = &r->p->lex;

	if (ap->parts == ARRAY_SIZE(ap->part))
		return tparse_error(r->p, tlex_span(l, r->part_off, l->pos),
				    "a probe has at most %u parts", (u32)ARRAY_SIZE(ap->part));
	ap->part[ap->parts] = arena_strdup(r->p->arena, buf_str(&r->part));
	if (!ap->part[ap->parts])
		return tparse_nomem(r->p);
	ap->part_at[ap->parts++] = tlex_span(l, r->part_off, l->pos);
	buf_clear(&r->part);
	return true;
}

static void put(struct point_reader *r, char c)
{
	buf_putc(&r->part, c);
	buf_putc(&r->text, c);
}

/* "…": as it stands, but \" and \\. */
static bool quoted(struct point_reader *r)
{
	struct tlex *l = &r->p->lex;
	u32 start = l->pos++;

	for (; l->pos < l->len && peek(l, 0) != '"' && peek(l, 0) != '\n'; l->pos++) {
		if (peek(l, 0) == '\\' && (peek(l, 1) == '"' || peek(l, 1) == '\\'))
			l->pos++;
		put(r, peek(l, 0));
	}
	if (peek(l, 0) != '"')
		return tparse_error(r->p, tlex_span(l, start, l->pos),
				    "these quotes do not end on their line");
	l->pos++;
	return true;
}

/* $1, $2: what was given on the command line. */
static bool param(struct point_reader *r)
{
	const struct parse_opts *opts = r->p->opts;
	struct tlex *l = &r->p->lex;
	u32 start = l->pos++;
	u64 n = 0;

	while (peek(l, 0) >= '0' && peek(l, 0) <= '9' && n < UINT32_MAX)
		n = n * 10 + (l->text[l->pos++] - '0');
	if (!n)
		return tparse_error(r->p, tlex_span(l, start, l->pos),
				    "a number is missing after '$'");
	if (n > opts->param_count || !opts->params[n - 1])
		return tparse_error(r->p, tlex_span(l, start, l->pos), "$%llu is not given",
				    (unsigned long long)n);
	buf_puts(&r->part, opts->params[n - 1]);
	buf_puts(&r->text, opts->params[n - 1]);
	return true;
}

static bool ends_here(const struct point_reader *r)
{
	const struct tlex *l = &r->p->lex;
	char c = peek(l, 0);

	return l->pos >= l->len || (c >= '\t' && c <= '\r') || c == ' ' || c == ',' || c == '{' ||
	       c == '}' || c == ';' || (c == '/' && (!r->ap->parts || peek(l, 1) == '*'));
}

static bool read_parts(struct point_reader *r)
{
	struct tlex *l = &r->p->lex;
	u32 parens = 0;

	r->part_off = l->pos;
	while (l->pos < l->len && (!ends_here(r) || (parens && peek(l, 0) == ','))) {
		char c = peek(l, 0);

		if (c == '"') {
			if (!quoted(r))
				return false;
			continue;
		}
		if (c == '$') {
			if (!param(r))
				return false;
			continue;
		}
		parens += c == '(';
		parens -= c == ')' && parens;
		/* "a::b" is a name of C++; an empty part is "::" only at its end. */
		if (c == ':' && peek(l, 1) == ':' && r->part.len && r->ap->parts >= 2) {
			put(r, c);
			put(r, c);
			l->pos += 2;
			continue;
		}
		if (c == ':') {
			if (!end_part(r))
				return false;
			buf_putc(&r->text, ':');
			l->pos++;
			r->part_off = l->pos;
			continue;
		}
		put(r, c);
		l->pos++;
	}
	return end_part(r);
}

/* name=probe: the name is for later versions of the language. */
static void skip_name(struct tlex *l)
{
	u32 end = l->pos;

	while (end < l->len && tlex_is_word(l->text[end]))
		end++;
	if (end > l->pos && end < l->len && l->text[end] == '=')
		l->pos = end + 1;
}

static struct attach_point *read_point(struct tparser *p)
{
	struct point_reader r = { .p = p, .ap = arena_alloc(p->arena, sizeof(*r.ap)) };
	u32 start;
	bool ok;

	if (!r.ap) {
		tparse_nomem(p);
		return NULL;
	}
	skip_name(&p->lex);
	start = p->lex.pos;
	ok = read_parts(&r);
	r.ap->at = tlex_span(&p->lex, start, p->lex.pos);
	r.ap->text = arena_strdup(p->arena, buf_str(&r.text));
	if (ok && (!r.ap->text || r.text.err || r.part.err))
		ok = tparse_nomem(p);
	buf_fini(&r.text);
	buf_fini(&r.part);
	if (ok && !r.ap->text[0]) {
		ok = tparse_error(p, tlex_span(&p->lex, start, start + 1),
				  "a probe is expected here");
		tparse_hint(p, "as in  kprobe:vfs_read { @ = count(); }");
	}
	return ok ? r.ap : NULL;
}

struct attach_point *tparse_points(struct tparser *p)
{
	struct attach_point *first = NULL, **tail = &first;

	for (;;) {
		if (!tlex_skip(&p->lex)) {
			p->failed = p->full = true;
			return NULL;
		}
		if (first && (peek(&p->lex, 0) == '{' || peek(&p->lex, 0) == '/'))
			return first; /* the list ends in a comma */
		*tail = read_point(p);
		if (!*tail)
			return NULL;
		tail = &(*tail)->next;
		if (!tlex_skip(&p->lex)) {
			p->failed = p->full = true;
			return NULL;
		}
		if (peek(&p->lex, 0) != ',')
			return first;
		p->lex.pos++;
	}
}
