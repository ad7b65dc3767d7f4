// SPDX-License-Identifier: BSD-2-Clause
/*
 * Events: a record is reserved, its arguments are written where they will be read, and it is
 * submitted. Readers are woken only when a backlog has built up.
 */
#include <errno.h>

#include "spec/helper_extra.h"
#include "trace/lower.h"

enum {
	RB_NO_WAKEUP = 1,
	RB_FORCE_WAKEUP = 2,
	RB_AVAIL_DATA = 0,
	RB_PROD_POS = 3,
};

/* Index of the attach point: known, or what it was attached with. */
u32 point_number(struct lower *lo)
{
	u32 args[1], r;

	if (lo->point_index != UINT32_MAX)
		return imm_reg(lo, lo->point_index);
	if (lo->known.cookie != VC_NONE)
		return lo->known.cookie;
	r = new_reg(lo);
	args[0] = lo->ctx;
	vc_call(lo->v, HELPER_get_attach_cookie, r, 1, args);
	lo->known.cookie = r;
	return r;
}

void count_lost(struct lower *lo, u32 number)
{
	struct place key = place_frame(lo, 4, 4);
	u32 args[2], r = new_reg(lo), n = new_reg(lo), skip = vc_label(lo->v);

	place_store(lo, 4, key, number);
	args[0] = new_reg(lo);
	vc_map(lo->v, args[0], lo->out->meta->lost_map);
	args[1] = place_addr(lo, key);
	vc_call(lo->v, HELPER_map_lookup_elem, r, 2, args);
	place_end(lo, key);
	vc_branch_imm(lo->v, VC_EQ, VC_64, r, 0, skip);
	vc_load(lo->v, 8, false, n, r, 0);
	vc_alu_imm(lo->v, VC_ADD, VC_64, n, n, 1);
	vc_store(lo->v, 8, r, 0, n);
	vc_place(lo->v, skip);
}

/* By the attach point. Other ways do not come by here: what is found out holds for this one. */
static void count_lost_event(struct lower *lo)
{
	struct known known = lo->known;
	u32 number = point_number(lo);

	lo->known = known;
	count_lost(lo, number);
}

static u32 ring_of(const struct lower *lo, const struct trace_event *e)
{
	return e->control ? lo->out->meta->control_map : lo->out->meta->output_map;
}

/* Of the output ring. */
static u32 ring_query(struct lower *lo, u32 what)
{
	u32 args[2], r = new_reg(lo);

	args[0] = new_reg(lo);
	vc_map(lo->v, args[0], lo->out->meta->output_map);
	args[1] = imm_reg(lo, what);
	vc_call(lo->v, HELPER_ringbuf_query, r, 2, args);
	return r;
}

/* Reserves; when there is no room the program goes to `lost` with nothing to give back. */
int event_begin(struct lower *lo, const struct trace_event *e, u32 index, u32 lost, u32 *rec)
{
	u32 args[3];

	*rec = new_reg(lo);
	args[0] = new_reg(lo);
	vc_map(lo->v, args[0], ring_of(lo, e));
	args[1] = imm_reg(lo, ROUND_UP(e->size, 8u));
	args[2] = imm_reg(lo, 0);
	vc_call(lo->v, HELPER_ringbuf_reserve, *rec, 3, args);
	vc_branch_imm(lo->v, VC_EQ, VC_64, *rec, 0, lost);
	vc_store_imm(lo->v, 4, *rec, 0, (s32)index);
	if (lo->point_index != UINT32_MAX)
		vc_store_imm(lo->v, 4, *rec, 4, (s32)lo->point_index);
	else
		vc_store(lo->v, 4, *rec, 4, point_number(lo));
	if (e->control)
		vc_store(lo->v, 8, *rec, EVENT_HEAD, ring_query(lo, RB_PROD_POS));
	return 0;
}

void event_send(struct lower *lo, const struct trace_event *e, u32 rec)
{
	u32 args[2], flags, waiting, quiet = vc_label(lo->v);

	if (e->control) {
		flags = imm_reg(lo, RB_FORCE_WAKEUP);
	} else {
		waiting = ring_query(lo, RB_AVAIL_DATA);
		flags = imm_reg(lo, RB_NO_WAKEUP);
		vc_branch_imm(lo->v, VC_ULT, VC_64, waiting, (s64)lo->out->wake_at, quiet);
		vc_imm(lo->v, flags, RB_FORCE_WAKEUP);
		vc_place(lo->v, quiet);
	}
	args[0] = rec;
	args[1] = flags;
	vc_call(lo->v, HELPER_ringbuf_submit, VC_NONE, 2, args);
}

/* Can it be written into a record at once: without a change of state, without leaving? */
static bool is_late(const struct node *n)
{
	return !has_effect(n);
}

/* Memory beyond the frame must be had before a record is: its look-up may end the program. */
static void prepare(struct lower *lo, const struct node *list)
{
	for (const struct node *n = list; n; n = n->next) {
		if (n->type->size > lo->out->cfg->on_stack_limit || n->type->kind == T_POINTER ||
		    n->kind == N_CALL || n->kind == N_BINARY || n->kind == N_TERNARY) {
			scratch_base(lo);
			return;
		}
	}
}

static int write_args(struct lower *lo, const struct trace_event *e, struct node *list,
		      struct value *early, u32 rec)
{
	u32 i = 0;
	int err = 0;

	for (struct node *n = list; n && !err; n = n->next, i++) {
		struct place to = { .base = rec, .off = (s32)e->args[i].off };

		if (early[i].type)
			err = value_store(lo, &early[i], to, e->args[i].type);
		else
			err = lower_into_record(lo, n, to, e->args[i].type);
	}
	return err;
}

int lower_event(struct lower *lo, struct node *n, struct node *list)
{
	const struct trace_event *e = &lo->in->events.data[n->event];
	u32 lost = vc_label(lo->v), end = vc_label(lo->v), rec, i = 0;
	struct value *early = arena_array(lo->a, e->arg_count + 1, sizeof(*early));
	struct known known;
	bool any = false;
	int err = 0;

	if (!early)
		return lower_nomem(lo);
	for (struct node *m = list; m; m = m->next)
		any |= !is_late(m);
	for (struct node *m = list; m && any && !err; m = m->next, i++) {
		struct value v = { 0 };

		err = lower_expr(lo, m, &v);
		early[i] = v;
		/* A variable may change in what comes after it. */
		if (!err && m->kind == N_VAR && v.where == V_REG) {
			early[i].reg = new_reg(lo);
			vc_mov(lo->v, early[i].reg, v.reg);
		}
	}
	if (err)
		return err;
	prepare(lo, list);
	known = lo->known;
	err = event_begin(lo, e, n->event, lost, &rec);
	if (!err)
		err = write_args(lo, e, list, early, rec);
	if (err)
		return err;
	event_send(lo, e, rec);
	vc_jump(lo->v, end);
	vc_place(lo->v, lost);
	lo->known = known;
	if (!e->control)
		count_lost_event(lo);
	vc_place(lo->v, end);
	return 0;
}
