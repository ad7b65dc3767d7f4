// SPDX-License-Identifier: BSD-2-Clause
/* tracepoint:CATEGORY:EVENT: events of tracefs, their fields as the arguments. */
#include <errno.h>
#include <stdlib.h>

#include "base/str.h"
#include "spec/prog.h"
#include "trace/probe/field.h"
#include "trace/probe/provider.h"

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
	return field_type(e->a, arg, f, space) ? 0 : expand_nomem(e);
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
