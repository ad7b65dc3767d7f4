// SPDX-License-Identifier: BSD-2-Clause
/* Probes as they are written → attach points. */
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>

#include "base/str.h"
#include "btf/types.h"
#include "trace/lex.h"
#include "trace/probe/provider.h"

static const struct provider *const providers[] = {
	&provider_begin,	 &provider_end,
	&provider_self,		 &provider_bench,
	&provider_test,		 &provider_kprobe,
	&provider_kretprobe,	 &provider_fentry,
	&provider_fexit,	 &provider_tracepoint,
	&provider_rawtracepoint, &provider_uprobe,
	&provider_uretprobe,	 &provider_usdt,
	&provider_profile,	 &provider_interval,
	&provider_software,	 &provider_hardware,
	&provider_watchpoint,	 &provider_asyncwatchpoint,
	&provider_iter,
};

const struct provider *provider_row(u32 i)
{
	return i < ARRAY_SIZE(providers) ? providers[i] : NULL;
}

static bool has_name(const struct provider *p, const char *name)
{
	if (!strcmp(p->name, name) || (p->short_name && !strcmp(p->short_name, name)))
		return true;
	for (u32 i = 0; i < ARRAY_SIZE(p->aliases) && p->aliases[i]; i++) {
		if (!strcmp(p->aliases[i], name))
			return true;
	}
	return false;
}

const struct provider *provider_find(const char *name)
{
	for (u32 i = 0; i < ARRAY_SIZE(providers); i++) {
		if (has_name(providers[i], name))
			return providers[i];
	}
	return NULL;
}

bool is_pattern(const char *s)
{
	return strchr(s, '*') || strchr(s, '?') || (strchr(s, '[') && strchr(s, ']'));
}

bool pattern_fits(const char *pattern, const char *name)
{
	return !fnmatch(pattern, name, 0);
}

const char *expand_part(const struct expander *e, u32 i)
{
	return i < e->ap->parts ? e->ap->part[i] : "";
}

bool expand_number(const char *text, u64 *out)
{
	struct tlex l = { .text = text, .len = strlen(text) };
	struct ttoken t;

	if (*text < '0' || *text > '9')
		return false; /* what is no number needs memory */
	tlex_next(&l, &t);
	*out = t.value;
	return t.kind == TT_NUMBER && l.pos == l.len;
}

static struct span part_span(const struct expander *e, u32 part)
{
	return part < e->ap->parts ? e->ap->part_at[part] : e->ap->at;
}

int expand_error(struct expander *e, u32 part, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return diag_error(e->d, -EINVAL, part_span(e, part), "%s", text);
}

int expand_missing(struct expander *e, u32 part, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	if (e->listing || e->missing == MISSING_IGNORE)
		return 0;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (e->missing == MISSING_ERROR)
		return diag_error(e->d, -ENOENT, part_span(e, part), "%s", text);
	diag_warn(e->d, part_span(e, part), "%s", text);
	return 0;
}

bool expand_btf(struct expander *e)
{
	if (!e->btf && e->source)
		e->btf = e->source->get(e->source->ctx);
	return e->btf;
}

int expand_nomem(struct expander *e)
{
	return diag_nomem(e->d);
}

static u32 line_of(const struct expander *e)
{
	/* Reports show lines from spans; the point only needs the order. */
	return e->ap->at.off;
}

struct tpoint *expand_add(struct expander *e, enum point_kind kind, const char *fmt, ...)
{
	struct tpoint *p;
	va_list ap;
	char name[512];

	if (e->count >= e->max_points && !e->listing) {
		diag_error(e->d, -E2BIG, e->ap->at, "the script has more than %u attach points",
			   e->max_points);
		diag_hint(e->d, "the setting max_probes allows more");
		return NULL;
	}
	p = arena_alloc(e->a, sizeof(*p));
	va_start(ap, fmt);
	vsnprintf(name, sizeof(name), fmt, ap);
	va_end(ap);
	if (p)
		p->meta.name = arena_strdup(e->a, name);
	if (!p || !p->meta.name) {
		expand_nomem(e);
		return NULL;
	}
	p->meta.kind = kind;
	p->meta.cookie = e->count++;
	p->meta.line = line_of(e);
	p->probe = e->probe;
	p->written = e->ap;
	*e->tail = p;
	e->tail = &p->next;
	e->added++;
	return p;
}

static int wrong_provider(struct expander *e)
{
	const char *name = e->ap->part[0];
	struct near near = near_start(name, strlen(name));

	expand_error(e, 0, "there is no kind of probe '%s'", name);
	for (u32 i = 0; i < ARRAY_SIZE(providers); i++)
		near_try(&near, providers[i]->name);
	if (near.best)
		diag_hint(e->d, "did you mean '%s'?", near.best);
	else if (e->ap->parts == 1)
		diag_hint(e->d, "a script is made of  probe /predicate/ { statements }");
	return -EINVAL;
}

static int expand_one(struct expander *e)
{
	const struct provider *p = provider_find(e->ap->part[0]);
	struct tpoint **before = e->tail;
	int err;

	if (!p)
		return wrong_provider(e);
	if (e->ap->parts < p->min_parts || e->ap->parts > p->max_parts) {
		expand_error(e, e->ap->parts, "this kind of probe has another form");
		diag_hint(e->d, "%s", p->usage);
		return -EINVAL;
	}
	e->added = 0;
	e->provider = p;
	err = p->expand(e, p);
	/* Of several that a pattern found, each may fail alone. */
	for (struct tpoint *q = *before; q; q = q->next)
		q->meta.optional = e->added > 1 || is_pattern(e->ap->text);
	return err;
}

/* ---- equal points ---- */

static bool same_arg(const struct targ *a, const struct targ *b)
{
	if (!a->name != !b->name || (a->name && strcmp(a->name, b->name)))
		return false;
	if (!a->lazy != !b->lazy || (a->lazy && (strcmp(a->lazy, b->lazy) || a->space != b->space)))
		return false;
	return a->from == b->from && a->off == b->off && a->value == b->value &&
	       a->bit_off == b->bit_off && a->bit_size == b->bit_size &&
	       a->type->space == b->type->space && t_same(a->type, b->type);
}

static bool same_point(const struct tpoint *a, const struct tpoint *b)
{
	if (a->meta.kind != b->meta.kind || a->prog_type != b->prog_type ||
	    a->attach_type != b->attach_type || a->arg_count != b->arg_count ||
	    !a->retval != !b->retval || a->sleepable != b->sleepable ||
	    (a->retval && !same_arg(a->retval, b->retval)))
		return false;
	for (u32 i = 0; i < a->arg_count; i++) {
		if (!same_arg(&a->args[i], &b->args[i]))
			return false;
	}
	return true;
}

/* Programs that are loaded for one place (fentry, tp_btf, iter) are never the same. */
static bool has_own_program(const struct tpoint *p)
{
	return p->meta.kind == POINT_FENTRY || p->meta.kind == POINT_FEXIT ||
	       p->meta.kind == POINT_ITER || p->meta.kind == POINT_RAWTRACEPOINT;
}

static int number_points(struct expander *e)
{
	const struct tpoint **firsts = arena_array(e->a, e->count + 1, sizeof(*firsts));
	u32 count = 0;

	if (!firsts)
		return expand_nomem(e);
	for (struct tpoint *p = e->points; p; p = p->next) {
		u32 i = has_own_program(p) ? count : 0;

		while (i < count && !same_point(firsts[i], p))
			i++;
		if (i == count)
			firsts[count++] = p;
		p->same = i;
	}
	return 0;
}

/* ---- */

static void read_setting(struct expander *e, const char *key, size_t len, const char *value)
{
	u64 n;

	if (len > 9 && !strncasecmp(key, "BPFTRACE_", 9)) {
		key += 9;
		len -= 9;
	}
	if (len == 14 && !strncasecmp(key, "missing_probes", len))
		e->missing = !strcasecmp(value, "warn")	    ? MISSING_WARN
			     : !strcasecmp(value, "ignore") ? MISSING_IGNORE
							    : MISSING_ERROR;
	if (len == 10 && !strncasecmp(key, "max_probes", len) && expand_number(value, &n))
		e->max_points = MIN(n, UINT32_MAX);
}

/* What the caller says counts more than the script. */
static void read_settings(struct expander *e, const struct script *s)
{
	e->max_points = 1024;
	for (const struct tsetting *t = s->settings; t; t = t->next)
		read_setting(e, t->key, strlen(t->key), t->value);
	for (u32 i = 0; i < e->opts->setting_count; i++) {
		const char *text = e->opts->settings[i], *eq = strchr(text, '=');

		if (eq)
			read_setting(e, text, eq - text, eq + 1);
	}
}

static u32 line_number(const struct script *s, u32 off)
{
	u32 line = 1;

	for (u32 i = 0; i < off && i < s->len; i++)
		line += s->text[i] == '\n';
	return line;
}

int expand_points(struct expander *e, const struct script *s)
{
	int first = 0;

	for (struct tprobe *p = s->probes; p; p = p->next) {
		for (struct attach_point *ap = p->points; ap; ap = ap->next) {
			int err;

			e->probe = p;
			e->ap = ap;
			err = expand_one(e);
			first = first ? first : err;
		}
	}
	return first;
}

int script_expand(struct tpoint **out, struct script *s, const struct trace_opts *opts,
		  const struct btf_source *btf, struct diag *d)
{
	struct expander e = { .a = s->arena, .opts = opts, .source = btf, .d = d };
	int err;

	read_settings(&e, s);
	e.tail = &e.points;
	e.want_args = true;
	err = expand_points(&e, s);
	for (struct tpoint *p = e.points; p; p = p->next)
		p->meta.line = line_number(s, p->meta.line);
	if (!err)
		err = number_points(&e);
	if (!err && !e.points && !s->functions)
		err = diag_error(d, -ENOENT, NOWHERE, "no probe of the script exists here");
	if (!err)
		*out = e.points;
	return err;
}
