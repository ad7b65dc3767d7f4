// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>

#include "trace/lower.h"

int var_prepare(struct lower *lo, struct tvar *v)
{
	u32 size = v->type->size;

	if (v->placed == lo->serial)
		return 0;
	v->placed = lo->serial;
	v->in_scratch = false;
	if (!var_in_memory(v)) {
		v->reg = new_reg(lo);
		return 0;
	}
	/* A body's own variables are not captured; what is was placed before. */
	if (size <= lo->out->cfg->on_stack_limit) {
		v->frame = vc_frame(lo->v, size, 8);
		return 0;
	}
	v->in_scratch = true;
	v->frame = lo->scratch_used;
	lo->scratch_used += ROUND_UP(size, 8u);
	lo->out->scratch_size = MAX(lo->out->scratch_size, lo->scratch_used);
	return 0;
}

int var_store(struct lower *lo, struct tvar *v, struct value *value)
{
	u32 r;
	int err = var_prepare(lo, v);

	if (err)
		return err;
	if (var_in_memory(v))
		return value_store(lo, value, var_place(lo, v), v->type);
	value_convert(lo, value, v->type);
	if (value->where == V_IMM) {
		vc_imm(lo->v, v->reg, value->imm);
		return 0;
	}
	err = value_in_reg(lo, value, &r);
	if (!err && r != v->reg)
		vc_mov(lo->v, v->reg, r);
	return err;
}

/* Does the tree read this variable? */
static bool mentions(const struct node *n, const struct tvar *v)
{
	for (; n; n = n->next) {
		if ((n->kind == N_VAR && n->var == v) || mentions(n->a, v) || mentions(n->b, v) ||
		    mentions(n->c, v) || mentions(n->args, v) || mentions(n->key, v) ||
		    mentions(n->body, v))
			return true;
	}
	return false;
}

int var_set(struct lower *lo, struct tvar *v, struct node *value)
{
	struct value val = { 0 };
	int err = var_prepare(lo, v);

	if (err)
		return err;
	if (var_in_memory(v) && !t_in_register(v->type) && !mentions(value, v))
		return lower_into(lo, value, var_place(lo, v), v->type);
	err = lower_expr(lo, value, &val);
	return err ? err : var_store(lo, v, &val);
}

static int var_clear(struct lower *lo, struct tvar *v)
{
	int err;

	if (unknown(v->type))
		return 0;
	err = var_prepare(lo, v);
	if (err)
		return err;
	if (var_in_memory(v))
		place_zero(lo, var_place(lo, v), v->type->size);
	else
		vc_imm(lo->v, v->reg, 0);
	return 0;
}

static int assign_parts(struct lower *lo, struct node *n)
{
	const struct ttype *t = n->b->type;
	struct place from;
	u32 i = 0;
	int err = lower_mem(lo, n->b, &from);

	for (struct node *m = n->a->args; m && !err; m = m->next, i++) {
		struct value part = value_mem(place_at(from, (s32)t->offsets[i]), t->members[i]);

		err = var_store(lo, m->var, &part);
	}
	return err;
}

static int lower_assign(struct lower *lo, struct node *n)
{
	switch (n->a->kind) {
	case N_MAP:
		return lower_map_assign(lo, n);
	case N_VAR:
		return var_set(lo, n->a->var, n->b);
	default:
		return assign_parts(lo, n);
	}
}

static int branch_body(struct lower *lo, struct node *body)
{
	struct known known = lo->known;
	int err = lower_list(lo, body);

	lo->known = known;
	return err;
}

static int lower_if(struct lower *lo, struct node *n)
{
	u32 other, end;
	int err;

	if (is_constant(n->a))
		return lower_list(lo, n->a->num ? n->body : n->orelse);
	other = vc_label(lo->v);
	err = lower_branch(lo, n->a, false, other);
	if (!err)
		err = branch_body(lo, n->body);
	if (err)
		return err;
	if (!n->orelse) {
		vc_place(lo->v, other);
		return 0;
	}
	end = vc_label(lo->v);
	vc_jump(lo->v, end);
	vc_place(lo->v, other);
	err = branch_body(lo, n->orelse);
	vc_place(lo->v, end);
	return err;
}

static int lower_while(struct lower *lo, struct node *n)
{
	struct loop loop = { vc_label(lo->v), vc_label(lo->v), lo->loop };
	struct known known = lo->known;
	int err;

	vc_place(lo->v, loop.next);
	err = lower_branch(lo, n->a, false, loop.end);
	lo->loop = &loop;
	if (!err)
		err = lower_list(lo, n->body);
	lo->loop = loop.up;
	lo->known = known;
	vc_jump(lo->v, loop.next);
	vc_place(lo->v, loop.end);
	return err;
}

static int lower_unroll(struct lower *lo, struct node *n)
{
	struct known known = lo->known;
	struct loop loop = { .up = lo->loop };
	int err = 0;

	loop.end = vc_label(lo->v);
	for (u64 i = 0; i < n->a->num && !err; i++) {
		loop.next = vc_label(lo->v);
		lo->loop = &loop;
		err = lower_list(lo, n->body);
		lo->loop = loop.up;
		vc_place(lo->v, loop.next);
		lo->known = known;
	}
	vc_place(lo->v, loop.end);
	return err;
}

void lower_stop(struct lower *lo)
{
	struct place stop = { .base = lo->captured, .off = CAPTURED_STOP };

	if (lo->in_body) {
		place_store_imm(lo, 8, stop, 1);
		vc_exit(lo->v, imm_reg(lo, 1));
		return;
	}
	vc_jump(lo->v, lo->exit);
}

static int lower_return(struct lower *lo, struct node *n)
{
	struct value v = { 0 };
	u32 r;
	int err;

	if (!n->a || !lo->fn) {
		lower_stop(lo);
		return 0;
	}
	err = lower_expr(lo, n->a, &v);
	if (err)
		return err;
	value_convert(lo, &v, lo->fn->type);
	value_in_reg(lo, &v, &r);
	if (lo->in_body)
		place_store(lo, 8, (struct place){ .base = lo->captured, .off = CAPTURED_RESULT },
			    r);
	else
		vc_mov(lo->v, lo->result, r);
	lower_stop(lo);
	return 0;
}

static int lower_jump(struct lower *lo, struct node *n)
{
	bool is_break = n->kind == N_BREAK;

	if (lo->loop) {
		vc_jump(lo->v, is_break ? lo->loop->end : lo->loop->next);
		return 0;
	}
	vc_exit(lo->v, imm_reg(lo, is_break)); /* of a loop's function */
	return 0;
}

static int lower_statement(struct lower *lo, struct node *n)
{
	struct value v = { 0 };

	switch (n->kind) {
	case N_EXPR:
		if (n->a->kind == N_UNARY && n->a->op >= OP_PRE_INC && n->a->a->kind == N_MAP)
			return lower_map_step(lo, n->a, NULL);
		return lower_expr(lo, n->a, &v);
	case N_ASSIGN:
		return lower_assign(lo, n);
	case N_LET:
		return n->b ? var_set(lo, n->var, n->b) : var_clear(lo, n->var);
	case N_IF:
		return lower_if(lo, n);
	case N_WHILE:
		return lower_while(lo, n);
	case N_UNROLL:
		return lower_unroll(lo, n);
	case N_FOR:
		return lower_for(lo, n);
	case N_BLOCK:
		return lower_list(lo, n->body);
	case N_BREAK:
	case N_CONTINUE:
		return lower_jump(lo, n);
	case N_RETURN:
		return lower_return(lo, n);
	default:
		return lower_expr(lo, n, &v);
	}
}

int lower_list(struct lower *lo, struct node *list)
{
	int err = 0;

	for (struct node *n = list; n && !err; n = n->next) {
		if (n->at.file)
			vc_at(lo->v, n->at);
		err = lower_statement(lo, n);
	}
	return err;
}
