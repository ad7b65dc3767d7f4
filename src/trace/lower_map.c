// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>

#include "spec/helper_extra.h"
#include "trace/lower.h"

enum { UPDATE_ANY = 0, UPDATE_NOEXIST = 1 };

const struct trace_map *map_meta(const struct lower *lo, const struct tmap *m)
{
	return &lo->out->meta->maps[m->index];
}

static u32 map_reg(struct lower *lo, const struct tmap *m)
{
	u32 r = new_reg(lo);

	vc_map(lo->v, r, m->obj_map);
	return r;
}

u32 map_lookup(struct lower *lo, const struct tmap *m, struct place key)
{
	u32 args[2], r = new_reg(lo);

	args[0] = map_reg(lo, m);
	args[1] = place_addr(lo, key);
	vc_call(lo->v, HELPER_map_lookup_elem, r, 2, args);
	return r;
}

static u32 map_update(struct lower *lo, const struct tmap *m, struct place key, struct place value,
		      u32 flags)
{
	u32 args[4], r = new_reg(lo);

	args[0] = map_reg(lo, m);
	args[1] = place_addr(lo, key);
	args[2] = place_addr(lo, value);
	args[3] = imm_reg(lo, flags);
	vc_call(lo->v, HELPER_map_update_elem, r, 4, args);
	return r;
}

int lower_key(struct lower *lo, struct tmap *m, struct node *key, struct place *out)
{
	struct value v = { 0 };
	int err;

	/* A key that lies in memory as it must be is used where it is. */
	if ((key->kind == N_VAR || key->kind == N_AT) && t_same(key->type, m->key) &&
	    !t_in_register(m->key)) {
		err = lower_expr(lo, key, &v);
		if (err || v.where == V_MEM) {
			*out = v.at;
			return err;
		}
	}
	err = place_new(lo, m->key->size, 8, out);
	return err ? err : lower_into(lo, key, *out, m->key);
}

/* The only key of a map without keys. */
static struct place key_zero(struct lower *lo)
{
	struct place at = place_frame(lo, 4, 4);

	place_store_imm(lo, 4, at, 0);
	return at;
}

/* A map without keys, whose one value can be addressed directly. */
static struct place array_value(struct lower *lo, const struct tmap *m)
{
	struct place at = { .base = new_reg(lo) };

	vc_map_value(lo->v, at.base, m->obj_map, 0);
	return at;
}

static void mark_set(struct lower *lo, const struct tmap *m, struct place value)
{
	place_store_imm(lo, 8, place_at(value, (s32)ROUND_UP(map_meta(lo, m)->value_size, 8u)), 1);
}

/* A lost update: counted, per map, behind the counts of the points. */
static void count_lost_update(struct lower *lo, const struct tmap *m)
{
	count_lost(lo, imm_reg(lo, lo->out->meta->point_count + m->index));
}

/* ---- reading ---- */

static int read_keyed(struct lower *lo, struct node *n, struct value *out)
{
	const struct ttype *t = n->map->value;
	u32 missing = vc_label(lo->v), end = vc_label(lo->v), r = new_reg(lo), p;
	struct place key;
	int err = lower_key(lo, n->map, n->key, &key);

	if (err)
		return err;
	p = map_lookup(lo, n->map, key);
	if (!t_in_register(t)) {
		/* What is not there reads as zeros. */
		vc_branch_imm(lo->v, VC_NE, VC_64, p, 0, end);
		lo->out->zero_size = MAX(lo->out->zero_size, t->size);
		vc_map_value(lo->v, p, lo->out->zero_map, 0);
		vc_place(lo->v, end);
		*out = value_mem((struct place){ .base = p }, t);
		return 0;
	}
	vc_imm(lo->v, r, 0);
	vc_branch_imm(lo->v, VC_EQ, VC_64, p, 0, missing);
	vc_load(lo->v, t->size, t->is_signed, r, p, 0);
	vc_place(lo->v, missing);
	vc_place(lo->v, end);
	*out = value_reg(r, t);
	return 0;
}

int lower_map_read(struct lower *lo, struct node *n, struct value *out)
{
	const struct ttype *t = n->map->value;
	struct place key = { 0 };
	u32 r;
	int err;

	if (t_is_aggregation(t)) {
		if (n->key)
			err = lower_key(lo, n->map, n->key, &key);
		else
			key = key_zero(lo), err = 0;
		return err ? err : read_aggregate(lo, n->map, key, out);
	}
	if (n->key)
		return read_keyed(lo, n, out);
	*out = value_mem(array_value(lo, n->map), t);
	if (t_in_register(t)) {
		value_in_reg(lo, out, &r);
		*out = value_reg(r, t);
	}
	return 0;
}

/* ---- writing ---- */

static int assign_scalar_key(struct lower *lo, struct node *n, struct value *v)
{
	struct tmap *m = n->a->map;
	u32 missing = vc_label(lo->v), end = vc_label(lo->v), p, r;
	struct place key, val;
	int err;

	value_convert(lo, v, m->value);
	err = lower_key(lo, m, n->a->key, &key);
	if (err)
		return err;
	p = map_lookup(lo, m, key);
	vc_branch_imm(lo->v, VC_EQ, VC_64, p, 0, missing);
	err = value_store(lo, v, (struct place){ .base = p }, m->value);
	vc_jump(lo->v, end);
	vc_place(lo->v, missing);
	val = place_frame(lo, m->value->size, 8);
	if (!err)
		err = value_store(lo, v, val, m->value);
	r = map_update(lo, m, key, val, UPDATE_ANY);
	place_end(lo, val);
	vc_branch_imm(lo->v, VC_EQ, VC_64, r, 0, end);
	count_lost_update(lo, m);
	vc_place(lo->v, end);
	return err;
}

static int assign_large(struct lower *lo, struct node *n)
{
	struct tmap *m = n->a->map;
	u32 end, r;
	struct place key, val;
	int err = place_new(lo, m->value->size, 8, &val);

	if (!err)
		err = lower_into(lo, n->b, val, m->value);
	if (!err)
		err = lower_key(lo, m, n->a->key, &key);
	if (err)
		return err;
	r = map_update(lo, m, key, val, UPDATE_ANY);
	end = vc_label(lo->v);
	vc_branch_imm(lo->v, VC_EQ, VC_64, r, 0, end);
	count_lost_update(lo, m);
	vc_place(lo->v, end);
	return 0;
}

static bool reads_maps(const struct node *n)
{
	for (; n; n = n->next) {
		if (n->kind == N_MAP || reads_maps(n->a) || reads_maps(n->b) || reads_maps(n->c) ||
		    reads_maps(n->args) || reads_maps(n->body))
			return true;
	}
	return false;
}

static int assign_keyless(struct lower *lo, struct node *n)
{
	struct tmap *m = n->a->map;
	struct value v = { 0 };
	struct place at;
	int err;

	if (!t_in_register(m->value) && !reads_maps(n->b)) {
		at = array_value(lo, m);
		err = lower_into(lo, n->b, at, m->value);
	} else {
		err = lower_expr(lo, n->b, &v);
		if (err)
			return err;
		value_convert(lo, &v, m->value);
		at = array_value(lo, m);
		err = value_store(lo, &v, at, m->value);
	}
	mark_set(lo, m, at);
	return err;
}

/* ---- changes in place: @x++, @x[k] += n ---- */

static void add_at(struct lower *lo, struct place at, const struct ttype *t, u32 by, u32 *old)
{
	u32 r;

	if (t->size >= 4) {
		r = by;
		if (old) {
			r = new_reg(lo);
			vc_mov(lo->v, r, by);
			*old = r;
		}
		vc_atomic(lo->v, VC_ADD, t->size, at.base, at.off, r, old != NULL);
		if (old && t->size < 8)
			vc_extend(lo->v, r, r, t->size, t->is_signed);
		return;
	}
	r = new_reg(lo);
	place_load(lo, t->size, t->is_signed, r, at);
	if (old)
		*old = r;
	vc_alu(lo->v, VC_ADD, VC_64, by, by, r);
	place_store(lo, t->size, at, by);
}

static int add_keyed(struct lower *lo, struct node *map, u32 by, u32 *old)
{
	struct tmap *m = map->map;
	u32 missing = vc_label(lo->v), end = vc_label(lo->v), p, r, result = 0;
	struct place key, val;
	int err = lower_key(lo, m, map->key, &key);

	if (err)
		return err;
	if (old)
		result = new_reg(lo);
	p = map_lookup(lo, m, key);
	vc_branch_imm(lo->v, VC_EQ, VC_64, p, 0, missing);
	add_at(lo, (struct place){ .base = p }, m->value, by, old);
	if (old)
		vc_mov(lo->v, result, *old);
	vc_jump(lo->v, end);
	vc_place(lo->v, missing);
	if (old)
		vc_imm(lo->v, result, 0);
	val = place_frame(lo, m->value->size, 8);
	place_store(lo, m->value->size, val, by);
	r = map_update(lo, m, key, val, UPDATE_NOEXIST);
	place_end(lo, val);
	vc_branch_imm(lo->v, VC_EQ, VC_64, r, 0, end);
	/* Another CPU was faster, or the map is full. */
	p = map_lookup(lo, m, key);
	missing = vc_label(lo->v);
	vc_branch_imm(lo->v, VC_EQ, VC_64, p, 0, missing);
	add_at(lo, (struct place){ .base = p }, m->value, by, NULL);
	vc_jump(lo->v, end);
	vc_place(lo->v, missing);
	count_lost_update(lo, m);
	vc_place(lo->v, end);
	if (old)
		*old = result;
	return 0;
}

static int map_add(struct lower *lo, struct node *map, u32 by, u32 *old)
{
	struct place at;

	if (map->key)
		return add_keyed(lo, map, by, old);
	at = array_value(lo, map->map);
	add_at(lo, at, map->map->value, by, old);
	mark_set(lo, map->map, at);
	return 0;
}

/* out NULL: the value is not asked for. */
int lower_map_step(struct lower *lo, struct node *n, struct value *out)
{
	bool post = n->op == OP_POST_INC || n->op == OP_POST_DEC;
	bool dec = n->op == OP_PRE_DEC || n->op == OP_POST_DEC;
	const struct ttype *t = n->a->map->value;
	u32 old, sum;
	int err = map_add(lo, n->a, imm_reg(lo, dec ? UINT64_MAX : 1), out ? &old : NULL);

	if (err || !out)
		return err;
	if (!post) {
		sum = new_reg(lo);
		vc_alu_imm(lo->v, VC_ADD, VC_64, sum, old, dec ? -1 : 1);
		old = sum;
	}
	*out = value_reg(old, t);
	return 0;
}

/* @x += n: n->compound is the operator, n->b the sum as a whole. */
static bool in_place(const struct node *n)
{
	const struct ttype *t = n->a->map->value;

	return (n->compound == OP_ADD || n->compound == OP_SUB) && is_integer(t) && t->size >= 4 &&
	       n->b->kind == N_BINARY && n->b->a->kind == N_MAP && !reads_maps(n->b->b) &&
	       reads_as_number(n->b->b->type);
}

static int assign_in_place(struct lower *lo, struct node *n)
{
	u32 by, minus;
	int err = lower_reg(lo, n->b->b, &by);

	if (err)
		return err;
	if (n->compound == OP_SUB) {
		minus = new_reg(lo);
		vc_neg(lo->v, VC_64, minus, by);
		by = minus;
	}
	return map_add(lo, n->a, by, NULL);
}

int lower_map_assign(struct lower *lo, struct node *n)
{
	struct value v = { 0 };
	int err;

	if (t_is_aggregation(n->a->map->value))
		return lower_aggregate(lo, n);
	if (in_place(n))
		return assign_in_place(lo, n);
	if (!n->a->key)
		return assign_keyless(lo, n);
	if (!t_in_register(n->a->map->value))
		return assign_large(lo, n);
	err = lower_expr(lo, n->b, &v);
	return err ? err : assign_scalar_key(lo, n, &v);
}

/* ---- slots of aggregations ---- */

int map_slot(struct lower *lo, struct node *map, u32 fail, u32 *value)
{
	struct tmap *m = map->map;
	u32 found = vc_label(lo->v), lost = vc_label(lo->v), p, again;
	struct place key, zero = { .base = VC_NONE };
	int err;

	if (!map->key) {
		key = key_zero(lo);
		*value = map_lookup(lo, m, key);
		place_end(lo, key);
		vc_branch_imm(lo->v, VC_EQ, VC_64, *value, 0, fail);
		return 0;
	}
	err = lower_key(lo, m, map->key, &key);
	if (err)
		return err;
	p = map_lookup(lo, m, key);
	vc_branch_imm(lo->v, VC_NE, VC_64, p, 0, found);
	zero.base = new_reg(lo);
	lo->out->zero_size = MAX(lo->out->zero_size, map_meta(lo, m)->value_size);
	vc_map_value(lo->v, zero.base, lo->out->zero_map, 0);
	/* Of this CPU's part only: an entry that is there meanwhile stays. */
	map_update(lo, m, key, zero, UPDATE_NOEXIST);
	again = map_lookup(lo, m, key);
	vc_mov(lo->v, p, again);
	vc_branch_imm(lo->v, VC_NE, VC_64, p, 0, found);
	vc_place(lo->v, lost);
	count_lost_update(lo, m);
	vc_jump(lo->v, fail);
	vc_place(lo->v, found);
	place_end(lo, key);
	*value = p;
	return 0;
}

/* ---- deleting ---- */

int map_delete(struct lower *lo, struct tmap *m, struct node *key_node, u32 *result)
{
	struct place key, at;
	u32 args[2], r = new_reg(lo), done;
	int err;

	if (!key_node) {
		const struct trace_map *t = map_meta(lo, m);

		if (t->shape == SHAPE_PERCPU_ARRAY)
			return diag_error(lo->d, -EINVAL, m->at, "clear(%s) empties it", m->name);
		at = array_value(lo, m);
		place_zero(lo, at, ROUND_UP(t->value_size, 8u) + 8);
		*result = imm_reg(lo, 1);
		return 0;
	}
	err = lower_key(lo, m, key_node, &key);
	if (err)
		return err;
	args[0] = map_reg(lo, m);
	args[1] = place_addr(lo, key);
	vc_call(lo->v, HELPER_map_delete_elem, r, 2, args);
	place_end(lo, key);
	/* true: there was one */
	*result = imm_reg(lo, 1);
	done = vc_label(lo->v);
	vc_branch_imm(lo->v, VC_EQ, VC_64, r, 0, done);
	vc_imm(lo->v, *result, 0);
	vc_place(lo->v, done);
	return 0;
}
