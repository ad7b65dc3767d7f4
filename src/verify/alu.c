// SPDX-License-Identifier: BSD-2-Clause
#include "verify/alu.h"

#include <errno.h>

#include "isa/alu.h"
#include "verify/memory.h"
#include "verify/precision.h"
#include "verify/unpriv.h"

static bool is_wide(const struct insn *i)
{
	return INSN_CLASS(i->code) == CLASS_ALU64;
}

static int pointer_prohibited(struct verify *v, u8 regno, const char *what)
{
	return reject(v, REJECT_PRIVILEGE, regno, "R%u is a pointer; %s needs privilege", regno,
		      what);
}

/* ---- moves ---- */

void alu_link_copy(struct verify *v, struct reg *dst, struct reg *src)
{
	if (src->type == SCALAR_VALUE) {
		/* One delta at a time: a copy of a shifted number starts a new link. */
		if (src->id & ID_ADD_CONST) {
			src->id = 0;
			src->off = 0;
		}
		if (!src->id && !scalar_is_const(&src->s))
			src->id = id_new(v);
	}
	*dst = *src;
}

static void unlink_reg(struct reg *r)
{
	r->id = 0;
	r->off = 0;
}

/* A cast between the program's address spaces: arena pointers. */
static int cast(struct verify *v, const struct insn *i)
{
	struct reg *dst = &regs_of(v)[i->dst];

	if (!v->has_arena)
		return reject(v, REJECT_CALL, -1,
			      "an address space cast in a program that uses no arena");
	reg_set_unknown(dst);
	if (i->imm == 1) {
		dst->type = PTR_TO_ARENA;
		dst->s = scalar_const(0);
	}
	return 0;
}

/* A number whose sign bit at that width is clear is not changed by extending it. */
static int move_number(struct verify *v, const struct insn *i)
{
	struct reg *dst = &regs_of(v)[i->dst], *src = &regs_of(v)[i->src];
	bool same = i->off ? src->s.umax < 1ull << (i->off - 1)
			   : is_wide(i) || src->s.umax <= UINT32_MAX;

	if (same)
		alu_link_copy(v, dst, src);
	else
		*dst = *src;
	if (!same)
		unlink_reg(dst);
	scalar_alu(&dst->s, &src->s, i);
	return 0;
}

static int move(struct verify *v, const struct insn *i)
{
	struct reg *regs = regs_of(v), *src;
	int err;

	if (INSN_SRC(i->code) == SRC_K) {
		err = reg_check(v, i->dst, USE_DST_NO_MARK);
		if (!err)
			reg_set_const(&regs[i->dst], is_wide(i) ? (u64)(s64)i->imm : (u32)i->imm);
		return err;
	}
	err = reg_check(v, i->src, USE_SRC);
	if (!err)
		err = reg_check(v, i->dst, USE_DST_NO_MARK);
	if (err)
		return err;
	src = &regs[i->src];
	if (is_wide(i) && i->off == MOV_ADDR_SPACE_CAST && i->imm)
		return cast(v, i);
	if (src->type == SCALAR_VALUE)
		return move_number(v, i);
	if (is_wide(i) && !i->off) {
		regs[i->dst] = *src;
		return 0;
	}
	if (is_pointer_leak(v, src))
		return pointer_prohibited(v, i->src, "copying a part of it");
	reg_set_unknown(&regs[i->dst]);
	if (!is_wide(i))
		scalar_zext32(&regs[i->dst].s);
	return 0;
}

/* ---- pointers ---- */

/* Offsets stay far from the ends of 32 bits, so that sums of them cannot wrap. */
static int check_sane(struct verify *v, const struct reg *r, const struct reg *ptr, u8 regno)
{
	s64 value = (s64)r->s.var.value;

	if (scalar_is_const(&r->s) && (value >= MAX_VAR_OFF || value <= -MAX_VAR_OFF))
		return reject(v, REJECT_ARITH, regno,
			      "adding %lld to a %s pointer: offsets must stay below 2^29",
			      (long long)value, reg_type_name(ptr));
	if (reg_is_pointer(r) && (r->off >= MAX_VAR_OFF || r->off <= -MAX_VAR_OFF))
		return reject(v, REJECT_ARITH, regno, "the %s pointer's offset %d is too large",
			      reg_type_name(ptr), r->off);
	if (r->s.smin == INT64_MIN)
		return reject(v, REJECT_ARITH, regno,
			      "a number without a lower bound is added to a %s pointer",
			      reg_type_name(ptr));
	if (r->s.smin >= MAX_VAR_OFF || r->s.smin <= -MAX_VAR_OFF)
		return reject(v, REJECT_ARITH, regno,
			      "a number as low as %lld puts a %s pointer out of bounds",
			      (long long)r->s.smin, reg_type_name(ptr));
	return 0;
}

/* Which pointers may be moved at all; `zero`: a constant 0 is added. */
static bool may_move(const struct reg *ptr, bool known, bool zero)
{
	switch (ptr->type) {
	case PTR_TO_CTX:
	case PTR_TO_MAP_VALUE:
	case PTR_TO_MAP_KEY:
	case PTR_TO_STACK:
	case PTR_TO_PACKET_META:
	case PTR_TO_PACKET:
	case PTR_TO_TP_BUFFER:
	case PTR_TO_BTF_ID:
	case PTR_TO_MEM:
	case PTR_TO_BUF:
	case PTR_TO_FUNC:
	case CONST_PTR_TO_DYNPTR:
		return true;
	case PTR_TO_FLOW_KEYS:
		return known;
	case CONST_PTR_TO_MAP:
		return zero;
	default:
		return false;
	}
}

static int check_moves(struct verify *v, const struct insn *i, const struct reg *ptr,
		       const struct reg *num, bool known)
{
	u8 op = INSN_OP(i->code);
	bool zero = known && !num->s.smin && op == ALU_ADD;

	if (ptr->flags & PTR_MAYBE_NULL)
		return reject(v, REJECT_NULL, i->dst,
			      "arithmetic on R%u, which may be NULL: check it first", i->dst);
	if (!may_move(ptr, known, zero))
		return reject(v, REJECT_ARITH, i->dst, "a %s pointer cannot be moved",
			      reg_type_name(ptr));
	return 0;
}

/* The variable part grows by num: bounds that could wrap are given up. */
static void move_variable(struct scalar *s, const struct scalar *num, bool add)
{
	struct scalar was = *s;

	if (add ? __builtin_add_overflow(was.smin, num->smin, &s->smin) ||
			    __builtin_add_overflow(was.smax, num->smax, &s->smax)
		: __builtin_sub_overflow(was.smin, num->smax, &s->smin) ||
			    __builtin_sub_overflow(was.smax, num->smin, &s->smax)) {
		s->smin = INT64_MIN;
		s->smax = INT64_MAX;
	}
	if (add ? __builtin_add_overflow(was.umin, num->umin, &s->umin) ||
			    __builtin_add_overflow(was.umax, num->umax, &s->umax)
		: was.umin < num->umax) {
		s->umin = 0;
		s->umax = UINT64_MAX;
	} else if (!add) {
		s->umin = was.umin - num->umax;
		s->umax = was.umax - num->umin;
	}
	s->s32_min = INT32_MIN;
	s->s32_max = INT32_MAX;
	s->u32_min = 0;
	s->u32_max = UINT32_MAX;
	s->var = add ? tnum_add(was.var, num->var) : tnum_sub(was.var, num->var);
	scalar_sync(s);
}

/*
 * out = ptr + num or ptr - num. A constant goes to the fixed offset; a range makes a new variable
 * part, and packet pointers get a new identity with it: what was checked for the old one does not
 * hold for the new. After subtracting what is not negative it still does.
 */
static void move_pointer(struct verify *v, struct reg *out, const struct reg *ptr,
			 const struct reg *num, bool add)
{
	bool known = scalar_is_const(&num->s);
	s64 value = (s64)num->s.var.value, off = add ? ptr->off + value : ptr->off - value;
	struct reg r = *ptr;

	if (known && off == (s32)off) {
		r.off = (s32)off;
	} else {
		move_variable(&r.s, &num->s, add);
		if (reg_is_packet(ptr)) {
			r.id = id_new(v);
			if (add || num->s.smin < 0)
				r.range = 0;
		}
	}
	*out = r;
}

static int check_operator(struct verify *v, const struct insn *i, const struct reg *ptr,
			  bool swapped)
{
	u8 op = INSN_OP(i->code);

	if (op == ALU_ADD)
		return 0;
	if (op != ALU_SUB)
		return reject(v, REJECT_ARITH, i->dst, "'%s' on a %s pointer; only += and -= work",
			      alu_info(i->code, i->off)->text, reg_type_name(ptr));
	if (swapped)
		return reject(v, REJECT_ARITH, i->dst,
			      "a pointer is subtracted from the number in R%u", i->dst);
	if (ptr->type == PTR_TO_STACK)
		return reject(v, REJECT_ARITH, i->dst,
			      "'-=' on a stack pointer; add a negative number instead");
	return 0;
}

/* Without privilege a pointer may not even be formed outside its object: a processor may follow it.
 */
static int check_inside(struct verify *v, const struct reg *r, u8 regno)
{
	s64 off = r->off + (s64)r->s.var.value;

	if (r->type == PTR_TO_MAP_VALUE && !(r->flags & PTR_MAYBE_NULL))
		return memory_bounds(v, r, regno, 0, 1, r->map->value_size, false);
	if (r->type != PTR_TO_STACK || (!r->s.var.mask && off < 0 && off >= -STACK_SIZE))
		return 0;
	return reject(v, REJECT_PRIVILEGE, regno,
		      "R%u would point outside the stack, or anywhere in it: that needs privilege",
		      regno);
}

/* dst = ptr op num; `swapped`: the pointer is the second operand. */
static int pointer_op(struct verify *v, const struct insn *i, const struct reg *ptr,
		      const struct reg *num, bool swapped)
{
	struct reg *dst = &regs_of(v)[i->dst];
	bool known = scalar_is_const(&num->s);
	struct unpriv_move move;
	int err;

	if (!scalar_valid(&num->s)) {
		reg_set_unknown(dst);
		return 0;
	}
	if (!is_wide(i)) {
		if (INSN_OP(i->code) == ALU_SUB && v->allow_ptr_leaks) {
			reg_set_unknown(dst);
			return 0;
		}
		return reject(v, REJECT_ARITH, i->dst, "32-bit arithmetic on a %s pointer",
			      reg_type_name(ptr));
	}
	err = check_moves(v, i, ptr, num, known);
	/* Untrusted memory is read by loads that may fault: offsets do not matter. */
	if (!err && ptr->type == PTR_TO_MEM && (ptr->flags & PTR_UNTRUSTED)) {
		*dst = *ptr;
		return 0;
	}
	if (!err)
		err = check_sane(v, num, ptr, i->dst);
	if (!err)
		err = check_sane(v, ptr, ptr, i->dst);
	if (!err)
		err = unpriv_before(v, i, ptr, num, !swapped, &move);
	if (!err)
		err = check_operator(v, i, ptr, swapped);
	if (err)
		return err;
	move_pointer(v, dst, ptr, num, INSN_OP(i->code) == ALU_ADD);
	err = check_sane(v, dst, dst, i->dst);
	if (!err && !v->allow_ptr_leaks)
		err = check_inside(v, dst, i->dst);
	return err ? err : unpriv_after(v, i, dst, &move);
}

/* ---- numbers ---- */

/*
 * r1 = r2; r1 += 8: the two stay linked, 8 apart. A 32-bit addition links only what had no upper
 * half, for it clears that.
 */
static bool delta(struct verify *v, const struct insn *i, const struct reg *src, u64 dst_max,
		  s32 *delta)
{
	u8 op = INSN_OP(i->code);
	s64 value = is_wide(i) ? (s64)src->s.var.value : (s32)src->s.var.value;

	if (v->opts->unpriv || !verify_has(v, FEATURE_LINKED_SCALARS))
		return false;
	if (!(is_wide(i) ? scalar_is_const(&src->s) : scalar_is_const32(&src->s)))
		return false;
	if ((op != ALU_ADD && op != ALU_SUB) || (INSN_SRC(i->code) == SRC_X && i->src == i->dst))
		return false;
	if (value < INT32_MIN || value > INT32_MAX || (op == ALU_SUB && value == INT32_MIN) ||
	    (!is_wide(i) && dst_max > UINT32_MAX))
		return false;
	*delta = (s32)(op == ALU_SUB ? -value : value);
	return verify_has(v, FEATURE_LINKED_ANY) || (is_wide(i) && op == ALU_ADD && value >= 0);
}

/* Of 0 or -1, AND and OR with a constant have two results, followed each on its own. */
static int fork_mask(struct verify *v, const struct insn *i, struct reg *dst)
{
	bool wide = dst->s.smin == -1 && !dst->s.smax;
	bool low = dst->s.s32_min == -1 && !dst->s.s32_max;
	struct state *other;
	struct reg *zero;

	if (!wide && !low)
		return 0;
	other = push_branch(v, v->insn, v->insn, false);
	if (!other)
		return v->reject.kind != REJECT_NONE ? v->reject.err : -ENOMEM;
	zero = &state_regs(other)[i->dst];
	if (wide) {
		reg_set_const(zero, 0);
		dst->s = scalar_const(~0ull);
	} else {
		scalar_set_low32(&zero->s, 0);
		scalar_set_low32(&dst->s, ~0u);
	}
	return 0;
}

static int number_op(struct verify *v, const struct insn *i, struct reg *dst, const struct reg *src)
{
	u8 op = INSN_OP(i->code);
	struct reg copy = *src;
	u64 dst_max = dst->s.umax;
	int err = unpriv_number(v, i);
	s32 off;

	if (err)
		return err;
	if ((op == ALU_AND || op == ALU_OR) && scalar_is_const(&copy.s) &&
	    verify_has(v, FEATURE_MASK_FORK))
		err = fork_mask(v, i, dst);
	if (err)
		return err;
	scalar_alu(&dst->s, &copy.s, i);
	if (dst->id && !(dst->id & ID_ADD_CONST) && delta(v, i, &copy, dst_max, &off)) {
		dst->id |= is_wide(i) ? ID_ADD_CONST64 : ID_ADD_CONST32;
		dst->off = off;
	} else {
		unlink_reg(dst);
	}
	return 0;
}

static int two_pointers(struct verify *v, const struct insn *i)
{
	if (INSN_OP(i->code) == ALU_SUB && v->allow_ptr_leaks) {
		reg_set_unknown(&regs_of(v)[i->dst]);
		return 0;
	}
	return reject(v, REJECT_ARITH, i->dst,
		      "'%s' of two pointers; only their difference is a number",
		      alu_info(i->code, i->off)->text);
}

static int binary(struct verify *v, const struct insn *i)
{
	struct reg *dst = &regs_of(v)[i->dst], *src = &regs_of(v)[i->src], imm;
	struct reg was = *dst;
	int err = 0;

	if (dst->type == PTR_TO_ARENA)
		return 0;
	if (INSN_SRC(i->code) == SRC_K) {
		reg_set_const(&imm, (u64)(s64)i->imm);
		return reg_is_pointer(dst) ? pointer_op(v, i, &was, &imm, false)
					   : number_op(v, i, dst, &imm);
	}
	if (reg_is_pointer(src)) {
		if (reg_is_pointer(dst))
			return two_pointers(v, i);
		err = precision_mark(v, i->dst);
		return err ? err : pointer_op(v, i, src, &was, true);
	}
	if (reg_is_pointer(dst)) {
		err = precision_mark(v, i->src);
		return err ? err : pointer_op(v, i, &was, src, false);
	}
	if (dst->precise)
		err = precision_mark(v, i->src);
	return err ? err : number_op(v, i, dst, src);
}

/* Constants that no machine agrees on. */
static int check_imm(struct verify *v, const struct insn *i)
{
	u8 op = INSN_OP(i->code);
	s32 width = is_wide(i) ? 64 : 32;

	if (INSN_SRC(i->code) != SRC_K)
		return 0;
	if ((op == ALU_DIV || op == ALU_MOD) && !i->imm)
		return reject(v, REJECT_ARITH, i->dst, "division by the constant 0");
	if ((op == ALU_LSH || op == ALU_RSH || op == ALU_ARSH) && (i->imm < 0 || i->imm >= width))
		return reject(v, REJECT_ARITH, i->dst, "a %d-bit number is shifted by %d", width,
			      i->imm);
	return 0;
}

/* Negation and byte order: of a number. */
static int unary(struct verify *v, const struct insn *i)
{
	struct reg *r = &regs_of(v)[i->dst];
	int err = reg_check(v, i->dst, USE_SRC);

	if (!err && is_pointer_leak(v, r))
		return pointer_prohibited(v, i->dst, "arithmetic on it");
	if (!err)
		err = reg_check(v, i->dst, USE_DST_NO_MARK);
	if (err)
		return err;
	if (r->type != SCALAR_VALUE ||
	    !verify_has(v, INSN_OP(i->code) == ALU_NEG ? FEATURE_NEG_RANGES : FEATURE_SWAP_BITS)) {
		reg_set_unknown(r);
		return 0;
	}
	scalar_alu(&r->s, NULL, i);
	/* An order that is the host's already changes nothing. */
	if (INSN_OP(i->code) == ALU_NEG || i->imm != 64 || swap_eval(i->code, i->imm, 1) != 1)
		unlink_reg(r);
	return 0;
}

static int dispatch(struct verify *v, const struct insn *i)
{
	u8 op = INSN_OP(i->code);
	int err;

	if (op == ALU_END || op == ALU_NEG)
		return unary(v, i);
	if (op == ALU_MOV)
		return move(v, i);
	err = INSN_SRC(i->code) == SRC_X ? reg_check(v, i->src, USE_SRC) : 0;
	if (!err)
		err = reg_check(v, i->dst, USE_SRC);
	if (!err)
		err = check_imm(v, i);
	if (!err)
		err = reg_check(v, i->dst, USE_DST_NO_MARK);
	return err ? err : binary(v, i);
}

int alu_insn(struct verify *v, const struct insn *i)
{
	struct reg *dst = &regs_of(v)[i->dst];
	bool swap = INSN_OP(i->code) == ALU_END;
	int err = dispatch(v, i);

	if (err)
		return err;
	/* Linux takes ranges that contradict each other for a path that is never followed. */
	if (dst->type == SCALAR_VALUE && !scalar_valid(&dst->s))
		scalar_forget_ranges(&dst->s);
	dst->subreg = (swap ? i->imm == 64 : is_wide(i)) ? 0 : v->insn + 1;
	return 0;
}
