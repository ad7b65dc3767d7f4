// SPDX-License-Identifier: BSD-2-Clause
/* #defines in the script's expressions. */
#include <errno.h>

#include "trace/cdef.h"

enum { MAX_NESTING = 20 };

struct use {
	const struct cdefs *defs;
	struct script *s;
	const struct parse_opts *opts;
	struct diag *d;
	const struct tfunc *fn; /* whose parameters hide names */
	u32 depth;
};

static int list(struct use *u, struct node *n);

static bool is_param(const struct use *u, const char *name)
{
	for (const struct tparam *p = u->fn ? u->fn->params : NULL; p; p = p->next) {
		if (p->kind == PARAM_EXPR && !strcmp(p->name, name))
			return true;
	}
	return false;
}

/* What stands for a name is shown where the name stands. */
static void move_to(struct node *n, struct span at)
{
	for (; n; n = n->next) {
		n->at = n->name_at = at;
		move_to(n->a, at);
		move_to(n->b, at);
		move_to(n->c, at);
		move_to(n->key, at);
		move_to(n->args, at);
		move_to(n->body, at);
		move_to(n->orelse, at);
		if (n->to && n->to->of)
			move_to(n->to->of, at);
	}
}

/* The node becomes what the text says; its place in lists stays. */
static int put_text(struct use *u, struct node *n, const struct cconst *c)
{
	struct node *next = n->next, *new;
	const char *label = n->label;
	char *name;
	int err;

	if (u->depth >= MAX_NESTING)
		return diag_error(u->d, -EINVAL, n->at, "'%s' is defined by itself", n->name);
	name = arena_printf(u->s->arena, "#define %s", n->name);
	if (!name)
		return diag_nomem(u->d);
	err = script_parse_expr(&new, u->s, name, c->text, c->len, u->opts, u->d);
	if (err)
		return err;
	move_to(new, n->at);
	*n = *new;
	n->next = next;
	n->label = label;
	n->paren = true;
	u->depth++;
	/* Only what has been put here: the list goes on where it was. */
	n->next = NULL;
	err = list(u, n);
	n->next = next;
	u->depth--;
	return err;
}

static int replace(struct use *u, struct node *n)
{
	struct cconst c = cdef_const(u->defs, n->name);

	switch (is_param(u, n->name) ? CCONST_NONE : c.kind) {
	case CCONST_NUMBER:
		n->kind = N_NUMBER;
		n->num = c.value;
		return 0;
	case CCONST_STRING:
		n->kind = N_STRING;
		n->str = c.text;
		n->len = c.len;
		return 0;
	case CCONST_TEXT:
		return put_text(u, n, &c);
	default:
		return 0;
	}
}

static int one(struct use *u, struct node *n)
{
	struct node *const below[] = { n->a,	n->b,	 n->c,	    n->key,
				       n->args, n->body, n->orelse, n->to ? n->to->of : NULL };
	int err = 0;

	/* Enumerators of the script stay words: they know their type. */
	if (n->kind == N_NAME)
		return cdef_is_macro(u->defs, n->name) ? replace(u, n) : 0;
	for (u32 i = 0; i < ARRAY_SIZE(below) && !err; i++)
		err = list(u, below[i]);
	return err;
}

static int list(struct use *u, struct node *n)
{
	int err = 0;

	for (; n && !err; n = n->next)
		err = one(u, n);
	return err;
}

int cdef_replace(const struct cdefs *c, struct script *s, const struct parse_opts *opts,
		 struct diag *d)
{
	struct use u = { .defs = c, .s = s, .opts = opts, .d = d };
	int err = 0;

	for (struct tprobe *p = s->probes; p && !err; p = p->next) {
		err = list(&u, p->predicate);
		if (!err)
			err = list(&u, p->body);
	}
	for (struct tfunc *f = s->functions; f && !err; f = f->next) {
		u.fn = f;
		err = list(&u, f->body);
	}
	return err;
}
