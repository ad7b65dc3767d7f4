// SPDX-License-Identifier: BSD-2-Clause
#include "verify/callback.h"

#include <errno.h>
#include <stdlib.h>

#include "verify/call.h"
#include "verify/precision.h"

static void returns(struct frame *f, s64 min, s64 max)
{
	f->ret_checked = true;
	f->ret_min = min;
	f->ret_max = max;
}

static struct reg map_reg(enum reg_type type, const struct obj_map *map, u32 uid)
{
	struct reg r;

	reg_set_pointer(&r, type, 0);
	r.map = map;
	r.map_uid = uid;
	return r;
}

/* (u32 index, void *ctx): nothing is known of the index. */
static int set_loop(struct verify *v, const struct frame *caller, struct frame *callee,
		    const void *arg)
{
	(void)v;
	(void)arg;
	reg_set_unknown(&callee->regs[1]);
	callee->regs[2] = caller->regs[3];
	returns(callee, 0, 1);
	return 0;
}

/* (map, key, value, ctx) */
static int set_for_each(struct verify *v, const struct frame *caller, struct frame *callee,
			const void *arg)
{
	const struct call_facts *f = arg;

	(void)v;
	callee->regs[1] = caller->regs[1];
	callee->regs[2] = map_reg(PTR_TO_MAP_KEY, f->map, f->map_uid);
	callee->regs[3] = map_reg(PTR_TO_MAP_VALUE, f->map, f->map_uid);
	callee->regs[4] = caller->regs[3];
	returns(callee, 0, 1);
	return 0;
}

/* (map, key, value), of the map that holds the timer */
static int set_timer(struct verify *v, const struct frame *caller, struct frame *callee,
		     const void *arg)
{
	const struct call_facts *f = arg;

	(void)v;
	(void)caller;
	callee->regs[1] = map_reg(CONST_PTR_TO_MAP, f->map, f->map_uid);
	callee->regs[2] = map_reg(PTR_TO_MAP_KEY, f->map, f->map_uid);
	callee->regs[3] = map_reg(PTR_TO_MAP_VALUE, f->map, f->map_uid);
	returns(callee, 0, 0);
	return 0;
}

/* (task, vma, ctx) */
static int set_find_vma(struct verify *v, const struct frame *caller, struct frame *callee,
			const void *arg)
{
	u32 vma = v->kernel ? types_find(v->kernel, "vm_area_struct", KIND_STRUCT) : 0;

	(void)arg;
	if (!vma)
		return reject(v, REJECT_UNPROVEN, -1,
			      "the kernel's BTF is needed for bpf_find_vma's callback");
	callee->regs[1] = caller->regs[1];
	reg_set_pointer(&callee->regs[2], PTR_TO_BTF_ID, 0);
	callee->regs[2].types = v->kernel;
	callee->regs[2].type_id = vma;
	callee->regs[3] = caller->regs[4];
	returns(callee, 0, 1);
	return 0;
}

/* (dynptr, ctx) */
static int set_drain(struct verify *v, const struct frame *caller, struct frame *callee,
		     const void *arg)
{
	(void)arg;
	reg_set_pointer(&callee->regs[1], CONST_PTR_TO_DYNPTR, 0);
	callee->regs[1].id = id_new(v);
	callee->regs[1].dynptr.kind = DYNPTR_LOCAL;
	callee->regs[1].dynptr.first = true;
	callee->regs[2] = caller->regs[3];
	returns(callee, 0, 1);
	return 0;
}

static int push_async_callback(struct verify *v, u32 func, bool may_sleep, callback_set set,
			       const void *arg)
{
	const struct frame *caller = frame_of(v);
	struct state *st = push_async(v, v->cfg.funcs[func].start, v->insn, func, may_sleep);

	if (!st)
		return v->reject.kind != REJECT_NONE ? v->reject.err : -ENOMEM;
	v->cfg.funcs[func].is_async = true;
	st->frames[0]->in_callback = false;
	st->frames[0]->in_async_callback = true;
	st->frames[0]->async_entries = caller->async_entries + 1;
	return set(v, caller, st->frames[0], arg);
}

int call_push_callback(struct verify *v, u32 func, bool async, bool may_sleep, callback_set set,
		       const void *arg)
{
	struct state *st;
	struct frame *caller, *callee;

	v->cfg.funcs[func].is_callback = true;
	if (async)
		return push_async_callback(v, func, may_sleep, set, arg);
	if (v->cur->cur + 1 >= MAX_FRAMES)
		return reject(v, REJECT_LIMIT, -1, "calls nest deeper than %d frames", MAX_FRAMES);
	st = push_branch(v, v->cfg.funcs[func].start, v->insn, false);
	if (!st)
		return v->reject.kind != REJECT_NONE ? v->reject.err : -ENOMEM;
	caller = state_frame(st);
	callee = frame_new(st->cur + 1, (s32)v->insn, func);
	if (!callee)
		return -ENOMEM;
	frame_free(st->frames[st->cur + 1]);
	st->frames[st->cur + 1] = callee;
	callee->in_callback = true;
	st->cur++;
	st->callback_unroll_depth++;
	caller->callback_depth++;
	frame_of(v)->callback_depth = 0;
	return set(v, caller, callee, arg);
}

/* The number of rounds bounds how often the body is entered on one path. */
static int loop_callback(struct verify *v, const struct call_facts *f)
{
	int err;

	/* An address bounds nothing; Linux gives up where it would follow the number back. */
	if (regs_of(v)[1].type != SCALAR_VALUE)
		return reject(v, REJECT_ARG, 1, "the number of rounds is an address");
	err = precision_mark(v, 1);
	if (err)
		return err;
	if (frame_of(v)->callback_depth < regs_of(v)[1].s.umax)
		return call_push_callback(v, f->func, false, false, set_loop, f);
	frame_of(v)->callback_depth = 0;
	return 0;
}

int callback_of_helper(struct verify *v, const struct call_facts *f)
{
	switch (f->id) {
	case HELPER_loop:
		return loop_callback(v, f);
	case HELPER_for_each_map_elem:
		return call_push_callback(v, f->func, false, false, set_for_each, f);
	case HELPER_timer_set_callback:
		return call_push_callback(v, f->func, true, false, set_timer, f);
	case HELPER_find_vma:
		return call_push_callback(v, f->func, false, false, set_find_vma, f);
	case HELPER_user_ringbuf_drain:
		return call_push_callback(v, f->func, false, false, set_drain, f);
	default:
		return 0;
	}
}
