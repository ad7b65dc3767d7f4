// SPDX-License-Identifier: BSD-2-Clause
/* What instructions of the era cannot say, said in others. */
#include <errno.h>

#include "spec/features.h"
#include "trace/vir.h"

struct legal {
	struct vcode *v;
	struct vfunc *f;
	bool jmp32, v4;
};

static u32 const_reg(struct legal *l, u64 value)
{
	u32 reg = vc_reg(l->v);

	vc_imm(l->v, reg, value);
	return reg;
}

static u32 absolute(struct legal *l, u32 of)
{
	u32 reg = vc_reg(l->v), positive = vc_label(l->v);

	vc_mov(l->v, reg, of);
	vc_branch_imm(l->v, VC_SGE, VC_64, of, 0, positive);
	vc_neg(l->v, VC_64, reg, of);
	vc_place(l->v, positive);
	return reg;
}

/* Divide the absolute values; the quotient has the sign of a ^ b, the remainder that of a. */
static void signed_divide(struct legal *l, const struct vinsn *i)
{
	u32 a = vc_reg(l->v), b = vc_reg(l->v), sign = vc_reg(l->v), r = vc_reg(l->v);
	u32 positive = vc_label(l->v);

	vc_mov(l->v, a, i->a);
	if (i->kind == V_ALU_IMM)
		vc_imm(l->v, b, i->imm);
	else
		vc_mov(l->v, b, i->b);
	if (i->width == VC_32) {
		vc_extend(l->v, a, a, 4, true);
		vc_extend(l->v, b, b, 4, true);
	}
	vc_mov(l->v, sign, a);
	if (i->op == VC_SDIV)
		vc_alu(l->v, VC_XOR, VC_64, sign, a, b);
	a = absolute(l, a);
	b = absolute(l, b);
	vc_alu(l->v, i->op == VC_SDIV ? VC_DIV : VC_MOD, VC_64, r, a, b);
	vc_branch_imm(l->v, VC_SGE, VC_64, sign, 0, positive);
	vc_neg(l->v, VC_64, r, r);
	vc_place(l->v, positive);
	if (i->width == VC_32)
		vc_extend(l->v, i->dst, r, 4, false);
	else
		vc_mov(l->v, i->dst, r);
}

static void narrow_branch(struct legal *l, struct vinsn i)
{
	bool is_signed = i.op >= VC_SLT && i.op <= VC_SGE;
	u32 a = vc_reg(l->v), b = vc_reg(l->v);

	vc_extend(l->v, a, i.a, 4, is_signed);
	i.a = a;
	if (i.kind == V_BRANCH) {
		vc_extend(l->v, b, i.b, 4, is_signed);
		i.b = b;
	} else {
		i.imm = is_signed ? (u64)(s64)(s32)i.imm : (u32)i.imm;
		if (!fits_s32(i.imm)) {
			i.kind = V_BRANCH;
			i.b = const_reg(l, i.imm);
		}
	}
	i.width = VC_64;
	*vir_add(l->v, l->f, i.kind) = i;
}

static void legal_insn(struct legal *l, struct vinsn i)
{
	bool has_imm = i.kind == V_ALU_IMM || i.kind == V_BRANCH_IMM;

	l->v->at = i.at;
	if ((i.kind == V_ALU || i.kind == V_ALU_IMM) && !l->v4 &&
	    (i.op == VC_SDIV || i.op == VC_SMOD)) {
		signed_divide(l, &i);
		return;
	}
	if ((i.kind == V_BRANCH || i.kind == V_BRANCH_IMM) && i.width == VC_32 && !l->jmp32) {
		narrow_branch(l, i);
		return;
	}
	if (has_imm && i.width == VC_32)
		i.imm = (u64)(s64)(s32)i.imm;
	if (has_imm && !fits_s32(i.imm)) {
		i.kind = i.kind == V_ALU_IMM ? V_ALU : V_BRANCH;
		i.b = const_reg(l, i.imm);
	}
	if (i.a && i.off != (s16)i.off && !i.on_frame) {
		u32 base = vc_reg(l->v);

		vc_alu_imm(l->v, VC_ADD, VC_64, base, i.a, i.off);
		i.a = base;
		i.off = 0;
	}
	if (i.kind == V_LOAD && i.is_signed && i.size < 8 && !l->v4) {
		i.is_signed = false;
		*vir_add(l->v, l->f, i.kind) = i;
		vc_extend(l->v, i.dst, i.dst, i.size, true);
		return;
	}
	*vir_add(l->v, l->f, i.kind) = i;
}

static int rewrite(struct legal *l, void (*one)(struct legal *l, struct vinsn i))
{
	struct vfunc *f = l->f, *at = l->v->fn;
	struct vinsn *old = f->code;
	u32 len = f->len;

	f->code = NULL;
	f->len = f->cap = 0;
	l->v->fn = f;
	for (u32 i = 0; i < len; i++)
		one(l, old[i]);
	l->v->fn = at;
	return l->v->no_memory ? -ENOMEM : 0;
}

int vir_legalise(struct vcode *v, struct vfunc *f, const struct vcode_opts *opts)
{
	struct legal l = { .v = v, .f = f };

	l.jmp32 = !opts->era || opts->era >= ERA(5, 1);
	l.v4 = !opts->era || opts->era >= ERA(6, 6);
	return rewrite(&l, legal_insn);
}

static void untangle_insn(struct legal *l, struct vinsn i)
{
	l->v->at = i.at;
	if (i.kind == V_ALU && i.dst == i.b && i.dst != i.a) {
		if (commutes(i.op)) {
			i.b = i.a;
			i.a = i.dst;
		} else {
			u32 copy = vc_reg(l->v);

			vc_mov(l->v, copy, i.b);
			i.b = copy;
		}
	}
	*vir_add(l->v, l->f, i.kind) = i;
}

int vir_untangle(struct vcode *v, struct vfunc *f)
{
	struct legal l = { .v = v, .f = f };

	return rewrite(&l, untangle_insn);
}
