// SPDX-License-Identifier: BSD-2-Clause
#include "trace/macro.h"

#include <errno.h>

struct copy {
	struct infer *in;
	const struct tfunc *macro;
	const struct node *call;
	u32 number;
	bool failed;
};

enum { MAX_EXPANSIONS = 10000 };

static struct node *copy_list(struct copy *c, const struct node *list);

static const struct node *argument(const struct copy *c, const char *name, int kind)
{
	const struct node *a = c->call->args;

	for (const struct tparam *p = c->macro->params; p && a; p = p->next, a = a->next) {
		if ((int)p->kind == kind && !strcmp(p->name, name))
			return a;
	}
	return NULL;
}

static const char *own_name(struct copy *c, const char *name)
{
	const char *own = arena_printf(c->in->a, "%s#%u", name, c->number);

	c->failed |= !own;
	return own;
}

static struct node *copy_plain(struct copy *c, const struct node *n)
{
	struct node *out = n ? arena_copy(c->in->a, n, sizeof(*n)) : NULL;

	if (!out) {
		c->failed |= n != NULL;
		return NULL;
	}
	out->next = NULL;
	out->a = copy_list(c, n->a);
	out->b = copy_list(c, n->b);
	out->c = copy_list(c, n->c);
	out->args = copy_list(c, n->args);
	out->body = copy_list(c, n->body);
	out->orelse = copy_list(c, n->orelse);
	out->key = copy_list(c, n->key);
	return out;
}

/* What the caller wrote, copied as it is. */
static struct node *copy_argument(struct copy *c, const struct node *arg)
{
	struct copy plain = { .in = c->in, .macro = NULL };
	struct node *out = copy_plain(&plain, arg);

	c->failed |= plain.failed;
	return out;
}

static struct node *copy_map(struct copy *c, const struct node *n)
{
	const struct node *arg = argument(c, n->name, PARAM_MAP);
	struct node *out = copy_plain(c, n);

	if (!out)
		return NULL;
	if (arg && arg->kind == N_MAP)
		out->map = arg->map;
	else
		c->failed |=
			infer_error(c->in, n->at, "macro %s uses %s: maps must be passed to it",
				    c->macro->name, n->name) != 0;
	return out;
}

static struct node *copy_var(struct copy *c, const struct node *n)
{
	const struct node *arg = argument(c, var_name(n), PARAM_VAR);
	struct node *out = copy_plain(c, n);

	if (!out)
		return NULL;
	out->var = NULL;
	if (!arg)
		out->name = own_name(c, var_name(n));
	else if (arg->kind == N_VAR)
		out->name = var_name(arg);
	else
		c->failed |= infer_error(c->in, arg->at, "macro %s wants a variable for $%s",
					 c->macro->name, var_name(n)) != 0;
	return out;
}

static struct node *copy_one(struct copy *c, const struct node *n)
{
	const struct node *arg;
	struct node *out;

	if (!c->macro)
		return copy_plain(c, n);
	switch (n->kind) {
	case N_NAME:
		arg = argument(c, n->name, PARAM_EXPR);
		return arg ? copy_argument(c, arg) : copy_plain(c, n);
	case N_VAR:
		return copy_var(c, n);
	case N_LET:
	case N_FOR:
		out = copy_plain(c, n);
		if (out) {
			out->var = NULL;
			out->name = own_name(c, var_name(n));
		}
		return out;
	case N_MAP:
		return copy_map(c, n);
	default:
		return copy_plain(c, n);
	}
}

static struct node *copy_list(struct copy *c, const struct node *list)
{
	struct node *first = NULL, **tail = &first;

	for (const struct node *n = list; n && !c->failed; n = n->next) {
		*tail = copy_one(c, n);
		if (!*tail) {
			c->failed = true;
			break;
		}
		tail = &(*tail)->next;
	}
	return first;
}

static const struct tfunc *macro_find(const struct infer *in, const struct node *n)
{
	for (const struct tfunc *f = in->s->functions; f; f = f->next) {
		if (f->is_macro && !strcmp(f->name, n->name) &&
		    (n->kind == N_CALL || !f->param_count))
			return f;
	}
	return NULL;
}

int macro_expand(struct infer *in, struct node *n)
{
	const struct tfunc *f = macro_find(in, n);
	struct copy c = { .in = in, .macro = f, .call = n };
	struct node *body, *call;

	if (!f)
		return -ENOENT;
	if (n->arg_count != f->param_count)
		return infer_error(in, n->at, "macro %s takes %u arguments, here are %u", f->name,
				   f->param_count, n->arg_count);
	if (in->macros++ > MAX_EXPANSIONS)
		return infer_error(in, n->at, "macro %s expands without end", f->name);
	c.number = in->macros;
	call = arena_copy(in->a, n, sizeof(*n));
	if (!call)
		return infer_nomem(in);
	c.call = call;
	body = copy_list(&c, f->body);
	if (c.failed)
		return -EINVAL;
	n->kind = N_BLOCK;
	n->value = f->has_value;
	n->body = body;
	n->args = NULL;
	n->arg_count = 0;
	n->name = NULL;
	return 0;
}
