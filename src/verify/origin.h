/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where a value came from: goes back along the refused path from a register, through moves, spills
 * and calls, to the instruction that made it. What it passes becomes events: where it was made,
 * moved, compared, lost.
 */
#ifndef VERIFY_ORIGIN_H
#define VERIFY_ORIGIN_H

#include "base/vec.h"
#include "verify/replay.h"
#include "verify/words.h"

#define NO_SLOT UINT32_MAX

/* A refused program and the path that was refused. */
struct story {
	const struct object *obj;
	const struct obj_prog *prog;
	const struct ctx_layout *ctx; /* or NULL */
	struct arena *arena;	      /* for texts */
	struct path path;	      /* count 0: unknown */
};

struct event {
	u32 insn;	  /* slot */
	u32 step;	  /* in the path */
	const char *text; /* "`value` is returned by bpf_map_lookup_elem() here" */
};

enum origin_kind {
	ORIGIN_UNKNOWN,
	ORIGIN_CALL,	/* result of a helper or kernel function */
	ORIGIN_CONTEXT, /* read from the context */
	ORIGIN_MEMORY,	/* read from other memory */
	ORIGIN_NUMBER,	/* a constant, or computed */
	ORIGIN_MAP,	/* the address of a map or of a global variable */
	ORIGIN_LOST,	/* a call left the register without a value */
	ORIGIN_VOIDED,	/* a pointer that a call made void */
};
struct origin {
	enum origin_kind kind;
	u32 insn;	       /* that made (or lost) it; NO_SLOT: unknown */
	u32 step;	       /* of that */
	const char *callee;    /* "bpf_map_lookup_elem", or NULL */
	char name[WORDS_NAME]; /* of the C variable, "" unknown */
	u8 added; /* register whose number was added to the pointer last + 1, 0: none */
	u32 added_step;
	VEC(struct event) events; /* latest first */
};

/* Where register `regno` of the path's step `step` (before it ran) came from. 0 or -ENOMEM. */
int origin_find(struct origin *out, const struct story *s, u8 regno, u32 step);
void origin_fini(struct origin *o);

/* The branches between two steps, as events (the last `most`, latest first). */
int origin_branches(struct origin *out, const struct story *s, u32 from, u32 to, u32 most);
/* The C name (or "the result of f()") of a register before a step; false: none is known. */
bool origin_name(char out[static WORDS_NAME], const struct story *s, u8 regno, u32 step);
/* The source line of a slot, or the one before it that a compiler did not make up. */
struct span story_span(struct diag *d, const struct story *s, u32 insn);
/* "bpf_map_lookup_elem" of a call; NULL when it is another instruction. */
const char *story_callee(const struct story *s, u32 insn);

#endif
