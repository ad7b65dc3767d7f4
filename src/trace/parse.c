// SPDX-License-Identifier: BSD-2-Clause
#include "trace/parse.h"

#include <errno.h>
#include <stdlib.h>

void tparse_next(struct tparser *p)
{
	p->prev_end = p->tok.end;
	tlex_next(&p->lex, &p->tok);
	if (p->tok.kind == TT_BAD) {
		p->failed = true;
		if (!p->trying)
			p->full = true; /* the lexer has said why */
	}
	if (p->lex.nomem)
		tparse_nomem(p);
}

struct span tparse_here(const struct tparser *p)
{
	return tlex_span(&p->lex, p->tok.off, p->tok.end);
}

struct span tparse_since(const struct tparser *p, u32 off)
{
	return tlex_span(&p->lex, off, p->prev_end);
}

bool tparse_error(struct tparser *p, struct span at, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	p->failed = true;
	p->may_hint = false;
	if (p->trying || p->full)
		return false;
	p->full = p->may_hint = true;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	diag_error(p->diag, -EINVAL, at, "%s", text);
	return false;
}

void tparse_hint(struct tparser *p, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	if (!p->may_hint)
		return;
	p->may_hint = false;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	diag_hint(p->diag, "%s", text);
}

bool tparse_nomem(struct tparser *p)
{
	if (!p->lex.nomem || !p->failed)
		diag_nomem(p->diag);
	p->lex.nomem = true;
	p->failed = p->full = true;
	return false;
}

bool tparse_is(const struct tparser *p, const char *op)
{
	return p->tok.kind == TT_OP && !strcmp(p->tok.op, op);
}

bool tparse_is_word(const struct tparser *p, const char *word)
{
	return p->tok.kind == TT_WORD && p->tok.text && !strcmp(p->tok.text, word);
}

bool tparse_take(struct tparser *p, const char *op)
{
	if (!tparse_is(p, op))
		return false;
	tparse_next(p);
	return true;
}

bool tparse_take_word(struct tparser *p, const char *word)
{
	if (!tparse_is_word(p, word))
		return false;
	tparse_next(p);
	return true;
}

const char *tparse_found(struct tparser *p)
{
	u32 len = p->tok.end - p->tok.off;
	const char *text;

	if (p->tok.kind == TT_END)
		return "the end of the script";
	text = arena_printf(p->arena, "'%.*s'", (int)MIN(len, 40), p->lex.text + p->tok.off);
	return text ? text : "this";
}

bool tparse_need(struct tparser *p, const char *op, const char *where)
{
	if (tparse_take(p, op))
		return !p->full;
	return tparse_error(p, tparse_here(p), "'%s' is expected %s, not %s", op, where,
			    tparse_found(p));
}

bool tparse_enter(struct tparser *p)
{
	if (p->depth >= p->max_depth)
		return tparse_error(p, tparse_here(p), "this is nested more than %u levels deep",
				    p->max_depth);
	p->depth++;
	return true;
}

void tparse_leave(struct tparser *p)
{
	p->depth--;
}

struct node *tparse_node(struct tparser *p, enum node_kind kind, u32 off)
{
	struct node *n;

	if (p->nodes++ >= p->max_nodes) {
		tparse_error(p, tparse_here(p), "the script is larger than %u nodes", p->max_nodes);
		return NULL;
	}
	n = arena_alloc(p->arena, sizeof(*n));
	if (!n) {
		tparse_nomem(p);
		return NULL;
	}
	n->kind = kind;
	n->at = tlex_span(&p->lex, off, p->tok.end);
	return n;
}

/* `scratch` holds the height of the tree below while it is built. */
static void raise_to(u64 *height, const struct node *below)
{
	for (; below; below = below->next)
		*height = MAX(*height, below->scratch + 1);
}

static void raise_one(u64 *height, const struct node *below)
{
	if (below)
		*height = MAX(*height, below->scratch + 1);
}

struct node *tparse_done(struct tparser *p, struct node *n, u32 off)
{
	u64 height = 0;

	raise_one(&height, n->a);
	raise_one(&height, n->b);
	raise_one(&height, n->c);
	raise_one(&height, n->key);
	raise_to(&height, n->args);
	raise_to(&height, n->body);
	raise_to(&height, n->orelse);
	n->scratch = height;
	n->at = tparse_since(p, off);
	if (height > p->max_depth) {
		tparse_error(p, n->at, "this is nested more than %u levels deep", p->max_depth);
		return NULL;
	}
	return p->full ? NULL : n;
}

struct tmap *tparse_map(struct tparser *p, const char *name, struct span at)
{
	u64 *known = hash_get_str(&p->maps, name);
	struct tmap *m;

	if (known)
		return (struct tmap *)(uintptr_t)*known;
	m = arena_alloc(p->arena, sizeof(*m));
	if (!m || hash_set_str(&p->maps, name, (uintptr_t)m)) {
		tparse_nomem(p);
		return NULL;
	}
	m->name = name;
	m->at = at;
	m->index = p->s->map_count++;
	*p->map_tail = m;
	p->map_tail = &m->next;
	return m;
}

struct tparse_mark tparse_mark(const struct tparser *p)
{
	return (struct tparse_mark){ p->tok, p->lex.pos, p->prev_end, p->failed };
}

void tparse_back(struct tparser *p, const struct tparse_mark *m)
{
	p->tok = m->tok;
	p->lex.pos = m->pos;
	p->prev_end = m->prev_end;
	p->failed = m->failed;
}

void tparse_try(struct tparser *p)
{
	p->trying++;
	p->lex.diag = NULL;
}

void tparse_tried(struct tparser *p)
{
	u32 prev_end = p->prev_end;

	if (--p->trying)
		return;
	p->lex.diag = p->diag;
	if (p->tok.kind != TT_BAD)
		return;
	p->lex.pos = p->tok.off;
	tparse_next(p);
	p->prev_end = prev_end;
}

/* After an error: behind the '}' that ends the item which begins at `start`, or to the end. */
static void recover(struct tparser *p, u32 start)
{
	struct tlex *l = &p->lex;
	struct diag *diag = l->diag;
	u32 open = 0, error = p->tok.off;
	bool seen = false;

	l->diag = NULL;
	l->pos = start;
	for (struct ttoken t = { 0 };;) {
		tlex_next(l, &t);
		if (t.kind == TT_END)
			break;
		if (t.kind != TT_OP)
			continue;
		if (t.op[0] == '{') {
			open++;
			seen = true;
		} else if (t.op[0] == '}') {
			open -= open > 0;
		} else {
			continue;
		}
		if (seen && !open && t.end > error)
			break;
	}
	l->diag = diag;
	p->full = p->lex.nomem;
	p->depth = 0;
	p->predicate = p->in_macro = false;
}

static void parse_all(struct tparser *p)
{
	if (p->lex.len > 2 && !memcmp(p->lex.text, "#!", 2)) {
		const char *end = memchr(p->lex.text, '\n', p->lex.len);

		p->lex.pos = end ? end - p->lex.text : p->lex.len;
	}
	while (!p->lex.nomem && tlex_skip(&p->lex) && p->lex.pos < p->lex.len) {
		u32 start = p->lex.pos;

		if (!tparse_top(p) || p->full)
			recover(p, start);
		if (p->diag && p->diag->dropped)
			break;
	}
	if (!p->s->probes && !p->failed && !p->s->functions && !p->s->imports)
		tparse_error(p, NOWHERE, "the script has no probe");
}

static void parser_init(struct tparser *p, struct script *s, const struct parse_opts *opts,
			struct diag *d)
{
	static const struct parse_opts none;

	*p = (struct tparser){ .s = s, .arena = s->arena, .diag = d, .opts = opts ? opts : &none };
	p->max_depth = p->opts->max_depth ? p->opts->max_depth : 200;
	p->max_nodes = p->opts->max_nodes ? p->opts->max_nodes : 1000000;
	p->map_tail = &s->maps;
	p->tails.c = &s->c;
	p->tails.settings = &s->settings;
	p->tails.functions = &s->functions;
	p->tails.imports = &s->imports;
	p->tails.probes = &s->probes;
}

int script_parse_expr(struct node **out, struct script *s, const char *name, const char *text,
		      size_t len, const struct parse_opts *opts, struct diag *d)
{
	struct tparser p;
	struct node *n;

	parser_init(&p, s, opts, d);
	for (struct tmap *m = s->maps; m; m = m->next) {
		p.map_tail = &m->next;
		if (hash_set_str(&p.maps, m->name, (uintptr_t)m))
			tparse_nomem(&p);
	}
	p.lex = (struct tlex){ .text = text, .len = len, .arena = s->arena, .diag = d };
	p.lex.file = diag_file(d, name, text, len, 1);
	tparse_next(&p);
	n = p.full ? NULL : tparse_expr(&p);
	if (n && p.tok.kind != TT_END)
		tparse_error(&p, tparse_here(&p), "an expression ends before %s", tparse_found(&p));
	hash_fini(&p.maps);
	if (p.lex.nomem)
		return -ENOMEM;
	if (!n || p.failed)
		return -EINVAL;
	*out = n;
	return 0;
}

int script_parse(struct script **out, struct arena *a, const char *name, const char *text,
		 size_t len, const struct parse_opts *opts, struct diag *d)
{
	struct script *s = arena_alloc(a, sizeof(*s));
	u32 errors = d ? d->errors : 0;
	struct tparser p;

	if (!s)
		return diag_nomem(d);
	if (len > 16 << 20)
		return diag_error(d, -E2BIG, NOWHERE, "%s is larger than 16 MiB", name);
	*s = (struct script){ .arena = a,
			      .name = arena_strdup(a, name),
			      .text = arena_strndup(a, text, len),
			      .len = len };
	s->file = diag_file(d, name, text, len, 1);
	if (!s->name || !s->text)
		return diag_nomem(d);
	parser_init(&p, s, opts, d);
	p.lex = (struct tlex){
		.text = s->text, .len = len, .file = s->file, .arena = a, .diag = d
	};
	parse_all(&p);
	hash_fini(&p.maps);
	if (p.lex.nomem)
		return -ENOMEM;
	if (p.failed || (d && d->errors != errors))
		return -EINVAL;
	*out = s;
	return 0;
}
