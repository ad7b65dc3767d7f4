// SPDX-License-Identifier: BSD-2-Clause
#include "verify/replay.h"

#include <errno.h>
#include <stdlib.h>

#include "verify/walk.h"

enum { MAX_STEPS = 2048 }; /* the last ones of the path */

struct replay {
	struct step *ring;
	u32 count;		      /* steps seen in all */
	const struct trail **choices; /* oldest first */
	u32 choice_count, next_choice;
	u32 last; /* step at which the path was refused */
};

struct trail *trail_add(struct trail *up, u32 step, u32 insn)
{
	struct trail *t = malloc(sizeof(*t));

	if (!t)
		return NULL;
	*t = (struct trail){ .up = up, .refs = 1, .step = step, .insn = insn };
	if (up)
		up->refs++;
	return t;
}

void trail_put(struct trail *t)
{
	while (t && !--t->refs) {
		struct trail *up = t->up;

		free(t);
		t = up;
	}
}

/* ---- hooks of the walk ---- */

void step_note_stack(struct step *s, const struct insn *i)
{
	u8 class = INSN_CLASS(i->code), regno = class == CLASS_LDX ? i->src : i->dst;
	const struct reg *base = &s->regs[regno];

	if (class != CLASS_LDX && class != CLASS_ST && class != CLASS_STX)
		return;
	if (s->known ? base->type != PTR_TO_STACK || !scalar_is_const(&base->s) : regno != REG_FP)
		return;
	s->on_stack = true;
	s->stack_frame = s->known ? base->frame : s->frame;
	s->stack_off = (s->known ? base->off + (s32)base->s.var.value : 0) + i->off;
}

int replay_before(struct verify *v)
{
	struct replay *r = v->replay;
	struct step *s = &r->ring[r->count++ % MAX_STEPS];

	*s = (struct step){ .insn = v->insn, .frame = v->cur->cur, .known = true };
	memcpy(s->regs, regs_of(v), sizeof(s->regs));
	step_note_stack(s, &v->insns[v->insn]);
	return v->cur->insns >= r->last ? -ECANCELED : 0;
}

static void drop_pending(struct verify *v)
{
	while (v->pending) {
		struct pending *p = v->pending;

		v->pending = p->next;
		state_free(p->st);
		free(p);
	}
	v->pending_count = 0;
}

static struct pending *take_pending(struct verify *v, u32 insn)
{
	for (struct pending **p = &v->pending; *p; p = &(*p)->next) {
		struct pending *found = *p;

		if (found->insn != insn)
			continue;
		*p = found->next;
		return found;
	}
	return NULL;
}

int replay_after(struct verify *v, u32 *next, bool *done)
{
	struct replay *r = v->replay;
	const struct trail *choice =
		r->next_choice < r->choice_count ? r->choices[r->next_choice] : NULL;
	struct pending *p;

	if (choice && choice->step == v->cur->insns) {
		p = take_pending(v, choice->insn);
		if (!p)
			return -ESRCH;
		state_free(v->cur);
		v->cur = p->st;
		*next = p->insn;
		*done = false;
		free(p);
		r->next_choice++;
	}
	drop_pending(v);
	return *done ? -ESRCH : 0;
}

/* ---- the second walk ---- */

static int collect_choices(struct replay *r, const struct trail *t)
{
	u32 n = 0;

	for (const struct trail *up = t; up; up = up->up)
		n++;
	r->choices = calloc(n + 1, sizeof(*r->choices));
	if (!r->choices)
		return -ENOMEM;
	r->choice_count = n;
	for (; t; t = t->up)
		r->choices[--n] = t;
	return 0;
}

static int walk_again(struct replay *r, const struct verify *v)
{
	struct verify_opts opts = *v->opts;
	struct verify_result result = { 0 };
	struct verify again = *v;
	int err;

	opts.log = 0;
	opts.record = false;
	result.facts = calloc(v->insn_count, sizeof(*result.facts));
	if (!result.facts)
		return -ENOMEM;
	again.opts = &opts;
	again.result = &result;
	again.d = NULL;
	again.log = NULL;
	again.cur = NULL;
	again.pending = NULL;
	again.pending_count = 0;
	again.prune = NULL;
	again.trail = NULL;
	again.processed = 0;
	again.reject = (struct reject){ 0 };
	again.replay = r;
	err = walk_func(&again, v->entry_func);
	free(result.facts);
	return err == -ENOMEM ? err : 0;
}

/* The ring, oldest step first. */
static int take_steps(struct path *out, const struct replay *r)
{
	u32 count = MIN(r->count, (u32)MAX_STEPS), oldest = r->count - count;
	struct step *steps = calloc(count, sizeof(*steps));

	if (!steps)
		return -ENOMEM;
	for (u32 i = 0; i < count; i++)
		steps[i] = r->ring[(oldest + i) % MAX_STEPS];
	*out = (struct path){ .steps = steps, .count = count };
	return 0;
}

void path_fini(struct path *p)
{
	free(p->steps);
	*p = (struct path){ 0 };
}

int replay_path(struct path *out, const struct verify *v)
{
	struct replay r = { .last = v->cur->insns };
	int err = -ENOMEM;

	r.ring = calloc(MAX_STEPS, sizeof(*r.ring));
	if (r.ring)
		err = collect_choices(&r, v->trail);
	if (!err)
		err = walk_again(&r, v);
	if (!err && (!r.count || r.ring[(r.count - 1) % MAX_STEPS].insn != v->insn ||
		     r.next_choice != r.choice_count || r.count != r.last))
		err = -ESRCH;
	if (!err)
		err = take_steps(out, &r);
	free(r.ring);
	free(r.choices);
	return err;
}
