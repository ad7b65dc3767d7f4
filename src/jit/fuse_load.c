// SPDX-License-Identifier: BSD-2-Clause
/* Loads of which less is wanted, comparisons with memory, keys that were just stored. */
#include "jit/fuse.h"
#include "map/array.h"

/* The load that `reg` comes from, if nobody else reads it up to `slot` nor `after` it; NULL. */
static struct ir_insn *load_of(const struct fuse *f, u8 reg, s32 slot, bool after)
{
	s32 d = f->def[reg];
	struct ir_insn *load;

	while (d >= 0 && f->ir->insns[d].kind == IR_NONE)
		d = f->prev[d]; /* it was merged into another */
	load = d >= 0 ? &f->ir->insns[d] : NULL;
	if (!load || load->kind != IR_LOAD || load->sign || slot - d > WINDOW || after ||
	    read_between(f, reg, d, slot))
		return NULL;
	return load;
}

/* Low bytes of what was loaded: fewer are loaded, from the same address. */
void fuse_narrow_load(struct fuse *f, s32 slot)
{
	struct ir_insn *i = &f->ir->insns[slot], *load;
	bool and = i->kind == IR_ALU && i->op == ALU_AND && !i->reg;
	u32 size = i->kind == IR_ZEXT ? i->size : and&&i->imm == 0xff ? 1 : 2;
	u8 from = and? i->dst : i->src;

	if (i->kind != IR_ZEXT && (!and || (i->imm != 0xff && i->imm != 0xffff)))
		return;
	load = load_of(f, from, slot, from != i->dst && i->live >> from & 1);
	if (!load)
		return;
	load->size = (u8)MIN(load->size, size);
	i->kind = from == i->dst ? IR_NONE : IR_ALU;
	i->op = ALU_MOV;
	i->reg = i->wide = true;
	i->src = from;
}

/* ---- comparisons ---- */

static bool is_signed(const struct ir_insn *i)
{
	return i->op == JMP_JSGT || i->op == JMP_JSGE || i->op == JMP_JSLT || i->op == JMP_JSLE;
}

/* Does comparing `size` bytes as they stand say the same of the zero-extended number? */
static bool same_answer(const struct ir_insn *i, u32 size)
{
	if (size == (i->wide ? 8 : 4))
		return true;
	if (i->reg || size == 8 || is_signed(i))
		return false;
	if (size == 4)
		return i->imm >= 0;
	return (u64)i->imm <= (size == 1 ? 0xff : 0xffff);
}

static bool memory_changes(const struct fuse *f, s32 from, s32 to)
{
	for (s32 k = from + 1; k < to; k++) {
		if (f->ir->insns[k].kind == IR_STORE)
			return true; /* whatever else writes memory ends the stretch */
	}
	return false;
}

/* x = load; if x op y … where x is not read again */
void fuse_compare(struct fuse *f, s32 slot)
{
	struct ir_insn *i = &f->ir->insns[slot], *load = NULL;
	bool one = !i->reg || i->dst != i->src, in_src = false;

	if ((i->kind != IR_JUMP && i->kind != IR_FLAGS) || i->memory || !one)
		return;
	load = load_of(f, i->dst, slot, i->live >> i->dst & 1);
	if (!load && i->reg) {
		load = load_of(f, i->src, slot, i->live >> i->src & 1);
		in_src = load != NULL;
	}
	if (!load || !same_answer(i, load->size) || (in_src && i->op == JMP_JSET) ||
	    f->def[load->src] > load - f->ir->insns ||
	    (load->index != IR_NO_REG && f->def[load->index] > load - f->ir->insns) ||
	    memory_changes(f, (s32)(load - f->ir->insns), slot))
		return;
	i->memory = in_src ? IR_SRC_IN_MEMORY : IR_DST_IN_MEMORY;
	*(in_src ? &i->src : &i->dst) = load->src;
	i->index = load->index;
	i->scale = load->scale;
	i->off = load->off;
	i->size = load->size;
	load->kind = IR_NONE;
}

/* ---- keys ---- */

/* The store to the stack that the four bytes at r10 + off were last written by; NULL: unknown. */
static const struct ir_insn *stored_at(const struct fuse *f, s32 off, s32 slot)
{
	for (s32 k = slot - 1; k >= (s32)f->start && slot - k <= WINDOW; k--) {
		const struct ir_insn *i = &f->ir->insns[k];

		if (i->kind != IR_STORE)
			continue;
		if (i->dst != REG_FP || i->index != IR_NO_REG)
			return NULL;
		if (i->off == off && i->size == 4)
			return !i->reg || f->def[i->src] < k ? i : NULL;
		if (i->off < off + 4 && off < i->off + i->size)
			return NULL;
	}
	return NULL;
}

/* The value's address is a constant, then; so is what a test for NULL says. */
static void known_key(struct fuse *f, s32 slot, u32 key)
{
	struct ir_insn *i = &f->ir->insns[slot], *check = i + 1;
	struct array_layout a;
	bool null;

	array_layout((const struct map *)(uintptr_t)i->imm, &a);
	if (a.percpu)
		return;
	null = key >= a.count;
	i->kind = IR_CONST;
	i->dst = 0;
	i->imm = null ? 0 : (s64)(uintptr_t)(a.data + (size_t)key * a.stride);
	while (check->kind == IR_NONE && !check->target && check < f->ir->insns + f->ir->count)
		check++;
	if (ir_is_null_check(check))
		check->kind = ((check->op == (u8)JMP_JEQ) != check->sign) == null ? IR_JA : IR_NONE;
}

/* *(r10 + off) = key; r2 = r10 + off; look-up: the key is in a register, or a constant. */
void fuse_key(struct fuse *f, s32 slot)
{
	struct ir_insn *i = &f->ir->insns[slot];
	s32 d = f->def[2];
	const struct ir_insn *at = d >= 0 ? &f->ir->insns[d] : NULL, *store;

	if (i->kind != IR_LOOKUP || !at || at->kind != IR_LEA || !at->wide || at->src != REG_FP ||
	    at->index != IR_NO_REG)
		return;
	store = stored_at(f, at->off, slot);
	if (store && !store->reg) {
		known_key(f, slot, (u32)store->imm);
	} else if (store) {
		i->reg = true;
		i->src = store->src;
	}
}
