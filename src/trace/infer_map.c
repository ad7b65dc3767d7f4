// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>

#include "base/str.h"
#include "trace/infer.h"

/* Types whose bytes mean the same wherever they lie: what a map can keep. */
static const struct ttype *kept(struct infer *in, const struct ttype *t)
{
	struct ttype *copy;

	if (t->kind == T_POINTER && t->space == SPACE_BTF) {
		/* The verifier forgets what a number from a map points to. */
		copy = arena_copy(in->a, t, sizeof(*t));
		if (copy)
			copy->space = SPACE_KERNEL;
		return copy;
	}
	return t;
}

int map_set_key(struct infer *in, struct node *n, const struct ttype *key)
{
	struct tmap *m = n->map;
	const struct ttype *joined;

	if (m->key_known && m->keyed != !!key) {
		infer_error(in, n->at,
			    m->keyed ? "%s has keys elsewhere" : "%s has no keys elsewhere",
			    m->name);
		diag_hint(in->d, m->keyed ? "write %s[key]" : "write %s, or use another name",
			  m->name);
		return -EINVAL;
	}
	m->key_known = true;
	m->keyed = key;
	if (!key || unknown(key))
		return 0;
	if (t_is_aggregation(key) || key == &t_none)
		return infer_error(in, n->at, "%s cannot be a key", type_text(in, key));
	key = kept(in, key);
	joined = !key || unknown(m->key) ? key : type_join(in, m->key, key);
	if (!joined) {
		infer_error(in, n->at, "the keys of %s are %s, this is %s", m->name,
			    type_text(in, m->key), type_text(in, key));
		diag_hint(in->d, "all keys of a map have one type");
		return -EINVAL;
	}
	if (unknown(m->key) || !t_same(joined, m->key)) {
		m->key = joined;
		in->changed = true;
	}
	return 0;
}

int map_set_value(struct infer *in, struct node *n, const struct ttype *value)
{
	struct tmap *m = n->map;
	const struct ttype *joined;

	if (unknown(value))
		return 0;
	if (value == &t_none)
		return infer_error(in, n->at, "this has no value that %s could keep", m->name);
	value = kept(in, value);
	if (!value)
		return infer_nomem(in);
	joined = unknown(m->value) ? value : type_join(in, m->value, value);
	if (joined && t_is_aggregation(joined) != t_is_aggregation(value))
		joined = NULL;
	if (!joined) {
		infer_error(in, n->at, "the values of %s are %s, this is %s", m->name,
			    type_text(in, m->value), type_text(in, value));
		diag_hint(in->d, "a map keeps values of one type: use another map");
		return -EINVAL;
	}
	if (unknown(m->value) || !t_same(joined, m->value)) {
		m->value = joined;
		in->changed = true;
	}
	return 0;
}

bool map_is_whole(const struct node *n)
{
	return n->kind == N_MAP && !n->key;
}

int infer_map(struct infer *in, struct node *n)
{
	int err;

	if (!n->key)
		return map_set_key(in, n, NULL);
	err = infer_value(in, n->key);
	n->map->key_list |= n->key->key_list;
	return err ? err : map_set_key(in, n, type_value(n->key->type));
}

static int undefined_map(struct infer *in, struct node *n)
{
	struct near near = near_start(n->map->name, strlen(n->map->name));

	infer_error(in, n->at, "undefined map: %s", n->map->name);
	for (struct tmap *m = in->s->maps; m; m = m->next) {
		if (m != n->map)
			near_try(&near, m->name);
	}
	if (near.best)
		diag_hint(in->d, "did you mean %s?", near.best);
	else
		diag_hint(in->d, "no probe gives it a value");
	return -EINVAL;
}

/* @x or @x[key] as a value. */
int infer_map_read(struct infer *in, struct node *n)
{
	int err = infer_map(in, n);

	if (err)
		return err;
	n->type = unknown(n->map->value) ? &t_unknown : n->map->value;
	return unknown(n->type) && in->final ? undefined_map(in, n) : 0;
}

/* ++ and -- make a number of 64 bits of a map, sum of its changes. */
int infer_map_step(struct infer *in, struct node *n)
{
	int err = infer_map(in, n);
	const struct ttype *had = n->map->value;

	if (err)
		return err;
	if (!unknown(had) && t_is_aggregation(had))
		return infer_error(in, n->at, "%s is %s: ++ and -- are for numbers", n->map->name,
				   type_text(in, had));
	err = map_set_value(in, n, unknown(had) || is_number(had) ? &t_s64 : had);
	n->type = n->map->value;
	return err;
}

static bool is_aggregate_call(const struct node *n)
{
	const struct builtin *b = n->kind == N_CALL ? builtin_find(n->name) : NULL;

	return b && b->flags & WORD_AGGREGATE;
}

static int assign_aggregate(struct infer *in, struct node *n)
{
	int err = infer_expr(in, n->b);

	if (err)
		return err;
	err = map_set_value(in, n->a, n->b->type);
	n->a->type = n->a->map->value;
	return err;
}

/* Values that + and the like make of a map must not shrink back. */
static const struct ttype *stored_type(const struct node *n)
{
	const struct ttype *t = type_value(n->b->type);

	if (n->compound && is_integer(t))
		return t_number(8, t->is_signed);
	return t;
}

/* n: N_ASSIGN to a map; op= has been made a plain one. */
int infer_map_assign(struct infer *in, struct node *n)
{
	struct node *a = n->a;
	int err = infer_map(in, a);

	if (err)
		return err;
	if (is_aggregate_call(n->b))
		return assign_aggregate(in, n);
	/* A map that is only ever changed by op= begins as 0. */
	if (n->compound && unknown(a->map->value)) {
		bool changed = in->changed;

		err = infer_value(in, n->b->b);
		if (err)
			return err;
		if (is_number(type_value(n->b->b->type)))
			err = map_set_value(in, a, t_number(8, n->b->b->type->is_signed));
		in->changed |= changed;
		if (err)
			return err;
	}
	err = infer_value(in, n->b);
	if (err)
		return err;
	if (!unknown(a->map->value) && t_is_aggregation(a->map->value)) {
		infer_error(in, n->at, "%s is %s: only its own function gives it values",
			    a->map->name, type_text(in, a->map->value));
		diag_hint(in->d, "clear(%s) empties it, zero(%s) sets it to zero", a->map->name,
			  a->map->name);
		return -EINVAL;
	}
	err = map_set_value(in, a, unknown(n->b->type) ? n->b->type : stored_type(n));
	a->type = a->map->value;
	return err;
}
