// SPDX-License-Identifier: BSD-2-Clause
/* Loads of which less is wanted, and comparisons with memory. */
#include "jit/fuse.h"

/* The load that `reg` comes from, if nobody else reads it up to `slot` nor `after` it; NULL. */
static struct ir_insn *load_of(const struct fuse *f, u8 reg, s32 slot, bool after)
{
	s32 d = f->def[reg];
	struct ir_insn *load = d >= 0 ? &f->ir->insns[d] : NULL;

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
