// SPDX-License-Identifier: BSD-2-Clause
/*
 * Merges what BPF must say in several instructions and machines say in one: extensions by pairs of
 * shifts and copies here, fuse_alu.c and fuse_lea.c the others.
 */
#include <errno.h>
#include <stdlib.h>

#include "jit/fuse.h"

/* Writes more registers than dst, or the stretch ends. */
static bool is_barrier(const struct ir_insn *i)
{
	switch (i->kind) {
	case IR_ATOMIC:
	case IR_LD_PACKET:
	case IR_CALL:
	case IR_LOOP:
	case IR_LOOKUP:
	case IR_MAP:
	case IR_CPU:
	case IR_CALL_LOCAL:
	case IR_CALLX:
	case IR_TAIL_CALL:
	case IR_JA:
	case IR_EXIT:
	case IR_POISON:
	case IR_DEAD:
		return true;
	}
	return false;
}

static void stretch_start(struct fuse *f, u32 slot)
{
	f->start = slot;
	for (u32 r = 0; r < REG_COUNT; r++)
		f->def[r] = NOWHERE_DEFINED;
}

bool read_between(const struct fuse *f, u8 reg, s32 from, s32 to)
{
	for (s32 k = from + 1; k < to; k++) {
		const struct ir_insn *i = &f->ir->insns[k];

		if (i->kind == IR_JUMP || i->kind == IR_MAY_GOTO || ir_insn_use(i).use >> reg & 1)
			return true;
	}
	return false;
}

struct origin origin_of(const struct fuse *f, u8 reg, s32 at, bool low)
{
	struct origin o = { reg, def_before(f, reg, at) };

	while (o.slot >= 0) {
		const struct ir_insn *d = &f->ir->insns[o.slot];

		if (!is_copy(d) && !(low && d->kind == IR_ZEXT && d->size >= 4))
			break;
		o.reg = d->src;
		o.slot = def_before(f, d->src, o.slot);
	}
	return o;
}

/* ---- extensions ---- */

/* r <<= k; r >>= k with k = 32, 48, 56: the low 32, 16, 8 bits. */
static void extension(struct ir *ir, u32 slot)
{
	struct ir_insn *left = &ir->insns[slot], *right = left + 1;
	u32 bits = 64 - (u32)(left->imm & 63);

	if (!is_shift(left, ALU_LSH) || !left->wide || right->target || right->dst != left->dst ||
	    !right->wide || right->imm != left->imm || (bits != 8 && bits != 16 && bits != 32))
		return;
	if (is_shift(right, ALU_RSH))
		right->kind = IR_ZEXT;
	else if (is_shift(right, ALU_ARSH))
		right->kind = IR_MOVSX;
	else
		return;
	right->src = right->dst;
	right->size = (u8)(bits / 8);
	left->kind = IR_NONE;
}

/* ---- copies ---- */

static void use_original(const struct fuse *f, u8 *reg)
{
	s32 d = *reg < REG_COUNT ? f->def[*reg] : NOWHERE_DEFINED;

	if (d >= 0 && is_copy(&f->ir->insns[d]) && f->def[f->ir->insns[d].src] < d)
		*reg = f->ir->insns[d].src;
}

static void copies(const struct fuse *f, struct ir_insn *i)
{
	switch (i->kind) {
	case IR_ALU:
		if (i->reg)
			use_original(f, &i->src);
		break;
	case IR_MOVSX:
	case IR_ZEXT:
	case IR_LOAD:
		use_original(f, &i->src);
		break;
	case IR_SELECT:
		if (i->reg && i->src != i->dst)
			use_original(f, &i->src);
		break;
	case IR_STORE:
	case IR_JUMP:
	case IR_FLAGS:
		use_original(f, &i->dst);
		if (i->reg)
			use_original(f, &i->src);
		break;
	}
}

/* ---- passes ---- */

enum pass { COPIES, MERGE };
/* Instructions: bounds how far back a step looks, so that a pass takes time linear in the size. */
enum { STRETCH_MAX = 256 };

static void run_pass(struct fuse *f, enum pass pass)
{
	stretch_start(f, 0);
	for (u32 slot = 0; slot < f->ir->count; slot++) {
		struct ir_insn *i = &f->ir->insns[slot];
		u16 def;

		if (i->target || slot - f->start == STRETCH_MAX)
			stretch_start(f, slot);
		if (pass == COPIES) {
			copies(f, i);
		} else {
			fuse_wider_load(f, (s32)slot);
			fuse_rotation(f, (s32)slot);
			fuse_remainder(f, (s32)slot);
			fuse_bit_test(f, (s32)slot);
			fuse_scaled(f, (s32)slot);
			fuse_three_operands(f, (s32)slot);
			fuse_address(f, (s32)slot);
			fuse_narrow_load(f, (s32)slot);
			fuse_compare(f, (s32)slot);
			fuse_key(f, (s32)slot);
		}
		if (is_barrier(i)) {
			stretch_start(f, slot + 1);
			continue;
		}
		def = ir_insn_use(i).def;
		if (def) {
			u8 reg = (u8)__builtin_ctz(def);

			f->prev[slot] = f->def[reg];
			f->def[reg] = (s32)slot;
		}
	}
}

int ir_tidy(struct ir *ir)
{
	for (u32 slot = 0; slot + 1 < ir->count; slot++)
		extension(ir, slot);
	return ir_narrow(ir);
}

int ir_fuse(struct ir *ir)
{
	struct fuse f = { .ir = ir, .prev = calloc((size_t)ir->count + 1, sizeof(*f.prev)) };
	bool ok = f.prev;

	for (u32 slot = 0; slot + 1 < ir->count; slot++)
		extension(ir, slot);
	ir_select(ir);
	ok = ok && !ir_narrow(ir);
	if (ok) {
		run_pass(&f, COPIES);
		ok = !ir_drop(ir);
	}
	if (ok) {
		run_pass(&f, MERGE);
		ir_flow(ir);
		ok = !ir_drop(ir);
		ir_loops(ir);
		ir_null_checks(ir);
		ir_saved(ir);
	}
	free(f.prev);
	return ok ? 0 : -ENOMEM;
}
