// SPDX-License-Identifier: BSD-2-Clause
#include "verify/precision.h"

#include <errno.h>
#include <stdlib.h>

#include "verify/backtrack.h"
#include "verify/equal.h"
#include "verify/prune.h"

enum { ARG_REGS = 0x3e };

/* ---- all numbers of a state ---- */

static bool set_precise(struct reg *r, bool precise)
{
	bool changes = r->type == SCALAR_VALUE && r->precise != precise;

	if (changes)
		r->precise = precise;
	return changes;
}

static bool set_all(struct state *st, bool precise)
{
	bool changed = false;

	for (u32 f = 0; f <= st->cur; f++) {
		struct frame *frame = st->frames[f];

		for (u32 i = 0; i < REG_FP; i++)
			changed |= set_precise(&frame->regs[i], precise);
		for (u32 i = 0; i < frame->slot_count; i++) {
			if (slot_is_spill(&frame->slots[i]))
				changed |= set_precise(&frame->slots[i].reg, precise);
		}
	}
	return changed;
}

bool precision_mark_all(struct state *st)
{
	bool changed = false;

	for (st = st->parent; st; st = st->parent)
		changed |= set_all(st, true);
	return changed;
}

void precision_forget(struct state *st)
{
	set_all(st, false);
}

/* ---- backwards along a path ---- */

/* The instruction before `at` in the history of `st`; false at its beginning. */
static bool step_back(const struct state *st, u32 *at, u32 *left)
{
	const struct history *last = *left ? &st->hist[*left - 1] : NULL;
	bool recorded = last && last->insn == *at;

	if (*at == st->first_insn && (!*left || (*left == 1 && recorded)))
		return false;
	if (recorded) {
		*at = last->prev;
		--*left;
	} else {
		--*at;
	}
	return true;
}

enum found { FOUND_ALL, GO_ON, LOST };

/* From `at` (itself only when `also_at`) back to where the history of `st` begins. */
static enum found walk_segment(const struct verify *v, const struct state *st, u32 at, u32 after,
			       bool also_at, struct backtrack *bt)
{
	u32 left = st->hist_count;

	for (;;) {
		const struct history *h = left ? &st->hist[left - 1] : NULL;

		if (h && h->insn != at)
			h = NULL;
		if (also_at && !backtrack_insn(v, bt, at, after, h))
			return LOST;
		if (backtrack_empty(bt))
			return FOUND_ALL;
		also_at = true;
		after = at;
		if (!step_back(st, &at, &left))
			return GO_ON;
		if (at >= v->insn_count)
			return LOST;
	}
}

/* One number of an explored state. True: it was marked before, so what it came from is as well. */
static bool mark(struct reg *r, bool *changed)
{
	if (r->type != SCALAR_VALUE || r->precise)
		return true;
	r->precise = true;
	if (changed)
		*changed = true;
	return false;
}

static void mark_state(struct state *st, struct backtrack *bt, bool *changed)
{
	for (u32 f = 0; f <= bt->frame; f++) {
		struct frame *frame = st->frames[f];

		for (u32 i = 0; i < REG_FP; i++) {
			if ((bt->regs[f] >> i & 1) && mark(&frame->regs[i], changed))
				bt->regs[f] &= (u16) ~(1u << i);
		}
		for (u32 i = 0; i < 64 && bt->slots[f] >> i; i++) {
			if (!(bt->slots[f] >> i & 1))
				continue;
			if (i >= frame->slot_count || !slot_is_spill(&frame->slots[i]) ||
			    mark(&frame->slots[i].reg, changed))
				bt->slots[f] &= ~(1ull << i);
		}
	}
}

/* Nothing but arguments is left where the path began: there is no state to mark before it. */
static bool only_arguments(const struct backtrack *bt)
{
	return !bt->frame && !(bt->regs[0] & ~ARG_REGS) && !bt->slots[0];
}

/*
 * The numbers in `bt` matter to `start` before slot `at`. Every explored state that the path came
 * through is marked where they were then; the instructions of `start` itself need no marks, for it
 * is compared only once it is explored.
 */
static void mark_chain(const struct verify *v, struct state *start, u32 at, struct backtrack *bt,
		       bool *changed)
{
	struct state *st = start;
	u32 after = UINT32_MAX;
	enum found found = GO_ON;

	while (found == GO_ON) {
		found = walk_segment(v, st, at, after, st != start, bt);
		if (found != GO_ON)
			break;
		after = st->first_insn;
		st = st->parent;
		if (!st) {
			found = only_arguments(bt) ? FOUND_ALL : LOST;
			break;
		}
		if (st->cur != bt->frame) {
			found = LOST;
			break;
		}
		mark_state(st, bt, changed);
		if (backtrack_empty(bt))
			found = FOUND_ALL;
		else if (!st->parent && !st->hist_count && st->insn == st->first_insn)
			found = only_arguments(bt) ? FOUND_ALL : LOST; /* where the walk began */
		at = st->last_insn;
	}
	if (found == LOST && precision_mark_all(start) && changed)
		*changed = true;
}

int precision_mark(struct verify *v, u8 regno)
{
	struct backtrack bt = { .frame = v->cur->cur };

	/* Without privilege every number counts as precise, see equal.c; nothing is compared with a
	 * path that is walked again. */
	if (v->opts->unpriv || v->replay || regs_of(v)[regno].type != SCALAR_VALUE)
		return 0;
	bt.regs[bt.frame] = (u16)(1u << regno);
	mark_chain(v, v->cur, v->insn, &bt, NULL);
	return 0;
}

int precision_mark_slot(struct verify *v, u32 frame, u32 slot)
{
	struct backtrack bt = { .frame = v->cur->cur };

	if (v->opts->unpriv || v->replay)
		return 0;
	bt.slots[frame] = 1ull << slot;
	mark_chain(v, v->cur, v->insn, &bt, NULL);
	return 0;
}

void precision_spread(const struct verify *v, const struct state *old, struct state *st, u32 at,
		      bool *changed)
{
	struct backtrack bt = { .frame = old->cur };

	if (v->opts->unpriv)
		return;
	for (u32 f = 0; f <= old->cur; f++) {
		const struct frame *frame = old->frames[f];

		for (u32 i = 0; i < REG_FP; i++) {
			if (frame->regs[i].type == SCALAR_VALUE && frame->regs[i].precise)
				bt.regs[f] |= (u16)(1u << i);
		}
		for (u32 i = 0; i < frame->slot_count; i++) {
			const struct stack_slot *s = &frame->slots[i];

			if (slot_is_spill(s) && s->reg.type == SCALAR_VALUE && s->reg.precise)
				bt.slots[f] |= 1ull << i;
		}
	}
	if (!backtrack_empty(&bt))
		mark_chain(v, st, at, &bt, changed);
}

/* ---- history ---- */

int precision_record(struct verify *v, u32 stack_access, u64 linked)
{
	struct state *st = v->cur;
	struct history *h;
	u32 cap;

	if (v->replay)
		return 0;
	/* atomics report their read and their write: of the same slot */
	if (st->hist_count && v->hist_at == v->processed) {
		h = &st->hist[st->hist_count - 1];
		h->stack_access |= stack_access;
		if (linked)
			h->linked = linked;
		return 0;
	}
	if (st->hist_count == st->hist_cap) {
		cap = MAX(8, st->hist_cap * 2);
		h = realloc(st->hist, cap * sizeof(*h));
		if (!h)
			return -ENOMEM;
		st->hist = h;
		st->hist_cap = cap;
	}
	st->hist[st->hist_count++] = (struct history){ v->insn, v->prev, stack_access, linked };
	v->hist_at = v->processed;
	return 0;
}

/* ---- linked numbers ---- */

/* Registers of a frame that are read later; the others learn nothing (since 6.18). */
static u32 live_regs(const struct verify *v, u32 frame)
{
	const struct state *st = v->cur;
	u32 at = frame == st->cur ? v->insn : (u32)st->frames[frame + 1]->callsite;

	return v->cfg.live && verify_has(v, FEATURE_LINKED_ANY) ? v->cfg.live[at] : ~0u;
}

static u64 collect(const struct verify *v, u64 linked, const struct reg *like)
{
	u32 id = like->id & ~ID_ADD_CONST;
	struct reg_walk w;
	struct reg *r;

	if (!id || like->type != SCALAR_VALUE)
		return linked;
	state_for_each_reg(r, &w, v->cur)
	{
		bool is_reg = !w.slot;
		u32 index = is_reg ? w.index - 1 : w.index - 1 - REG_COUNT;
		u64 more;

		if (r->type != SCALAR_VALUE || (r->id & ~ID_ADD_CONST) != id)
			continue;
		if (is_reg && !(live_regs(v, w.frame) >> index & 1))
			continue;
		more = linked_add(linked, w.frame, index, is_reg);
		if (more == linked)
			r->id = 0;
		linked = more;
	}
	return linked;
}

u64 precision_linked(const struct verify *v, const struct reg *r, const struct reg *other)
{
	u64 linked = collect(v, 0, r);

	/* Linux counts those of a common identifier twice, and so do we: it shortens the room. */
	if (other)
		linked = collect(v, linked, other);
	return linked_count(linked) > 1 ? linked : 0;
}

struct reg *precision_linked_reg(const struct state *st, u64 linked, u32 k)
{
	u32 frame, index;
	bool is_reg;

	if (k >= linked_count(linked))
		return NULL;
	linked_get(linked, k, &frame, &index, &is_reg);
	return is_reg ? &st->frames[frame]->regs[index] : &st->frames[frame]->slots[index].reg;
}
