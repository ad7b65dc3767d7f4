// SPDX-License-Identifier: BSD-2-Clause
/*
 * Numbers that are put together from bytes: (u16)p[0] | (u16)p[1] << 8 is one load, for machines
 * that need no alignment. It stands where the two halves are joined; what is stored before that
 * must not be what they read.
 */
#include "jit/fuse.h"

enum { WINDOW_WIDE = 128 };

/* May the store change the bytes that the load reads? */
static bool may_change(const struct ir_insn *store, const struct ir_insn *load)
{
	bool own = store->dst == REG_FP && store->index == IR_NO_REG;

	if (own && load->elsewhere)
		return false;
	return !own || load->src != REG_FP || load->index != IR_NO_REG ||
	       (store->off < load->off + load->size && load->off < store->off + store->size);
}

static bool changes(const struct fuse *f, const struct ir_insn *load, s32 from, s32 to)
{
	for (s32 k = from + 1; k < to; k++) {
		const struct ir_insn *i = &f->ir->insns[k];

		if (i->kind == IR_STORE && may_change(i, load))
			return true;
	}
	return false;
}

/* The store of eight bytes that `load`, of the stack, reads what was written by; -1: unknown. */
static s32 spill_of(const struct fuse *f, const struct ir_insn *load, s32 at)
{
	if (load->kind != IR_LOAD || load->src != REG_FP || load->index != IR_NO_REG ||
	    load->size != 8)
		return -1;
	for (s32 k = at - 1; k >= (s32)f->start && at - k <= WINDOW_WIDE; k--) {
		const struct ir_insn *i = &f->ir->insns[k];

		if (i->kind != IR_STORE || !may_change(i, load))
			continue;
		return i->reg && i->dst == REG_FP && i->index == IR_NO_REG && i->size == 8 &&
				       i->off == load->off
			       ? k
			       : -1;
	}
	return -1;
}

/* The instruction that made what `reg` holds at `at`, through copies and spills; NULL. */
static struct ir_insn *maker_of(const struct fuse *f, u8 reg, s32 at)
{
	struct origin o = origin_of(f, reg, at, false);
	s32 spill;

	while (o.slot >= 0) {
		spill = spill_of(f, &f->ir->insns[o.slot], o.slot);
		if (spill < 0)
			return &f->ir->insns[o.slot];
		o = origin_of(f, f->ir->insns[spill].src, spill, false);
	}
	return NULL;
}

static s32 at(const struct fuse *f, const struct ir_insn *i)
{
	return (s32)(i - f->ir->insns);
}

/* Are the registers of the load's address what they were there? */
static bool is_in_reach(const struct fuse *f, const struct ir_insn *load, s32 slot)
{
	return load && load->kind == IR_LOAD && !load->sign && slot - at(f, load) <= WINDOW_WIDE &&
	       f->def[load->src] < at(f, load) &&
	       (load->index == IR_NO_REG || f->def[load->index] < at(f, load));
}

/* `low` | `high`, a load that was shifted to the left. */
static bool join(struct fuse *f, s32 slot, u8 low_reg, u8 high_reg)
{
	struct ir_insn *i = &f->ir->insns[slot], *low, *high, *shift;
	s32 first;

	shift = f->def[high_reg] >= 0 ? &f->ir->insns[f->def[high_reg]] : NULL;
	if (!shift || !is_shift(shift, ALU_LSH))
		return false;
	low = maker_of(f, low_reg, slot);
	high = maker_of(f, high_reg, at(f, shift));
	if (!is_in_reach(f, low, slot) || !is_in_reach(f, high, slot))
		return false;
	if (low->size != high->size || shift->imm != low->size * 8 || low->src != high->src ||
	    low->index != high->index || low->scale != high->scale ||
	    high->off != low->off + low->size || (low->size == 4 && (!shift->wide || !i->wide)))
		return false;
	first = MIN(at(f, low), at(f, high));
	if (changes(f, low, first, slot) || changes(f, high, first, slot))
		return false;
	*i = (struct ir_insn){ .kind = IR_LOAD,
			       .dst = i->dst,
			       .src = low->src,
			       .index = low->index,
			       .scale = low->scale,
			       .off = low->off,
			       .size = (u8)(2 * low->size),
			       .elsewhere = low->elsewhere,
			       .target = i->target,
			       .live = i->live };
	return true;
}

void fuse_wider_load(struct fuse *f, s32 slot)
{
	struct ir_insn *i = &f->ir->insns[slot];

	if (i->kind == IR_ALU && i->op == ALU_OR && i->reg && i->dst != i->src &&
	    !join(f, slot, i->src, i->dst))
		join(f, slot, i->dst, i->src);
}
