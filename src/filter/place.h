/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Instructions with symbolic targets → classic program. Conditional jumps reach 255 instructions;
 * code is placed from its end to its start, so that every distance is known when a jump is placed,
 * and what is too far gets an island (a JA, or a return of its own) behind the jump.
 */
#ifndef FILTER_PLACE_H
#define FILTER_PLACE_H

#include "base/pool.h"
#include "base/vec.h"
#include "classic/classic.h"

enum item_kind { ITEM_INSN, ITEM_JUMP, ITEM_GOTO };

/* Targets are labels: numbers that the maker of the items gives out. Jumps go forward. */
struct item {
	enum item_kind kind;
	struct cbpf_insn insn; /* ITEM_JUMP: code and k */
	u32 label, also;       /* 0: none; this item is where they are */
	u32 yes, no;	       /* ITEM_GOTO: yes */
};
struct items {
	VEC(struct item) list;
	bool uses_m; /* some word of M is read */
	bool failed;
};

enum { LABEL_ACCEPT = 1, LABEL_REJECT, LABEL_FIRST_FREE };

/* `labels` is one more than the largest. The returns stand at the end, where they are used. */
int place_items(struct cbpf_prog *out, struct arena *a, struct pool *pool,
		const struct items *items, u32 labels, u32 snaplen);

#endif
