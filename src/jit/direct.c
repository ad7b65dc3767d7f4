// SPDX-License-Identifier: BSD-2-Clause
/*
 * Helpers on a map that is known: the map's own function is called rather than the helper's, or,
 * for look-ups in arrays, none at all. Helpers that cannot end the run need no question whether
 * they did.
 */
#include "jit/ir.h"
#include "map/array.h"

enum {
	LOOKUP = 1,
	UPDATE = 2,
	REMOVE = 3,
	KTIME_GET_NS = 5,
	GET_PRANDOM_U32 = 7,
	GET_SMP_PROCESSOR_ID = 8,
	GET_CURRENT_PID_TGID = 14,
	GET_CURRENT_UID_GID = 15,
	KTIME_GET_BOOT_NS = 125,
	RINGBUF_OUTPUT = 130,
	RINGBUF_FLAGS = 3, /* all that there are */
};

struct map *ir_map_in_r1(const struct ir *ir, u32 slot)
{
	const struct ir_insn *at = ir_constant_in(ir, 1, slot);
	const struct vm_env *env = ir->prog->env;

	for (u32 k = 0; at && k < env->obj->map_count; k++) {
		if (env->maps[k] && (u64)(uintptr_t)env->maps[k] == (u64)at->imm)
			return env->maps[k];
	}
	return NULL;
}

static void map_op(struct ir_insn *i, const struct map *m, enum ir_map_op op)
{
	i->kind = IR_MAP;
	i->op = op;
	i->imm = (s64)(uintptr_t)m;
}

static void lookup(struct ir_insn *i, const struct map *m)
{
	struct array_layout layout;

	map_op(i, m, IR_MAP_LOOKUP);
	if (array_layout(m, &layout) && (u64)layout.stride * layout.count <= INT32_MAX)
		i->kind = IR_LOOKUP;
}

static void output(const struct ir *ir, struct ir_insn *i, u32 slot, const struct map *m)
{
	const struct ir_insn *flags = ir_constant_in(ir, 4, slot);

	if (m->def.type == MAP_TYPE_RINGBUF && flags && !((u64)flags->imm & ~(u64)RINGBUF_FLAGS))
		map_op(i, m, IR_MAP_OUTPUT);
}

static void direct(const struct ir *ir, struct ir_insn *i, u32 slot, u32 helper)
{
	const struct map *m;

	switch (helper) {
	case GET_SMP_PROCESSOR_ID:
		i->kind = IR_CPU;
		return;
	case KTIME_GET_NS:
	case KTIME_GET_BOOT_NS:
	case GET_PRANDOM_U32:
	case GET_CURRENT_PID_TGID:
	case GET_CURRENT_UID_GID:
		i->sign = true;
		return;
	case LOOKUP:
	case UPDATE:
	case REMOVE:
	case RINGBUF_OUTPUT:
		break;
	default:
		return;
	}
	m = ir_map_in_r1(ir, slot);
	if (m && helper == LOOKUP)
		lookup(i, m);
	else if (m && helper == RINGBUF_OUTPUT)
		output(ir, i, slot, m);
	else if (m && map_prog_writes(m))
		map_op(i, m, helper == UPDATE ? IR_MAP_UPDATE : IR_MAP_REMOVE);
}

void ir_direct(struct ir *ir)
{
	for (u32 slot = 0; slot < ir->count; slot++) {
		struct ir_insn *i = &ir->insns[slot];
		const struct vm_call *call;

		if (i->kind != IR_CALL)
			continue;
		call = &ir->prog->calls[i->imm];
		if (!call->custom)
			direct(ir, i, slot, call->id);
	}
}

static u16 live_at(const struct ir *ir, u32 slot)
{
	struct ir_use u = ir_insn_use(&ir->insns[slot]);

	return (u16)(u.use | (ir->insns[slot].live & ~u.def));
}

bool ir_is_null_check(const struct ir_insn *i)
{
	return i->kind == IR_JUMP && !i->target && !i->dst && i->wide && !i->reg && !i->imm &&
	       (i->op == (u8)JMP_JEQ || i->op == (u8)JMP_JNE);
}

void ir_null_checks(struct ir *ir)
{
	for (u32 slot = 0; slot + 1 < ir->count; slot++) {
		struct ir_insn *i = &ir->insns[slot], *check;
		u32 next = slot + 1;
		bool jumps;

		if (i->kind != IR_LOOKUP)
			continue;
		while (next + 1 < ir->count && ir->insns[next].kind == IR_NONE &&
		       !ir->insns[next].target)
			next++;
		check = &ir->insns[next];
		if (!ir_is_null_check(check))
			continue;
		jumps = (check->op == (u8)JMP_JEQ) != check->sign;
		if (live_at(ir, jumps ? check->to : next + 1) & 1)
			continue;
		i->both = true;
		i->to = jumps ? check->to : next + 1;
		ir->insns[i->to].target = true;
		check->kind = jumps ? IR_NONE : IR_JA;
	}
}
