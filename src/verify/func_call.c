// SPDX-License-Identifier: BSD-2-Clause
#include "verify/func_call.h"

#include <errno.h>

#include "verify/call.h"
#include "verify/precision.h"
#include "verify/refs.h"
#include "verify/walk.h"

bool func_is_global(const struct verify *v, u32 func)
{
	u32 start = v->cfg.funcs[func].start;
	const struct obj_func *f = prog_func(v->prog, start);

	return f && f->start == start && f->global && f->type_id && v->obj->types &&
	       era_has(v->linux_version, FEATURE_GLOBAL_FUNCS);
}

/* May a function that sleeps, or is not known not to, be called here? */
static int check_global_sleep(struct verify *v, u32 func)
{
	char name[64];

	if (!v->cfg.funcs[func].might_sleep || can_sleep(v))
		return 0;
	return reject(v, REJECT_SLEEP, -1,
		      "%s is global and may sleep, which is not allowed here: the program is not "
		      "sleepable, or an RCU, preemption or interrupt section is open",
		      cfg_func_name(&v->cfg, func, name));
}

/*
 * A global function is checked on its own, for any arguments of its prototype. Here only the
 * arguments count; what it returns is a number of which nothing is known.
 */
static int call_global(struct verify *v, u32 func)
{
	char name[64];
	int err;

	if (lock_held(v->cur))
		return reject(v, REJECT_LOCK, -1,
			      "%s is global and cannot be called with a lock held: make it static",
			      cfg_func_name(&v->cfg, func, name));
	err = check_global_sleep(v, func);
	if (!err)
		err = call_check_global(v, func);
	if (err)
		return err;
	if (v->cfg.funcs[func].changes_packet &&
	    era_has(v->linux_version, FEATURE_GLOBAL_CHANGES_PKT))
		refs_packet_moved(v);
	v->func_wanted[func / 32] |= 1u << (func % 32);
	regs_clobber_caller_saved(v);
	reg_set_unknown(&regs_of(v)[0]);
	return 0;
}

/* A static function is followed in place, with a frame of its own. */
static int call_static(struct verify *v, u32 func, u32 *next)
{
	struct state *st = v->cur;
	struct frame *caller = frame_of(v), *callee;

	if (st->cur + 1 >= MAX_FRAMES)
		return reject(v, REJECT_LIMIT, -1, "calls nest deeper than %d frames", MAX_FRAMES);
	callee = frame_new(st->cur + 1, (s32)v->insn, func);
	if (!callee)
		return -ENOMEM;
	for (u32 i = 1; i <= 5; i++)
		callee->regs[i] = caller->regs[i];
	regs_clobber_caller_saved(v);
	frame_free(st->frames[st->cur + 1]);
	st->frames[++st->cur] = callee;
	*next = v->cfg.funcs[func].start;
	return 0;
}

int call_local(struct verify *v, const struct insn *i, u32 *next)
{
	u32 func = cfg_func_at(&v->cfg, (u32)((s64)v->insn + 1 + i->imm));

	if (func == UINT32_MAX)
		return reject(v, REJECT_STRUCTURE, -1, "the call leads to no function");
	if (!era_has(v->linux_version, FEATURE_BPF2BPF_CALLS))
		return reject(v, REJECT_ERA, -1,
			      "calls of functions of the program need Linux 4.16");
	if (func_is_global(v, func))
		return call_global(v, func);
	if (lock_held(v->cur) && !era_at_least(v, 6, 9))
		return reject(v, REJECT_LOCK, -1, "a function is called with a lock held");
	return call_static(v, func, next);
}

int func_check_range(struct verify *v, u8 regno, s64 min, s64 max, bool width32, const char *where)
{
	const struct reg *r = &regs_of(v)[regno];
	s64 low, high;
	int err;

	if (r->type != SCALAR_VALUE)
		return reject(v, REJECT_RETURN, regno, "R%u must be a number %s, not a %s", regno,
			      where, reg_type_name(r));
	err = precision_mark(v, regno);
	if (err)
		return err;
	low = width32 ? r->s.s32_min : r->s.smin;
	high = width32 ? r->s.s32_max : r->s.smax;
	if (low >= min && high <= max)
		return 0;
	if (low == high)
		return reject(v, REJECT_RETURN, regno,
			      "R%u is %lld %s, but must lie in [%lld, %lld]", regno, (long long)low,
			      where, (long long)min, (long long)max);
	return reject(v, REJECT_RETURN, regno,
		      "R%u may be anything from %lld to %lld %s, but must lie in [%lld, %lld]",
		      regno, (long long)low, (long long)high, where, (long long)min,
		      (long long)max);
}

int func_check_result(struct verify *v, s64 min, s64 max, bool width32, const char *where)
{
	return func_check_range(v, 0, min, max, width32, where);
}

/*
 * A callback that the call runs any number of times: its end leads back to the call, which then
 * may run it once more or go on. Numbers that differ from the last round and have not mattered are
 * forgotten, so that the rounds converge.
 */
static int callback_return(struct verify *v, u32 *next)
{
	struct state *st = v->cur;
	struct frame *f = frame_of(v);
	const struct state *before;
	int err = func_check_result(v, f->ret_min, f->ret_max, false, "at the end of a callback");

	if (err)
		return err;
	*next = (u32)f->callsite;
	frame_free(f);
	st->frames[st->cur--] = NULL;
	before = walk_prev_entry(st, *next);
	if (before)
		walk_widen(before, st);
	return 0;
}

int func_return(struct verify *v, u32 *next)
{
	struct state *st = v->cur;
	struct frame *f = frame_of(v);

	if (f->regs[0].type == PTR_TO_STACK)
		return reject(
			v, REJECT_RETURN, 0,
			"a function returns a pointer to the stack: the frame it may point to "
			"is gone then");
	if (f->in_callback)
		return callback_return(v, next);
	*next = (u32)f->callsite + 1;
	st->frames[st->cur - 1]->regs[0] = f->regs[0];
	frame_free(f);
	st->frames[st->cur--] = NULL;
	return 0;
}
