// SPDX-License-Identifier: BSD-2-Clause
#include "verify/backtrack.h"

#include "spec/helper_extra.h"

#include "verify/precision.h"

enum {
	ARG_REGS = 0x3e,
	ATOMIC_FETCH = 0x01,
	ATOMIC_CMPXCHG = 0xf1,
	ATOMIC_LOAD_ACQUIRE = 0x100,
	ATOMIC_STORE_RELEASE = 0x110,
};
/* history.linked: 4 bits of count, then entries of 3 bits frame, 6 bits index, 1 bit is_reg */
enum { LINKED_MAX = 6, LINKED_BITS = 10 };

u32 linked_count(u64 linked)
{
	return linked & 15;
}

u64 linked_add(u64 linked, u32 frame, u32 index, bool is_reg)
{
	u32 n = linked_count(linked);
	u64 entry = frame | index << 3 | (u64)is_reg << 9;

	return n == LINKED_MAX ? linked : (linked + 1) | entry << (4 + n * LINKED_BITS);
}

void linked_get(u64 linked, u32 k, u32 *frame, u32 *index, bool *is_reg)
{
	u32 entry = (u32)(linked >> (4 + k * LINKED_BITS)) & 0x3ff;

	*frame = entry & 7;
	*index = entry >> 3 & 63;
	*is_reg = entry >> 9;
}

bool backtrack_empty(const struct backtrack *bt)
{
	for (u32 i = 0; i <= bt->frame; i++) {
		if (bt->regs[i] || bt->slots[i])
			return false;
	}
	return true;
}

static bool is_set(const struct backtrack *bt, u32 reg)
{
	return bt->regs[bt->frame] & 1u << reg;
}

static void set(struct backtrack *bt, u32 reg)
{
	if (reg != REG_FP)
		bt->regs[bt->frame] |= (u16)(1u << reg);
}

static void clear(struct backtrack *bt, u32 reg)
{
	bt->regs[bt->frame] &= (u16) ~(1u << reg);
}

/* One of the registers that a jump narrowed together matters: then all of them do. */
static void spread_linked(struct backtrack *bt, const struct history *hist)
{
	u32 frame, index, n = hist ? linked_count(hist->linked) : 0;
	bool is_reg, found = false;

	for (u32 k = 0; k < n && !found; k++) {
		linked_get(hist->linked, k, &frame, &index, &is_reg);
		found = is_reg ? bt->regs[frame] & 1u << index : bt->slots[frame] >> index & 1;
	}
	for (u32 k = 0; k < n && found; k++) {
		linked_get(hist->linked, k, &frame, &index, &is_reg);
		if (is_reg)
			bt->regs[frame] |= (u16)(1u << index);
		else
			bt->slots[frame] |= 1ull << index;
	}
}

static bool stack_access(const struct history *hist, u32 *frame, u32 *slot)
{
	if (!hist || !(hist->stack_access & HIST_STACK))
		return false;
	*frame = hist->stack_access >> 6 & 7;
	*slot = hist->stack_access & 63;
	return true;
}

static void step_alu(struct backtrack *bt, const struct insn *i)
{
	u8 op = INSN_OP(i->code);
	bool operand = INSN_SRC(i->code) == SRC_X;

	if (!is_set(bt, i->dst) || op == INSN_OP(CODE_NEG) || op == 0xd0)
		return; /* NEG and byte swaps: dst from dst */
	if (op == INSN_OP(CODE_MOV))
		clear(bt, i->dst);
	if (operand)
		set(bt, i->src);
}

/* Only a number that was spilled is known better than its width says. */
static void step_load(struct backtrack *bt, u32 reg, const struct history *hist)
{
	u32 frame, slot;

	if (!is_set(bt, reg))
		return;
	clear(bt, reg);
	if (stack_access(hist, &frame, &slot))
		bt->slots[frame] |= 1ull << slot;
}

static bool step_store(struct backtrack *bt, const struct insn *i, const struct history *hist)
{
	u32 frame, slot;

	/* a number as an address: it was made by subtracting pointers */
	if (is_set(bt, i->dst))
		return false;
	if (!stack_access(hist, &frame, &slot) || !(bt->slots[frame] >> slot & 1))
		return true;
	bt->slots[frame] &= ~(1ull << slot);
	if (INSN_CLASS(i->code) == CLASS_STX)
		set(bt, i->src);
	return true;
}

/* Read-modify-write leaves unknown bytes; what it fetched is what the slot held before. */
static bool step_atomic(struct backtrack *bt, const struct insn *i, const struct history *hist)
{
	u32 frame, slot;

	if (i->imm == ATOMIC_STORE_RELEASE)
		return step_store(bt, i, hist);
	if (i->imm == ATOMIC_LOAD_ACQUIRE) {
		step_load(bt, i->dst, hist);
		return true;
	}
	if (is_set(bt, i->dst))
		return false;
	if (stack_access(hist, &frame, &slot))
		bt->slots[frame] &= ~(1ull << slot);
	if (i->imm & ATOMIC_FETCH)
		step_load(bt, i->imm == ATOMIC_CMPXCHG ? 0 : i->src, hist);
	return true;
}

/* Backwards over the call of a static function: out of the callee, r1 … r5 are the caller's. */
static bool leave_callee(struct backtrack *bt, bool arguments)
{
	u16 regs = bt->regs[bt->frame];

	if (!bt->frame || (regs & ~ARG_REGS) || bt->slots[bt->frame])
		return false;
	bt->regs[bt->frame--] = 0;
	if (arguments)
		bt->regs[bt->frame] |= regs;
	return true;
}

/* Backwards into a function that was left by a tail call: its result is any number. */
static bool step_tail_call(struct backtrack *bt)
{
	clear(bt, 0);
	if ((bt->regs[bt->frame] & ARG_REGS) || bt->frame + 1 == MAX_FRAMES)
		return false;
	bt->frame++;
	bt->regs[bt->frame] = 0;
	bt->slots[bt->frame] = 0;
	return true;
}

static bool step_call(const struct verify *v, struct backtrack *bt, u32 at, u32 after)
{
	const struct insn *i = &v->insns[at];

	if (i->src == CALL_HELPER && i->imm == HELPER_tail_call && after != at + 1 &&
	    after != UINT32_MAX)
		return step_tail_call(bt);

	/* A callee that was followed comes between; a global function was not. */
	if (cfg_is_local_call(i) && after != at + 1)
		return leave_callee(bt, true);
	/* r1 … r5 of a callback are not arguments of the call */
	if ((v->cfg.flags[at] & CFG_CALLBACK_CALL) && after != at + 1)
		return leave_callee(bt, false);
	clear(bt, 0);
	/* nothing can have come out of these */
	return !(bt->regs[bt->frame] & ARG_REGS);
}

/* Backwards into a callee or callback, from the slot `after` of its caller. */
static bool step_exit(const struct verify *v, struct backtrack *bt, u32 after)
{
	bool result;

	if (after == UINT32_MAX || bt->frame + 1 == MAX_FRAMES)
		return false;
	if (v->cfg.flags[after] & CFG_CALLBACK_CALL)
		bt->regs[bt->frame] &= (u16)~ARG_REGS;
	if (bt->regs[bt->frame] & ARG_REGS)
		return false;
	/* a callback's result is checked where it returns; it does not come out of the call */
	result = after && cfg_is_local_call(&v->insns[after - 1]) && is_set(bt, 0);
	clear(bt, 0);
	bt->frame++;
	bt->regs[bt->frame] = 0;
	bt->slots[bt->frame] = 0;
	if (result)
		set(bt, 0);
	return true;
}

static bool step_jump(const struct verify *v, struct backtrack *bt, u32 at, u32 after)
{
	const struct insn *i = &v->insns[at];

	if (i->code == CODE_CALL || i->code == CODE_CALLX)
		return step_call(v, bt, at, after);
	if (i->code == CODE_EXIT)
		return step_exit(v, bt, after);
	if (i->code == CODE_JA || i->code == CODE_JA32 || i->code == CODE_JCOND)
		return true;
	/* what one side of a comparison became depends on the other */
	if (INSN_SRC(i->code) == SRC_X && (is_set(bt, i->dst) || is_set(bt, i->src))) {
		set(bt, i->dst);
		set(bt, i->src);
	}
	return true;
}

static bool step(const struct verify *v, struct backtrack *bt, u32 at, u32 after,
		 const struct history *hist)
{
	const struct insn *i = &v->insns[at];

	switch (INSN_CLASS(i->code)) {
	case CLASS_ALU:
	case CLASS_ALU64:
		step_alu(bt, i);
		return true;
	case CLASS_LDX:
		step_load(bt, i->dst, hist);
		return true;
	case CLASS_ST:
		return step_store(bt, i, hist);
	case CLASS_STX:
		return INSN_MODE(i->code) == MODE_ATOMIC ? step_atomic(bt, i, hist)
							 : step_store(bt, i, hist);
	case CLASS_LD:
		if (insn_is_wide(i)) {
			clear(bt, i->dst);
			return true;
		}
		/* LD_ABS, LD_IND: a call with the result in r0 */
		return !is_set(bt, 0);
	}
	return step_jump(v, bt, at, after);
}

bool backtrack_insn(const struct verify *v, struct backtrack *bt, u32 at, u32 after,
		    const struct history *hist)
{
	bool ok;

	if (v->cfg.flags[at] & CFG_SECOND)
		return true;
	/* before: what the jump narrowed; after: what this step has added */
	spread_linked(bt, hist);
	ok = step(v, bt, at, after, hist);
	spread_linked(bt, hist);
	return ok;
}
