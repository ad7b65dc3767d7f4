// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>

#include "base/str.h"
#include "trace/infer.h"

const char *var_name(const struct node *n)
{
	return n->name ? n->name : n->var->name;
}

void scope_push(struct infer *in, struct scope *s)
{
	s->up = in->scope;
	in->scope = s;
}

void scope_pop(struct infer *in)
{
	in->scope = in->scope->up;
}

struct tvar *scope_find(struct infer *in, const char *name)
{
	for (struct scope *s = in->scope; s; s = s->up) {
		for (struct tvar *v = s->vars; v; v = v->next) {
			if (!strcmp(v->name, name)) {
				if (v->depth < in->bodies)
					v->captured = true;
				return v;
			}
		}
		if (s->function)
			break;
	}
	return NULL;
}

/* The declaring node keeps the variable from pass to pass; `epoch` says whether it is this one's.
 */
struct tvar *scope_add(struct infer *in, struct node *n, const char *name)
{
	struct tvar *v = n->var;

	if (!v || !v->epoch) {
		v = arena_alloc(in->a, sizeof(*v));
		if (!v) {
			infer_nomem(in);
			return NULL;
		}
		v->name = name;
		v->at = n->at;
		n->var = v;
	}
	if (v->epoch != in->epoch) {
		v->type = &t_unknown;
		v->captured = false;
		v->epoch = in->epoch;
		v->declared = false;
	}
	v->depth = in->bodies;
	v->next = in->scope->vars;
	in->scope->vars = v;
	return v;
}

int infer_param(struct infer *in, struct tparam *p)
{
	struct tvar *v = p->var && p->var->epoch ? p->var : arena_alloc(in->a, sizeof(*v));

	if (!v)
		return infer_nomem(in);
	p->var = v;
	v->name = p->name;
	v->at = p->at;
	v->declared = true;
	v->epoch = in->epoch;
	v->captured = false;
	v->depth = 0;
	v->type = p->type ? type_named(in, p->type) : &t_s64;
	if (!v->type)
		return -EINVAL;
	v->next = in->scope->vars;
	in->scope->vars = v;
	return 0;
}

int var_grow(struct infer *in, struct node *n, struct tvar *v, const struct ttype *t)
{
	const struct ttype *joined;

	if (unknown(t))
		return 0;
	if (t == &t_none)
		return infer_error(in, n->at, "this has no value that $%s could have", v->name);
	if (v->declared) {
		joined = type_join(in, v->type, t);
		/* Numbers are cut, strings too; anything else must be what was declared. */
		if (joined)
			return 0;
		return infer_error(in, n->at, "$%s is %s, this is %s", v->name,
				   type_text(in, v->type), type_text(in, t));
	}
	joined = unknown(v->type) ? t : type_join(in, v->type, t);
	if (!joined) {
		infer_error(in, n->at, "$%s is %s, this is %s", v->name, type_text(in, v->type),
			    type_text(in, t));
		diag_hint(in->d, "a variable has one type: cast the value, or use another name");
		return -EINVAL;
	}
	if (unknown(v->type) || !t_same(joined, v->type)) {
		v->type = joined;
		in->changed = true;
	}
	return 0;
}

static int unknown_var(struct infer *in, struct node *n)
{
	const char *name = var_name(n);
	struct near near = near_start(name, strlen(name));

	infer_error(in, n->at, "undefined or undeclared variable: $%s", name);
	for (struct scope *s = in->scope; s; s = s->up) {
		for (struct tvar *v = s->vars; v; v = v->next)
			near_try(&near, v->name);
		if (s->function)
			break;
	}
	if (near.best)
		diag_hint(in->d, "did you mean $%s?", near.best);
	else
		diag_hint(in->d, "give it a value first; a variable ends with the block it is "
				 "first used in");
	return -EINVAL;
}

int infer_var(struct infer *in, struct node *n)
{
	struct tvar *v = scope_find(in, var_name(n));

	if (!v)
		return unknown_var(in, n);
	n->name = v->name;
	n->var = v;
	n->type = v->type;
	if (unknown(v->type) && in->final)
		return infer_error(in, n->at, "$%s has no type: it is never given a value",
				   v->name);
	return 0;
}

int infer_condition(struct infer *in, struct node *n)
{
	int err = infer_value(in, n);

	if (err)
		return err;
	if (!unknown(n->type) && !reads_as_number(n->type) && n->type->kind != T_POINTER)
		return infer_error(in, n->at, "a condition is a number or a pointer, not %s",
				   type_text(in, n->type));
	return 0;
}

int infer_block(struct infer *in, struct node *list)
{
	struct scope scope = { 0 };
	int err;

	scope_push(in, &scope);
	err = infer_list(in, list);
	scope_pop(in);
	return err;
}

/* The variable that an assignment writes: known, or made here. */
static struct tvar *target_var(struct infer *in, struct node *n)
{
	struct tvar *v = scope_find(in, var_name(n));

	if (!v)
		v = scope_add(in, n, var_name(n));
	if (v) {
		n->name = v->name;
		n->var = v;
	}
	return v;
}

static int assign_tuple(struct infer *in, struct node *n)
{
	const struct ttype *t = n->b->type;
	u32 i = 0;

	if (unknown(t)) {
		for (struct node *m = n->a->args; m; m = m->next) {
			if (m->kind == N_VAR && !target_var(in, m))
				return -ENOMEM;
		}
		return 0;
	}
	if (t->kind != T_TUPLE || t->count != n->a->arg_count)
		return infer_error(in, n->b->at, "%u variables cannot take %s", n->a->arg_count,
				   type_text(in, t));
	for (struct node *m = n->a->args; m; m = m->next, i++) {
		struct tvar *v;
		int err;

		if (m->kind != N_VAR)
			return infer_error(in, m->at, "only variables can stand here");
		v = target_var(in, m);
		err = v ? var_grow(in, m, v, t->members[i]) : -ENOMEM;
		if (err)
			return err;
		m->type = v->type;
	}
	return 0;
}

static int assign_var(struct infer *in, struct node *n)
{
	const struct ttype *t;
	struct tvar *v;
	int err;

	t = type_value(n->b->type);
	v = target_var(in, n->a);
	if (!v)
		return -ENOMEM;
	err = var_grow(in, n->b, v, t);
	n->a->type = v->type;
	return err;
}

/* $x op= y and @x op= y are $x = $x op y. */
static int assign_op(struct infer *in, struct node *n)
{
	struct node *sum = arena_alloc(in->a, sizeof(*sum));
	struct node *left = arena_copy(in->a, n->a, sizeof(*left));

	if (!sum || !left)
		return infer_nomem(in);
	*sum = (struct node){ .kind = N_BINARY, .op = n->op, .at = n->at, .a = left, .b = n->b };
	left->next = NULL;
	n->b = sum;
	n->compound = n->op; /* lowering knows the short way */
	n->op = OP_NONE;
	return 0;
}

static int infer_assign(struct infer *in, struct node *n)
{
	struct node *a = n->a;
	int err;

	if (n->op != OP_NONE) {
		err = assign_op(in, n);
		if (err)
			return err;
	}
	if (a->kind == N_MAP)
		return infer_map_assign(in, n);
	if (a->kind != N_VAR && a->kind != N_TUPLE)
		return infer_error(in, a->at, "this cannot be assigned to");
	err = infer_value(in, n->b);
	if (err)
		return err;
	return a->kind == N_VAR ? assign_var(in, n) : assign_tuple(in, n);
}

static int infer_let(struct infer *in, struct node *n)
{
	const struct ttype *t = NULL;
	const char *name = var_name(n);
	struct tvar *v;
	int err;

	if (n->b) {
		err = infer_value(in, n->b);
		if (err)
			return err;
	}
	if (scope_find(in, name)) {
		infer_error(in, n->at, "$%s exists already", name);
		diag_hint(in->d,
			  "a variable cannot be declared twice, not in an inner block either");
		return -EINVAL;
	}
	if (n->to) {
		t = type_named(in, n->to);
		if (!t)
			return -EINVAL;
	}
	v = scope_add(in, n, name);
	if (!v)
		return -ENOMEM;
	if (t) {
		v->declared = true;
		v->type = t;
	}
	return n->b ? var_grow(in, n->b, v, type_value(n->b->type)) : 0;
}

static int infer_if(struct infer *in, struct node *n)
{
	int err = infer_condition(in, n->a);

	if (err)
		return err;
	/* What cannot be reached need not be right. */
	if (!is_constant(n->a) || n->a->num)
		err = infer_block(in, n->body);
	if (!err && (!is_constant(n->a) || !n->a->num))
		err = infer_block(in, n->orelse);
	return err;
}

static int infer_while(struct infer *in, struct node *n)
{
	int err = infer_condition(in, n->a);

	if (err)
		return err;
	in->loops++;
	err = infer_block(in, n->body);
	in->loops--;
	return err;
}

static int infer_unroll(struct infer *in, struct node *n)
{
	int err = infer_value(in, n->a);

	if (err)
		return err;
	if (!is_constant(n->a))
		return infer_error(in, n->a->at, "unroll takes a constant");
	if (n->a->num < 1 || n->a->num > 100)
		return infer_error(in, n->a->at, "unroll takes 1 to 100, not %lld",
				   (long long)n->a->num);
	in->loops++;
	err = infer_block(in, n->body);
	in->loops--;
	return err;
}

static int for_map(struct infer *in, struct node *n, const struct ttype **t)
{
	struct tmap *m = n->a->map;
	const struct ttype *pair[2];

	n->a->type = &t_none;
	if (n->a->key)
		return infer_error(in, n->a->at, "for goes through a whole map: %s without a key",
				   m->name);
	*t = &t_unknown;
	if (m->key_known && !m->keyed)
		return infer_error(in, n->a->at, "%s has no keys to go through", m->name);
	if (unknown(m->key) || unknown(m->value)) {
		if (in->final)
			return infer_error(in, n->a->at, "undefined map: %s", m->name);
		return 0;
	}
	pair[0] = m->key;
	pair[1] = type_value(m->value);
	if (!pair[1] || m->value->kind > T_MAX || m->value->kind == T_AVG)
		pair[1] = m->value->kind == T_AVG ? type_value(m->value) : NULL;
	if (!pair[1]) {
		infer_error(in, n->a->at, "the values of %s cannot be gone through", m->name);
		diag_hint(in->d, "print(%s) shows them", m->name);
		return -EINVAL;
	}
	*t = t_tuple(in->a, pair, 2);
	return *t ? 0 : infer_nomem(in);
}

static int for_range(struct infer *in, struct node *n, const struct ttype **t)
{
	int err = infer_value(in, n->a->a);

	if (!err)
		err = infer_value(in, n->a->b);
	if (err)
		return err;
	*t = &t_s64;
	n->a->type = &t_s64;
	for (u32 i = 0; i < 2; i++) {
		struct node *end = i ? n->a->b : n->a->a;

		if (!unknown(end->type) && !reads_as_number(end->type))
			return infer_error(in, end->at, "a range is of numbers, not %s",
					   type_text(in, end->type));
	}
	return 0;
}

static int infer_for(struct infer *in, struct node *n)
{
	struct scope scope = { 0 };
	const struct ttype *t = &t_unknown;
	struct tvar *v;
	int err;

	if (n->a->kind == N_MAP)
		err = for_map(in, n, &t);
	else if (n->a->kind == N_RANGE)
		err = for_range(in, n, &t);
	else
		err = infer_error(in, n->a->at, "for goes through a map or a range");
	if (err)
		return err;
	if (scope_find(in, var_name(n)))
		return infer_error(in, n->at, "$%s exists already", var_name(n));
	scope_push(in, &scope);
	in->loops++;
	in->bodies++;
	v = scope_add(in, n, var_name(n));
	if (v) {
		v->declared = true;
		if (unknown(v->type) || !t_same(v->type, t)) {
			in->changed |= !unknown(t);
			v->type = t;
		}
	}
	err = v ? infer_list(in, n->body) : -ENOMEM;
	in->bodies--;
	in->loops--;
	scope_pop(in);
	return err;
}

static int infer_return(struct infer *in, struct node *n)
{
	int err = n->a ? infer_value(in, n->a) : 0;

	if (err || !in->fn)
		return err;
	if (!n->a && in->fn->type != &t_none)
		return infer_error(in, n->at, "%s returns %s", in->fn->name,
				   type_text(in, in->fn->type));
	if (n->a && !unknown(n->a->type) && !type_join(in, in->fn->type, type_value(n->a->type)))
		return infer_error(in, n->a->at, "%s returns %s, this is %s", in->fn->name,
				   type_text(in, in->fn->type), type_text(in, n->a->type));
	return 0;
}

static int infer_statement(struct infer *in, struct node *n)
{
	switch (n->kind) {
	case N_EXPR:
		return infer_expr(in, n->a);
	case N_ASSIGN:
		return infer_assign(in, n);
	case N_LET:
		return infer_let(in, n);
	case N_IF:
		return infer_if(in, n);
	case N_WHILE:
		return infer_while(in, n);
	case N_UNROLL:
		return infer_unroll(in, n);
	case N_FOR:
		return infer_for(in, n);
	case N_BLOCK:
		return infer_block(in, n->body);
	case N_BREAK:
	case N_CONTINUE:
		if (!in->loops)
			return infer_error(in, n->at, "%s outside of a loop",
					   n->kind == N_BREAK ? "break" : "continue");
		return 0;
	case N_RETURN:
		return infer_return(in, n);
	default:
		return infer_expr(in, n);
	}
}

int infer_list(struct infer *in, struct node *list)
{
	int err = 0, e;

	/* All statements are looked at: one run shows all mistakes. */
	for (struct node *n = list; n; n = n->next) {
		e = infer_statement(in, n);
		if (e)
			err = e;
		if (in->skip)
			break;
	}
	return err;
}
