/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What threads hold while they run programs, so that freeing a unit can wait for them. A hold is
 * a hazard pointer: one thread writes it, whoever frees reads it. The fence between publishing a
 * hold and looking again is the freeing side's (membarrier(2)), so a run pays two plain stores.
 * Source: M. Michael, "Hazard Pointers", IEEE TPDS 15(6), 2004.
 */
#ifndef ENGINE_HOLD_H
#define ENGINE_HOLD_H

#include "engine/engine.h"

struct hold {
	struct unit_prog *prog; /* atomic; what this thread runs, NULL: nothing */
	struct hold *outer;	/* the same thread's run that this one is inside of */
	struct hold *inner;	/* for a run inside of this one; NULL: none made so far */
	struct hold *next;	/* in the list of all threads' */
	/* The engine's, for the next run of this thread; freed with the thread. */
	void *state;
	void (*state_free)(void *state);
};

/* The innermost hold of this thread; NULL: it runs nothing. */
struct hold *hold_current(void);
/* The engine's state of this thread's last run that was inside of no other; NULL: none. For tests.
 */
void *hold_last_state(void);
/* Hold `prog`, which nobody frees before. NULL: out of memory. */
struct hold *hold_enter(struct unit_prog *prog);
/* Hold what *place names now, which somebody may replace and then free. hold->prog is what it is,
 * NULL where the place is empty. NULL: out of memory. */
struct hold *hold_enter_at(struct unit_prog *const *place);
void hold_leave(struct hold *h);
/* Does a thread hold a program of `u` just now? */
bool hold_any(const struct unit *u);
/* Wait until no thread holds a program of `u`. Not from inside of a run of `u`. */
void hold_wait(const struct unit *u);

#endif
