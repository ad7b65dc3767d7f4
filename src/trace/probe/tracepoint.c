// SPDX-License-Identifier: BSD-2-Clause
/* tracepoint:CATEGORY:EVENT: events of tracefs, their fields as the arguments. */
#include <errno.h>
#include <stdlib.h>

#include "base/str.h"
#include "btf/types.h"
#include "spec/prog.h"
#include "trace/probe/provider.h"
#include "trace/probe/tracefs.h"

/* ---- types of fields ---- */

/* "const struct foo" → "foo", its kind. */
static const char *bare(const char *type, enum type_kind *kind)
{
	static const struct {
		const char *word;
		enum type_kind kind;
	} words[] = { { "const ", KIND_VOID },
		      { "volatile ", KIND_VOID },
		      { "struct ", KIND_STRUCT },
		      { "union ", KIND_UNION },
		      { "enum ", KIND_ENUM } };

	*kind = KIND_VOID;
	for (u32 i = 0; i < ARRAY_SIZE(words);) {
		if (str_starts(type, words[i].word)) {
			type += strlen(words[i].word);
			*kind = words[i].kind ? words[i].kind : *kind;
			i = 0;
		} else {
			i++;
		}
	}
	return type;
}

/* C's words of integers, in any order. 0: it is none of them. */
static u32 int_words(const char *type, bool *is_signed)
{
	u32 longs = 0, size = 0;
	bool is_int = false;

	*is_signed = true;
	while (*type) {
		size_t n = strcspn(type, " ");

		if (n == 8 && !memcmp(type, "unsigned", 8))
			*is_signed = false, is_int = true;
		else if (n == 6 && !memcmp(type, "signed", 6))
			is_int = true;
		else if (n == 4 && !memcmp(type, "long", 4))
			longs++;
		else if (n == 5 && !memcmp(type, "short", 5))
			size = 2;
		else if (n == 4 && !memcmp(type, "char", 4))
			size = 1;
		else if (n == 3 && !memcmp(type, "int", 3))
			is_int = true;
		else
			return 0;
		type += n;
		type += strspn(type, " ");
	}
	return size ? size : longs ? 8 : is_int ? 4 : 0;
}

static const struct ttype *named(struct expander *e, const char *type, enum tspace space)
{
	enum type_kind kind;
	const char *name = bare(type, &kind);
	bool is_signed;
	u32 size = kind ? 0 : int_words(name, &is_signed), id = 0;

	if (size)
		return t_number(size, is_signed);
	if (!strcmp(name, "bool"))
		return &t_bool;
	if (e->btf && kind)
		id = types_find(e->btf, name, kind);
	else if (e->btf)
		id = types_find(e->btf, name, KIND_TYPEDEF);
	return id ? t_btf(e->a, e->btf, id, space) : NULL;
}

static const struct ttype *pointer(struct expander *e, const char *type, enum tspace space)
{
	/* What stands behind the last star ("const") says nothing here. */
	size_t len = strrchr(type, '*') - type;
	const struct ttype *to;
	char *inner;

	while (len && type[len - 1] == ' ')
		len--;
	inner = arena_strndup(e->a, type, len);
	if (!inner)
		return NULL;
	to = strchr(inner, '*') ? pointer(e, inner, space) : named(e, inner, space);
	/* Unknown, or "void": a pointer to nothing. */
	return t_pointer(e->a, to ? to : &t_none, space);
}

/* The value of a field that is no array. */
static const struct ttype *scalar(struct expander *e, const struct tracefs_field *f,
				  enum tspace space)
{
	enum type_kind kind;
	const char *name = bare(f->type, &kind);
	const struct ttype *t;
	bool is_signed;

	if (strchr(f->type, '*'))
		return pointer(e, f->type, space);
	/* Arguments of system calls are registers, whatever C says. */
	if (f->size == 8 && (int_words(name, &is_signed) || !strcmp(name, "pid_t"))) {
		if (strcmp(name, "pid_t"))
			return t_number(8, is_signed);
		return &t_s64;
	}
	t = named(e, f->type, SPACE_CTX);
	if (t && t->kind != T_NONE && t->size <= f->size)
		return t;
	if (f->size == 1 || f->size == 2 || f->size == 4 || f->size == 8)
		return t_number(f->size, f->is_signed);
	return t_array(e->a, &t_u8, f->size);
}

static const struct ttype *array(struct expander *e, const struct tracefs_field *f)
{
	struct tracefs_field elem = *f;
	const struct ttype *t;

	elem.is_array = false;
	elem.size = f->count ? f->size / f->count : 1;
	if (f->loc) {
		elem.size = 8;
		t = named(e, f->type, SPACE_KERNEL);
		return t_pointer(e->a, t && t->kind != T_NONE ? t : &t_u8, SPACE_KERNEL);
	}
	t = scalar(e, &elem, SPACE_KERNEL);
	return t ? t_array(e->a, t, f->count) : NULL;
}

static int fill_arg(struct expander *e, struct targ *arg, const struct tracefs_field *f,
		    enum tspace space)
{
	arg->name = f->name;
	arg->decl = f->decl;
	arg->off = f->off;
	arg->common = str_starts(f->name, "common_");
	arg->from = f->loc == LOC_DATA	? TARG_DATA_LOC
		    : f->loc == LOC_REL ? TARG_REL_LOC
					: TARG_FIELD;
	arg->type = f->is_array || f->loc ? array(e, f) : scalar(e, f, space);
	return arg->type ? 0 : expand_nomem(e);
}

static int fill_args(struct expander *e, struct tpoint *p, const char *category, const char *event)
{
	enum tspace space = strcmp(category, "syscalls") ? SPACE_KERNEL : SPACE_USER;
	struct tracefs_format format;
	int err = tracefs_format(&format, e->a, e->tracefs, category, event, e->d);

	if (err == -ENOENT)
		return expand_missing(e, 2, "there is no event %s:%s", category, event);
	if (err)
		return err;
	p->args = arena_array(e->a, format.count + 1, sizeof(*p->args));
	if (!p->args)
		return expand_nomem(e);
	for (u32 i = 0; i < format.count && !err; i++)
		err = fill_arg(e, &p->args[p->arg_count++], &format.fields[i], space);
	return err;
}

static int add(void *ctx, const char *category, const char *event)
{
	struct expander *e = ctx;
	struct tpoint *p = expand_add(e, POINT_TRACEPOINT, "tracepoint:%s:%s", category, event);

	if (!p)
		return -EINVAL;
	p->prog_type = PROG_TRACEPOINT;
	p->section = "tracepoint";
	p->ctx_space = SPACE_KERNEL;
	p->attach_target = arena_printf(e->a, "%s/%s", category, event);
	p->meta.target = p->attach_target;
	if (!p->attach_target)
		return expand_nomem(e);
	return e->want_args ? fill_args(e, p, category, event) : 0;
}

/* ---- */

struct hint {
	struct near near;
	const char *best;
	struct arena *a;
};

static int try_event(void *ctx, const char *category, const char *event)
{
	struct hint *h = ctx;
	char *copy = arena_strdup(h->a, event);

	if (copy)
		near_try(&h->near, copy);
	return 0;
}

static void hint_near(struct expander *e, const char *category, const char *event)
{
	struct hint h = { .near = near_start(event, strlen(event)), .a = e->a };

	tracefs_each(e->tracefs, category, "*", try_event, &h);
	if (h.near.best)
		diag_hint(e->d, "did you mean tracepoint:%s:%s?", category, h.near.best);
	else
		diag_hint(e->d, "-l 'tracepoint:*%s*' lists what is like it", event);
}

static int expand(struct expander *e, const struct provider *p)
{
	const char *category = expand_part(e, 1), *event = expand_part(e, 2);
	u32 errors = e->d ? e->d->errors : 0;
	int err;

	if (!e->tracefs)
		e->tracefs = tracefs_path(e->opts->tracefs);
	if (!e->tracefs)
		return e->listing ? 0 : tracefs_missing(e->d, e->ap->at);
	if (!category[0] || !event[0])
		return expand_error(e, 1, "the category or the event is missing");
	err = tracefs_each(e->tracefs, category, event, add, e);
	if (err || e->added)
		return err;
	err = expand_missing(e, 2, "there is no event %s:%s", category, event);
	if (e->d && e->d->errors > errors && !is_pattern(event) && !is_pattern(category))
		hint_near(e, category, event);
	return err;
}

const struct provider provider_tracepoint = {
	.name = "tracepoint",
	.short_name = "t",
	.kind = POINT_TRACEPOINT,
	.min_parts = 3,
	.max_parts = 3,
	.usage = "tracepoint:CATEGORY:EVENT",
	.expand = expand,
	.pattern = "tracepoint:*:*",
};
