// SPDX-License-Identifier: BSD-2-Clause
/* Coloured virtual code to instructions. */
#include <errno.h>
#include <stdlib.h>

#include "trace/vir.h"

static const u8 alu_ops[] = {
	[VC_ADD] = 0x00,  [VC_SUB] = 0x10,  [VC_MUL] = 0x20, [VC_DIV] = 0x30, [VC_MOD] = 0x90,
	[VC_SDIV] = 0x30, [VC_SMOD] = 0x90, [VC_AND] = 0x50, [VC_OR] = 0x40,  [VC_XOR] = 0xa0,
	[VC_SHL] = 0x60,  [VC_SHR] = 0x70,  [VC_SAR] = 0xc0
};
static const u8 jump_ops[] = { [VC_EQ] = 0x10,	[VC_NE] = 0x50,	 [VC_ULT] = 0xa0, [VC_ULE] = 0xb0,
			       [VC_UGT] = 0x20, [VC_UGE] = 0x30, [VC_SLT] = 0xc0, [VC_SLE] = 0xd0,
			       [VC_SGT] = 0x60, [VC_SGE] = 0x70, [VC_TEST] = 0x40 };

enum { SPARE = 0 }; /* R0 holds nothing while arguments are moved */

struct jump {
	u32 insn, label;
};

struct emit {
	struct vir_out *out;
	const struct vfunc *f;
	struct vflow flow;
	u32 *label_at; /* slots */
	VEC(struct jump) jumps;
	struct span at;
	bool no_memory;
};

static struct insn *slot(struct emit *e, struct insn insn)
{
	struct insn *to = vec_push(&e->out->insns);
	struct span *at = vec_push(&e->out->spans);

	if (!to || !at) {
		e->no_memory = true;
		return NULL;
	}
	*to = insn;
	*at = e->at;
	return to;
}

#define INSN(...) slot(e, (struct insn){ __VA_ARGS__ })

static void move(struct emit *e, u8 to, u8 from)
{
	if (to != from)
		INSN(.code = CODE_MOV | SRC_X, .dst = to & 15, .src = from & 15);
}

static void wide(struct emit *e, u8 to, u8 src, u32 low, u32 high)
{
	INSN(.code = CODE_LD_IMM64, .dst = to & 15, .src = src & 15, .imm = (s32)low);
	INSN(.imm = (s32)high);
}

static void constant(struct emit *e, u8 to, u64 value)
{
	if ((s64)value == (s32)value)
		INSN(.code = CODE_MOV | SRC_K, .dst = to & 15, .imm = (s32)value);
	else if (value <= UINT32_MAX)
		INSN(.code = CLASS_ALU | 0xb0 | SRC_K, .dst = to & 15, .imm = (s32)value);
	else
		wide(e, to, PSEUDO_CONST, (u32)value, (u32)(value >> 32));
}

static void alu_k(struct emit *e, u8 op, u8 to, s32 imm)
{
	INSN(.code = (u8)(CLASS_ALU64 | op | SRC_K), .dst = to & 15, .imm = imm);
}

static void remat(struct emit *e, const struct vinsn *i, u8 to)
{
	struct vir_patch *patch;

	switch (i->kind) {
	case V_IMM:
		constant(e, to, i->imm);
		break;
	case V_MAP:
		wide(e, to, PSEUDO_MAP_IDX, i->target, 0);
		break;
	case V_MAP_VALUE:
		wide(e, to, PSEUDO_MAP_IDX_VALUE, i->target, (u32)i->off);
		break;
	case V_FRAME_ADDR:
		move(e, to, REG_FP);
		alu_k(e, 0x00, to, e->f->frames[i->frame].off + i->off);
		break;
	default: /* V_SUB_ADDR */
		patch = vec_push(&e->out->patches);
		if (patch)
			*patch = (struct vir_patch){ e->out->insns.len, i->target };
		else
			e->no_memory = true;
		wide(e, to, PSEUDO_FUNC, 0, 0);
	}
}

/* All at once: to[k] = from[k], where a register may be on both sides. */
static void move_all(struct emit *e, u8 *to, u8 *from, u32 count)
{
	u32 left = count;

	while (left) {
		bool moved = false;

		for (u32 k = 0; k < left; k++) {
			bool wanted = false;

			for (u32 other = 0; other < left; other++)
				wanted = wanted || (other != k && from[other] == to[k]);
			if (wanted)
				continue;
			move(e, to[k], from[k]);
			left--;
			to[k] = to[left];
			from[k] = from[left];
			moved = true;
			k--;
		}
		if (!moved) { /* a ring: one steps aside */
			move(e, SPARE, from[0]);
			for (u32 k = 1; k < left; k++) {
				if (from[k] == from[0])
					from[k] = SPARE;
			}
			from[0] = SPARE;
		}
	}
}

static u8 reg(const struct emit *e, u32 r)
{
	return e->f->reg[r];
}

static void arguments(struct emit *e, const struct vinsn *i)
{
	u8 to[5], from[5];
	u32 count = 0;

	for (u32 k = 0; k < i->argc; k++) {
		if (vir_arg_remat(&e->flow, e->f, i->args[k]))
			continue;
		to[count] = (u8)(k + 1);
		from[count++] = reg(e, i->args[k]);
	}
	move_all(e, to, from, count);
	for (u32 k = 0; k < i->argc; k++) {
		if (vir_arg_remat(&e->flow, e->f, i->args[k]))
			remat(e, &e->f->code[e->flow.def[i->args[k]]], (u8)(k + 1));
	}
}

static void call(struct emit *e, const struct vinsn *i)
{
	struct vir_patch *patch;
	struct obj_extern_ref *ref;

	arguments(e, i);
	if (i->kind == V_CALL) {
		INSN(.code = CODE_CALL, .src = CALL_HELPER, .imm = (s32)i->target);
	} else if (i->kind == V_CALL_KFUNC) {
		ref = vec_push(&e->out->refs);
		if (ref)
			*ref = (struct obj_extern_ref){ e->out->insns.len, i->target };
		e->no_memory = e->no_memory || !ref;
		INSN(.code = CODE_CALL, .src = CALL_KFUNC);
	} else {
		patch = vec_push(&e->out->patches);
		if (patch)
			*patch = (struct vir_patch){ e->out->insns.len, i->target };
		e->no_memory = e->no_memory || !patch;
		INSN(.code = CODE_CALL, .src = CALL_LOCAL);
	}
	if (i->dst && reg(e, i->dst) != NO_REG)
		move(e, reg(e, i->dst), 0);
}

static void alu(struct emit *e, const struct vinsn *i)
{
	u8 class = i->width == VC_32 ? CLASS_ALU : CLASS_ALU64, op = alu_ops[i->op];
	u8 dst = reg(e, i->dst), a = reg(e, i->a), b;
	s16 off = i->op == VC_SDIV || i->op == VC_SMOD;

	if (i->kind == V_ALU_IMM) {
		move(e, dst, a);
		INSN(.code = class | op | SRC_K, .dst = dst & 15, .off = off, .imm = (s32)i->imm);
		return;
	}
	b = reg(e, i->b);
	if (dst == b && dst != a) /* the operation commutes, or they would not share */
		b = a;
	else
		move(e, dst, a);
	INSN(.code = class | op | SRC_X, .dst = dst & 15, .src = b & 15, .off = off);
}

static void extend(struct emit *e, const struct vinsn *i)
{
	u8 dst = reg(e, i->dst), a = reg(e, i->a);
	s32 shift = 64 - i->size * 8;

	if (i->is_signed && e->out->modern) {
		INSN(.code = CODE_MOV | SRC_X, .dst = dst & 15, .src = a & 15,
		     .off = (s16)(i->size * 8));
	} else if (i->is_signed) {
		move(e, dst, a);
		alu_k(e, 0x60, dst, shift);
		alu_k(e, 0xc0, dst, shift);
	} else if (i->size == 4) {
		INSN(.code = CLASS_ALU | 0xb0 | SRC_X, .dst = dst & 15, .src = a & 15);
	} else {
		move(e, dst, a);
		alu_k(e, 0x50, dst, (1 << i->size * 8) - 1);
	}
}

static u8 size_bits(u32 size)
{
	return size == 1 ? SIZE_B : size == 2 ? SIZE_H : size == 4 ? SIZE_W : SIZE_DW;
}

static void memory(struct emit *e, const struct vinsn *i)
{
	static const u8 atomic_ops[] = {
		[VC_ADD] = 0x00, [VC_OR] = 0x40, [VC_AND] = 0x50, [VC_XOR] = 0xa0
	};
	u8 base = i->on_frame ? REG_FP : reg(e, i->a), size = size_bits(i->size);
	s16 off = (s16)(i->off + (i->on_frame ? e->f->frames[i->frame].off : 0));

	switch (i->kind) {
	case V_LOAD:
		INSN(.code = (u8)(CLASS_LDX | size |
				  (i->is_signed && i->size < 8 ? MODE_MEMSX : MODE_MEM)),
		     .dst = reg(e, i->dst) & 15, .src = base & 15, .off = off);
		break;
	case V_STORE:
		INSN(.code = CLASS_STX | MODE_MEM | size, .dst = base & 15,
		     .src = reg(e, i->b) & 15, .off = off);
		break;
	case V_STORE_IMM:
		INSN(.code = CLASS_ST | MODE_MEM | size, .dst = base & 15, .off = off,
		     .imm = (s32)i->imm);
		break;
	default:
		INSN(.code = (u8)(CLASS_STX | MODE_ATOMIC | size), .dst = base & 15,
		     .src = reg(e, i->b) & 15, .off = off,
		     .imm = atomic_ops[i->op] | (i->fetch ? 1 : 0));
	}
}

static void jump(struct emit *e, const struct vinsn *i)
{
	struct jump *j = vec_push(&e->jumps);
	u8 class = i->width == VC_32 ? CLASS_JMP32 : CLASS_JMP;

	if (!j) {
		e->no_memory = true;
		return;
	}
	*j = (struct jump){ e->out->insns.len, i->target };
	if (i->kind == V_JUMP)
		INSN(.code = CODE_JA);
	else if (i->kind == V_BRANCH)
		INSN(.code = class | jump_ops[i->op] | SRC_X, .dst = reg(e, i->a) & 15,
		     .src = reg(e, i->b) & 15);
	else
		INSN(.code = class | jump_ops[i->op] | SRC_K, .dst = reg(e, i->a) & 15,
		     .imm = (s32)i->imm);
}

static void insn(struct emit *e, const struct vinsn *i)
{
	e->at = i->at;
	if (i->dst && vir_is_pure(i) && reg(e, i->dst) == NO_REG)
		return; /* made anew where it is wanted */
	switch (i->kind) {
	case V_NOP:
	case V_FRAME_END:
		break;
	case V_LABEL:
		e->label_at[i->target] = e->out->insns.len;
		break;
	case V_MOV:
		move(e, reg(e, i->dst), reg(e, i->a));
		break;
	case V_ALU:
	case V_ALU_IMM:
		alu(e, i);
		break;
	case V_NEG:
		move(e, reg(e, i->dst), reg(e, i->a));
		INSN(.code = (u8)((i->width == VC_32 ? CLASS_ALU : CLASS_ALU64) | 0x80),
		     .dst = reg(e, i->dst) & 15);
		break;
	case V_SWAP:
		move(e, reg(e, i->dst), reg(e, i->a));
		INSN(.code = 0xdc, .dst = reg(e, i->dst) & 15, .imm = i->size * 8);
		break;
	case V_EXTEND:
		extend(e, i);
		break;
	case V_LOAD:
	case V_STORE:
	case V_STORE_IMM:
	case V_ATOMIC:
		memory(e, i);
		break;
	case V_JUMP:
	case V_BRANCH:
	case V_BRANCH_IMM:
		jump(e, i);
		break;
	case V_CALL:
	case V_CALL_KFUNC:
	case V_CALL_SUB:
		call(e, i);
		break;
	case V_EXIT:
		move(e, 0, reg(e, i->a));
		INSN(.code = CODE_EXIT);
		break;
	default:
		remat(e, i, reg(e, i->dst));
	}
}

static void parameters(struct emit *e)
{
	u8 to[5], from[5];
	u32 count = 0;

	for (u32 k = 0; k < 5; k++) {
		u32 param = e->f->param[k];

		if (!param || reg(e, param) == NO_REG)
			continue;
		to[count] = reg(e, param);
		from[count++] = (u8)(k + 1);
	}
	move_all(e, to, from, count);
}

static int resolve(struct emit *e, struct span *at)
{
	struct jump *j;

	vec_for (j, &e->jumps) {
		struct insn *i = &e->out->insns.data[j->insn];
		s64 distance = (s64)e->label_at[j->label] - j->insn - 1;

		if (distance == (s16)distance) {
			i->off = (s16)distance;
		} else if (i->code == CODE_JA && e->out->modern) {
			i->code = CODE_JA32;
			i->imm = (s32)distance;
		} else {
			*at = e->out->spans.data[j->insn];
			return -E2BIG;
		}
	}
	return 0;
}

int vir_emit(struct vir_out *out, const struct vfunc *f, struct span *at)
{
	struct emit e = { .out = out, .f = f };
	int err = vir_flow(&e.flow, f);

	e.label_at = arena_array(&e.flow.arena, f->label_count, sizeof(*e.label_at));
	if (!err && e.label_at) {
		parameters(&e);
		for (u32 i = 0; i < f->len; i++)
			insn(&e, &f->code[i]);
	}
	if (!err)
		err = e.no_memory || !e.label_at ? -ENOMEM : resolve(&e, at);
	vec_fini(&e.jumps);
	vir_flow_fini(&e.flow);
	return err;
}
