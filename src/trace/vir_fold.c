// SPDX-License-Identifier: BSD-2-Clause
/*
 * Constants and copies: what is known of a register inside a block, and, for registers with one
 * definition, everywhere (a register is never read before it is written). Also offsets: an address
 * that is another plus a constant goes into the access.
 */
#include <errno.h>

#include "trace/vir.h"

struct known {
	enum { UNKNOWN, CONST, COPY, PLUS } is; /* PLUS: reg + value */
	u32 epoch;				/* of the block in which it holds */
	u32 reg, version;			/* COPY, PLUS: of `reg` when it was taken */
	u64 value;
};

struct fold {
	struct vfunc *f;
	struct vflow flow;
	struct known *known;
	u32 *version;
	u8 *bits; /* of a register with one definition: upper bits from here on are zero */
	u32 epoch;
	bool changed;
};

static bool single(const struct fold *o, u32 reg)
{
	return o->flow.defs[reg] == 1;
}

static const struct known *look(const struct fold *o, u32 reg)
{
	const struct known *k = &o->known[reg];

	if (k->is == UNKNOWN)
		return NULL;
	if (k->is == CONST && single(o, reg))
		return k;
	return k->epoch == o->epoch && (k->is == CONST || o->version[k->reg] == k->version) ? k
											    : NULL;
}

static bool is_const(const struct fold *o, u32 reg, u64 *value)
{
	const struct known *k = reg ? look(o, reg) : NULL;

	if (!k || k->is != CONST)
		return false;
	*value = k->value;
	return true;
}

static void set_known(struct fold *o, u32 dst, struct known k)
{
	k.epoch = o->epoch;
	if (k.is == COPY || k.is == PLUS)
		k.version = o->version[k.reg];
	o->known[dst] = k;
}

static void to_imm(struct fold *o, struct vinsn *i, u64 value)
{
	*i = (struct vinsn){ .kind = V_IMM, .dst = i->dst, .imm = value, .at = i->at };
	o->changed = true;
}

static void to_mov(struct fold *o, struct vinsn *i, u32 from)
{
	*i = (struct vinsn){ .kind = V_MOV, .dst = i->dst, .a = from, .at = i->at };
	o->changed = true;
}

static u64 divide(enum vc_op op, u64 a, u64 b)
{
	bool overflow = (s64)b == -1;

	switch (op) {
	case VC_DIV:
		return b ? a / b : 0;
	case VC_MOD:
		return b ? a % b : a;
	case VC_SDIV:
		return !b ? 0 : overflow ? 0 - a : (u64)((s64)a / (s64)b);
	default:
		return !b ? a : overflow ? 0 : (u64)((s64)a % (s64)b);
	}
}

static u64 compute(enum vc_op op, bool narrow, u64 a, u64 b)
{
	u32 mask = narrow ? 31 : 63;
	u64 r;

	if (narrow) {
		bool sign = op == VC_SDIV || op == VC_SMOD || op == VC_SAR;

		a = sign ? (u64)(s64)(s32)a : (u32)a;
		b = sign && op != VC_SAR ? (u64)(s64)(s32)b : (u32)b;
	}
	switch (op) {
	case VC_ADD:
		r = a + b;
		break;
	case VC_SUB:
		r = a - b;
		break;
	case VC_MUL:
		r = a * b;
		break;
	case VC_AND:
		r = a & b;
		break;
	case VC_OR:
		r = a | b;
		break;
	case VC_XOR:
		r = a ^ b;
		break;
	case VC_SHL:
		r = a << (b & mask);
		break;
	case VC_SHR:
		r = a >> (b & mask);
		break;
	case VC_SAR:
		r = (u64)((s64)a >> (b & mask));
		break;
	default:
		r = divide(op, a, b);
	}
	return narrow ? (u32)r : r;
}

static bool holds(enum vc_cond c, bool narrow, u64 a, u64 b)
{
	s64 sa = narrow ? (s32)a : (s64)a, sb = narrow ? (s32)b : (s64)b;

	if (narrow) {
		a = (u32)a;
		b = (u32)b;
	}
	switch (c) {
	case VC_EQ:
		return a == b;
	case VC_NE:
		return a != b;
	case VC_ULT:
		return a < b;
	case VC_ULE:
		return a <= b;
	case VC_UGT:
		return a > b;
	case VC_UGE:
		return a >= b;
	case VC_SLT:
		return sa < sb;
	case VC_SLE:
		return sa <= sb;
	case VC_SGT:
		return sa > sb;
	case VC_SGE:
		return sa >= sb;
	default:
		return (a & b) != 0;
	}
}

static bool divides(enum vc_op op)
{
	return op == VC_DIV || op == VC_MOD || op == VC_SDIV || op == VC_SMOD;
}

static u32 width_of(u64 value)
{
	return value ? 64 - (u32)__builtin_clzll(value) : 0;
}

/* Bits that a result can have set: all from here on are zero. */
static u32 bits_of(const struct fold *o, const struct vinsn *i)
{
	u32 a = i->a ? o->bits[i->a] : 64, full = i->width == VC_32 ? 32 : 64;

	switch (i->kind) {
	case V_IMM:
		return width_of(i->imm);
	case V_MOV:
		return a;
	case V_LOAD:
		return i->is_signed ? 64 : i->size * 8u;
	case V_EXTEND:
		return i->is_signed ? 64 : MIN(a, i->size * 8u);
	case V_SWAP:
		return i->size * 8u;
	case V_ALU_IMM:
		if (i->op == VC_AND && (s64)i->imm >= 0)
			return MIN(a, width_of(i->imm));
		if (i->op == VC_SHR && full == 64)
			return a > i->imm ? a - (u32)i->imm : 0;
		if (i->op == VC_MOD && i->imm)
			return MIN(full, width_of(i->imm));
		if (i->op == VC_DIV)
			return MIN(full, a);
		if (i->op == VC_SHL && full == 64)
			return (u32)MIN(a + (i->imm & 63), 64u);
		return full;
	case V_ALU:
		if (i->op == VC_AND)
			return MIN(full, MIN(a, (u32)o->bits[i->b]));
		if (i->op == VC_OR || i->op == VC_XOR)
			return MIN(full, MAX(a, (u32)o->bits[i->b]));
		return full;
	case V_NEG:
		return full;
	default:
		return 64;
	}
}

static void fold_alu_imm(struct fold *o, struct vinsn *i)
{
	bool narrow = i->width == VC_32;
	u64 a, imm = narrow ? (u32)i->imm : i->imm;

	if (is_const(o, i->a, &a)) {
		to_imm(o, i, compute(i->op, narrow, a, imm));
		return;
	}
	if (i->op == VC_MUL && imm && !(imm & (imm - 1)) && imm != 1) {
		i->op = VC_SHL;
		i->imm = imm = width_of(imm) - 1;
		o->changed = true;
	} else if (i->op == VC_DIV && imm > 1 && !(imm & (imm - 1))) {
		i->op = VC_SHR;
		i->imm = imm = width_of(imm) - 1;
		o->changed = true;
	} else if (i->op == VC_MOD && imm && !(imm & (imm - 1)) && imm <= 1u << 30) {
		i->op = VC_AND;
		i->imm = imm - 1;
		o->changed = true;
		imm--;
	}
	if ((i->op == VC_AND || i->op == VC_MUL) && !imm) {
		to_imm(o, i, 0);
		return;
	}
	if (!imm && !divides(i->op)) {
		if (!narrow) {
			to_mov(o, i, i->a);
			return;
		}
		*i = (struct vinsn){
			.kind = V_EXTEND, .dst = i->dst, .a = i->a, .size = 4, .at = i->at
		};
		o->changed = true;
		return;
	}
	if (imm == 1 && !narrow && (i->op == VC_MUL || i->op == VC_DIV || i->op == VC_SDIV)) {
		to_mov(o, i, i->a);
		return;
	}
	/* (x + c) + d */
	if (!narrow && (i->op == VC_ADD || i->op == VC_SUB)) {
		const struct known *k = look(o, i->a);
		u64 by = i->op == VC_ADD ? i->imm : 0 - i->imm;

		if (i->op == VC_SUB && fits_s32(by)) {
			i->op = VC_ADD;
			i->imm = by;
			o->changed = true;
		}
		if (k && k->is == PLUS && i->op == VC_ADD && fits_s32(k->value + by)) {
			i->a = k->reg;
			i->imm = k->value + by;
			o->changed = true;
		}
	}
}

static void fold_alu(struct fold *o, struct vinsn *i)
{
	u64 value;

	if (commutes(i->op) && is_const(o, i->a, &value)) {
		u32 b = i->b;

		i->b = i->a;
		i->a = b;
	}
	if (!is_const(o, i->b, &value))
		return;
	if (i->op == VC_SHL || i->op == VC_SHR || i->op == VC_SAR)
		value &= i->width == VC_32 ? 31 : 63; /* as registers are, constants may not be */
	if (divides(i->op) && !(i->width == VC_32 ? (u32)value : value))
		return; /* defined for registers, refused for constants */
	if (fits_s32(value) || i->width == VC_32) {
		i->kind = V_ALU_IMM;
		i->b = VC_NONE;
		i->imm = i->width == VC_32 ? (u64)(s64)(s32)value : value;
		o->changed = true;
		fold_alu_imm(o, i);
	}
}

static void fold_extend(struct fold *o, struct vinsn *i)
{
	u32 bits = i->size * 8u;
	u64 a;

	if (is_const(o, i->a, &a)) {
		u32 shift = 64 - bits;

		to_imm(o, i,
		       i->is_signed ? (u64)((s64)(a << shift) >> shift) : a << shift >> shift);
	} else if (o->bits[i->a] < bits + !i->is_signed) {
		to_mov(o, i, i->a);
	}
}

static enum vc_cond mirrored(enum vc_cond c)
{
	static const u8 other[] = {
		[VC_EQ] = VC_EQ,   [VC_NE] = VC_NE,   [VC_ULT] = VC_UGT,  [VC_ULE] = VC_UGE,
		[VC_UGT] = VC_ULT, [VC_UGE] = VC_ULE, [VC_SLT] = VC_SGT,  [VC_SLE] = VC_SGE,
		[VC_SGT] = VC_SLT, [VC_SGE] = VC_SLE, [VC_TEST] = VC_TEST
	};
	return other[c];
}

static void fold_branch(struct fold *o, struct vinsn *i)
{
	u64 a, value;

	if (i->kind == V_BRANCH && is_const(o, i->a, &value) && !is_const(o, i->b, &a)) {
		u32 b = i->b;

		i->b = i->a;
		i->a = b;
		i->op = mirrored(i->op);
	}
	if (i->kind == V_BRANCH && is_const(o, i->b, &value) &&
	    (fits_s32(value) || i->width == VC_32)) {
		i->kind = V_BRANCH_IMM;
		i->b = VC_NONE;
		i->imm = i->width == VC_32 ? (u64)(s64)(s32)value : value;
		o->changed = true;
	}
	if (i->kind == V_BRANCH_IMM && is_const(o, i->a, &a)) {
		bool goes = holds(i->op, i->width == VC_32, a, i->imm);

		*i = (struct vinsn){ .kind = goes ? V_JUMP : V_NOP,
				     .target = i->target,
				     .at = i->at };
		o->changed = true;
	}
}

/* The base of an access: an address of the frame, or another register plus a constant. */
static void fold_base(struct fold *o, struct vinsn *i)
{
	const struct known *k;
	const struct vinsn *def;

	if (i->on_frame)
		return;
	def = single(o, i->a) ? &o->f->code[o->flow.def[i->a]] : NULL;
	if (def && def->kind == V_FRAME_ADDR && i->kind != V_ATOMIC) {
		i->on_frame = true;
		i->frame = def->frame;
		i->off += def->off;
		i->a = VC_NONE;
		o->changed = true;
		return;
	}
	k = look(o, i->a);
	if (k && k->is == PLUS && (s64)k->value + i->off == (s16)((s64)k->value + i->off)) {
		i->a = k->reg;
		i->off += (s32)k->value;
		o->changed = true;
	}
}

static void fold_copies(struct fold *o, struct vinsn *i)
{
	u32 *regs[7], n = vir_uses(i, regs);

	for (u32 k = 0; k < n; k++) {
		const struct known *from = look(o, *regs[k]);

		if (i->kind == V_ATOMIC && i->fetch && regs[k] == &i->b)
			continue; /* written, too */
		if (from && from->is == COPY && from->reg != *regs[k]) {
			*regs[k] = from->reg;
			o->changed = true;
		}
	}
}

static void fold_insn(struct fold *o, struct vinsn *i)
{
	u64 value;

	fold_copies(o, i);
	switch (i->kind) {
	case V_MOV:
		if (is_const(o, i->a, &value))
			to_imm(o, i, value);
		else if (i->a == i->dst)
			*i = (struct vinsn){ .kind = V_NOP };
		break;
	case V_ALU:
		fold_alu(o, i);
		break;
	case V_ALU_IMM:
		fold_alu_imm(o, i);
		break;
	case V_EXTEND:
		fold_extend(o, i);
		break;
	case V_BRANCH:
	case V_BRANCH_IMM:
		fold_branch(o, i);
		break;
	case V_LOAD:
	case V_STORE_IMM:
	case V_ATOMIC:
		fold_base(o, i);
		break;
	case V_STORE:
		fold_base(o, i);
		if (is_const(o, i->b, &value) && (i->size < 8 || fits_s32(value))) {
			i->kind = V_STORE_IMM;
			i->b = VC_NONE;
			i->imm = (u64)(s64)(s32)value;
			o->changed = true;
		}
		break;
	default:
		break;
	}
}

static void learn(struct fold *o, const struct vinsn *i)
{
	struct known k = { 0 };

	if (!i->dst)
		return;
	if (i->kind == V_IMM)
		k = (struct known){ .is = CONST, .value = i->imm };
	else if (i->kind == V_MOV)
		k = (struct known){ .is = COPY, .reg = i->a };
	else if (i->kind == V_ALU_IMM && i->op == VC_ADD && i->width == VC_64 && i->a != i->dst)
		k = (struct known){ .is = PLUS, .reg = i->a, .value = i->imm };
	if (single(o, i->dst))
		o->bits[i->dst] = (u8)bits_of(o, i);
	set_known(o, i->dst, k);
	o->version[i->dst]++;
}

int vir_fold(struct vfunc *f, bool *changed)
{
	struct fold o = { .f = f, .epoch = 1 };
	int err = vir_flow(&o.flow, f);
	struct arena *a = &o.flow.arena;

	o.known = arena_array(a, f->reg_count, sizeof(*o.known));
	o.version = arena_array(a, f->reg_count, sizeof(*o.version));
	o.bits = arena_array(a, f->reg_count, 1);
	if (err || !o.known || !o.version || !o.bits) {
		vir_flow_fini(&o.flow);
		return -ENOMEM;
	}
	memset(o.bits, 64, f->reg_count);
	for (u32 i = 0; i < f->len; i++) {
		if (f->code[i].kind == V_LABEL)
			o.epoch++; /* others come in here */
		fold_insn(&o, &f->code[i]);
		learn(&o, &f->code[i]);
	}
	*changed = *changed || o.changed;
	vir_flow_fini(&o.flow);
	vir_compact(f);
	return 0;
}
