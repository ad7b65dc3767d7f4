// SPDX-License-Identifier: BSD-2-Clause
/* What a script is made of: probes, functions, macros, settings, declarations, C definitions. */
#include "base/str.h"
#include "trace/parse.h"

#include <errno.h>
#include <stdlib.h>

static char peek(const struct tlex *l, u32 n)
{
	return l->len - l->pos > n ? l->text[l->pos + n] : 0;
}

#define APPEND(tail, item) (*(tail) = (item), (tail) = &(item)->next)

/* ---- C ---- */

static bool add_c(struct tparser *p, u32 start, u32 end)
{
	struct c_text *c = arena_alloc(p->arena, sizeof(*c));

	if (!c)
		return tparse_nomem(p);
	c->at = tlex_span(&p->lex, start, end);
	c->text = p->lex.text + start;
	c->len = end - start;
	APPEND(p->tails.c, c);
	return true;
}

/* #include, #define: to the end of the line that no '\' continues. */
static bool directive(struct tparser *p)
{
	struct tlex *l = &p->lex;
	u32 start = l->pos;

	while (l->pos < l->len && peek(l, 0) != '\n') {
		if (peek(l, 0) == '\\' && l->len - l->pos > 1)
			l->pos++;
		l->pos++;
	}
	return add_c(p, start, l->pos);
}

/* A comment, string or character of C at the position is passed over. */
static bool skip_c_quoted(struct tlex *l)
{
	char quote = peek(l, 0);
	u32 start = l->pos;

	if (quote == '/' && (peek(l, 1) == '/' || peek(l, 1) == '*'))
		return tlex_skip(l);
	if (quote != '"' && quote != '\'')
		return true;
	for (l->pos++; l->pos < l->len && peek(l, 0) != quote; l->pos++) {
		if (peek(l, 0) == '\\')
			l->pos++;
	}
	if (l->pos < l->len)
		return true;
	l->pos = l->len;
	diag_error(l->diag, -EINVAL, tlex_span(l, start, start + 1), "these quotes do not end");
	return false;
}

/* struct, union, enum { … } with or without ';', typedef … ; */
static bool definition(struct tparser *p, bool is_typedef)
{
	struct tlex *l = &p->lex;
	u32 start = l->pos, open = 0;

	for (; l->pos < l->len; l->pos++) {
		if (!skip_c_quoted(l)) {
			p->failed = p->full = true;
			return false;
		}
		if (peek(l, 0) == '{')
			open++;
		if (peek(l, 0) == '}' && open && !--open && !is_typedef) {
			u32 end = ++l->pos;

			/* __attribute__((packed)); and ';' belong to it, where they follow. */
			if (!tlex_skip(l))
				return tparse_error(p, tlex_span(l, start, end), "unfinished");
			if (l->len - l->pos > 13 &&
			    !memcmp(l->text + l->pos, "__attribute__", 13)) {
				while (l->pos < l->len && peek(l, 0) != ';' && peek(l, 0) != '\n')
					l->pos++;
				end = l->pos;
			}
			if (peek(l, 0) == ';')
				end = ++l->pos;
			l->pos = end;
			return add_c(p, start, end);
		}
		if (peek(l, 0) == ';' && !open) {
			l->pos++;
			return add_c(p, start, l->pos);
		}
	}
	return tparse_error(p, tlex_span(l, start, start + 1), "this definition does not end");
}

/* ---- settings ---- */

static bool setting(struct tparser *p)
{
	struct tsetting *s = arena_alloc(p->arena, sizeof(*s));

	if (!s)
		return tparse_nomem(p);
	if (p->tok.kind != TT_WORD)
		return tparse_error(p, tparse_here(p), "the name of a setting is expected, not %s",
				    tparse_found(p));
	s->key = p->tok.text;
	s->at = tparse_here(p);
	tparse_next(p);
	if (!tparse_need(p, "=", "after the name of a setting"))
		return false;
	s->value_at = tparse_here(p);
	if (p->tok.kind == TT_STRING)
		s->value = p->tok.text;
	else if (p->tok.kind == TT_WORD)
		s->value = p->tok.text;
	else if (p->tok.kind == TT_NUMBER)
		s->value = arena_printf(p->arena, "%llu", (unsigned long long)p->tok.value);
	else
		return tparse_error(p, tparse_here(p), "a value is expected, not %s",
				    tparse_found(p));
	if (!s->value)
		return tparse_nomem(p);
	tparse_next(p);
	APPEND(p->tails.settings, s);
	return true;
}

static bool config(struct tparser *p)
{
	if (!tparse_need(p, "=", "after 'config'") || !tparse_need(p, "{", "after 'config ='"))
		return false;
	while (!tparse_is(p, "}")) {
		if (!setting(p))
			return false;
		if (!tparse_is(p, "}") && !tparse_take(p, ";") && !tparse_take(p, ",")) {
			tparse_error(p, tparse_here(p), "';' or '}' is expected, not %s",
				     tparse_found(p));
			return false;
		}
	}
	return !p->full;
}

/* ---- let @x = hash(100); ---- */

static bool map_kind_known(struct tparser *p, struct tmap *m, struct span at)
{
	static const char *const kinds[] = { "hash", "lruhash", "percpuhash", "percpulruhash" };
	struct near near = near_start(m->kind, strlen(m->kind));

	for (u32 i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (!strcmp(kinds[i], m->kind))
			return true;
		near_try(&near, kinds[i]);
	}
	tparse_error(p, at, "there is no kind of map '%s'", m->kind);
	if (near.best)
		tparse_hint(p, "did you mean '%s'?", near.best);
	else
		tparse_hint(p, "there are hash, lruhash, percpuhash and percpulruhash");
	return false;
}

static bool map_decl(struct tparser *p)
{
	struct node *count;
	struct tmap *m;
	struct span at;

	if (p->tok.kind != TT_MAP) {
		tparse_error(p, tparse_here(p), "a map is expected after 'let', not %s",
			     tparse_found(p));
		if (p->tok.kind == TT_VAR)
			tparse_hint(p, "variables are declared inside of probes");
		return false;
	}
	m = tparse_map(p, p->tok.text, tparse_here(p));
	if (!m)
		return false;
	if (m->kind)
		return tparse_error(p, tparse_here(p), "%s is declared twice", m->name);
	tparse_next(p);
	if (!tparse_need(p, "=", "after the name of the map"))
		return false;
	if (p->tok.kind != TT_WORD)
		return tparse_error(p, tparse_here(p), "a kind of map is expected, not %s",
				    tparse_found(p));
	m->kind = p->tok.text;
	at = tparse_here(p);
	if (!map_kind_known(p, m, at))
		return false;
	tparse_next(p);
	if (!tparse_need(p, "(", "after the kind of a map"))
		return false;
	count = tparse_number(p);
	if (!count)
		return false;
	if (!count->num || count->num > UINT32_MAX)
		return tparse_error(p, count->at, "a map has 1 to %u entries", UINT32_MAX);
	m->max_entries = count->num;
	if (!tparse_is(p, ")"))
		return tparse_need(p, ")", "after the number of entries");
	p->lex.pos = p->tok.end;
	if (tlex_skip(&p->lex) && peek(&p->lex, 0) == ';')
		p->lex.pos++;
	return true;
}

/* ---- fn, macro ---- */

static bool param_decl(struct tparser *p, struct tfunc *f, struct tparam ***tail)
{
	struct tparam *param = arena_alloc(p->arena, sizeof(*param));

	if (!param)
		return tparse_nomem(p);
	param->at = tparse_here(p);
	param->name = p->tok.text;
	param->kind = p->tok.kind == TT_VAR   ? PARAM_VAR
		      : p->tok.kind == TT_MAP ? PARAM_MAP
					      : PARAM_EXPR;
	if (p->tok.kind != TT_VAR &&
	    !(f->is_macro && (p->tok.kind == TT_MAP || p->tok.kind == TT_WORD)))
		return tparse_error(p, tparse_here(p), "a parameter is expected, not %s",
				    tparse_found(p));
	for (const struct tparam *o = f->params; o; o = o->next) {
		if (!strcmp(o->name, param->name) && o->kind == param->kind)
			return tparse_error(p, param->at, "two parameters have this name");
	}
	tparse_next(p);
	if (!f->is_macro && tparse_need(p, ":", "and a type after the name of a parameter"))
		param->type = tparse_type(p);
	if (!f->is_macro && !param->type)
		return false;
	**tail = param;
	*tail = &param->next;
	f->param_count++;
	return true;
}

static bool param_list(struct tparser *p, struct tfunc *f)
{
	struct tparam **tail = &f->params;

	if (!tparse_need(p, "(", "after the name of a function"))
		return false;
	while (!tparse_is(p, ")")) {
		if (!param_decl(p, f, &tail))
			return false;
		if (!tparse_take(p, ","))
			break;
	}
	return tparse_need(p, ")", "after the parameters");
}

static bool function(struct tparser *p, bool is_macro)
{
	struct tfunc *f = arena_alloc(p->arena, sizeof(*f));

	if (!f)
		return tparse_nomem(p);
	f->is_macro = is_macro;
	if (p->tok.kind != TT_WORD)
		return tparse_error(p, tparse_here(p), "the name of a %s is expected, not %s",
				    is_macro ? "macro" : "function", tparse_found(p));
	f->name = p->tok.text;
	f->at = tparse_here(p);
	for (const struct tfunc *o = p->s->functions; o; o = o->next) {
		if (!strcmp(o->name, f->name))
			return tparse_error(p, f->at, "there are two functions '%s'", f->name);
	}
	tparse_next(p);
	if (!param_list(p, f))
		return false;
	if (!is_macro && tparse_take(p, ":")) {
		f->result = tparse_type(p);
		if (!f->result)
			return false;
	}
	p->in_macro = is_macro;
	if (!tparse_block(p, &f->body, &f->has_value))
		return false;
	p->in_macro = false;
	APPEND(p->tails.functions, f);
	return true;
}

/* import "file.bt"; */
static bool import(struct tparser *p)
{
	struct timport *i = arena_alloc(p->arena, sizeof(*i));

	if (!i)
		return tparse_nomem(p);
	if (p->tok.kind != TT_STRING)
		return tparse_error(p, tparse_here(p), "a path in quotes is expected, not %s",
				    tparse_found(p));
	i->path = p->tok.text;
	i->at = tparse_here(p);
	APPEND(p->tails.imports, i);
	p->lex.pos = p->tok.end;
	if (tlex_skip(&p->lex) && peek(&p->lex, 0) == ';')
		p->lex.pos++;
	return true;
}

/* ---- probes ---- */

static bool after_points(struct tparser *p, const struct tprobe *probe)
{
	tparse_error(p, tparse_here(p), "'{' is expected after the probe, not %s", tparse_found(p));
	if (p->tok.kind == TT_WORD && !probe->points->next && probe->points->parts == 1)
		tparse_hint(p, "a script is made of  probe /predicate/ { statements }");
	else if (tparse_is(p, ":"))
		tparse_hint(p,
			    "no blank stands before ':' in a probe; names with blanks need \"…\"");
	return false;
}

static bool predicate(struct tparser *p, struct tprobe *probe)
{
	/* The '/' is passed by hand: the lexer could see "/=" in it. */
	p->lex.pos++;
	tparse_next(p);
	p->predicate = true;
	probe->predicate = tparse_expr(p);
	p->predicate = false;
	return probe->predicate && tparse_need(p, "/", "at the end of the predicate");
}

static bool probe(struct tparser *p)
{
	struct tprobe *probe = arena_alloc(p->arena, sizeof(*probe));

	if (!probe)
		return tparse_nomem(p);
	probe->points = tparse_points(p);
	if (!probe->points)
		return false;
	probe->at = probe->points->at;
	if (peek(&p->lex, 0) == '/') {
		if (!predicate(p, probe))
			return false;
	} else {
		tparse_next(p);
	}
	if (p->full)
		return false;
	if (!tparse_is(p, "{"))
		return after_points(p, probe);
	if (!tparse_block(p, &probe->body, NULL))
		return false;
	APPEND(p->tails.probes, probe);
	return true;
}

/* At a word and blanks: what follows them; 0 where the word is not this one. */
static char after_word(const struct tparser *p, const char *word)
{
	struct tlex l = p->lex;
	size_t n = strlen(word);

	if (l.len - l.pos < n || memcmp(l.text + l.pos, word, n))
		return 0;
	l.pos += n;
	if (l.pos >= l.len || tlex_is_word(l.text[l.pos]))
		return 0;
	l.diag = NULL;
	tlex_skip(&l);
	return l.pos < l.len ? l.text[l.pos] : 0;
}

static bool is_name(char c)
{
	return tlex_is_word_start(c);
}

static bool is_c(const struct tparser *p, bool *is_typedef)
{
	char c;

	*is_typedef = is_name(after_word(p, "typedef"));
	if (*is_typedef)
		return true;
	c = after_word(p, "struct");
	c = c ? c : after_word(p, "union");
	c = c ? c : after_word(p, "enum");
	return is_name(c) || c == '{';
}

/* The word is taken, and the token after it is in hand. */
static void take_word(struct tparser *p)
{
	tparse_next(p);
	tparse_next(p);
}

bool tparse_top(struct tparser *p)
{
	bool is_typedef;

	if (peek(&p->lex, 0) == '#')
		return directive(p);
	if (is_c(p, &is_typedef))
		return definition(p, is_typedef);
	if (after_word(p, "config") == '=') {
		take_word(p);
		return config(p);
	}
	if (after_word(p, "let") == '@' || after_word(p, "let") == '$') {
		take_word(p);
		return map_decl(p);
	}
	if (is_name(after_word(p, "macro"))) {
		take_word(p);
		return function(p, true);
	}
	if (is_name(after_word(p, "fn")) || is_name(after_word(p, "subprog"))) {
		take_word(p);
		return function(p, false);
	}
	if (after_word(p, "import") == '"') {
		take_word(p);
		return import(p);
	}
	return probe(p);
}
