// SPDX-License-Identifier: BSD-2-Clause
#include "verify/prune.h"

#include <errno.h>
#include <stdlib.h>

#include "verify/equal.h"
#include "verify/explored.h"
#include "verify/precision.h"
#include "verify/stack_live.h"

enum {
	NEW_JUMPS = 2,	    /* a state is remembered after so many jumps … */
	NEW_INSNS = 8,	    /* … and instructions */
	LOOP_JUMPS = 20,    /* while the same slot is open above, after so many jumps … */
	LOOP_INSNS = 100,   /* … or instructions */
	MAX_HISTORY = 40,   /* entries of history before a state is forced */
	KEEP = 3,	    /* misses for a hit that a state survives */
	KEEP_LOOP = 64,	    /* the same where loops have to converge */
	UNPRIV_STATES = 64, /* kept for one instruction without privilege */
};

int prune_init(struct verify *v)
{
	struct prune *p = calloc(1, sizeof(*p));

	if (!p)
		return -ENOMEM;
	p->bucket_count = v->insn_count;
	p->buckets = calloc(p->bucket_count, sizeof(struct explored *));
	if (!p->buckets) {
		free(p);
		return -ENOMEM;
	}
	v->prune = p;
	return 0;
}

static void free_list(struct explored *e)
{
	while (e) {
		struct explored *next = e->next;

		state_fini(&e->st);
		free(e);
		e = next;
	}
}

static void free_visits(struct loop_visit *visit)
{
	while (visit) {
		struct loop_visit *next = visit->next;
		struct back_edge *b;

		while ((b = visit->edges)) {
			visit->edges = b->next;
			state_fini(&b->st);
			free(b);
		}
		free_list(visit->retained);
		free(visit);
		visit = next;
	}
}

void prune_fini(struct verify *v)
{
	struct prune *p = v->prune;

	if (!p)
		return;
	for (u32 i = 0; i < p->bucket_count; i++)
		free_list(p->buckets[i]);
	free_list(p->evicted);
	for (u32 i = 0; i < ARRAY_SIZE(p->visits); i++)
		free_visits(p->visits[i]);
	free(p->buckets);
	free(p);
	v->prune = NULL;
}

static struct explored **bucket(const struct verify *v)
{
	u32 site = (u32)frame_of(v)->callsite;

	return &v->prune->buckets[(v->insn ^ site) % v->prune->bucket_count];
}

/* ---- what a finished state needs no more ---- */

static bool slot_is_object(const struct stack_slot *s)
{
	return s->bytes[0] == SLOT_DYNPTR || s->bytes[0] == SLOT_ITER ||
	       s->bytes[0] == SLOT_IRQ_FLAG;
}

/* Dead registers and slots that no path reads become as if never written. */
static void clean(const struct verify *v, struct explored *e)
{
	struct state *st = &e->st;

	e->cleaned = true;
	for (u32 f = 0; f <= st->cur; f++) {
		struct frame *frame = st->frames[f];
		u16 live = v->cfg.live[state_frame_insn(st, f)];

		for (u32 i = 0; i < REG_FP; i++) {
			if (!(live >> i & 1))
				reg_set_uninit(&frame->regs[i]);
		}
		for (u32 i = 0; i < frame->slot_count; i++) {
			struct stack_slot *s = &frame->slots[i];

			if ((frame->stack_read >> i & 1) || slot_is_object(s))
				continue;
			memset(s->bytes, SLOT_INVALID, sizeof(s->bytes));
			reg_set_uninit(&s->reg);
		}
	}
}

/* The marks of a finished state are complete unless it lies in a loop with open back edges. */
static bool marks_open(struct verify *v, const struct state *st)
{
	const struct loop_visit *visit = loop_find(v, st);

	return visit && visit->edges;
}

static void clean_finished(struct verify *v)
{
	for (struct explored *e = *bucket(v); e; e = e->next) {
		if (e->st.branches || e->cleaned || e->st.insn != v->insn ||
		    !states_same_calls(&e->st, v->cur) || marks_open(v, &e->st))
			continue;
		clean(v, e);
	}
}

/* ---- loops ---- */

/* All registers of the running frames are equal: worth a closer look. */
static bool looks_endless(const struct state *old, const struct state *cur)
{
	const struct frame *a = state_frame(old), *b = state_frame(cur);

	if (old->cur != cur->cur)
		return false;
	for (u32 i = 0; i < REG_COUNT; i++) {
		const struct reg *r = &a->regs[i], *s = &b->regs[i];

		if (r->type != s->type || r->flags != s->flags || r->off != s->off ||
		    r->id != s->id || r->ref_id != s->ref_id || r->raw[0] != s->raw[0] ||
		    r->raw[1] != s->raw[1] || !scalar_equal(&r->s, &s->s))
			return false;
	}
	return true;
}

/* Passes of an iterator's loop differ in nothing else. */
static bool iters_moved(const struct state *old, const struct state *cur)
{
	for (u32 f = 0; f <= old->cur; f++) {
		const struct frame *a = old->frames[f], *b = cur->frames[f];

		for (u32 i = 0; i < a->slot_count && i < b->slot_count; i++) {
			if (a->slots[i].bytes[0] == SLOT_ITER &&
			    a->slots[i].reg.iter_state == ITER_ACTIVE &&
			    a->slots[i].reg.iter_depth != b->slots[i].reg.iter_depth)
				return true;
		}
	}
	return false;
}

static bool is_endless(const struct verify *v, const struct state *old)
{
	const struct state *cur = v->cur;

	return looks_endless(old, cur) && states_equal(v, old, cur, EQUAL_EXACT) &&
	       !iters_moved(old, cur) && old->may_goto_depth == cur->may_goto_depth &&
	       old->callback_unroll_depth == cur->callback_unroll_depth;
}

/* The iterator whose next function is called (r1 points to it) may still give elements. */
static bool iter_active(const struct verify *v)
{
	const struct reg *r = &regs_of(v)[1];
	s64 off = r->off + (s64)r->s.var.value;
	const struct frame *f;

	if (r->type != PTR_TO_STACK || r->frame > v->cur->cur || off >= 0 || off < -STACK_SIZE)
		return false;
	f = v->cur->frames[r->frame];
	return stack_slot_of(off) < f->slot_count &&
	       f->slots[stack_slot_of(off)].reg.iter_state == ITER_ACTIVE;
}

enum answer { COVERED, OTHER, ENDLESS };

/*
 * The old state is open: it lies above on this path, or its other branches wait. Being equal to it
 * ends a path only where the loop is known to end: iterators, may_goto and callbacks stop some time
 * whatever the program does, so a pass that brings nothing new is the last one to look at.
 */
static enum answer ask_open(const struct verify *v, const struct state *old)
{
	u16 flags = v->cfg.flags[v->insn];
	const struct frame *frame = state_frame(old);

	/* another run of an asynchronous callback: no endless loop, but not finished either */
	if (frame->in_async_callback && frame->async_entries != frame_of(v)->async_entries)
		return OTHER;
	if (flags & CFG_ITER_NEXT)
		return states_equal(v, old, v->cur, EQUAL_WITHIN) && iter_active(v) ? COVERED
										    : OTHER;
	if ((flags & CFG_MAY_GOTO) && old->may_goto_depth != v->cur->may_goto_depth &&
	    states_equal(v, old, v->cur, EQUAL_WITHIN))
		return COVERED;
	if (flags & CFG_CALLBACK_CALL)
		return states_equal(v, old, v->cur, EQUAL_WITHIN) ? COVERED : OTHER;
	return is_endless(v, old) ? ENDLESS : OTHER;
}

/* ---- the question ---- */

/* The current path ends: what the covering state needs is needed on the way here, too. */
static int give_up(struct verify *v, struct explored *e, bool looping)
{
	struct loop_visit *visit;
	int err = 0;

	e->hits++;
	if (v->cfg.flags[v->insn] & CFG_JUMP)
		err = precision_record(v, 0, 0);
	if (err)
		return err;
	stack_live_spread(&e->st, v->cur);
	precision_spread(v, &e->st, v->cur, v->insn, NULL);
	if (!looping)
		return 1;
	visit = loop_find(v, &e->st);
	if (visit && visit->entry) {
		err = loop_add_edge(v, visit, e);
		return err ? err : 1;
	}
	/* no loop that the flow graph shows: take everything for needed */
	precision_mark_all(v->cur);
	for (u32 f = 0; f <= v->cur->cur; f++)
		stack_live_read_from(v->cur, f, ~0ull);
	return 1;
}

static void missed(struct verify *v, struct explored *e, bool forced, bool add)
{
	u32 keep = forced && e->st.branches ? KEEP_LOOP : KEEP;

	e->misses += add;
	if (e->misses > e->hits * keep + keep)
		explored_evict(v, e);
}

/* Remember the current state; the path goes on with it as its parent. */
static int remember(struct verify *v)
{
	struct explored **head = bucket(v), *e = calloc(1, sizeof(*e));
	struct state *cur = v->cur;

	if (!e)
		return -ENOMEM;
	if (!v->opts->unpriv)
		precision_forget(cur);
	if (state_copy(&e->st, cur)) {
		state_fini(&e->st);
		free(e);
		return -ENOMEM;
	}
	e->st.hist = cur->hist;
	e->st.hist_count = cur->hist_count;
	e->st.hist_cap = cur->hist_cap;
	e->st.insn = v->insn;
	e->st.branches = 1;
	e->next = *head;
	if (e->next)
		e->next->prev = e;
	*head = e;
	cur->hist = NULL;
	cur->hist_count = cur->hist_cap = 0;
	cur->parent = &e->st;
	cur->first_insn = v->insn;
	for (u32 f = 0; f <= cur->cur; f++)
		cur->frames[f]->stack_written = 0;
	v->jumps_since = v->insns_since = 0;
	v->prune->states++;
	v->result->total_states++;
	v->result->peak_states = MAX(v->result->peak_states, v->prune->states);
	return loop_enter(v, e);
}

int prune_visited(struct verify *v)
{
	bool forced = (v->cfg.flags[v->insn] & CFG_CHECKPOINT) != 0;
	bool always = forced || v->opts->test_state_freq || v->cur->hist_count > MAX_HISTORY;
	bool add = always || (v->jumps_since >= NEW_JUMPS && v->insns_since >= NEW_INSNS);
	struct explored *e, *next;
	u32 count = 0;

	clean_finished(v);
	for (e = *bucket(v); e; e = next) {
		enum answer answer;
		bool looping;

		next = e->next;
		count++;
		if (e->st.insn != v->insn)
			continue;
		if (e->st.branches) {
			looping = true;
			answer = ask_open(v, &e->st);
			if (!always && v->jumps_since < LOOP_JUMPS && v->insns_since < LOOP_INSNS)
				add = false;
		} else {
			looping = marks_open(v, &e->st);
			answer = states_equal(v, &e->st, v->cur,
					      looping ? EQUAL_WITHIN : EQUAL_LOOSE)
					 ? COVERED
					 : OTHER;
		}
		if (answer == COVERED)
			return give_up(v, e, looping);
		if (answer == ENDLESS)
			return reject(v, REJECT_LOOP, -1,
				      "infinite loop: registers and stack come back unchanged");
		missed(v, e, forced, add);
	}
	v->result->max_states_per_insn = MAX(v->result->max_states_per_insn, count);
	if (!add || (v->opts->unpriv && count > UNPRIV_STATES))
		return 0;
	return remember(v);
}

void prune_path_done(struct verify *v, struct state *st)
{
	struct state *up = st->parent;

	while (up && !--up->branches) {
		struct explored *e = container_of(up, struct explored, st);

		up = up->parent;
		loop_exit(v, e);
		explored_release(v, e);
	}
	st->parent = NULL;
}
