// SPDX-License-Identifier: BSD-2-Clause
/*
 * IR_LOOP: bpf_loop, or for_each_map_elem over an array, around a callback that is known. Rounds
 * are counted on the host's stack; the callback is called directly.
 */
#include <errno.h>

#include "jit/x64.h"
#include "map/array.h"

enum { ROUNDS_MOST = 1 << 23 };

/* Words on the host's stack: as many as keep it aligned. */
static const struct x64_mem done = { RSP, NO_REG, 0, 0 };    /* rounds */
static const struct x64_mem arg = { RSP, NO_REG, 0, 8 };     /* r3 of the helper */
static const struct x64_mem wanted = { RSP, NO_REG, 0, 16 }; /* rounds */
static const struct x64_mem key = { RSP, NO_REG, 0, 24 };    /* of the element */
enum { ROOM = 32 };

/* The callback's arguments; rsi is the number of the round. */
static void arguments(struct x64 *x, const struct ir_insn *i)
{
	struct array_layout a;

	if (!i->imm) {
		x64_rm(&x->a, true, 0x8b, RDX, arg);
		return;
	}
	array_layout((const struct map *)(uintptr_t)i->imm, &a);
	x64_rm(&x->a, false, 0x89, RSI, key);
	x64_imul_imm(&x->a, true, RSI, RSI, (s32)a.stride);
	x64_mov_imm(&x->a, RCX, (u64)(uintptr_t)a.data);
	x64_arith(&x->a, true, X64_ADD, RCX, RSI);
	x64_rm(&x->a, true, 0x8d, RDX, key);
	x64_mov_imm(&x->a, RSI, (u64)i->imm);
	x64_rm(&x->a, true, 0x8b, R8, arg);
}

static void rounds(struct x64 *x, const struct ir_insn *i)
{
	const struct ir_func *to = ir_func_at(x->ir, i->to);
	u32 head, end;

	x64_arith_imm(&x->a, true, X64_SUB, RSP, ROOM);
	x64_rm(&x->a, true, 0x89, RCX, arg);
	x64_rm(&x->a, false, 0x89, RSI, wanted);
	x64_frame_move(x, to, X64_ADD);
	x64_arith(&x->a, false, X64_XOR, RSI, RSI);
	x64_rm(&x->a, false, 0x89, RSI, done);
	head = x->a.len;
	arguments(x, i);
	x64_call_slot(x, i->to);
	x64_rm(&x->a, false, 0x8b, RSI, done);
	x64_arith_imm(&x->a, false, X64_ADD, RSI, 1);
	x64_rm(&x->a, false, 0x89, RSI, done);
	x64_test(&x->a, true, RAX, RAX);
	end = x64_jcc_short(&x->a, CC_NE);
	x64_rm(&x->a, false, 0x3b, RSI, wanted);
	x64_byte(&x->a, 0x70 | CC_B);
	x64_byte(&x->a, (u8)(head - (x->a.len + 1)));
	x64_bind(&x->a, end);
	x64_mov(&x->a, false, RAX, RSI);
	x64_frame_move(x, to, X64_SUB);
	x64_arith_imm(&x->a, true, X64_ADD, RSP, ROOM);
}

/* A jump over more than a short one spans. */
static u32 jcc_far(struct x64 *x, enum x64_cc cc)
{
	x64_byte(&x->a, 0x0f);
	x64_byte(&x->a, 0x80 | cc);
	x64_u32(&x->a, 0);
	return x->a.len;
}

static void bind_far(struct x64 *x, u32 jump)
{
	STORE(u32, x->a.data + jump - 4, x->a.len - jump);
}

/* r0 = rounds done, or what the helper returns for flags and for too many. */
void x64_emit_loop(struct x64 *x, const struct ir_insn *i)
{
	const struct map *map = (const struct map *)(uintptr_t)i->imm;
	u32 flags, many = 0, none = 0;

	x64_mov_imm(&x->a, RAX, (u64)-EINVAL);
	x64_test(&x->a, true, R8, R8);
	flags = jcc_far(x, CC_NE);
	if (map) {
		x64_mov_imm(&x->a, RSI, map->def.max_entries);
	} else {
		x64_mov_imm(&x->a, RAX, (u64)-E2BIG);
		x64_arith_imm(&x->a, false, X64_CMP, RSI, ROUNDS_MOST);
		many = jcc_far(x, CC_A);
		x64_arith(&x->a, false, X64_XOR, RAX, RAX);
		x64_test(&x->a, false, RSI, RSI);
		none = jcc_far(x, CC_E);
	}
	rounds(x, i);
	bind_far(x, flags);
	if (!map) {
		bind_far(x, many);
		bind_far(x, none);
	}
}
