// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>

#include "trace/lower.h"

static bool list_has_effect(const struct node *n)
{
	for (; n; n = n->next) {
		if (has_effect(n))
			return true;
	}
	return false;
}

/* Does evaluating it change a variable or a map, send something or end the program? */
bool has_effect(const struct node *n)
{
	const struct builtin *b;

	switch (n->kind) {
	case N_UNARY:
		return n->op >= OP_PRE_INC || has_effect(n->a);
	case N_CALL:
		b = n->word;
		return n->fn || (b && b->flags & WORD_STATEMENT) || list_has_effect(n->args);
	case N_BLOCK:
		return true;
	default:
		return (n->a && has_effect(n->a)) || (n->b && has_effect(n->b)) ||
		       (n->c && has_effect(n->c)) || (n->key && has_effect(n->key)) ||
		       list_has_effect(n->args);
	}
}

bool var_in_memory(const struct tvar *v)
{
	return v->captured || !t_in_register(v->type);
}

struct place var_place(struct lower *lo, const struct tvar *v)
{
	if (v->in_scratch)
		return (struct place){ .base = scratch_base(lo), .off = (s32)v->frame };
	return (struct place){ .frame = v->frame };
}

static int lower_pair(struct lower *lo, struct value *out)
{
	const struct ttype *t = lo->pair->type;
	struct value part;
	int err = place_new(lo, t->size, t->align, &out->at);

	if (err)
		return err;
	out->where = V_MEM;
	out->type = t;
	place_zero(lo, out->at, t->size);
	part = value_mem((struct place){ .base = lo->pair_key }, t->members[0]);
	value_store(lo, &part, out->at, t->members[0]);
	part = value_mem((struct place){ .base = lo->pair_value }, t->members[1]);
	return value_store(lo, &part, place_at(out->at, (s32)t->offsets[1]), t->members[1]);
}

static int lower_var(struct lower *lo, struct node *n, struct value *out)
{
	struct tvar *v = n->var;

	if (v == lo->pair)
		return lower_pair(lo, out);
	if (!var_in_memory(v)) {
		*out = value_reg(v->reg, v->type);
		return 0;
	}
	*out = value_mem(var_place(lo, v), v->type);
	return 0;
}

static int lower_string(struct lower *lo, struct node *n, struct value *out)
{
	u32 size = n->type->size, off = 0;
	struct place at;
	int err;

	if (out->wanted) {
		at = out->at;
	} else {
		err = place_new(lo, size, 8, &at);
		if (err)
			return err;
	}
	for (u32 step; off < size; off += step) {
		u64 part = 0;

		step = 8;
		while (step > size - off || (u32)(at.off + (s32)off) % step)
			step /= 2;
		memcpy(&part, n->str + off, MIN(step, n->len - MIN(off, n->len)));
		place_store_imm(lo, step, place_at(at, (s32)off), part);
	}
	*out = value_mem(at, n->type);
	return 0;
}

int lower_reg(struct lower *lo, struct node *n, u32 *reg)
{
	struct value v = { 0 };
	int err = lower_expr(lo, n, &v);

	if (err)
		return err;
	return value_in_reg(lo, &v, reg);
}

int lower_mem(struct lower *lo, struct node *n, struct place *out)
{
	struct value v = { 0 };
	int err = lower_expr(lo, n, &v);

	if (err)
		return err;
	if (v.where == V_MEM) {
		*out = v.at;
		return 0;
	}
	err = place_new(lo, v.type->size, v.type->align, out);
	return err ? err : value_store(lo, &v, *out, v.type);
}

static int into(struct lower *lo, struct node *n, struct place to, const struct ttype *t,
		bool loose)
{
	struct value v = { .at = to, .wanted = true, .loose = loose };
	int err;

	if (n->kind == N_STRING && t->kind == T_STRING && n->type->size > t->size)
		v.wanted = false;
	if (n->type->size > t->size)
		v.wanted = false;
	if ((n->kind == N_TUPLE || n->kind == N_RECORD) && t->kind == T_TUPLE) {
		struct node *m = n->args;
		u32 end = 0;

		for (u32 i = 0; i < t->count; i++, m = m->next) {
			place_zero(lo, place_at(to, (s32)end), t->offsets[i] - end);
			err = lower_into(lo, m, place_at(to, (s32)t->offsets[i]), t->members[i]);
			if (err)
				return err;
			end = t->offsets[i] + t->members[i]->size;
		}
		place_zero(lo, place_at(to, (s32)end), t->size - end);
		return 0;
	}
	err = lower_expr(lo, n, &v);
	if (!err && loose && t->kind == T_STRING && v.where == V_MEM && place_same(v.at, to))
		return 0;
	return err ? err : value_store(lo, &v, to, t);
}

int lower_into(struct lower *lo, struct node *n, struct place to, const struct ttype *t)
{
	return into(lo, n, to, t, false);
}

int lower_into_record(struct lower *lo, struct node *n, struct place to, const struct ttype *t)
{
	return into(lo, n, to, t, true);
}

static int lower_tuple(struct lower *lo, struct node *n, struct value *out)
{
	int err = 0;

	if (!out->wanted)
		err = place_new(lo, n->type->size, 8, &out->at);
	*out = value_mem(out->at, n->type);
	return err ? err : lower_into(lo, n, out->at, n->type);
}

/* ---- operators ---- */

static const enum vc_op alu[] = {
	[OP_ADD] = VC_ADD, [OP_SUB] = VC_SUB, [OP_MUL] = VC_MUL, [OP_DIV] = VC_DIV,
	[OP_MOD] = VC_MOD, [OP_AND] = VC_AND, [OP_OR] = VC_OR,	 [OP_XOR] = VC_XOR,
	[OP_SHL] = VC_SHL, [OP_SHR] = VC_SHR,
};

/* Has it the same value as a signed number of 64 bits? */
static bool goes_signed(const struct node *n, const struct ttype *t)
{
	return t->is_signed || (is_constant(n) && (s64)n->num >= 0) ||
	       (is_number(t) && t->size < 8);
}

/* Both sides count: what loses nothing as a signed number goes along. */
static bool both_signed(const struct node *a, const struct node *b)
{
	const struct ttype *at = type_value(a->type), *bt = type_value(b->type);
	bool as = goes_signed(a, at), bs = goes_signed(b, bt);

	return as && bs && (at->is_signed || bt->is_signed);
}

static enum vc_op op_of(const struct node *n)
{
	bool is_signed = both_signed(n->a, n->b);

	if (n->op == OP_DIV && is_signed)
		return VC_SDIV;
	if (n->op == OP_MOD && is_signed)
		return VC_SMOD;
	if (n->op == OP_SHR && type_value(n->a->type)->is_signed)
		return VC_SAR;
	return alu[n->op];
}

/* Bytes that a step of this pointer goes. */
static u32 stride(struct lower *lo, const struct ttype *t)
{
	const struct ttype *to = t->kind == T_POINTER ? t_pointee(lo->a, t) : NULL;

	return to && to->size ? to->size : 1;
}

static int scaled(struct lower *lo, struct node *n, u32 by, struct value *v)
{
	u32 r, out;
	int err;

	*v = (struct value){ 0 };
	err = lower_expr(lo, n, v);
	if (err || by == 1)
		return err;
	if (v->where == V_IMM) {
		v->imm *= by;
		return 0;
	}
	value_in_reg(lo, v, &r);
	out = new_reg(lo);
	vc_alu_imm(lo->v, VC_MUL, VC_64, out, r, by);
	*v = value_reg(out, &t_u64);
	return 0;
}

static bool small(const struct value *v)
{
	return v->where == V_IMM && (s64)v->imm == (s32)v->imm;
}

/* Does the verifier know what a value of this type points to, and count its bytes? */
static bool is_tracked(const struct ttype *t)
{
	return t->kind == T_POINTER && t->space != SPACE_KERNEL && t->space != SPACE_USER &&
	       t->space != SPACE_NONE;
}

/* As a plain number: what comes back from a map's memory is one. */
static u32 forget(struct lower *lo, u32 reg)
{
	u32 base = scratch_base(lo), r = new_reg(lo);
	s32 off = (s32)lo->scratch_used;

	lo->scratch_used += 8;
	lo->out->scratch_size = MAX(lo->out->scratch_size, lo->scratch_used);
	vc_store(lo->v, 8, base, off, reg);
	vc_load(lo->v, 8, false, r, base, off);
	return r;
}

static int operand(struct lower *lo, struct node *n, const struct node *after, u32 *reg)
{
	int err = lower_reg(lo, n, reg);

	if (!err && n->kind == N_VAR && has_effect(after)) {
		u32 copy = new_reg(lo);

		vc_mov(lo->v, copy, *reg);
		*reg = copy;
	}
	return err;
}

static bool is_shift(enum node_op op)
{
	return op == OP_SHL || op == OP_SHR;
}

static int lower_arith(struct lower *lo, struct node *n, struct value *out)
{
	bool pointer = n->a->type->kind == T_POINTER;
	bool both = pointer && n->b->type->kind == T_POINTER;
	u32 a, b, r, by = pointer && !both ? stride(lo, n->a->type) : 1;
	struct value bv;
	int err = operand(lo, n->a, n->b, &a);

	if (err)
		return err;
	if (is_tracked(n->a->type))
		a = forget(lo, a);
	err = scaled(lo, n->b, by, &bv);
	if (err)
		return err;
	if (is_tracked(n->b->type)) {
		value_in_reg(lo, &bv, &b);
		bv = value_reg(forget(lo, b), n->b->type);
	}
	if (is_shift(n->op) && bv.where == V_IMM) /* as the machine does it */
		bv.imm &= 63;
	r = new_reg(lo);
	if (small(&bv)) {
		vc_alu_imm(lo->v, op_of(n), VC_64, r, a, (s64)bv.imm);
	} else {
		value_in_reg(lo, &bv, &b);
		vc_alu(lo->v, op_of(n), VC_64, r, a, b);
	}
	if (both && stride(lo, n->a->type) > 1) {
		u32 quotient = new_reg(lo);

		vc_alu_imm(lo->v, VC_DIV, VC_64, quotient, r, stride(lo, n->a->type));
		r = quotient;
	}
	*out = value_reg(r, n->type);
	return 0;
}

static enum vc_cond cond_of(enum node_op op, bool is_signed)
{
	switch (op) {
	case OP_EQ:
		return VC_EQ;
	case OP_NE:
		return VC_NE;
	case OP_LT:
		return is_signed ? VC_SLT : VC_ULT;
	case OP_LE:
		return is_signed ? VC_SLE : VC_ULE;
	case OP_GT:
		return is_signed ? VC_SGT : VC_UGT;
	default:
		return is_signed ? VC_SGE : VC_UGE;
	}
}

static enum node_op opposite(enum node_op op)
{
	switch (op) {
	case OP_EQ:
		return OP_NE;
	case OP_NE:
		return OP_EQ;
	case OP_LT:
		return OP_GE;
	case OP_LE:
		return OP_GT;
	case OP_GT:
		return OP_LE;
	default:
		return OP_LT;
	}
}

static enum node_op mirrored(enum node_op op)
{
	switch (op) {
	case OP_LT:
		return OP_GT;
	case OP_LE:
		return OP_GE;
	case OP_GT:
		return OP_LT;
	case OP_GE:
		return OP_LE;
	default:
		return op;
	}
}

static bool is_comparison(const struct node *n)
{
	return n->kind == N_BINARY && n->op >= OP_EQ && n->op <= OP_GE;
}

static int branch_compare(struct lower *lo, struct node *n, bool sense, u32 label)
{
	bool is_signed = both_signed(n->a, n->b);
	struct node *a = n->a, *b = n->b;
	enum node_op op = n->op;
	struct value bv = { 0 };
	u32 ra, rb;
	int err;

	if (!t_in_register(type_value(a->type)) && a->type->kind != T_POINTER)
		return lower_compare_bytes(lo, n, sense, label);
	if (is_constant(a) && !is_constant(b)) {
		a = n->b;
		b = n->a;
		op = mirrored(op);
	}
	err = operand(lo, a, b, &ra);
	if (!err)
		err = lower_expr(lo, b, &bv);
	if (err)
		return err;
	op = sense ? op : opposite(op);
	if (small(&bv)) {
		vc_branch_imm(lo->v, cond_of(op, is_signed), VC_64, ra, (s64)bv.imm, label);
		return 0;
	}
	value_in_reg(lo, &bv, &rb);
	vc_branch(lo->v, cond_of(op, is_signed), VC_64, ra, rb, label);
	return 0;
}

static int branch_logic(struct lower *lo, struct node *n, bool sense, u32 label)
{
	bool is_or = n->op == OP_LOR;
	struct known known;
	u32 skip;
	int err;

	/* One side decides: a jump when either is. */
	if (is_or == sense) {
		err = lower_branch(lo, n->a, sense, label);
		known = lo->known;
		if (!err)
			err = lower_branch(lo, n->b, sense, label);
		lo->known = known;
		return err;
	}
	skip = vc_label(lo->v);
	err = lower_branch(lo, n->a, !sense, skip);
	known = lo->known;
	if (!err)
		err = lower_branch(lo, n->b, sense, label);
	lo->known = known;
	vc_place(lo->v, skip);
	return err;
}

int lower_branch(struct lower *lo, struct node *n, bool sense, u32 label)
{
	u32 r;
	int err;

	if (is_constant(n)) {
		if (!!n->num == sense)
			vc_jump(lo->v, label);
		return 0;
	}
	if (n->kind == N_UNARY && n->op == OP_NOT)
		return lower_branch(lo, n->a, !sense, label);
	if (n->kind == N_BINARY && (n->op == OP_LAND || n->op == OP_LOR))
		return branch_logic(lo, n, sense, label);
	if (is_comparison(n))
		return branch_compare(lo, n, sense, label);
	if (n->kind == N_BINARY && n->op == OP_AND && is_constant(n->b) && sense &&
	    n->b->num <= INT32_MAX) {
		err = lower_reg(lo, n->a, &r);
		if (!err)
			vc_branch_imm(lo->v, VC_TEST, VC_64, r, (s64)n->b->num, label);
		return err;
	}
	err = lower_reg(lo, n, &r);
	if (!err)
		vc_branch_imm(lo->v, sense ? VC_NE : VC_EQ, VC_64, r, 0, label);
	return err;
}

/* A condition as 0 or 1. */
static int lower_truth(struct lower *lo, struct node *n, struct value *out)
{
	u32 r = new_reg(lo), done = vc_label(lo->v);
	int err;

	vc_imm(lo->v, r, 0);
	err = lower_branch(lo, n, false, done);
	if (err)
		return err;
	vc_imm(lo->v, r, 1);
	vc_place(lo->v, done);
	*out = value_reg(r, &t_bool);
	return 0;
}

static int lower_step(struct lower *lo, struct node *n, struct value *out)
{
	bool post = n->op == OP_POST_INC || n->op == OP_POST_DEC;
	bool dec = n->op == OP_PRE_DEC || n->op == OP_POST_DEC;
	struct tvar *v = n->a->var;
	s64 by;
	u32 r, sum;

	if (n->a->kind == N_MAP)
		return lower_map_step(lo, n, out);
	by = stride(lo, v->type);
	by = dec ? -by : by;
	if (var_in_memory(v)) {
		r = new_reg(lo);
		place_load(lo, v->type->size, v->type->is_signed, r, var_place(lo, v));
		sum = new_reg(lo);
		vc_alu_imm(lo->v, VC_ADD, VC_64, sum, r, by);
		place_store(lo, v->type->size, var_place(lo, v), sum);
		*out = value_reg(post ? r : sum, v->type);
		return 0;
	}
	r = v->reg;
	if (post && out->wanted) {
		r = new_reg(lo);
		vc_mov(lo->v, r, v->reg);
	} else if (post) {
		r = new_reg(lo);
		vc_mov(lo->v, r, v->reg);
	}
	vc_alu_imm(lo->v, VC_ADD, VC_64, v->reg, v->reg, by);
	if (v->type->size < 8)
		vc_extend(lo->v, v->reg, v->reg, v->type->size, v->type->is_signed);
	*out = value_reg(r, v->type);
	return 0;
}

static int lower_deref(struct lower *lo, struct node *n, struct value *out)
{
	enum tspace space = n->a->type->kind == T_POINTER ? n->a->type->space : SPACE_NONE;
	u32 r;
	int err = lower_reg(lo, n->a, &r);

	if (err)
		return err;
	if (n->a->type->kind != T_POINTER)
		space = lo->point ? lo->point->ctx_space : SPACE_KERNEL;
	return read_typed(lo, r, 0, n->type, space, out);
}

static int lower_unary(struct lower *lo, struct node *n, struct value *out)
{
	struct place at;
	u32 a, r;
	int err;

	if (n->op >= OP_PRE_INC)
		return lower_step(lo, n, out);
	if (n->op == OP_NOT)
		return lower_truth(lo, n, out);
	if (n->op == OP_DEREF)
		return lower_deref(lo, n, out);
	if (n->op == OP_ADDRESS) {
		err = lower_mem(lo, n->a, &at);
		if (!err)
			*out = value_reg(place_addr(lo, at), n->type);
		return err;
	}
	err = lower_reg(lo, n->a, &a);
	if (err)
		return err;
	r = new_reg(lo);
	if (n->op == OP_NEG)
		vc_neg(lo->v, VC_64, r, a);
	else
		vc_alu_imm(lo->v, VC_XOR, VC_64, r, a, -1);
	*out = value_reg(r, n->type);
	return 0;
}

static int ternary_side(struct lower *lo, struct node *n, const struct ttype *t, u32 reg,
			struct place to)
{
	struct value v = { 0 };
	u32 r;
	int err;

	if (t == &t_none)
		return lower_expr(lo, n, &v);
	if (!t_in_register(t))
		return lower_into(lo, n, to, t);
	err = lower_expr(lo, n, &v);
	if (err)
		return err;
	value_convert(lo, &v, t);
	if (v.where == V_IMM) {
		vc_imm(lo->v, reg, v.imm);
		return 0;
	}
	value_in_reg(lo, &v, &r);
	vc_mov(lo->v, reg, r);
	return 0;
}

static int lower_ternary(struct lower *lo, struct node *n, struct value *out)
{
	u32 other = vc_label(lo->v), end = vc_label(lo->v), r = new_reg(lo);
	struct place to = { 0 };
	struct known known;
	int err = 0;

	if (is_constant(n->a)) {
		struct node *side = n->a->num ? (n->b ? n->b : n->a) : n->c;

		return lower_expr(lo, side, out);
	}
	if (n->type != &t_none && !t_in_register(n->type)) {
		if (out->wanted)
			to = out->at;
		else
			err = place_new(lo, n->type->size, 8, &to);
	}
	if (!err)
		err = lower_branch(lo, n->a, false, other);
	known = lo->known;
	if (!err)
		err = ternary_side(lo, n->b ? n->b : n->a, n->type, r, to);
	if (err)
		return err;
	vc_jump(lo->v, end);
	lo->known = known;
	vc_place(lo->v, other);
	err = ternary_side(lo, n->c, n->type, r, to);
	lo->known = known;
	vc_place(lo->v, end);
	if (n->type == &t_none)
		*out = value_none();
	else
		*out = t_in_register(n->type) ? value_reg(r, n->type) : value_mem(to, n->type);
	return err;
}

/* ---- parts ---- */

static int bitfield(struct lower *lo, u32 base, enum tspace space, u32 bit_off, u32 bits,
		    const struct ttype *t, struct value *out)
{
	u32 first = bit_off / 8, last = (bit_off + bits - 1) / 8, r, to, size = 1;
	u32 shift;
	int err;

	/* The smallest aligned word around it; fields do not cross 8 bytes. */
	while (first / size != last / size && size < 8)
		size *= 2;
	first = first / size * size;
	err = read_scalar(lo, base, (s32)first, t_number(size, false), space, out);
	if (err)
		return err;
	shift = bit_off - first * 8;
	r = out->reg;
	to = new_reg(lo);
	vc_alu_imm(lo->v, VC_SHL, VC_64, to, r, 64 - shift - bits);
	vc_alu_imm(lo->v, t->is_signed ? VC_SAR : VC_SHR, VC_64, to, to, 64 - bits);
	*out = value_reg(to, t);
	return 0;
}

int lower_argument(struct lower *lo, const struct targ *arg, const struct ttype *t,
		   struct value *out)
{
	u32 r, word, base;

	switch (arg->from) {
	case TARG_FIELD:
		if (lo->point->meta.kind == POINT_ITER && t->kind == T_POINTER &&
		    arg - lo->point->args < LOWER_ITER_ARGS) {
			*out = value_reg(lo->iter_args[arg - lo->point->args], t);
			return 0;
		}
		if (arg->bit_size)
			return bitfield(lo, lo->ctx, SPACE_CTX, arg->bit_off, arg->bit_size, t,
					out);
		if (t_in_register(t)) {
			r = new_reg(lo);
			vc_load(lo->v, t->size, t->is_signed, r, lo->ctx, (s32)arg->off);
			*out = value_reg(r, t);
			return 0;
		}
		if (t->kind == T_STRING) {
			*out = value_mem((struct place){ .base = lo->ctx, .off = (s32)arg->off },
					 t);
			return 0;
		}
		r = new_reg(lo);
		vc_alu_imm(lo->v, VC_ADD, VC_64, r, lo->ctx, (s32)arg->off);
		*out = value_reg(r, t);
		return 0;
	case TARG_DATA_LOC:
	case TARG_REL_LOC:
		word = new_reg(lo);
		vc_load(lo->v, 2, false, word, lo->ctx, (s32)arg->off);
		r = new_reg(lo);
		vc_alu(lo->v, VC_ADD, VC_64, r, lo->ctx, word);
		if (arg->from == TARG_REL_LOC)
			vc_alu_imm(lo->v, VC_ADD, VC_64, r, r, arg->off + 4);
		*out = value_reg(r, t);
		return 0;
	case TARG_SLOT:
	case TARG_REGISTER:
		r = new_reg(lo);
		vc_load(lo->v, 8, false, r, lo->ctx, (s32)arg->off);
		if (t->kind == T_RECORD || t->kind == T_ARRAY) {
			*out = value_reg(r, t);
			return 0;
		}
		if (t->size < 8) {
			u32 cut = new_reg(lo);

			vc_extend(lo->v, cut, r, t->size, t->is_signed);
			r = cut;
		}
		*out = value_reg(r, t);
		return 0;
	case TARG_STACK:
		base = new_reg(lo);
		vc_load(lo->v, 8, false, base, lo->ctx, 19 * 8); /* sp of struct pt_regs */
		return read_typed(lo, base, (s32)arg->off, t, lo->point->ctx_space, out);
	case TARG_CONST:
		r = new_reg(lo);
		vc_imm(lo->v, r, (u64)arg->value);
		*out = value_reg(r, t);
		return 0;
	case TARG_DEREF:
		base = new_reg(lo);
		vc_load(lo->v, 8, false, base, lo->ctx, (s32)arg->off);
		return read_typed(lo, base, (s32)arg->value, t, SPACE_USER, out);
	}
	return 0;
}

static int lower_member(struct lower *lo, struct node *n, struct value *out)
{
	struct value v = { 0 };
	u32 bits = (u32)n->scratch, base;
	enum tspace space;
	int err;

	if (is_args(n->a))
		return lower_argument(lo, n->word, n->type, out);
	err = lower_expr(lo, n->a, &v);
	if (err)
		return err;
	space = n->a->type->space;
	if (v.where == V_MEM && n->a->type->kind == T_RECORD) { /* kept by value */
		if (bits) {
			base = place_addr(lo, v.at);
			return bitfield(lo, base, SPACE_BPF, (u32)(n->scratch >> 32), bits, n->type,
					out);
		}
		*out = value_mem(place_at(v.at, (s32)n->num), n->type);
		return 0;
	}
	err = value_in_reg(lo, &v, &base);
	if (err)
		return err;
	if (bits)
		return bitfield(lo, base, space, (u32)(n->scratch >> 32), bits, n->type, out);
	return read_typed(lo, base, (s32)n->num, n->type, space, out);
}

static int lower_at(struct lower *lo, struct node *n, struct value *out)
{
	const struct ttype *t = n->a->type;
	struct value v = { 0 };
	int err;

	if (n->a->kind == N_VAR && n->a->var == lo->pair) {
		u32 base = n->num ? lo->pair_value : lo->pair_key;

		*out = value_mem((struct place){ .base = base }, n->type);
		return 0;
	}
	err = lower_expr(lo, n->a, &v);
	if (err)
		return err;
	*out = value_mem(place_at(v.at, (s32)t->offsets[n->num]), n->type);
	return 0;
}

static int lower_index(struct lower *lo, struct node *n, struct value *out)
{
	const struct ttype *t = n->a->type;
	u32 size = MAX(n->type->size, 1u), base, r, index;
	struct value v = { 0 }, i;
	int err = lower_expr(lo, n->a, &v);

	if (err)
		return err;
	err = scaled(lo, n->b, size, &i);
	if (err)
		return err;
	if (small(&i) && v.where == V_MEM && t->kind == T_ARRAY) {
		*out = value_mem(place_at(v.at, (s32)i.imm), n->type);
		return 0;
	}
	err = value_in_reg(lo, &v, &base);
	if (err)
		return err;
	if (small(&i))
		return read_typed(lo, base, (s32)i.imm, n->type, t->space, out);
	value_in_reg(lo, &i, &index);
	if (t->space == SPACE_BTF)
		base = forget(lo, base);
	r = new_reg(lo);
	vc_alu(lo->v, VC_ADD, VC_64, r, base, index);
	/* A computed place: read with care, whoever the memory belongs to. */
	return read_typed(lo, r, 0, n->type, t->space == SPACE_USER ? SPACE_USER : SPACE_KERNEL,
			  out);
}

static int lower_cast(struct lower *lo, struct node *n, struct value *out)
{
	const struct ttype *from = n->a->type, *to = n->type;
	u32 r;
	int err = lower_expr(lo, n->a, out);

	if (err)
		return err;
	if (is_number(to) && !reads_as_number(from) && from->kind != T_POINTER) {
		/* An array, an address of a network as a number. */
		err = lower_mem(lo, n->a, &out->at);
		if (err)
			return err;
		r = new_reg(lo);
		place_load(lo, MIN(to->size, from->size), to->is_signed, r, out->at);
		*out = value_reg(r, to);
		return 0;
	}
	if (is_tracked(from) && !is_tracked(to) && t_in_register(to)) {
		err = value_in_reg(lo, out, &r);
		*out = value_reg(forget(lo, r), err ? from : &t_u64);
	}
	if (t_in_register(to)) {
		value_convert(lo, out, to);
		out->type = to;
		return 0;
	}
	if (to->kind == T_RECORD || (to->kind == T_ARRAY && from->kind == T_POINTER)) {
		err = value_in_reg(lo, out, &r);
		*out = value_reg(r, to);
		return err;
	}
	if (to->kind == T_ARRAY && t_in_register(from)) {
		struct value v = *out;

		err = place_new(lo, to->size, 8, &out->at);
		if (!err)
			err = value_store(lo, &v, out->at, t_number(to->size, false));
		*out = value_mem(out->at, to);
		return err;
	}
	if (!t_same(from, to) && out->where == V_MEM) {
		struct value v = *out;
		struct place at;

		err = place_new(lo, to->size, 8, &at);
		if (!err)
			err = value_store(lo, &v, at, to);
		*out = value_mem(at, to);
		return err;
	}
	out->type = to;
	return 0;
}

static int lower_call_fn(struct lower *lo, struct node *n, struct value *out)
{
	const struct tparam *p = n->fn->params;
	u32 args[5], argc = 0, r = n->type == &t_none ? VC_NONE : new_reg(lo);

	for (struct node *a = n->args; a; a = a->next, p = p->next) {
		struct value v = { 0 };
		int err = lower_expr(lo, a, &v);

		if (err)
			return err;
		if (!t_in_register(p->var->type))
			return diag_error(lo->d, -EOPNOTSUPP, a->at,
					  "a function takes numbers and pointers, not strings");
		value_convert(lo, &v, p->var->type);
		value_in_reg(lo, &v, &args[argc++]);
	}
	vc_call_sub(lo->v, n->fn->sub - 1, r, argc, args);
	*out = r == VC_NONE ? value_none() : value_reg(r, n->type);
	return 0;
}

static int lower_block(struct lower *lo, struct node *n, struct value *out)
{
	struct node *s = n->body;
	int err = 0;

	for (; s && !err; s = s->next) {
		struct node *next = s->next;

		if (!next && n->value)
			return lower_expr(lo, s->a, out);
		s->next = NULL;
		err = lower_list(lo, s);
		s->next = next;
	}
	*out = value_none();
	return err;
}

int lower_expr(struct lower *lo, struct node *n, struct value *out)
{
	const struct builtin *b = n->word;

	if (!out->wanted)
		*out = value_none();
	switch (n->kind) {
	case N_NUMBER:
	case N_BOOL:
		*out = value_imm(n->num, n->type);
		return 0;
	case N_STRING:
		return lower_string(lo, n, out);
	case N_VAR:
		return lower_var(lo, n, out);
	case N_MAP:
		return lower_map_read(lo, n, out);
	case N_NAME:
		return b->lower(lo, n, out);
	case N_CALL:
		if (n->fn)
			return lower_call_fn(lo, n, out);
		return b->lower(lo, n, out);
	case N_UNARY:
		return lower_unary(lo, n, out);
	case N_BINARY:
		if (is_comparison(n) || n->op == OP_LAND || n->op == OP_LOR)
			return lower_truth(lo, n, out);
		return lower_arith(lo, n, out);
	case N_TERNARY:
		return lower_ternary(lo, n, out);
	case N_MEMBER:
		return lower_member(lo, n, out);
	case N_AT:
		return lower_at(lo, n, out);
	case N_INDEX:
		return lower_index(lo, n, out);
	case N_CAST:
		return lower_cast(lo, n, out);
	case N_TUPLE:
	case N_RECORD:
		return lower_tuple(lo, n, out);
	case N_BLOCK:
		return lower_block(lo, n, out);
	case N_COMPTIME:
		return lower_expr(lo, n->a, out);
	default:
		return diag_error(lo->d, -EINVAL, n->at, "this cannot be computed");
	}
}
