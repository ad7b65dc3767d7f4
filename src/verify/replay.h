/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The refused path once more: while the walk goes on, each path knows only at which steps it left
 * the straight way (its trail); when it is refused, the walk follows that one path again, without
 * pruning, and keeps its last steps with the registers that each used.
 */
#ifndef VERIFY_REPLAY_H
#define VERIFY_REPLAY_H

#include "verify/env.h"

/* A path that was put aside: where it left the one that went on. Shared by what comes after. */
struct trail {
	struct trail *up;
	u32 refs;
	u32 step; /* state.insns of the instruction that forked */
	u32 insn; /* where the path that was put aside goes on */
};
/* A node below `up`, which it keeps alive; NULL: out of memory. */
struct trail *trail_add(struct trail *up, u32 step, u32 insn);
void trail_put(struct trail *t);

/* An instruction of the path and the registers of its frame before it ran. */
struct step {
	u32 insn, frame;
	bool known; /* regs are filled in (a kernel's log does not tell them) */
	struct reg regs[REG_COUNT];
	bool on_stack; /* it loads from or stores to this place */
	u32 stack_frame;
	s32 stack_off;
};
struct path {
	struct step *steps; /* owned; the last one was refused */
	u32 count;
};
/* Fill in on_stack… from the registers, or from r10 alone when they are not known. */
void step_note_stack(struct step *s, const struct insn *i);
void path_fini(struct path *p);

/*
 * Follow the path of v->cur, which was refused at v->insn, again: its last steps. -ESRCH: the
 * second walk came to another end (it can know more, for lack of pruning); nothing is kept.
 */
int replay_path(struct path *out, const struct verify *v);

/* For walk.c, when v->replay is set. Before an instruction: records it; -ECANCELED at the end. */
int replay_before(struct verify *v);
/* After it: the path's own branch becomes the current state, all others are dropped. */
int replay_after(struct verify *v, u32 *next, bool *done);

#endif
