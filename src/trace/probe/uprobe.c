// SPDX-License-Identifier: BSD-2-Clause
/* uprobe, uretprobe: functions of programs and libraries. */
#include <errno.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/str.h"
#include "base/vec.h"
#include "spec/prog.h"
#include "symbols/demangle.h"
#include "symbols/exe.h"
#include "trace/probe/user.h"

struct found {
	char *name; /* owned */
	u64 offset;
};

struct target {
	struct expander *e;
	const struct provider *p;
	const char *path;
	const char *pattern; /* of functions */
	bool cpp;
	struct near near;
	char best[512];
	VEC(struct found) found;
};

static int add(struct target *t, const char *func, const char *shown, const char *more)
{
	bool ret = t->p->kind == POINT_URETPROBE;
	struct expander *e = t->e;
	struct tpoint *p;

	p = expand_add(e, t->p->kind, "%s:%s:%s%s%s", t->p->name, t->path, t->cpp ? "cpp:" : "",
		       shown, more);
	if (!p)
		return -EINVAL;
	p->prog_type = PROG_KPROBE;
	p->section = ret ? "uretprobe" : "uprobe";
	p->ctx_space = SPACE_USER;
	p->meta.pid = e->opts->pid;
	p->func = arena_strdup(e->a, shown);
	p->attach_target = arena_printf(e->a, "%s:%s%s", t->path, func, more);
	p->meta.target = p->attach_target;
	if (!p->func || !p->attach_target)
		return expand_nomem(e);
	return ret ? retval_of_call(e, p) : args_of_call(e, p);
}

static int take(void *ctx, const struct exe_symbol *s)
{
	size_t len = strcspn(s->name, "@");
	struct target *t = ctx;
	struct found *f;
	char name[512];

	snprintf(name, sizeof(name), "%.*s", (int)len, s->name);
	near_try(&t->near, name);
	if (t->near.best == name) {
		snprintf(t->best, sizeof(t->best), "%s", name);
		t->near.best = t->best;
	}
	if (t->cpp ? !demangled_fits(name, t->pattern) : !pattern_fits(t->pattern, name))
		return 0;
	f = vec_push(&t->found);
	if (!f)
		return expand_nomem(t->e);
	f->name = strdup(name);
	f->offset = s->offset;
	return f->name ? 0 : expand_nomem(t->e);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct found *)a)->name, ((const struct found *)b)->name);
}

static int add_found(struct target *t, const char *more)
{
	const char *last = "";
	struct found *f;
	int err = 0;

	if (t->found.len)
		qsort(t->found.data, t->found.len, sizeof(*t->found.data), by_name);
	vec_for (f, &t->found) {
		char *shown = t->cpp ? demangle(f->name) : NULL;

		if (!err && strcmp(last, f->name))
			err = add(t, f->name, shown ? shown : f->name, more);
		last = f->name;
		free(shown);
	}
	vec_for (f, &t->found)
		free(f->name);
	vec_fini(&t->found);
	return err;
}

/* "f", "f+16", "0x1234", "f*" of one file. */
static int functions(struct target *t, u32 part)
{
	const char *text = expand_part(t->e, part), *plus = strrchr(text, '+');
	char *func = arena_strndup(t->e->a, text, plus ? (size_t)(plus - text) : strlen(text));
	u64 n;
	int err;

	if (!func)
		return expand_nomem(t->e);
	if (!*text)
		return expand_error(t->e, part, "the function is missing");
	if (expand_number(text, &n))
		return add(t, text, text, "");
	if (plus && !expand_number(plus + 1, &n))
		return expand_error(t->e, part, "'%s' is not an offset", plus + 1);
	t->pattern = func;
	t->near = near_start(func, strlen(func));
	err = exe_each(t->path, NULL, take, t, t->e->d);
	if (!err && t->found.len)
		return add_found(t, plus ? plus : "");
	vec_fini(&t->found);
	if (err)
		return err;
	if (!is_pattern(t->path) && t->e->added)
		return 0;
	err = expand_missing(t->e, part, "'%s' has no function '%s'", t->path, func);
	if (err && t->near.best)
		diag_hint(t->e->d, "did you mean '%s'?", t->near.best);
	return err;
}

/* ---- files ---- */

int user_files(struct expander *e, u32 part, int (*each)(void *ctx, const char *path), void *ctx)
{
	const char *name = expand_part(e, part);
	char path[PATH_MAX];
	glob_t found;
	int err = 0;

	if (is_pattern(name)) {
		if (glob(name, 0, NULL, &found))
			return expand_missing(e, part, "no file is called '%s'", name);
		for (size_t i = 0; i < found.gl_pathc && !err; i++)
			err = each(ctx, found.gl_pathv[i]);
		globfree(&found);
		return err;
	}
	if (!*name && e->opts->cmd)
		name = e->opts->cmd;
	if (exe_path(path, sizeof(path), name, NULL)) {
		expand_error(e, part, "there is no program or library '%s'", name);
		diag_hint(e->d, "%s", e->provider->usage);
		return -ENOENT;
	}
	return each(ctx, path);
}

static int one_file(void *ctx, const char *path)
{
	struct target *t = ctx;

	t->path = arena_strdup(t->e->a, path);
	return t->path ? functions(t, t->e->ap->parts - 1) : expand_nomem(t->e);
}

/* "uprobe:f": of the program that -c or -p names. */
static int of_command(struct target *t)
{
	struct expander *e = t->e;
	char path[PATH_MAX];

	if (e->opts->cmd && !exe_path(path, sizeof(path), e->opts->cmd, NULL))
		return one_file(t, path);
	if (e->opts->pid) {
		snprintf(path, sizeof(path), "/proc/%d/exe", e->opts->pid);
		return one_file(t, path);
	}
	expand_error(e, 1, "the program is missing");
	diag_hint(e->d, "%s; or -c COMMAND, or -p PID", e->provider->usage);
	return -EINVAL;
}

static int expand(struct expander *e, const struct provider *p)
{
	struct target t = { .e = e, .p = p };

	if (e->ap->parts == 2)
		return of_command(&t);
	if (e->ap->parts == 4) {
		t.cpp = !strcmp(expand_part(e, 2), "cpp");
		if (!t.cpp)
			return expand_error(e, 2, "'%s' is not a language: only cpp is",
					    expand_part(e, 2));
	}
	return user_files(e, 1, one_file, &t);
}

const struct provider provider_uprobe = {
	.name = "uprobe",
	.short_name = "u",
	.kind = POINT_UPROBE,
	.min_parts = 2,
	.max_parts = 4,
	.usage = "uprobe:PATH:[cpp:]FUNCTION[+OFFSET]",
	.expand = expand,
};
const struct provider provider_uretprobe = {
	.name = "uretprobe",
	.short_name = "ur",
	.kind = POINT_URETPROBE,
	.min_parts = 2,
	.max_parts = 4,
	.usage = "uretprobe:PATH:[cpp:]FUNCTION",
	.expand = expand,
};
