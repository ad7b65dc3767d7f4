/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The states that were explored, by instruction, and the loops that are open: what prune.c decides
 * with. A state whose paths are all finished has complete marks (what was read, which numbers
 * mattered), unless it lies in a loop from which a path came back to an earlier state: such a path
 * was given up on the word of a state that was not finished itself. Until the loop is finished,
 * these back edges are kept, then marks are carried along them until nothing changes.
 */
#ifndef VERIFY_EXPLORED_H
#define VERIFY_EXPLORED_H

#include "verify/env.h"

struct explored {
	struct state st;	      /* first: parents of states are explored ones */
	struct explored *prev, *next; /* in its bucket or among the evicted */
	u32 hits, misses;
	bool evicted; /* compared no more, kept while it has open paths */
	bool cleaned; /* what is never read was forgotten */
};

/* A path that ended in a loop because `covered_by` covers it. */
struct back_edge {
	struct state st; /* where the path ended: st.insn, its history and parents */
	struct explored *covered_by;
	struct back_edge *next;
};

/* One loop, entered through one chain of calls. */
struct loop_visit {
	u32 key[MAX_FRAMES + 1]; /* call sites and the loop's number */
	struct explored *entry;	 /* the first state explored in it, NULL: not open */
	struct back_edge *edges;
	u32 edge_count;
	struct explored *retained; /* evicted and finished, but edges may lead through them */
	struct loop_visit *next;
};

struct prune {
	struct explored **buckets; /* by slot and call site */
	u32 bucket_count;
	struct explored *evicted;
	struct loop_visit *visits[64];
	u32 states; /* kept now: explored, evicted, back edges */
};

/* The loop that an explored state lies in, seen from the outermost frame; NULL: none. */
struct loop_visit *loop_find(struct verify *v, const struct state *st);
/* An explored state is new: it may open a loop. 0 or -ENOMEM. */
int loop_enter(struct verify *v, struct explored *e);
/* All paths of an explored state are finished: when it opened a loop, that is finished. */
void loop_exit(struct verify *v, struct explored *e);
/* v->cur is given up, covered by `e`, in an open loop. 0 or -ENOMEM. */
int loop_add_edge(struct verify *v, struct loop_visit *visit, struct explored *e);

/* Take a state from comparison. It is freed as soon as no path and no back edge needs it. */
void explored_evict(struct verify *v, struct explored *e);
/* Free an evicted state when nothing needs it. */
void explored_release(struct verify *v, struct explored *e);

#endif
