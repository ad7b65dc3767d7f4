// SPDX-License-Identifier: BSD-2-Clause
/*
 * Loops over maps and ranges. Their bodies are functions that a helper calls. What a body shares
 * with its program lies in one frame object, whose address the helper hands on, and in map memory.
 */
#include <errno.h>

#include "spec/helper_extra.h"
#include "trace/lower.h"

static void capture(struct lower *lo, struct tvar *v)
{
	if (!v || !v->captured || unknown(v->type) || v->placed == lo->serial)
		return;
	v->placed = lo->serial;
	/* In map memory the verifier does not follow values from round to round. */
	v->in_scratch = true;
	v->frame = lo->scratch_used;
	lo->scratch_used += ROUND_UP(v->type->size, 8u);
	lo->out->scratch_size = MAX(lo->out->scratch_size, lo->scratch_used);
	lo->shares = true;
}

static void capture_list(struct lower *lo, struct node *list)
{
	for (struct node *n = list; n; n = n->next) {
		if (n->kind == N_LET || n->kind == N_VAR || n->kind == N_FOR)
			capture(lo, n->var);
		if (n->kind == N_FOR) {
			lo->captured_size = MAX(lo->captured_size, (u32)CAPTURED_FIRST);
			n->scratch = lo->captured_size;
			lo->captured_size += 8;
		}
		capture_list(lo, n->a);
		capture_list(lo, n->b);
		capture_list(lo, n->c);
		capture_list(lo, n->args);
		capture_list(lo, n->key);
		capture_list(lo, n->body);
		capture_list(lo, n->orelse);
	}
}

static bool may_stop(const struct node *list)
{
	for (const struct node *n = list; n; n = n->next) {
		if (n->kind == N_RETURN || (n->kind == N_CALL && !strcmp(n->name, "exit")))
			return true;
		if (may_stop(n->a) || may_stop(n->b) || may_stop(n->c) || may_stop(n->args) ||
		    may_stop(n->body) || may_stop(n->orelse))
			return true;
	}
	return false;
}

int lower_captures(struct lower *lo, struct node *body)
{
	struct place at;

	lo->captured_size = CAPTURED_FIRST;
	lo->shares = false;
	lo->pending = NULL;
	lo->pending_tail = &lo->pending;
	capture_list(lo, body);
	if (lo->captured_size == CAPTURED_FIRST) {
		lo->captured_size = 0;
		return 0;
	}
	if (lo->captured_size > 400)
		return diag_error(lo->d, -E2BIG, body->at, "too many loops in one probe");
	lo->captured = vc_frame(lo->v, lo->captured_size, 8);
	at = (struct place){ .frame = lo->captured };
	place_zero(lo, at, lo->captured_size);
	if (lo->shares)
		place_store(lo, 8, place_at(at, CAPTURED_SCRATCH), scratch_base(lo));
	if (lo->ctx != VC_NONE)
		place_store(lo, 8, place_at(at, CAPTURED_CTX), lo->ctx);
	return 0;
}

static struct place captured_at(const struct lower *lo, u32 off)
{
	if (lo->in_body)
		return (struct place){ .base = lo->captured, .off = (s32)off };
	return (struct place){ .frame = lo->captured, .off = (s32)off };
}

static int add_body(struct lower *lo, struct node *n, u32 argc, u32 *sub)
{
	struct pending *p = arena_alloc(lo->a, sizeof(*p));

	if (!p)
		return lower_nomem(lo);
	*sub = p->sub = vc_sub(lo->v, arena_printf(lo->a, "loop_%u", n->at.off), argc);
	p->n = n;
	p->slot = (u32)n->scratch;
	*lo->pending_tail = p;
	lo->pending_tail = &p->next;
	return 0;
}

static void after_loop(struct lower *lo, const struct node *n)
{
	u32 r, go_on;

	if (!may_stop(n->body))
		return;
	r = new_reg(lo);
	go_on = vc_label(lo->v);
	place_load(lo, 8, false, r, captured_at(lo, CAPTURED_STOP));
	vc_branch_imm(lo->v, VC_EQ, VC_64, r, 0, go_on);
	if (lo->fn && !lo->in_body)
		place_load(lo, 8, false, lo->result, captured_at(lo, CAPTURED_RESULT));
	lower_stop(lo);
	vc_place(lo->v, go_on);
}

static int for_map(struct lower *lo, struct node *n)
{
	u32 sub, args[4];
	int err = add_body(lo, n, 4, &sub);

	if (err)
		return err;
	args[0] = new_reg(lo);
	vc_map(lo->v, args[0], n->a->map->obj_map);
	args[1] = new_reg(lo);
	vc_sub_addr(lo->v, args[1], sub);
	args[2] = place_addr(lo, captured_at(lo, 0));
	args[3] = imm_reg(lo, 0);
	vc_call(lo->v, HELPER_for_each_map_elem, VC_NONE, 4, args);
	after_loop(lo, n);
	return 0;
}

static int for_range(struct lower *lo, struct node *n)
{
	u32 sub, start, end, count, args[4], none = vc_label(lo->v);
	int err = add_body(lo, n, 2, &sub);

	if (!err)
		err = lower_reg(lo, n->a->a, &start);
	if (!err)
		err = lower_reg(lo, n->a->b, &end);
	if (err)
		return err;
	place_store(lo, 8, captured_at(lo, (u32)n->scratch), start);
	vc_branch(lo->v, VC_SGE, VC_64, start, end, none);
	count = new_reg(lo);
	vc_alu(lo->v, VC_SUB, VC_64, count, end, start);
	args[0] = count;
	args[1] = new_reg(lo);
	vc_sub_addr(lo->v, args[1], sub);
	args[2] = place_addr(lo, captured_at(lo, 0));
	args[3] = imm_reg(lo, 0);
	vc_call(lo->v, HELPER_loop, VC_NONE, 4, args);
	after_loop(lo, n);
	vc_place(lo->v, none);
	return 0;
}

int lower_for(struct lower *lo, struct node *n)
{
	struct known known = lo->known;
	int err;

	if (n->a->kind == N_RANGE)
		err = for_range(lo, n);
	else
		err = for_map(lo, n);
	lo->known = known;
	return err;
}

/* The counter of this round, or the entry: its parts stay where the helper shows them. */
static int begin_body(struct lower *lo, const struct pending *p)
{
	struct tvar *v = p->n->var;
	struct value count;
	u32 start, sum;

	if (p->n->a->kind != N_RANGE) {
		const struct trace_map *m = map_meta(lo, p->n->a->map);

		lo->pair_key = vc_arg(lo->v, 1);
		lo->pair_value = vc_arg(lo->v, 2);
		if (!t_is_aggregation(m->value) && !v->captured) {
			lo->pair = v;
			return 0;
		}
		/* Parts of all CPUs are added up first. */
		return for_entry(lo, p->n, v);
	}
	start = new_reg(lo);
	sum = new_reg(lo);
	place_load(lo, 8, false, start, captured_at(lo, p->slot));
	vc_alu(lo->v, VC_ADD, VC_64, sum, start, vc_arg(lo->v, 0));
	count = value_reg(sum, v->type);
	return var_store(lo, v, &count);
}

int for_entry(struct lower *lo, struct node *n, struct tvar *v)
{
	struct tmap *m = n->a->map;
	struct place key = { .base = lo->pair_key };
	struct value part;
	struct place at;
	int err = var_prepare(lo, v);

	if (err)
		return err;
	at = var_place(lo, v);
	place_zero(lo, at, v->type->size);
	part = value_mem(key, m->key);
	err = value_store(lo, &part, at, v->type->members[0]);
	if (err)
		return err;
	if (t_is_aggregation(m->value))
		err = read_aggregate(lo, m, key, &part);
	else
		part = value_mem((struct place){ .base = lo->pair_value }, m->value);
	if (err)
		return err;
	return value_store(lo, &part, place_at(at, (s32)v->type->offsets[1]), v->type->members[1]);
}

u32 lower_nothing(struct lower *lo)
{
	if (!lo->nothing)
		lo->nothing = 1 + vc_sub(lo->v, "nothing", 4);
	return lo->nothing - 1;
}

int lower_bodies(struct lower *lo)
{
	int err = 0;

	for (struct pending *p = lo->pending; p && !err; p = p->next) {
		bool range = p->n->a->kind == N_RANGE;

		vc_sub_begin(lo->v, p->sub);
		lo->in_body = true;
		lo->captured = vc_arg(lo->v, range ? 1 : 3);
		lo->known = (struct known){ 0 };
		lo->loop = NULL;
		lo->pair = NULL;
		lo->exit = vc_label(lo->v);
		if (lo->ctx != VC_NONE) {
			lo->ctx = new_reg(lo);
			vc_load(lo->v, 8, false, lo->ctx, lo->captured, CAPTURED_CTX);
		}
		if (lo->shares) {
			lo->known.scratch = new_reg(lo);
			vc_load(lo->v, 8, false, lo->known.scratch, lo->captured, CAPTURED_SCRATCH);
		}
		err = begin_body(lo, p);
		if (!err)
			err = lower_list(lo, p->n->body);
		vc_place(lo->v, lo->exit);
		vc_exit(lo->v, imm_reg(lo, 0));
		vc_sub_end(lo->v);
	}
	lo->in_body = false;
	return err;
}
