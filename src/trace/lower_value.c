// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>

#include "spec/helper_extra.h"
#include "trace/lower.h"

struct value value_none(void)
{
	return (struct value){ .type = &t_none };
}

struct value value_imm(u64 imm, const struct ttype *t)
{
	return (struct value){ .type = t, .where = V_IMM, .imm = imm };
}

struct value value_reg(u32 reg, const struct ttype *t)
{
	return (struct value){ .type = t, .where = V_REG, .reg = reg };
}

struct value value_mem(struct place at, const struct ttype *t)
{
	return (struct value){ .type = t, .where = V_MEM, .at = at };
}

/* Copies take the widest steps that offsets allow: the base is aligned for them. */
struct place place_frame(struct lower *lo, u32 size, u32 align)
{
	while (align < 8 && align < size)
		align *= 2;
	return (struct place){ .base = VC_NONE, .frame = vc_frame(lo->v, size, align) };
}

struct place place_at(struct place p, s32 off)
{
	p.off += off;
	return p;
}

int place_new(struct lower *lo, u32 size, u32 align, struct place *out)
{
	if (size <= lo->out->cfg->on_stack_limit) {
		*out = place_frame(lo, size, MAX(align, 1u));
		return 0;
	}
	*out = (struct place){ .base = scratch_base(lo), .off = (s32)lo->scratch_used };
	lo->scratch_used += ROUND_UP(size, 8u);
	lo->out->scratch_size = MAX(lo->out->scratch_size, lo->scratch_used);
	if (lo->scratch_used > 32000)
		return diag_error(lo->d, -E2BIG, lo->point->probe->at,
				  "this probe's strings take more than 32,000 bytes");
	return 0;
}

void place_end(struct lower *lo, struct place p)
{
	if (p.base == VC_NONE)
		vc_frame_end(lo->v, p.frame);
}

u32 place_addr(struct lower *lo, struct place p)
{
	u32 r;

	if (p.base != VC_NONE && !p.off)
		return p.base;
	r = new_reg(lo);
	if (p.base == VC_NONE)
		vc_frame_addr(lo->v, r, p.frame, p.off);
	else
		vc_alu_imm(lo->v, VC_ADD, VC_64, r, p.base, p.off);
	return r;
}

void place_load(struct lower *lo, u32 size, bool is_signed, u32 dst, struct place p)
{
	if (p.base == VC_NONE)
		vc_frame_load(lo->v, size, is_signed, dst, p.frame, p.off);
	else
		vc_load(lo->v, size, is_signed, dst, p.base, p.off);
}

void place_store(struct lower *lo, u32 size, struct place p, u32 src)
{
	if (p.base == VC_NONE)
		vc_frame_store(lo->v, size, p.frame, p.off, src);
	else
		vc_store(lo->v, size, p.base, p.off, src);
}

static bool fits_imm(u64 imm, u32 size)
{
	return size < 8 || (s64)imm == (s32)imm;
}

void place_store_imm(struct lower *lo, u32 size, struct place p, u64 imm)
{
	if (!fits_imm(imm, size)) {
		place_store(lo, size, p, imm_reg(lo, imm));
		return;
	}
	if (p.base == VC_NONE)
		vc_frame_store_imm(lo->v, size, p.frame, p.off, (s32)imm);
	else
		vc_store_imm(lo->v, size, p.base, p.off, (s32)imm);
}

/* The widest store that is aligned at `off` and stays within `len`. */
static u32 chunk(s32 off, u32 len)
{
	u32 size = 8;

	while (size > len || (u32)off % size)
		size /= 2;
	return size;
}

static void zero_by_copy(struct lower *lo, struct place p, u32 len)
{
	u32 args[3], zero = new_reg(lo);

	lo->out->zero_size = MAX(lo->out->zero_size, len);
	vc_map_value(lo->v, zero, lo->out->zero_map, 0);
	args[0] = place_addr(lo, p);
	args[1] = imm_reg(lo, len);
	args[2] = zero;
	vc_call(lo->v, HELPER_probe_read_kernel, VC_NONE, 3, args);
}

void place_zero(struct lower *lo, struct place p, u32 len)
{
	if (!len)
		return;
	if (p.base == VC_NONE) {
		vc_frame_zero(lo->v, p.frame, (u32)p.off, len);
		return;
	}
	if (len > 256) {
		zero_by_copy(lo, p, len);
		return;
	}
	while (len) {
		u32 size = chunk(p.off, len);

		vc_store_imm(lo->v, size, p.base, p.off, 0);
		p.off += (s32)size;
		len -= size;
	}
}

void place_copy(struct lower *lo, struct place to, struct place from, u32 len)
{
	u32 args[3];

	if (len > 128) {
		args[0] = place_addr(lo, to);
		args[1] = imm_reg(lo, len);
		args[2] = place_addr(lo, from);
		vc_call(lo->v, HELPER_probe_read_kernel, VC_NONE, 3, args);
		return;
	}
	while (len) {
		u32 size = MIN(chunk(to.off, len), chunk(from.off, len)), r = new_reg(lo);

		place_load(lo, size, false, r, from);
		place_store(lo, size, to, r);
		to.off += (s32)size;
		from.off += (s32)size;
		len -= size;
	}
}

bool place_same(struct place a, struct place b)
{
	return a.base == b.base && a.off == b.off && (a.base != VC_NONE || a.frame == b.frame);
}

int value_in_reg(struct lower *lo, struct value *v, u32 *reg)
{
	switch (v->where) {
	case V_REG:
		*reg = v->reg;
		return 0;
	case V_IMM:
		*reg = imm_reg(lo, v->imm);
		return 0;
	case V_MEM:
		if (!t_in_register(v->type)) { /* its address */
			*reg = place_addr(lo, v->at);
			return 0;
		}
		*reg = new_reg(lo);
		place_load(lo, v->type->size, v->type->is_signed, *reg, v->at);
		return 0;
	default:
		*reg = imm_reg(lo, 0);
		return 0;
	}
}

static u64 cut(u64 value, const struct ttype *t)
{
	u32 shift = 64 - t->size * 8;

	if (!shift)
		return value;
	return t->is_signed ? (u64)((s64)(value << shift) >> shift) : value << shift >> shift;
}

void value_convert(struct lower *lo, struct value *v, const struct ttype *t)
{
	const struct ttype *from = v->type;
	u32 r, to;

	if (t->kind != T_NUMBER ||
	    (from->kind != T_NUMBER && from->kind != T_BOOL && from->kind != T_POINTER)) {
		if (t->kind == T_BOOL && is_number(from) && from->kind != T_BOOL) {
			u32 done = vc_label(lo->v);

			to = imm_reg(lo, 0);
			value_in_reg(lo, v, &r);
			vc_branch_imm(lo->v, VC_EQ, VC_64, r, 0, done);
			vc_imm(lo->v, to, 1);
			vc_place(lo->v, done);
			*v = value_reg(to, t);
		}
		v->type = t_in_register(t) ? t : v->type;
		return;
	}
	if (v->where == V_IMM) {
		v->imm = cut(v->imm, t);
		v->type = t;
		return;
	}
	/* Wider of the same sign, or 64 bits: the register's form is right already. */
	if (t->size == 8 || (t->size >= from->size && t->is_signed == from->is_signed) ||
	    (t->size > from->size && t->is_signed)) {
		value_in_reg(lo, v, &r);
		*v = value_reg(r, t);
		return;
	}
	value_in_reg(lo, v, &r);
	to = new_reg(lo);
	vc_extend(lo->v, to, r, t->size, t->is_signed);
	*v = value_reg(to, t);
}

/* ---- stores ---- */

static int store_string(struct lower *lo, const struct value *v, struct place to,
			const struct ttype *t)
{
	u32 len = MIN(v->type->size, t->size);

	if (!place_same(v->at, to))
		place_copy(lo, to, v->at, len);
	if (v->type->size > t->size) /* cut: ends in a zero all the same */
		place_store_imm(lo, 1, place_at(to, (s32)t->size - 1), 0);
	place_zero(lo, place_at(to, (s32)len), t->size - len);
	return 0;
}

static int store_tuple(struct lower *lo, const struct value *v, struct place to,
		       const struct ttype *t)
{
	u32 end = 0;
	int err = 0;

	if (t_same(v->type, t)) {
		if (!place_same(v->at, to))
			place_copy(lo, to, v->at, t->size);
		return 0;
	}
	for (u32 i = 0; i < t->count && !err; i++) {
		const struct ttype *m = v->type->members[i];
		struct value part = value_mem(place_at(v->at, (s32)v->type->offsets[i]), m);

		place_zero(lo, place_at(to, (s32)end), t->offsets[i] - end);
		err = value_store(lo, &part, place_at(to, (s32)t->offsets[i]), t->members[i]);
		end = t->offsets[i] + t->members[i]->size;
	}
	place_zero(lo, place_at(to, (s32)end), t->size - end);
	return err;
}

int value_store(struct lower *lo, const struct value *v, struct place to, const struct ttype *t)
{
	struct value copy = *v;
	u32 r;

	if (t->kind == T_STRING && v->type->kind == T_STRING)
		return store_string(lo, v, to, t);
	if (t->kind == T_TUPLE && v->type->kind == T_TUPLE)
		return store_tuple(lo, v, to, t);
	if (t_in_register(t)) {
		value_convert(lo, &copy, t);
		if (copy.where == V_IMM) {
			place_store_imm(lo, t->size, to, copy.imm);
			return 0;
		}
		value_in_reg(lo, &copy, &r);
		place_store(lo, t->size, to, r);
		return 0;
	}
	if (v->where == V_REG) /* a record elsewhere: read it */
		return read_bytes(lo, v->reg, 0, t->size, v->type->space, to);
	if (v->where == V_MEM && !place_same(v->at, to)) {
		place_copy(lo, to, v->at, MIN(t->size, v->type->size));
		if (v->type->size < t->size)
			place_zero(lo, place_at(to, (s32)v->type->size), t->size - v->type->size);
	}
	return 0;
}
