// SPDX-License-Identifier: BSD-2-Clause
/*
 * One round is followed with symbols: each register is what one held before the round, plus a
 * constant; or the number that was loaded; or the total. Sound because nothing else leaves the
 * loop: the rounds that are done at once would all have been done, so their memory is readable,
 * and the last round, which stays, computes every register that does not step.
 */
#include "jit/sum.h"

enum { ROUND_MOST = 16 }; /* slots */

enum what { OF_REG, LOADED, TOTAL, UNKNOWN };
struct symbol {
	enum what what;
	u8 reg; /* OF_REG, TOTAL: before the round */
	s64 add;
};

struct round {
	struct ir_sum *s;
	struct symbol now[REG_COUNT], base, index;
	u16 read; /* registers whose values before the round count */
	bool loaded, total;
};

/* ---- one round ---- */

static bool load(struct round *r, const struct ir_insn *i)
{
	if (r->loaded || i->sign || i->scale || i->size == 8)
		return false;
	r->loaded = true;
	r->base = r->now[i->src];
	r->index = (struct symbol){ UNKNOWN, IR_NO_REG, 0 };
	if (i->index != IR_NO_REG)
		r->index = r->now[i->index];
	r->s->size = i->size;
	r->s->off = i->off;
	r->now[i->dst] = (struct symbol){ LOADED, 0, 0 };
	return true;
}

static bool add(struct round *r, const struct ir_insn *i)
{
	struct symbol *dst = &r->now[i->dst];

	if (!i->reg && i->wide && dst->what == OF_REG) {
		dst->add += i->op == ALU_SUB ? -i->imm : i->imm;
		return true;
	}
	if (!i->reg || i->op == ALU_SUB || r->total || dst->what != OF_REG || dst->reg != i->dst ||
	    dst->add || r->now[i->src].what != LOADED)
		return false;
	r->total = true;
	r->s->total = i->dst;
	r->s->wide = i->wide;
	*dst = (struct symbol){ TOTAL, i->dst, 0 };
	return true;
}

static bool follow(struct round *r, const struct ir_insn *i)
{
	switch (i->kind) {
	case IR_NONE:
		return true;
	case IR_LOAD:
		return load(r, i);
	case IR_LEA:
		if (!i->wide || i->index != IR_NO_REG || r->now[i->src].what != OF_REG)
			return false;
		r->now[i->dst] = r->now[i->src];
		r->now[i->dst].add += i->off;
		return true;
	case IR_ALU:
		if (i->op == ALU_MOV && i->reg && i->wide) {
			r->now[i->dst] = r->now[i->src];
			return true;
		}
		return (i->op == ALU_ADD || i->op == ALU_SUB) && add(r, i);
	}
	return false;
}

/* ---- from round to round ---- */

static bool is_fixed(const struct round *r, u8 reg)
{
	const struct symbol *s = &r->now[reg];

	return s->what == OF_REG && s->reg == reg && !s->add;
}

/* Moves on by `size`: by itself, or as a copy of one that does. */
static bool is_step(struct round *r, u8 reg)
{
	const struct symbol *s = &r->now[reg], *of;

	if (s->what != OF_REG)
		return false;
	of = &r->now[s->reg];
	if (s->add != r->s->size || of->what != OF_REG || of->reg != s->reg ||
	    of->add != r->s->size)
		return false;
	r->s->steps |= (u16)(1u << reg | 1u << s->reg);
	if (s->reg == reg)
		return true;
	if (r->s->same[0] != IR_NO_REG && r->s->same[0] != reg)
		return false;
	r->s->same[0] = reg; /* from the second round on they are equal */
	r->s->same[1] = s->reg;
	return true;
}

/* The address is one register that stays and one that steps, or one that steps. */
static bool address(struct round *r)
{
	struct ir_sum *s = r->s;
	s64 off = (s64)s->off + r->base.add;

	if (r->base.what != OF_REG)
		return false;
	s->base = r->base.reg;
	s->index = r->index.reg;
	if (s->index == IR_NO_REG) {
		s->off = (s32)off;
		return off == (s32)off && is_step(r, s->base);
	}
	off += r->index.add;
	s->off = (s32)off;
	return off == (s32)off && r->index.what == OF_REG &&
	       ((is_fixed(r, s->base) && is_step(r, s->index)) ||
		(is_fixed(r, s->index) && is_step(r, s->base)));
}

/* On while v < limit; or while it is another number, which steps of one do not jump over. */
static bool test(struct round *r, const struct ir_insn *i)
{
	bool less = i->op == (i->sign ? JMP_JGE : JMP_JLT);
	bool other = i->op == (i->sign ? JMP_JEQ : JMP_JNE);
	const struct symbol *v = &r->now[i->dst];
	struct ir_sum *s = r->s;

	if (!i->wide || i->memory || !(less || (other && s->size == 1)) || v->what != OF_REG ||
	    (!i->reg && i->imm < 0) || (i->reg && !is_fixed(r, i->src)) || v->add != (s32)v->add)
		return false;
	s->v = v->reg;
	s->v_off = v->add;
	s->limit = i->imm;
	s->limit_reg = i->reg ? i->src : IR_NO_REG;
	return is_step(r, s->v);
}

/* Whatever counts in the next round is fixed, steps, or is the total. */
static bool closed(struct round *r)
{
	u16 read = 0;

	for (u32 k = 0; k < REG_COUNT; k++) {
		if (r->now[k].what == OF_REG && !is_fixed(r, k))
			read |= (u16)(1u << r->now[k].reg);
	}
	for (u32 k = 0; k < REG_COUNT; k++) {
		if (read >> k & 1 && !is_fixed(r, k) && !is_step(r, k))
			return false;
	}
	return r->now[r->s->total].what == TOTAL && !(read >> r->s->total & 1);
}

/* Does control come from the slot before? */
static bool falls_in(const struct ir *ir, u32 head)
{
	while (head-- > 0) {
		const struct ir_insn *i = &ir->insns[head];

		if (i->kind != IR_NONE)
			return i->kind == IR_CONST || i->kind == IR_ALU || i->kind == IR_LEA ||
			       i->kind == IR_LOAD || i->kind == IR_JUMP || i->kind == IR_ZEXT;
	}
	return false;
}

bool ir_sum_at(struct ir_sum *s, const struct ir *ir, u32 head)
{
	u32 last = ir->insns[head].loop;
	struct round r = { .s = s };

	*s = (struct ir_sum){ .same = { IR_NO_REG, IR_NO_REG } };
	if (!last || last - head > ROUND_MOST || ir->insns[last].kind != IR_JUMP ||
	    ir->insns[last].to != head || !falls_in(ir, head))
		return false;
	for (u32 k = 0; k < REG_COUNT; k++)
		r.now[k] = (struct symbol){ OF_REG, k, 0 };
	for (u32 slot = head; slot < last; slot++) {
		if ((slot > head && ir->insns[slot].target) || !follow(&r, &ir->insns[slot]))
			return false;
	}
	return r.loaded && r.total && address(&r) && test(&r, &ir->insns[last]) && closed(&r);
}

/* ---- when it runs ---- */

enum { BLOCK = 65536 }; /* numbers of 16 bits whose sum has 32 */

/* For the compiler to do many at once. `part`: what the sum of a block fits in. */
#define SUM(bytes_, type, part)                                                                    \
	__attribute__((optimize("O3"))) struct jit_summed jit_sum##bytes_(const u8 *at,            \
									  u64 distance)            \
	{                                                                                          \
		u64 left = (distance + (bytes_)-1) / (bytes_), total = 0, all = left;              \
                                                                                                   \
		while (left) {                                                                     \
			u32 count = (u32)MIN(left, (u64)BLOCK);                                    \
			part sum = 0;                                                              \
                                                                                                   \
			for (u32 k = 0; k < count; k++)                                            \
				sum += LOAD(type, at + (size_t)k * (bytes_));                      \
			total += sum;                                                              \
			at += (size_t)count * (bytes_);                                            \
			left -= count;                                                             \
		}                                                                                  \
		return (struct jit_summed){ total, all * (bytes_) };                               \
	}

SUM(1, u8, u32)
SUM(2, u16, u32)
SUM(4, u32, u64)
