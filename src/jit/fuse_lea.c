// SPDX-License-Identifier: BSD-2-Clause
/* Additions with a third operand, addresses. */
#include "jit/fuse.h"

/* ---- three operands ---- */

/* d = x; d += y */
void fuse_three_operands(struct fuse *f, s32 slot)
{
	struct ir_insn *i = &f->ir->insns[slot];
	s32 d = f->def[i->dst];
	const struct ir_insn *copy = d >= 0 ? &f->ir->insns[d] : NULL;

	if (i->kind != IR_ALU || i->op != ALU_ADD || !copy || !is_copy(copy) ||
	    f->def[copy->src] > d || (i->reg && i->src == i->dst))
		return;
	i->kind = IR_LEA;
	i->index = i->reg ? i->src : IR_NO_REG;
	i->off = i->reg ? 0 : (s32)i->imm;
	i->src = copy->src;
}

/* ---- scaled operands ---- */

/* x *= 3, 5, 9: x + (x << 1, 2, 3) */
static void small_factor(struct ir_insn *i)
{
	if (i->kind != IR_ALU || i->op != ALU_MUL || i->reg ||
	    (i->imm != 3 && i->imm != 5 && i->imm != 9))
		return;
	i->kind = IR_LEA;
	i->src = i->index = i->dst;
	i->scale = (u8)__builtin_ctzll((u64)i->imm - 1);
	i->off = 0;
}

/* A sum whose low half is all that matters may be made of wide operands. */
static bool wide_enough(const struct ir_insn *made, const struct ir_insn *i)
{
	return made->wide || !i->wide;
}

/* x = lea; x += imm */
static void lea_and_offset(struct fuse *f, s32 slot)
{
	struct ir_insn *i = &f->ir->insns[slot];
	s32 d = f->def[i->dst];
	struct ir_insn *lea = d >= 0 ? &f->ir->insns[d] : NULL;
	s64 off;

	if (i->kind != IR_ALU || i->reg || (i->op != ALU_ADD && i->op != ALU_SUB) || !lea ||
	    lea->kind != IR_LEA || slot - d > WINDOW || !wide_enough(lea, i) ||
	    read_between(f, i->dst, d, slot))
		return;
	off = (s64)lea->off + (i->op == ALU_ADD ? i->imm : -i->imm);
	if (off != (s32)off)
		return;
	lea->off = (s32)off;
	lea->wide = i->wide;
	i->kind = IR_NONE;
}

static bool is_scale(const struct ir_insn *i)
{
	return is_shift(i, ALU_LSH) && i->imm >= 1 && i->imm <= 3;
}

/* x <<= k; y += x, or x += y: y + (x << k) */
static void shifted_operand(struct fuse *f, s32 slot, u8 x, u8 y)
{
	struct ir_insn *i = &f->ir->insns[slot];
	s32 d = f->def[x];
	struct ir_insn *shift = d >= 0 ? &f->ir->insns[d] : NULL;

	if (i->kind != IR_ALU || i->op != ALU_ADD || !i->reg || x == y || !shift ||
	    !is_scale(shift) || slot - d > WINDOW || !wide_enough(shift, i) ||
	    (x != i->dst && i->live >> x & 1) || read_between(f, x, d, slot))
		return;
	i->kind = IR_LEA;
	i->src = y;
	i->index = x;
	i->scale = (u8)shift->imm;
	i->off = 0;
	shift->kind = IR_NONE;
}

void fuse_scaled(struct fuse *f, s32 slot)
{
	struct ir_insn *i = &f->ir->insns[slot];

	small_factor(i);
	lea_and_offset(f, slot);
	shifted_operand(f, slot, i->dst, i->src);
	shifted_operand(f, slot, i->src, i->dst);
}

/* ---- addresses ---- */

/* An address that can be made anew at `slot`, whoever else wants it. */
static bool is_there(const struct fuse *f, const struct ir_insn *lea, s32 d)
{
	return lea->dst != lea->src && lea->dst != lea->index && f->def[lea->src] <= d &&
	       (lea->index == IR_NO_REG || f->def[lea->index] <= d);
}

/* The addition that made the address in `base`, when nobody else wants its result. */
static struct ir_insn *address_made(struct fuse *f, u8 base, s32 slot)
{
	const struct ir_insn *i = &f->ir->insns[slot];
	s32 d = f->def[base];
	struct ir_insn *a = d >= 0 ? &f->ir->insns[d] : NULL;
	bool lea = a && a->kind == IR_LEA;

	if (!a || slot - d > WINDOW || !a->wide ||
	    !(lea || (a->kind == IR_ALU && a->op == ALU_ADD)))
		return NULL;
	if (lea && is_there(f, a, d))
		return a;
	if ((i->live >> base & 1 && !(i->kind == IR_LOAD && i->dst == base)) ||
	    read_between(f, base, d, slot))
		return NULL;
	if (lea && (f->def[a->src] > d || (a->index != IR_NO_REG && f->def[a->index] > d)))
		return NULL;
	return !lea && a->reg && (f->def[a->src] > d || a->src == base) ? NULL : a;
}

void fuse_address(struct fuse *f, s32 slot)
{
	struct ir_insn *i = &f->ir->insns[slot], *a;
	u8 *base = i->kind == IR_LOAD ? &i->src : &i->dst;
	s64 off;

	if (i->kind != IR_LOAD && i->kind != IR_STORE)
		return;
	if (i->kind == IR_STORE && i->reg && i->src == i->dst)
		return;
	a = address_made(f, *base, slot);
	if (!a)
		return;
	off = (s64)i->off + (a->kind == IR_LEA ? a->off : a->reg ? 0 : a->imm);
	if (off != (s32)off)
		return;
	i->off = (s32)off;
	if (a->kind == IR_LEA) {
		bool stays = is_there(f, a, f->def[*base]);

		i->index = a->index;
		i->scale = a->scale;
		*base = a->src;
		if (stays)
			return;
	} else if (a->reg) {
		i->index = a->src;
	}
	/* The base is read here as it was before the addition, which goes. */
	a->kind = IR_NONE;
}
