// SPDX-License-Identifier: BSD-2-Clause
#include "verify/walk.h"

#include <errno.h>
#include <stdlib.h>

#include "isa/check.h"
#include "verify/alu.h"
#include "verify/call.h"
#include "verify/equal.h"
#include "verify/explain.h"
#include "verify/jump.h"
#include "verify/kfunc.h"
#include "verify/log.h"
#include "verify/memory.h"
#include "verify/precision.h"
#include "verify/prune.h"
#include "verify/record.h"
#include "verify/refs.h"
#include "verify/replay.h"

/* ---- loops that converge ---- */

const struct state *walk_prev_entry(const struct state *st, u32 insn)
{
	for (const struct state *p = st ? st->parent : NULL; p; p = p->parent) {
		if (p->insn == insn && p->branches && states_same_calls(p, st))
			return p;
	}
	return NULL;
}

static void widen(const struct reg *old, struct reg *cur)
{
	bool precise = cur->precise;

	if (old->type != SCALAR_VALUE || cur->type != SCALAR_VALUE || old->precise || precise)
		return;
	if (scalar_equal(&old->s, &cur->s))
		return;
	reg_set_unknown(cur);
}

void walk_widen(const struct state *old, struct state *cur)
{
	for (u32 f = 0; f <= cur->cur; f++) {
		const struct frame *was = old->frames[f];
		struct frame *is = cur->frames[f];

		for (u32 i = 0; i < REG_FP; i++)
			widen(&was->regs[i], &is->regs[i]);
		for (u32 i = 0; i < is->slot_count && i < was->slot_count; i++) {
			if (slot_is_spill(&was->slots[i]) && slot_is_spill(&is->slots[i]))
				widen(&was->slots[i].reg, &is->slots[i].reg);
		}
	}
}

/* ---- paths ---- */

static struct state *push(struct verify *v, struct state *st, u32 insn, u32 prev)
{
	struct pending *p = malloc(sizeof(*p));

	if (!p) {
		state_free(st);
		return NULL;
	}
	*p = (struct pending){ .st = st, .insn = insn, .prev = prev, .next = v->pending };
	if (!v->replay)
		p->trail = trail_add(v->trail, v->cur->insns, insn);
	v->pending = p;
	if (++v->pending_count > MAX_PENDING) {
		reject(v, REJECT_LIMIT, -1, "more than %u branches wait to be followed",
		       MAX_PENDING);
		return NULL;
	}
	return st;
}

struct state *push_branch(struct verify *v, u32 insn, u32 prev, bool speculative)
{
	struct state *st = state_new();

	if (!st || state_copy(st, v->cur)) {
		state_free(st);
		return NULL;
	}
	st->branches = 0;
	st->speculative |= speculative;
	st->depth = v->cur->depth + 1;
	if (v->cur->hist_count) {
		st->hist = malloc(v->cur->hist_count * sizeof(*st->hist));
		if (!st->hist) {
			state_free(st);
			return NULL;
		}
		memcpy(st->hist, v->cur->hist, v->cur->hist_count * sizeof(*st->hist));
		st->hist_count = st->hist_cap = v->cur->hist_count;
	}
	if (st->parent)
		st->parent->branches++;
	return push(v, st, insn, prev);
}

struct state *push_async(struct verify *v, u32 insn, u32 prev, u32 func, bool sleepable)
{
	struct state *st = state_new();

	if (!st)
		return NULL;
	st->frames[0] = frame_new(0, -1, func);
	if (!st->frames[0]) {
		state_free(st);
		return NULL;
	}
	st->sleepable = sleepable;
	st->frames[0]->in_async_callback = true;
	st->frames[0]->in_callback = true;
	st->first_insn = insn;
	st->last_insn = prev;
	st->depth = v->cur->depth + 1;
	st->insns = v->cur->insns;
	return push(v, st, insn, prev);
}

/* The current path is over; 1 when another was taken up. */
static int next_path(struct verify *v)
{
	struct pending *p = v->pending;

	if (v->cur->insns > v->result->longest_path)
		v->result->longest_path = v->cur->insns;
	prune_path_done(v, v->cur);
	state_free(v->cur);
	v->cur = NULL;
	if (!p)
		return 0;
	v->pending = p->next;
	v->pending_count--;
	trail_put(v->trail);
	v->trail = p->trail;
	v->cur = p->st;
	v->insn = p->insn;
	v->prev = p->prev;
	free(p);
	log_path(v);
	return 1;
}

static void drop_paths(struct verify *v)
{
	while (v->pending) {
		struct pending *p = v->pending;

		v->pending = p->next;
		trail_put(p->trail);
		state_free(p->st);
		free(p);
	}
	v->pending_count = 0;
	trail_put(v->trail);
	v->trail = NULL;
	state_free(v->cur);
	v->cur = NULL;
}

/* ---- instructions ---- */

/* may_goto: the walk goes on at the target; another path falls through, once more. */
static int may_goto(struct verify *v, const struct insn *i, u32 *next)
{
	const struct state *before = walk_prev_entry(v->cur->parent, v->insn);
	struct state *st = push_branch(v, v->insn + 1, v->insn, false);

	if (!st)
		return -ENOMEM;
	st->may_goto_depth++;
	if (before)
		walk_widen(before, st);
	*next = (u32)((s32)v->insn + 1 + i->off);
	return 0;
}

static int call(struct verify *v, const struct insn *i, u32 *next, bool *done)
{
	if (i->code == CODE_CALLX)
		return reject(v, REJECT_CALL, i->dst,
			      "a call through a register is not allowed by Linux");
	if (i->src == CALL_LOCAL)
		return call_local(v, i, next);
	if (i->src == CALL_KFUNC)
		return kfunc_call(v, i, next, done);
	return call_helper(v, i);
}

static int jump(struct verify *v, const struct insn *i, u32 *next, bool *done)
{
	v->jumps_since++;
	switch (i->code) {
	case CODE_CALL:
	case CODE_CALLX:
		return call(v, i, next, done);
	case CODE_EXIT:
		return call_exit(v, next, done);
	case CODE_JA:
	case CODE_JA32:
		*next = (u32)((s32)v->insn + 1 + insn_distance(i));
		return 0;
	case CODE_JCOND:
		return may_goto(v, i, next);
	default:
		return jump_insn(v, i, next);
	}
}

static int load_imm_or_packet(struct verify *v, const struct insn *i)
{
	return insn_is_wide(i) ? memory_imm64(v, i) : memory_packet_load(v, i);
}

/* One instruction. *next: where the path goes on; *done: it ends here. */
static int process(struct verify *v, const struct insn *i, u32 *next, bool *done)
{
	const char *why = NULL;

	/* Once is enough: what is never reached may hold anything. */
	if (v->result->facts[v->insn].visits == 1)
		why = insn_check(v->insns, v->insn_count, v->insn);
	*next = v->insn + (insn_is_wide(i) ? 2 : 1);
	if (why)
		return reject(v, REJECT_STRUCTURE, -1, "%s (opcode 0x%02x)", why, i->code);
	switch (INSN_CLASS(i->code)) {
	case CLASS_ALU:
	case CLASS_ALU64:
		return alu_insn(v, i);
	case CLASS_LDX:
		return memory_load(v, i);
	case CLASS_ST:
		return memory_store(v, i);
	case CLASS_STX:
		return INSN_MODE(i->code) == MODE_ATOMIC ? memory_atomic(v, i) : memory_store(v, i);
	case CLASS_LD:
		return load_imm_or_packet(v, i);
	default:
		return jump(v, i, next, done);
	}
}

/* Checkpoints and history before an instruction. 1: the path is covered by an explored one. */
static int arrive(struct verify *v)
{
	u32 flags = v->cfg.flags[v->insn];
	int err = 0;

	if (++v->processed > era_limits(v->linux_version).followed)
		return reject(
			v, REJECT_LIMIT, -1,
			"the program is too complex: %u instructions were followed and paths are "
			"still open",
			v->processed - 1);
	v->cur->last_insn = v->prev;
	v->cur->insns++;
	v->insns_since++;
	if (v->replay)
		return replay_before(v);
	if (flags & CFG_PRUNE) {
		err = prune_visited(v);
		if (err)
			return err;
	}
	if (flags & CFG_JUMP)
		err = precision_record(v, 0, 0);
	return err;
}

/*
 * What would be refused on a speculative path is kept from happening instead: since 6.17 a barrier
 * before the instruction ends the path there.
 */
static bool stops_speculation(struct verify *v)
{
	enum reject_kind kind = v->reject.kind;

	if (!v->cur->speculative || !era_at_least(v, 6, 17) || kind == REJECT_NONE ||
	    kind == REJECT_LIMIT)
		return false;
	v->reject = (struct reject){ 0 };
	v->aux[v->insn].barrier = true;
	return true;
}

/* Follow the current path to its end. */
static int follow(struct verify *v)
{
	bool done = false;
	int err;

	while (!done) {
		const struct insn *i = &v->insns[v->insn];
		struct verify_fact *fact = &v->result->facts[v->insn];
		u32 next;

		err = arrive(v);
		if (err == 1) {
			log_text(v, "from %u to %u: safe", v->prev, v->insn);
			return 0;
		}
		if (err)
			return err;
		if (v->cur->speculative && v->aux[v->insn].barrier)
			return 0;
		log_insn(v);
		fact->seen |= !v->cur->speculative;
		fact->visits++;
		if (v->opts->record && (err = record_state(v)))
			return err;
		err = process(v, i, &next, &done);
		if (!err && v->replay)
			err = replay_after(v, &next, &done);
		if (err && stops_speculation(v))
			return 0;
		if (err)
			return err;
		v->prev = v->insn;
		v->insn = next;
	}
	return 0;
}

int walk_func(struct verify *v, u32 func)
{
	int err = -ENOMEM;

	v->cur = state_new();
	if (!v->cur)
		return err;
	v->cur->frames[0] = frame_new(0, -1, func);
	v->insn = v->cfg.funcs[func].start;
	v->prev = v->insn;
	v->entry_func = func;
	v->cur->first_insn = v->cur->last_insn = v->insn;
	v->cur->sleepable = v->sleepable;
	if (v->cur->frames[0])
		err = prune_init(v);
	if (!err)
		err = call_entry(v, v->cur, func);
	while (!err) {
		err = follow(v);
		if (!err && !next_path(v))
			break;
	}
	if (err && v->reject.kind != REJECT_NONE && v->cur && !v->replay)
		err = explain_reject(v) == -ENOMEM ? -ENOMEM : err;
	drop_paths(v);
	prune_fini(v);
	return err;
}
