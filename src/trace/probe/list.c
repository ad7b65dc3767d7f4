// SPDX-License-Identifier: BSD-2-Clause
/* -l and -lv: the probes that a pattern means, with the arguments they have. */
#include <errno.h>

#include "btf/types.h"
#include "trace/probe/provider.h"

struct lister {
	struct buf *out;
	struct expander e;
	bool verbose;
	const char *whole; /* a pattern over the whole name; NULL: the expansion is the answer */
};

static void put_args(struct lister *l, const struct tpoint *p)
{
	for (u32 i = 0; i < p->arg_count; i++) {
		if (p->args[i].decl && !p->args[i].common)
			buf_printf(l->out, "    %s\n", p->args[i].decl);
	}
	if (p->retval && p->retval->decl)
		buf_printf(l->out, "    %s\n", p->retval->decl);
}

static void put_points(struct lister *l)
{
	for (const struct tpoint *p = l->e.points; p; p = p->next) {
		if (l->whole && !pattern_fits(l->whole, p->meta.name))
			continue;
		buf_printf(l->out, "%s\n", p->meta.name);
		if (l->verbose)
			put_args(l, p);
	}
}

/* "tracepoint:*" means "tracepoint:*:*". */
static void fill_parts(char *out, size_t size, const char *pattern)
{
	size_t len = strcspn(pattern, ":"), parts = 1;
	const struct provider *p;
	char name[64];

	snprintf(name, sizeof(name), "%.*s", (int)len, pattern);
	p = provider_find(name);
	snprintf(out, size, "%s", pattern);
	for (const char *c = pattern; *c; c++)
		parts += *c == ':';
	for (; p && parts < p->min_parts; parts++)
		strncat(out, ":*", size - strlen(out) - 1);
}

/* One provider, one pattern. */
static int list_pattern(struct lister *l, const char *pattern, struct arena *a)
{
	char text[1024];
	struct script *s;
	int err;

	fill_parts(text, sizeof(text) - 3, pattern);
	strcat(text, "{}");
	err = script_parse(&s, a, "-l", text, strlen(text), NULL, l->e.d);
	if (err)
		return err;
	l->e.a = a;
	l->e.points = NULL;
	l->e.tail = &l->e.points;
	l->e.count = 0;
	l->e.max_points = UINT32_MAX;
	err = expand_points(&l->e, s);
	if (!err)
		put_points(l);
	return err;
}

static int list_one(struct lister *l, const char *pattern)
{
	struct arena a = { 0 };
	int err = list_pattern(l, pattern, &a);

	arena_fini(&a);
	return err;
}

/* Every kind whose name fits the first part; `rest` is put behind it, or its own pattern. */
static int list_kinds(struct lister *l, const char *first, const char *rest)
{
	const struct provider *p;
	int err = 0;

	for (u32 i = 0; !err && (p = provider_row(i)); i++) {
		char text[1024];

		if (!p->pattern || !pattern_fits(first, p->name))
			continue;
		snprintf(text, sizeof(text), "%s%s", p->name, rest ? rest : "");
		err = list_one(l, rest ? text : p->pattern);
	}
	return err;
}

static int list_any(struct lister *l, const char *pattern)
{
	const char *colon = strchr(pattern, ':');
	char first[256];

	if (!*pattern)
		return list_kinds(l, "*", NULL);
	/* "*open*": anywhere in a name. */
	if (!colon) {
		l->whole = is_pattern(pattern) ? pattern : NULL;
		return list_kinds(l, l->whole ? "*" : pattern, NULL);
	}
	snprintf(first, sizeof(first), "%.*s", (int)(colon - pattern), pattern);
	if (is_pattern(first))
		return list_kinds(l, first, colon);
	return list_one(l, pattern);
}

int trace_list(struct buf *out, const char *pattern, const struct trace_opts *opts, bool verbose,
	       struct diag *d)
{
	struct lister l = { .out = out, .verbose = verbose };
	const char *path = opts->btf_path ? opts->btf_path : "/sys/kernel/btf/vmlinux";
	struct types *own = NULL;
	int err;

	l.e = (struct expander){ .opts = opts, .btf = opts->btf, .d = d };
	if (!l.e.btf && !types_open_file(&own, path, NULL, NULL))
		l.e.btf = own;
	l.e.listing = true;
	l.e.want_args = verbose;
	err = list_any(&l, pattern ? pattern : "");
	types_free(own);
	return err;
}
