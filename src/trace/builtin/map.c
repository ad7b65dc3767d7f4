// SPDX-License-Identifier: BSD-2-Clause
/* Words about maps as a whole and about single keys. */
#include <errno.h>

#include "spec/helper_extra.h"
#include "trace/builtin/family.h"

static int map_arg(struct infer *in, struct node *n)
{
	if (n->args->kind == N_MAP)
		return 0;
	return infer_error(in, n->args->at, "%s() takes a map", n->name);
}

static int infer_clear(struct infer *in, struct node *n)
{
	struct trace_event *e;
	int err = map_arg(in, n);

	if (err)
		return err;
	if (n->args->key)
		return infer_error(in, n->args->at, "%s() takes a map without a key", n->name);
	n->args->type = &t_none;
	if (in->final && unknown(n->args->map->value))
		return infer_error(in, n->args->at, "undefined map: %s", n->args->map->name);
	e = event_new(in, n, *n->name == 'c' ? EVENT_CLEAR : EVENT_ZERO);
	if (!e)
		return -ENOMEM;
	e->map = n->args->map->index;
	return 0;
}

static int lower_clear(struct lower *lo, struct node *n, struct value *out)
{
	(void)out;
	return lower_event(lo, n, NULL);
}

/* delete(@x, key), delete(@x[key]), delete(@x); has_key the same. The key is found in n->key. */
static int infer_with_key(struct infer *in, struct node *n, bool may_be_whole)
{
	struct node *m = n->args;
	int err = map_arg(in, n);

	if (err)
		return err;
	n->type = &t_bool;
	n->key = m->next ? m->next : m->key;
	if (m->next && m->key)
		return infer_error(in, m->at, "%s() has two keys here", n->name);
	m->type = &t_none;
	if (!n->key) {
		if (!may_be_whole || (m->map->key_known && m->map->keyed)) {
			infer_error(in, n->at, "%s() needs a key of %s", n->name, m->map->name);
			diag_hint(in->d, "%s(%s, key)", n->name, m->map->name);
			return -EINVAL;
		}
		err = map_set_key(in, m, NULL);
	} else {
		err = infer_value(in, n->key);
		if (!err)
			err = map_set_key(in, m, type_value(n->key->type));
	}
	if (!err && in->final && unknown(m->map->value))
		return infer_error(in, m->at, "undefined map: %s", m->map->name);
	return err;
}

static int infer_delete(struct infer *in, struct node *n)
{
	return infer_with_key(in, n, true);
}

static int lower_delete(struct lower *lo, struct node *n, struct value *out)
{
	u32 r;
	int err = map_delete(lo, n->args->map, n->key, &r);

	if (!err)
		*out = value_reg(r, &t_bool);
	return err;
}

static int infer_has_key(struct infer *in, struct node *n)
{
	return infer_with_key(in, n, false);
}

static int lower_has_key(struct lower *lo, struct node *n, struct value *out)
{
	struct place key;
	u32 p, r, end;
	int err = lower_key(lo, n->args->map, n->key, &key);

	if (err)
		return err;
	p = map_lookup(lo, n->args->map, key);
	place_end(lo, key);
	r = imm_reg(lo, 0);
	end = vc_label(lo->v);
	vc_branch_imm(lo->v, VC_EQ, VC_64, p, 0, end);
	vc_imm(lo->v, r, 1);
	vc_place(lo->v, end);
	*out = value_reg(r, &t_bool);
	return 0;
}

/* find(@x, key, $v): has_key, and the value on the way. */
static int infer_find(struct infer *in, struct node *n)
{
	struct node *v = arg_at(n, 2);
	struct tvar *var;
	int err;

	if (v->kind != N_VAR)
		return infer_error(in, v->at, "find() writes a variable");
	err = infer_with_key(in, n, false);
	if (err)
		return err;
	n->key = n->args->next;
	var = scope_find(in, var_name(v));
	if (!var)
		var = scope_add(in, v, var_name(v));
	if (!var)
		return -ENOMEM;
	v->var = var;
	err = unknown(n->args->map->value) ? 0
					   : var_grow(in, v, var, type_value(n->args->map->value));
	v->type = var->type;
	return err;
}

static int lower_find(struct lower *lo, struct node *n, struct value *out)
{
	struct tmap *m = n->args->map;
	struct node key_node = *n->key;
	struct tvar *var = arg_at(n, 2)->var;
	u32 p, r, end, load;
	struct place key;
	struct value v;
	int err;

	key_node.next = NULL;
	if (t_is_aggregation(m->value))
		return diag_error(lo->d, -EINVAL, n->at, "find() does not read %s", m->name);
	err = lower_key(lo, m, &key_node, &key);
	if (!err)
		err = var_prepare(lo, var);
	if (err)
		return err;
	r = imm_reg(lo, 0);
	end = vc_label(lo->v);
	p = map_lookup(lo, m, key);
	vc_branch_imm(lo->v, VC_EQ, VC_64, p, 0, end);
	v = value_mem((struct place){ .base = p }, m->value);
	if (t_in_register(m->value)) {
		value_in_reg(lo, &v, &load);
		v = value_reg(load, m->value);
	}
	err = var_store(lo, var, &v);
	vc_imm(lo->v, r, 1);
	vc_place(lo->v, end);
	*out = value_reg(r, &t_bool);
	return err;
}

/* ---- len ---- */

static int infer_len(struct infer *in, struct node *n)
{
	struct node *a = n->args;
	int err;

	n->type = &t_s64;
	if (map_is_whole(a) && (!a->map->key_known || a->map->keyed)) {
		a->type = &t_none;
		return in->final && unknown(a->map->value)
			       ? infer_error(in, a->at, "undefined map: %s", a->map->name)
			       : 0;
	}
	err = infer_value(in, a);
	if (err || unknown(a->type))
		return err;
	switch (a->type->kind) {
	case T_ARRAY:
		return become_number(n, a->type->count, &t_u64);
	case T_STRING:
	case T_KSTACK:
	case T_USTACK:
		return 0;
	default:
		return infer_error(in, a->at,
				   "len() takes a map, a string, an array or a stack, "
				   "not %s",
				   type_text(in, a->type));
	}
}

/* Elements of a map are counted by going through it: for_each returns how many it saw. */
static int len_map(struct lower *lo, struct node *n, struct value *out)
{
	u32 args[4], r = new_reg(lo), sub = lower_nothing(lo);
	struct place none;

	if (sub == UINT32_MAX)
		return lower_nomem(lo);
	none = place_frame(lo, 8, 8);
	place_store_imm(lo, 8, none, 0);
	args[0] = new_reg(lo);
	vc_map(lo->v, args[0], n->args->map->obj_map);
	args[1] = new_reg(lo);
	vc_sub_addr(lo->v, args[1], sub);
	args[2] = place_addr(lo, none);
	args[3] = imm_reg(lo, 0);
	vc_call(lo->v, HELPER_for_each_map_elem, r, 4, args);
	*out = value_reg(r, n->type);
	return 0;
}

/* Bytes before the first zero, eight at a time would not say where. */
static int len_string(struct lower *lo, struct node *n, struct value *out)
{
	u32 size = n->args->type->size, i, p, c, at, next, end;
	struct place text;
	int err = lower_mem(lo, n->args, &text);

	if (err)
		return err;
	p = place_addr(lo, text);
	i = imm_reg(lo, 0);
	c = new_reg(lo);
	at = new_reg(lo);
	next = vc_label(lo->v);
	end = vc_label(lo->v);
	vc_place(lo->v, next);
	vc_branch_imm(lo->v, VC_UGE, VC_64, i, size, end);
	vc_alu(lo->v, VC_ADD, VC_64, at, p, i);
	vc_load(lo->v, 1, false, c, at, 0);
	vc_branch_imm(lo->v, VC_EQ, VC_64, c, 0, end);
	vc_alu_imm(lo->v, VC_ADD, VC_64, i, i, 1);
	vc_jump(lo->v, next);
	vc_place(lo->v, end);
	*out = value_reg(i, n->type);
	return 0;
}

static int lower_len(struct lower *lo, struct node *n, struct value *out)
{
	const struct node *a = n->args;

	if (a->kind == N_MAP && !a->key && a->map->keyed)
		return len_map(lo, n, out);
	if (a->type->kind == T_STRING)
		return len_string(lo, n, out);
	return lower_stack_len(lo, n, out);
}

const struct builtin words_map[] = {
	{ "clear", WORD_CALL | WORD_STATEMENT | WORD_USER_SPACE, 1, 1, infer_clear, lower_clear,
	  "clear(@map)" },
	{ "zero", WORD_CALL | WORD_STATEMENT | WORD_USER_SPACE, 1, 1, infer_clear, lower_clear,
	  "zero(@map)" },
	{ "delete", WORD_CALL | WORD_STATEMENT | WORD_USER_SPACE, 1, 2, infer_delete, lower_delete,
	  "delete(@map, key)" },
	{ "has_key", WORD_CALL | WORD_USER_SPACE, 1, 2, infer_has_key, lower_has_key,
	  "has_key(@map, key)" },
	{ "find", WORD_CALL | WORD_STATEMENT | WORD_USER_SPACE, 3, 3, infer_find, lower_find,
	  "find(@map, key, $value)" },
	{ "len", WORD_CALL | WORD_USER_SPACE, 1, 1, infer_len, lower_len, "len(@map)" },
	{ 0 },
};
