// SPDX-License-Identifier: BSD-2-Clause
#include "verify/explored.h"

#include <errno.h>
#include <stdlib.h>

#include "base/hash.h"
#include "verify/equal.h"
#include "verify/precision.h"
#include "verify/prune.h"
#include "verify/stack_live.h"

enum { MAX_ROUNDS = 64 }; /* of carrying marks along back edges, before all numbers are marked */

/*
 * Number of the loop around a slot, 0: none. A call that runs a callback any number of times is a
 * loop of its own, through the callback.
 */
static u32 loop_number(const struct cfg *cfg, u32 insn)
{
	if (cfg->scc[insn])
		return cfg->scc[insn];
	return cfg->flags[insn] & CFG_CALLBACK_CALL ? cfg->scc_count + 1 + insn : 0;
}

/* The outermost frame that stands in a loop decides; what it calls is part of that. */
static bool loop_key(const struct verify *v, const struct state *st, u32 key[static MAX_FRAMES + 1])
{
	memset(key, 0, (MAX_FRAMES + 1) * sizeof(*key));
	for (u32 f = 0; f <= st->cur; f++) {
		u32 insn = state_frame_insn(st, f);

		key[MAX_FRAMES] = loop_number(&v->cfg, insn);
		if (key[MAX_FRAMES])
			return true;
		key[f] = insn + 1;
	}
	return false;
}

static struct loop_visit **find_visit(struct prune *p, const u32 key[static MAX_FRAMES + 1])
{
	size_t size = (MAX_FRAMES + 1) * sizeof(*key);
	struct loop_visit **at = &p->visits[hash_bytes(key, size, 0) % ARRAY_SIZE(p->visits)];

	while (*at && memcmp((*at)->key, key, size))
		at = &(*at)->next;
	return at;
}

struct loop_visit *loop_find(struct verify *v, const struct state *st)
{
	u32 key[MAX_FRAMES + 1];

	return loop_key(v, st, key) ? *find_visit(v->prune, key) : NULL;
}

int loop_enter(struct verify *v, struct explored *e)
{
	u32 key[MAX_FRAMES + 1];
	struct loop_visit **at;

	if (!loop_key(v, &e->st, key))
		return 0;
	at = find_visit(v->prune, key);
	if (!*at) {
		*at = calloc(1, sizeof(**at));
		if (!*at)
			return -ENOMEM;
		memcpy((*at)->key, key, sizeof(key));
	}
	if (!(*at)->entry)
		(*at)->entry = e;
	return 0;
}

static void unlink_explored(struct explored **head, struct explored *e)
{
	if (e->prev)
		e->prev->next = e->next;
	else
		*head = e->next;
	if (e->next)
		e->next->prev = e->prev;
	e->prev = e->next = NULL;
}

static void free_explored(struct verify *v, struct explored *e)
{
	state_fini(&e->st);
	free(e);
	v->prune->states--;
}

void explored_release(struct verify *v, struct explored *e)
{
	struct loop_visit *visit;

	if (!e->evicted || e->st.branches)
		return;
	unlink_explored(&v->prune->evicted, e);
	visit = loop_find(v, &e->st);
	if (visit && visit->entry) {
		e->next = visit->retained;
		visit->retained = e;
		return;
	}
	free_explored(v, e);
}

void explored_evict(struct verify *v, struct explored *e)
{
	struct prune *p = v->prune;
	u32 site = (u32)e->st.frames[e->st.cur]->callsite;

	unlink_explored(&p->buckets[(e->st.insn ^ site) % p->bucket_count], e);
	e->evicted = true;
	e->next = p->evicted;
	if (e->next)
		e->next->prev = e;
	p->evicted = e;
	explored_release(v, e);
}

int loop_add_edge(struct verify *v, struct loop_visit *visit, struct explored *e)
{
	struct state *cur = v->cur;
	struct back_edge *b = calloc(1, sizeof(*b));

	if (!b)
		return -ENOMEM;
	if (state_copy(&b->st, cur)) {
		state_fini(&b->st);
		free(b);
		return -ENOMEM;
	}
	/* the path ends here: its history is not needed any more */
	b->st.hist = cur->hist;
	b->st.hist_count = cur->hist_count;
	b->st.hist_cap = cur->hist_cap;
	cur->hist = NULL;
	cur->hist_count = cur->hist_cap = 0;
	b->st.insn = v->insn;
	b->covered_by = e;
	b->next = visit->edges;
	visit->edges = b;
	visit->edge_count++;
	v->prune->states++;
	return 0;
}

/* What is read or matters after a back edge's end is read and matters on the way to it. */
static void carry_marks(struct verify *v, struct loop_visit *visit)
{
	bool changed = true;

	for (u32 round = 0; changed; round++) {
		changed = false;
		for (struct back_edge *b = visit->edges; b; b = b->next) {
			changed |= stack_live_spread(&b->covered_by->st, &b->st);
			if (round < MAX_ROUNDS)
				precision_spread(v, &b->covered_by->st, &b->st, b->st.insn,
						 &changed);
			else
				changed |= precision_mark_all(&b->st);
		}
	}
}

void loop_exit(struct verify *v, struct explored *e)
{
	struct loop_visit *visit = loop_find(v, &e->st);
	struct back_edge *b;
	struct explored *r;

	if (!visit || visit->entry != e)
		return;
	visit->entry = NULL;
	carry_marks(v, visit);
	while ((b = visit->edges)) {
		visit->edges = b->next;
		state_fini(&b->st);
		free(b);
		v->prune->states--;
	}
	visit->edge_count = 0;
	while ((r = visit->retained)) {
		visit->retained = r->next;
		free_explored(v, r);
	}
}
