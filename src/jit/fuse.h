/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Inside of merging: what is known of the straight-line stretch up to the instruction in hand.
 * What follows a conditional jump belongs to the stretch as long as nothing else jumps there. An
 * instruction that was merged into another stays until nobody reads its result.
 */
#ifndef JIT_FUSE_H
#define JIT_FUSE_H

#include "jit/ir.h"

enum { NOWHERE_DEFINED = -1, WINDOW = 32 };

struct fuse {
	struct ir *ir;
	s32 def[REG_COUNT]; /* slot that wrote the register last in this stretch */
	s32 *prev;	    /* per slot: what def of its dst was before it */
	u32 start;	    /* of the stretch */
};

static inline bool is_copy(const struct ir_insn *i)
{
	return i->kind == IR_ALU && i->op == (u8)ALU_MOV && i->wide && i->reg;
}

static inline bool is_shift(const struct ir_insn *i, u8 op)
{
	return i->kind == IR_ALU && i->op == op && !i->reg;
}

/* Slot of the last write of `reg` before `at`. */
static inline s32 def_before(const struct fuse *f, u8 reg, s32 at)
{
	s32 d = f->def[reg];

	while (d >= at)
		d = f->prev[d];
	return d;
}

/* May somebody read `reg` between the two? Who leaves the stretch there may. */
bool read_between(const struct fuse *f, u8 reg, s32 from, s32 to);

/* Where the value in a register at `at` was made: follows copies, of the lower half too if that is
 * all that matters. */
struct origin {
	u8 reg;
	s32 slot;
};
struct origin origin_of(const struct fuse *f, u8 reg, s32 at, bool low);
static inline bool same_origin(struct origin a, struct origin b)
{
	return a.reg == b.reg && a.slot == b.slot;
}

/* fuse_alu.c */
void fuse_rotation(struct fuse *f, s32 slot);
void fuse_bit_test(struct fuse *f, s32 slot);
void fuse_remainder(struct fuse *f, s32 slot);

/* fuse_load.c */
void fuse_narrow_load(struct fuse *f, s32 slot);
void fuse_compare(struct fuse *f, s32 slot);
void fuse_key(struct fuse *f, s32 slot);

/* fuse_wide.c */
void fuse_wider_load(struct fuse *f, s32 slot);

/* fuse_lea.c */
void fuse_three_operands(struct fuse *f, s32 slot);
void fuse_scaled(struct fuse *f, s32 slot);
void fuse_address(struct fuse *f, s32 slot);

#endif
