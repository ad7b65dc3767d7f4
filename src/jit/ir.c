// SPDX-License-Identifier: BSD-2-Clause
#include "jit/ir.h"

#include <errno.h>
#include <stdlib.h>

enum { KEPT = 0x3c0 }; /* bits of r6 to r9, which functions keep */

static void decode_swap(struct ir_insn *o, const struct insn *i)
{
	bool little = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;
	bool to_big = INSN_SRC(i->code) == SRC_X;

	o->size = (u8)(i->imm / 8);
	o->src = i->dst;
	o->kind = INSN_CLASS(i->code) == CLASS_ALU64 || to_big == little ? IR_SWAP : IR_ZEXT;
}

static void decode_alu(struct ir_insn *o, const struct insn *i)
{
	o->op = INSN_OP(i->code);
	o->wide = INSN_CLASS(i->code) == CLASS_ALU64;
	o->reg = INSN_SRC(i->code) == SRC_X;
	o->kind = IR_ALU;
	if (o->op == (u8)ALU_END) {
		decode_swap(o, i);
	} else if (o->op == (u8)ALU_NEG) {
		o->kind = IR_NEG;
		o->src = i->dst;
	} else if (o->op == (u8)ALU_DIV || o->op == (u8)ALU_MOD) {
		o->sign = i->off == 1;
	} else if (o->op == (u8)ALU_MOV && o->reg && i->off) {
		o->kind = IR_MOVSX;
		o->size = (u8)(i->off / 8);
	} else if (o->op == (u8)ALU_MOV && o->reg && !o->wide) {
		o->kind = IR_ZEXT;
		o->size = 4;
	} else if (o->op == (u8)ALU_MOV && !o->reg) {
		o->kind = IR_CONST;
		o->imm = o->wide ? (s64)i->imm : (s64)(u32)i->imm;
	}
}

static void decode_memory(struct ir_insn *o, const struct insn *i)
{
	u8 class = INSN_CLASS(i->code), mode = INSN_MODE(i->code);

	o->size = (u8)size_bytes(i->code);
	o->off = i->off;
	if (class == CLASS_LDX) {
		o->kind = IR_LOAD;
		o->sign = mode == MODE_MEMSX;
	} else if (mode == MODE_ATOMIC) {
		o->kind = IR_ATOMIC;
		o->wide = o->size == 8;
	} else {
		o->kind = IR_STORE;
		o->reg = class == CLASS_STX;
	}
}

static void decode_jump(struct ir_insn *o, const struct insn *i, u32 slot)
{
	o->to = (u32)((s64)slot + 1 + insn_distance(i));
	if (i->code == CODE_JA || i->code == CODE_JA32) {
		o->kind = IR_JA;
	} else if (i->code == CODE_JCOND) {
		o->kind = IR_MAY_GOTO;
	} else {
		o->kind = IR_JUMP;
		o->op = INSN_OP(i->code);
		o->wide = INSN_CLASS(i->code) == CLASS_JMP;
		o->reg = INSN_SRC(i->code) == SRC_X;
	}
}

/* What translation bound: the values of LD_IMM64, helpers, packet loads. */
static void decode_bound(struct ir_insn *o, const struct op *op, u32 slot)
{
	switch (op->code) {
	case OP_LD_IMM64:
		o->kind = IR_CONST;
		o->wide = true;
		o->imm = (s64)op[1].value;
		break;
	case OP_LD_ABS:
		o->kind = IR_LD_PACKET;
		o->size = op->src;
		break;
	case OP_LD_IND:
		o->kind = IR_LD_PACKET;
		o->size = op->dst;
		o->reg = true;
		break;
	case OP_CALL:
	case OP_CALL_CUSTOM:
		o->kind = IR_CALL;
		o->imm = op->imm;
		break;
	case OP_CALL_LOCAL:
		o->kind = IR_CALL_LOCAL;
		o->to = (u32)((s64)slot + 1 + op->imm);
		break;
	case OP_CALLX:
		o->kind = IR_CALLX;
		break;
	case OP_TAIL_CALL:
		o->kind = IR_TAIL_CALL;
		break;
	case OP_POISON:
		o->kind = IR_POISON;
		break;
	case OP_EXIT:
		o->kind = IR_EXIT;
		break;
	}
}

static void decode(struct ir *ir, u32 slot)
{
	const struct insn *i = &ir->prog->src->insns[slot];
	struct ir_insn *o = &ir->insns[slot];
	u8 class = INSN_CLASS(i->code);

	*o = (struct ir_insn){ .dst = i->dst, .src = i->src, .index = IR_NO_REG, .imm = i->imm };
	if (class == CLASS_ALU || class == CLASS_ALU64)
		decode_alu(o, i);
	else if (class == CLASS_LDX || class == CLASS_ST || class == CLASS_STX)
		decode_memory(o, i);
	else if (insn_is_jump(i))
		decode_jump(o, i, slot);
	else
		decode_bound(o, &ir->prog->coded[slot], slot);
}

/* A conditional jump whose answer is known is none; a constant of a frozen map is no load. */
static void apply_fact(struct ir_insn *o, const struct verify_fact *f)
{
	o->elsewhere =
		f->ptr == PTR_TO_PACKET || f->ptr == PTR_TO_MAP_VALUE || f->ptr == PTR_TO_CTX;
	if (o->kind == IR_JUMP && f->taken && !f->fallthru) {
		o->kind = IR_JA;
	} else if (o->kind == IR_JUMP && !f->taken && f->fallthru) {
		o->kind = IR_NONE;
	} else if (o->kind == IR_LOAD && f->rdonly_const) {
		o->kind = IR_CONST;
		o->imm = (s64)f->imm;
	}
}

/* Does control never reach what stands after it? */
static bool leaves(const struct ir_insn *i)
{
	return i->kind == IR_JA || i->kind == IR_EXIT || i->kind == IR_POISON || i->kind == IR_DEAD;
}

static void decode_all(struct ir *ir, const struct verify_fact *facts)
{
	bool falls = true;

	for (u32 slot = 0; slot < ir->count; slot++) {
		struct ir_insn *o = &ir->insns[slot];
		bool wide = insn_is_wide(&ir->prog->src->insns[slot]);

		if (facts && !facts[slot].seen) {
			o->kind = falls || ir->insns[slot].target ? IR_DEAD : IR_NONE;
			o->index = IR_NO_REG;
			falls = false;
		} else {
			decode(ir, slot);
			if (facts)
				apply_fact(o, &facts[slot]);
			falls = !leaves(o);
		}
		slot += wide;
	}
}

static int find_funcs(struct ir *ir)
{
	u32 n = 1;

	for (u32 slot = 1; slot < ir->count; slot++)
		n += ir->prog->starts[slot] != 0;
	ir->funcs = calloc(n, sizeof(*ir->funcs));
	if (!ir->funcs)
		return -ENOMEM;
	for (u32 slot = 0; slot < ir->count; slot++) {
		if (slot && !ir->prog->starts[slot])
			continue;
		if (slot)
			ir->funcs[ir->func_count - 1].end = slot;
		ir->insns[slot].target = true;
		ir->funcs[ir->func_count++].start = slot;
	}
	ir->funcs[ir->func_count - 1].end = ir->count;
	return 0;
}

struct ir_func *ir_func_at(const struct ir *ir, u32 slot)
{
	u32 low = 0, high = ir->func_count - 1;

	while (low < high) {
		u32 mid = (low + high + 1) / 2;

		if (ir->funcs[mid].start <= slot)
			low = mid;
		else
			high = mid - 1;
	}
	return &ir->funcs[low];
}

/* Jumps must stay in their function. */
static bool func_jumps(struct ir *ir, const struct ir_func *f)
{
	for (u32 slot = f->start; slot < f->end; slot++) {
		const struct ir_insn *i = &ir->insns[slot];

		if (i->kind != IR_JUMP && i->kind != IR_JA && i->kind != IR_MAY_GOTO)
			continue;
		if (i->to < f->start || i->to >= f->end)
			return false;
		ir->insns[i->to].target = true;
	}
	return true;
}

void ir_saved(struct ir *ir)
{
	for (u32 k = 0; k < ir->func_count; k++) {
		struct ir_func *f = &ir->funcs[k];

		f->saved = 0;
		for (u32 slot = f->start; slot < f->end; slot++)
			f->saved |= ir_insn_use(&ir->insns[slot]).def & KEPT;
	}
}

/* What the function itself does. */
static void func_scan(const struct ir *ir, struct ir_func *f)
{
	for (u32 slot = f->start; slot < f->end; slot++) {
		const struct ir_insn *i = &ir->insns[slot];
		struct ir_use u = ir_insn_use(i);

		f->saved |= u.def & KEPT;
		f->frame |= (i->kind != IR_CALL_LOCAL && i->kind != IR_LOOP &&
			     (u.use | u.def) >> REG_FP & 1) ||
			    i->kind == IR_TAIL_CALL;
		f->may_goto |= i->kind == IR_MAY_GOTO;
		f->tails |= i->kind == IR_TAIL_CALL;
		f->calls |=
			(i->kind >= IR_LD_PACKET && i->kind <= IR_TAIL_CALL) || i->kind == IR_MAP;
		f->counts |= i->kind == IR_CALL || i->kind == IR_CALLX || i->kind == IR_TAIL_CALL;
	}
}

/* Takes over what the callee does. False: nothing is new. */
static bool func_takes(struct ir_func *f, const struct ir_func *to)
{
	struct ir_func before = *f;

	f->depth = (u8)MAX(f->depth, to->depth + 1);
	f->tails |= to->tails;
	f->frame |= to->frame;
	f->counts |= to->counts;
	return f->depth != before.depth || f->tails != before.tails || f->frame != before.frame ||
	       f->counts != before.counts;
}

/* The structure check bounded the depth, so a fixed point is there after MAX_FRAMES rounds. */
static bool funcs_close(struct ir *ir)
{
	for (u32 round = 0; round <= MAX_FRAMES; round++) {
		bool changed = false;

		for (u32 slot = 0; slot < ir->count; slot++) {
			u8 kind = ir->insns[slot].kind;

			if (kind == IR_CALL_LOCAL || kind == IR_LOOP)
				changed |= func_takes(ir_func_at(ir, slot),
						      ir_func_at(ir, ir->insns[slot].to));
		}
		if (!changed)
			return true;
	}
	return false;
}

static void mark_entered(struct ir *ir)
{
	u32 to;

	ir->funcs[0].entered = true;
	for (u32 slot = 0; slot < ir->count && ir->func_count > 1; slot++) {
		const struct ir_insn *i = &ir->insns[slot];

		if (i->kind == IR_CONST && func_slot(ir->prog, (u64)i->imm, &to))
			ir_func_at(ir, to)->entered = true;
	}
}

int ir_build(struct ir *ir, const struct vm_prog *p, const struct verify_fact *facts, bool plain,
	     const char **why)
{
	*ir = (struct ir){ .prog = p, .count = p->count };
	ir->insns = calloc((size_t)p->count + 1, sizeof(*ir->insns));
	if (!ir->insns || find_funcs(ir))
		return -ENOMEM;
	decode_all(ir, facts);
	ir->insns[0].target = true;
	mark_entered(ir);
	for (u32 k = 0; k < ir->func_count; k++) {
		ir->funcs[k].depth = 1;
		ir->insns[ir->funcs[k].start].target = true;
		if (!func_jumps(ir, &ir->funcs[k])) {
			*why = "a jump leaves its function";
			return -EOPNOTSUPP;
		}
	}
	if (!plain) {
		ir_callbacks(ir);
		ir_direct(ir);
	}
	for (u32 k = 0; k < ir->func_count; k++)
		func_scan(ir, &ir->funcs[k]);
	if (!funcs_close(ir)) {
		*why = "functions call each other too deep";
		return -EOPNOTSUPP;
	}
	return 0;
}

bool ir_ends_stretch(const struct ir_insn *i)
{
	switch (i->kind) {
	case IR_JUMP:
	case IR_JA:
	case IR_MAY_GOTO:
	case IR_LD_PACKET:
	case IR_CALL:
	case IR_CALL_LOCAL:
	case IR_CALLX:
	case IR_TAIL_CALL:
	case IR_POISON:
	case IR_EXIT:
		return true;
	}
	return false;
}

void ir_fini(struct ir *ir)
{
	free(ir->insns);
	free(ir->funcs);
}
