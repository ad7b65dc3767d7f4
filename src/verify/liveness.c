// SPDX-License-Identifier: BSD-2-Clause
#include "verify/liveness.h"

#include <errno.h>
#include <stdlib.h>

#include "btf/types.h"
#include "spec/helper.h"

#define BIT(n)	  ((u16)(1u << (n)))
#define ARG_REGS  ((u16)(BIT(1) | BIT(2) | BIT(3) | BIT(4) | BIT(5)))
#define CALL_REGS ((u16)(BIT(0) | ARG_REGS)) /* a call leaves none of them as they were */

enum {
	ATOMIC_FETCH = 0x01,
	ATOMIC_CMPXCHG = 0xf1,
	ATOMIC_LOAD_ACQUIRE = 0x100,
	ATOMIC_STORE_RELEASE = 0x110
};

static u16 first_args(u32 count)
{
	return (u16)(((1u << MIN(count, 5u)) - 1) << 1);
}

/* Arguments by the helper's prototype. */
static u16 helper_args(u32 id)
{
	const struct helper_info *h = helper_by_id(id);
	u32 n = 0;

	if (!h)
		return ARG_REGS;
	while (n < 5 && h->arg[n] != ARG_NONE)
		n++;
	return first_args(n);
}

/* Arguments by the type of the kernel function, all of them when it has none. */
static u16 kfunc_args(const struct object *obj, const struct obj_prog *prog, u32 at)
{
	for (u32 k = 0; k < prog->ref_count && obj->types; k++) {
		const struct obj_extern_ref *ref = &prog->refs[k];
		u32 type;

		if (ref->insn != at || ref->extern_idx >= obj->extern_count)
			continue;
		type = types_ref(obj->types, obj->externs[ref->extern_idx].type_id);
		if (types_kind(obj->types, type) == KIND_FUNC_PROTO)
			return first_args(types_vlen(obj->types, type));
	}
	return ARG_REGS;
}

static u16 call_args(const struct object *obj, const struct obj_prog *prog, u32 at)
{
	const struct insn *i = &prog->insns[at];

	if (i->code != CODE_CALL)
		return (u16)(ARG_REGS | BIT(i->dst));
	if (i->src == CALL_HELPER)
		return helper_args((u32)i->imm);
	return i->src == CALL_KFUNC ? kfunc_args(obj, prog, at) : ARG_REGS;
}

static struct reg_use use_of_atomic(const struct insn *i, u16 dst, u16 src)
{
	switch (i->imm) {
	case ATOMIC_LOAD_ACQUIRE:
		return (struct reg_use){ src, dst };
	case ATOMIC_STORE_RELEASE:
		return (struct reg_use){ dst | src, 0 };
	case ATOMIC_CMPXCHG:
		return (struct reg_use){ (u16)(dst | src | BIT(0)), BIT(0) };
	}
	return (struct reg_use){ dst | src, i->imm & ATOMIC_FETCH ? src : 0 };
}

static struct reg_use use_of_alu(const struct insn *i, u16 dst, u16 src)
{
	u16 operand = INSN_SRC(i->code) == SRC_X ? src : 0;

	if (INSN_OP(i->code) == INSN_OP(CODE_MOV))
		return (struct reg_use){ operand, dst };
	if (INSN_OP(i->code) == 0xd0) /* byte swaps: the source bit is the byte order */
		operand = 0;
	return (struct reg_use){ dst | operand, dst };
}

static struct reg_use use_of_jump(const struct object *obj, const struct obj_prog *prog, u32 at,
				  u16 dst, u16 src)
{
	const struct insn *i = &prog->insns[at];

	switch (INSN_OP(i->code)) {
	case INSN_OP(CODE_JA):
	case INSN_OP(CODE_JCOND):
		return (struct reg_use){ 0, 0 };
	case INSN_OP(CODE_EXIT):
		return (struct reg_use){ BIT(0), 0 };
	case INSN_OP(CODE_CALL):
		return (struct reg_use){ call_args(obj, prog, at), CALL_REGS };
	}
	return (struct reg_use){ dst | (INSN_SRC(i->code) == SRC_X ? src : 0), 0 };
}

struct reg_use liveness_insn(const struct object *obj, const struct obj_prog *prog, u32 at)
{
	const struct insn *i = &prog->insns[at];
	u16 dst = BIT(i->dst), src = BIT(i->src);

	switch (INSN_CLASS(i->code)) {
	case CLASS_LD:
		if (insn_is_wide(i))
			return (struct reg_use){ 0, dst };
		/* packet access: r6 is the context; it is left to itself, everything counts as read
		 */
		return (struct reg_use){ UINT16_MAX, 0 };
	case CLASS_LDX:
		return (struct reg_use){ src, dst };
	case CLASS_ST:
		return (struct reg_use){ dst, 0 };
	case CLASS_STX:
		if (INSN_MODE(i->code) == MODE_ATOMIC)
			return use_of_atomic(i, dst, src);
		return (struct reg_use){ dst | src, 0 };
	case CLASS_ALU:
	case CLASS_ALU64:
		return use_of_alu(i, dst, src);
	}
	return use_of_jump(obj, prog, at, dst, src);
}

/* One sweep from the last slot of a function to its first; true when something grew. */
static bool sweep(struct cfg *cfg, const struct reg_use *uses, const struct cfg_func *f)
{
	u32 next[2], n;
	bool grew = false;
	u16 live;

	for (u32 at = f->end; at-- > f->start;) {
		if (cfg->flags[at] & CFG_SECOND)
			continue;
		live = 0;
		n = cfg_next(cfg->prog, at, next);
		for (u32 k = 0; k < n; k++)
			live |= cfg->live[next[k]];
		live = (u16)((live & ~uses[at].def) | uses[at].use);
		live &= BIT(REG_FP) - 1;
		grew |= live != cfg->live[at];
		cfg->live[at] = live;
	}
	return grew;
}

int liveness_find(struct cfg *cfg, const struct object *obj)
{
	struct reg_use *uses = calloc(cfg->count, sizeof(*uses));

	if (!uses)
		return -ENOMEM;
	for (u32 at = 0; at < cfg->count; at++) {
		if (!(cfg->flags[at] & CFG_SECOND))
			uses[at] = liveness_insn(obj, cfg->prog, at);
	}
	for (u32 k = 0; k < cfg->func_count; k++) {
		while (sweep(cfg, uses, &cfg->funcs[k]))
			;
	}
	free(uses);
	return 0;
}
