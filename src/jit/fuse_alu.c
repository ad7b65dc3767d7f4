// SPDX-License-Identifier: BSD-2-Clause
/* Rotations, tests of bits, remainders. */
#include "jit/fuse.h"

/* ---- rotations ---- */

static bool is_factor(const struct ir_insn *i)
{
	return i->kind == IR_ALU && i->op == ALU_MUL && !i->reg;
}

/* Is `left` what `right`, a shift to the right, shifts out, moved to the top? It is the same value
 * shifted, or multiplied by a factor that was shifted. The bits of the rotation, or 0. */
static u32 rotates(const struct fuse *f, s32 left_at, s32 right_at)
{
	const struct ir_insn *left = &f->ir->insns[left_at], *right = &f->ir->insns[right_at];
	u32 width = right->wide ? 64 : 32, k = -(u32)right->imm & (width - 1);
	struct origin a = origin_of(f, left->dst, left_at, width == 32);
	struct origin b = origin_of(f, right->dst, right_at, width == 32);
	u64 mask = width == 64 ? UINT64_MAX : UINT32_MAX;
	const struct ir_insn *product = b.slot >= 0 ? &f->ir->insns[b.slot] : NULL;

	if (!is_shift(right, ALU_RSH) || !k)
		return 0;
	if (is_shift(left, ALU_LSH) && left->wide == right->wide)
		return ((u32)left->imm & (width - 1)) == k && same_origin(a, b) ? k : 0;
	if (!is_factor(left) || !product || !is_factor(product) || right_at < left_at ||
	    (width == 64 ? !left->wide || !product->wide : left->wide) ||
	    (((u64)product->imm << k ^ (u64)left->imm) & mask))
		return 0;
	b = origin_of(f, product->dst, b.slot, width == 32);
	return same_origin(a, b) ? k : 0;
}

/* (v << k) | (v >> width - k): the later of the two becomes the rotation. */
void fuse_rotation(struct fuse *f, s32 slot)
{
	struct ir_insn *i = &f->ir->insns[slot], *late;
	s32 a = i->reg ? f->def[i->dst] : -1, b = i->reg ? f->def[i->src] : -1, last, copied;
	u32 k;

	if (i->kind != IR_ALU || (i->op != ALU_OR && i->op != ALU_XOR && i->op != ALU_ADD) ||
	    a < 0 || b < 0 || a == b || slot - MIN(a, b) > WINDOW)
		return;
	k = rotates(f, a, b);
	if (!k)
		k = rotates(f, b, a);
	last = MAX(a, b);
	late = &f->ir->insns[last];
	if (!k || (late->wide && !i->wide) || read_between(f, late->dst, last, slot) ||
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
void fuse_bit_test(struct fuse *f, s32 slot)
{
	struct ir_insn *i = &f->ir->insns[slot];
	s32 d = f->def[i->dst], copied;
	struct ir_insn *and = d >= 0 ? &f->ir->insns[d] : NULL;

	if ((i->kind != IR_JUMP && i->kind != IR_FLAGS) || i->memory ||
	    (i->op != JMP_JEQ && i->op != JMP_JNE) || i->reg || i->imm ||
	    !and || and->kind != IR_ALU || and->op != ALU_AND || slot - d > WINDOW ||
	    (and->wide && !i->wide) || i->live >> i->dst & 1 || read_between(f, i->dst, d, slot) ||
	    (and->reg && f->def[ and->src] >= d))
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

/* The quotient that `i` subtracts the product of, and that product: NULL, or the division. */
static struct ir_insn *division_of(const struct fuse *f, s32 slot, s32 *mul)
{
	const struct ir_insn *i = &f->ir->insns[slot];
	struct origin divisor, factor, dividend, whole;
	s32 div;
	bool low;

	*mul = f->def[i->src];
	if (!divides(f, *mul, ALU_MUL, i->src, i->wide))
		return NULL;
	div = f->prev[*mul];
	if (!divides(f, div, ALU_DIV, i->src, i->wide) || slot - div > WINDOW)
		return NULL;
	low = !i->wide;
	divisor = origin_of(f, f->ir->insns[div].src, div, low);
	factor = origin_of(f, f->ir->insns[*mul].src, *mul, low);
	dividend = origin_of(f, i->src, div, low);
	whole = origin_of(f, i->dst, slot, low);
	return same_origin(divisor, factor) && same_origin(dividend, whole) ? &f->ir->insns[div]
									    : NULL;
}

/* q = a; q /= b; q *= b; a -= q is a %= b, with b = 0 too: a - 0 = a. */
void fuse_remainder(struct fuse *f, s32 slot)
{
	struct ir_insn *i = &f->ir->insns[slot], *div;
	s32 mul, at;

	if (i->kind != IR_ALU || i->op != ALU_SUB || !i->reg || i->src == i->dst)
		return;
	div = division_of(f, slot, &mul);
	if (!div)
		return;
	at = (s32)(div - f->ir->insns);
	if (!(i->live >> i->src & 1) && !read_between(f, i->src, at, mul) &&
	    !read_between(f, i->src, mul, slot)) {
		/* Nobody wants the quotient: its register gets the remainder. */
		div->op = ALU_MOD;
		f->ir->insns[mul].kind = IR_NONE;
		i->op = ALU_MOV;
		i->wide = true;
	} else if (f->def[div->src] <= at && div->src != i->dst) {
		i->op = ALU_MOD;
		i->src = div->src;
		i->wide = div->wide;
	}
}
