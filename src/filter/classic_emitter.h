/* SPDX-License-Identifier: BSD-2-Clause */
/* The state of emit_classic, shared by its parts: nodes (emit_classic.c), values (classic_value.c),
 * choices among values (classic_select.c). */
#ifndef FILTER_CLASSIC_EMITTER_H
#define FILTER_CLASSIC_EMITTER_H

#include "filter/emit_classic.h"
#include "filter/place.h"
#include "filter/plan.h"

/* What the registers hold at one place, NULL: not known. */
struct regs {
	const struct value *a, *x, *m[CBPF_MEMWORDS];
};

/* Of one node. */
struct block {
	u32 label;
	bool reached;
	/* Switches with the same arms: all but the last load their value and go to the comparisons
	 * of the last. */
	const struct node *host;
	u32 tests; /* label of the comparisons, 0: nobody else comes there */
};

struct emitter {
	struct graph *g;
	const struct emit_opts *opts;
	struct emit_made *made;
	struct items items;
	struct block *blocks; /* by mark of the node */
	struct regs *entries; /* the same: what is known where the node begins */
	struct regs *tests;   /* the same: what those know who come to its comparisons */
	u32 labels;	      /* the next that is free */
	struct plan plan;
	struct regs now;
	u32 at;	       /* place in the order of emission of the node being emitted */
	u32 within;    /* values being evaluated, around the one that is */
	u32 chosen;    /* choices being made, of which only some come to what is evaluated */
	u32 pending;   /* label of the item that is next, 0: none */
	u32 busy;      /* words of M that an evaluation under way needs */
	u32 loaded;    /* words of M that are read somewhere */
	bool too_deep; /* M is too small */
	bool too_long;
};

/* The next item, with the label that waits for it. NULL: no memory, or too many. */
struct item *emit_item(struct emitter *e);
void emit_insn(struct emitter *e, u16 code, u32 k);
void emit_branch(struct emitter *e, u16 code, u32 k, u32 yes, u32 no, u32 label);
void emit_goto(struct emitter *e, u32 label);
/* What both know. */
void emit_regs_meet(struct regs *into, const struct regs *other);

void emit_into_a(struct emitter *e, const struct value *v);
void emit_into_x(struct emitter *e, const struct value *v);
/* a into A and b into X. */
void emit_into_both(struct emitter *e, const struct value *a, const struct value *b);
/* Is it better to have b in A and a in X? */
bool emit_better_swapped(const struct emitter *e, const struct value *a, const struct value *b);
/* The word of M that holds v, -1: none. */
s32 emit_find_m(const struct emitter *e, const struct value *v);
/* One instruction loads v into X, whatever else happens. */
bool emit_x_direct(const struct value *v);
/* A VALUE_SELECT into A or X; with to_x false: not done, A is better. */
bool emit_selection(struct emitter *e, const struct value *v, bool to_x);

#endif
