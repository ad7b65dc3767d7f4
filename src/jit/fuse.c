// SPDX-License-Identifier: BSD-2-Clause
/*
 * Merges what BPF must say in several instructions and machines say in one: extensions by pairs of
 * shifts, rotations, additions with a third operand, addresses. Looks at straight-line stretches:
 * what follows a conditional jump belongs to the stretch as long as nothing else jumps there. An
 * instruction that was merged into another stays until nobody reads its result.
 */
#include <errno.h>
#include <stdlib.h>

#include "jit/ir.h"

enum { NOWHERE_DEFINED = -1, WINDOW = 32 };

struct fuse {
	struct ir *ir;
	s32 def[REG_COUNT]; /* slot that wrote the register last in this stretch */
	s32 *prev;	    /* per slot: what def of its dst was before it */
	u32 start;	    /* of the stretch */
};

static bool is_copy(const struct ir_insn *i)
{
	return i->kind == IR_ALU && i->op == (u8)ALU_MOV && i->wide && i->reg;
}

static bool is_shift(const struct ir_insn *i, u8 op)
{
	return i->kind == IR_ALU && i->op == op && !i->reg;
}

/* Writes more registers than dst, or the stretch ends. */
static bool is_barrier(const struct ir_insn *i)
{
	switch (i->kind) {
	case IR_ATOMIC:
	case IR_LD_PACKET:
	case IR_CALL:
	case IR_LOOP:
	case IR_LOOKUP:
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

/* Slot of the last write of `reg` before `at`. */
static s32 def_before(const struct fuse *f, u8 reg, s32 at)
{
	s32 d = f->def[reg];

	while (d >= at)
		d = f->prev[d];
	return d;
}

/* May somebody read `reg` between the two? Who leaves the stretch there may. */
static bool read_between(const struct fuse *f, u8 reg, s32 from, s32 to)
{
	for (s32 k = from + 1; k < to; k++) {
		const struct ir_insn *i = &f->ir->insns[k];

		if (i->kind == IR_JUMP || i->kind == IR_MAY_GOTO || ir_insn_use(i).use >> reg & 1)
			return true;
	}
	return false;
}

/* Where the value in a register at `at` was made: follows copies, of the lower half too if that is
 * all that matters. */
struct origin {
	u8 reg;
	s32 slot;
};
static struct origin origin_of(const struct fuse *f, u8 reg, s32 at, bool low)
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

/* ---- three operands ---- */

/* d = x; d += y */
static void three_operands(struct fuse *f, s32 slot)
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

/* ---- addresses ---- */

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
	if ((i->live >> base & 1 && !(i->kind == IR_LOAD && i->dst == base)) ||
	    read_between(f, base, d, slot))
		return NULL;
	if (lea && (f->def[a->src] > d || (a->index != IR_NO_REG && f->def[a->index] > d)))
		return NULL;
	return !lea && a->reg && (f->def[a->src] > d || a->src == base) ? NULL : a;
}

static void address(struct fuse *f, s32 slot)
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
		i->index = a->index;
		i->scale = a->scale;
		*base = a->src;
	} else if (a->reg) {
		i->index = a->src;
	}
	/* The base is read here as it was before the addition, which goes. */
	a->kind = IR_NONE;
}

/* ---- rotations ---- */

/* (v << k) | (v >> width - k): the later of the two shifts becomes the rotation. */
static void rotation(struct fuse *f, s32 slot)
{
	struct ir_insn *i = &f->ir->insns[slot], *left, *right, *late;
	s32 a = i->reg ? f->def[i->dst] : -1, b = i->reg ? f->def[i->src] : -1, last, copied;
	struct origin from_left, from_right;
	u32 width, k;

	if (i->kind != IR_ALU || (i->op != ALU_OR && i->op != ALU_XOR && i->op != ALU_ADD) ||
	    a < 0 || b < 0 || a == b || slot - MIN(a, b) > WINDOW)
		return;
	left = &f->ir->insns[a];
	right = &f->ir->insns[b];
	if (is_shift(left, ALU_RSH)) {
		left = &f->ir->insns[b];
		right = &f->ir->insns[a];
	}
	width = left->wide ? 64 : 32;
	k = (u32)left->imm & (width - 1);
	if (!is_shift(left, ALU_LSH) || !is_shift(right, ALU_RSH) || left->wide != right->wide ||
	    !k || k + ((u32)right->imm & (width - 1)) != width || (left->wide && !i->wide))
		return;
	from_left = origin_of(f, left->dst, (s32)(left - f->ir->insns), width == 32);
	from_right = origin_of(f, right->dst, (s32)(right - f->ir->insns), width == 32);
	if (from_left.reg != from_right.reg || from_left.slot != from_right.slot)
		return;
	last = MAX(a, b);
	late = &f->ir->insns[last];
	if (read_between(f, late->dst, last, slot) ||
	    (late->dst != i->dst && i->live >> late->dst & 1))
		return;
	late->kind = IR_ROTATE;
	late->src = late->dst;
	late->imm = k;
	copied = def_before(f, late->dst, last);
	if (copied >= 0 && is_copy(&f->ir->insns[copied]) &&
	    def_before(f, f->ir->insns[copied].src, last) < copied)
		late->src = f->ir->insns[copied].src;
	i->op = ALU_MOV;
	i->src = late->dst;
	i->wide = true;
	if (i->dst == late->dst)
		i->kind = IR_NONE;
}

/* ---- tests of bits ---- */

/* t &= y; if t == 0 … where t is not read again: a test of the bits. */
static void bit_test(struct fuse *f, s32 slot)
{
	struct ir_insn *i = &f->ir->insns[slot];
	s32 d = f->def[i->dst], copied;
	struct ir_insn *and = d >= 0 ? &f->ir->insns[d] : NULL;

	if ((i->kind != IR_JUMP && i->kind != IR_FLAGS) || (i->op != JMP_JEQ && i->op != JMP_JNE) ||
	    i->reg || i->imm || !and || and->kind != IR_ALU || and->op != ALU_AND ||
	    slot - d > WINDOW || (and->wide && !i->wide) || i->live >> i->dst & 1 ||
	    read_between(f, i->dst, d, slot) || (and->reg && f->def[ and->src] >= d))
		return;
	i->sign ^= i->op == JMP_JEQ;
	i->op = JMP_JSET;
	i->wide = and->wide;
	i->reg = and->reg;
	i->src = and->src;
	i->imm = and->imm;
	copied = f->prev[d];
	if (copied >= 0 && is_copy(&f->ir->insns[copied]) &&
	    f->def[f->ir->insns[copied].src] < copied)
		i->dst = f->ir->insns[copied].src;
	and->kind = IR_NONE;
}

/* ---- remainders ---- */

static bool divides(const struct fuse *f, s32 at, u8 op, u8 dst, bool wide)
{
	const struct ir_insn *i = at >= 0 ? &f->ir->insns[at] : NULL;

	return i && i->kind == IR_ALU && i->op == op && i->reg && i->dst == dst && !i->sign &&
	       (i->wide == wide || (wide && i->op == ALU_DIV && i->size == 8));
}

/* q = a; q /= b; q *= b; a -= q is a %= b, with b = 0 too: a - 0 = a. */
static void remainder_of(struct fuse *f, s32 slot)
{
	struct ir_insn *i = &f->ir->insns[slot];
	struct origin divisor, factor, dividend, whole;
	s32 mul, div;

	if (i->kind != IR_ALU || i->op != ALU_SUB || !i->reg || i->src == i->dst)
		return;
	mul = f->def[i->src];
	if (!divides(f, mul, ALU_MUL, i->src, i->wide))
		return;
	div = f->prev[mul];
	if (!divides(f, div, ALU_DIV, i->src, i->wide) || slot - div > WINDOW)
		return;
	divisor = origin_of(f, f->ir->insns[div].src, div, false);
	factor = origin_of(f, f->ir->insns[mul].src, mul, false);
	dividend = origin_of(f, i->src, div, false);
	whole = origin_of(f, i->dst, slot, false);
	if (divisor.reg != factor.reg || divisor.slot != factor.slot || dividend.reg != whole.reg ||
	    dividend.slot != whole.slot || f->def[f->ir->insns[div].src] > div ||
	    f->ir->insns[div].src == i->dst)
		return;
	i->op = ALU_MOD;
	i->src = f->ir->insns[div].src;
	i->wide = f->ir->insns[div].wide;
}

/* ---- passes ---- */

enum pass { COPIES, MERGE };

static void run_pass(struct fuse *f, enum pass pass)
{
	stretch_start(f, 0);
	for (u32 slot = 0; slot < f->ir->count; slot++) {
		struct ir_insn *i = &f->ir->insns[slot];
		u16 def;

		if (i->target)
			stretch_start(f, slot);
		if (pass == COPIES) {
			copies(f, i);
		} else {
			rotation(f, (s32)slot);
			remainder_of(f, (s32)slot);
			bit_test(f, (s32)slot);
			three_operands(f, (s32)slot);
			address(f, (s32)slot);
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

/* Does it do nothing but make a result that nobody reads? */
static bool is_unread(const struct ir *ir, u32 slot)
{
	const struct ir_insn *i = &ir->insns[slot], *next = i + 1;

	if (i->kind == IR_FLAGS) {
		while (next->kind == IR_NONE && next < ir->insns + ir->count)
			next++;
		return next->kind != IR_SELECT;
	}
	return ((i->kind >= IR_ALU && i->kind <= IR_LOAD) || i->kind >= IR_ROTATE) &&
	       !(i->live >> i->dst & 1);
}

/* Instructions whose result nobody reads are none. False: out of memory. */
static bool drop_unread(struct ir *ir)
{
	bool changed = true;

	while (changed) {
		changed = false;
		if (ir_live(ir))
			return false;
		for (u32 slot = 0; slot < ir->count; slot++) {
			struct ir_insn *i = &ir->insns[slot];

			if (!is_unread(ir, slot))
				continue;
			i->kind = IR_NONE;
			changed = true;
		}
	}
	return true;
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
		ok = drop_unread(ir);
	}
	if (ok) {
		run_pass(&f, MERGE);
		ir_flow(ir);
		ok = drop_unread(ir);
		ir_loops(ir);
	}
	free(f.prev);
	return ok ? 0 : -ENOMEM;
}
