// SPDX-License-Identifier: BSD-2-Clause
/* Ways in and out: from the host, of functions, to helpers, to other programs. */
#include <errno.h>

#include "jit/runtime.h"
#include "jit/x64.h"
#include "jit/x64_entry.h"
#include "map/array.h"

#define RUN_FIELD(field) ((struct x64_mem){ RUN, NO_REG, 0, offsetof(struct vm_run, field) })

static void store64(struct x64 *x, struct x64_mem m, u8 src)
{
	x64_rm(&x->a, true, 0x89, src, m);
}

void x64_jmp_host(struct x64 *x, void (*to)(void))
{
	x64_mov_imm(&x->a, RAX, (u64)(uintptr_t)to);
	x64_rr(&x->a, false, 0xff, 4, RAX);
}

static void call_host(struct x64 *x, const void *fn)
{
	x64_mov_imm(&x->a, RAX, (u64)(uintptr_t)fn);
	x64_call_reg(&x->a, RAX);
}

/* Bytes below the saved registers: may_goto's counter, and what aligns the stack for calls. */
static u8 locals(const struct ir_func *f)
{
	u32 pushed = (u32)__builtin_popcount(f->saved), room = f->may_goto ? 8 : 0;

	if (f->calls && (8 + 8 * pushed + room) % 16)
		room += 8;
	return (u8)room;
}

void x64_emit_prologue(struct x64 *x)
{
	u8 room = locals(x->func);

	if (x->func->entered)
		x64_endbr(&x->a);
	for (u32 r = 6; r <= 9; r++) {
		if (x->func->saved >> r & 1)
			x64_push(&x->a, x64_reg_of[r]);
	}
	if (room)
		x64_arith_imm(&x->a, true, X64_SUB, RSP, room);
	if (x->func->may_goto)
		x64_mov_mem_imm(&x->a, 4, (struct x64_mem){ RSP, NO_REG, 0, 0 }, MAY_GOTO_LIMIT);
}

void x64_emit_epilogue(struct x64 *x)
{
	u8 room = locals(x->func);

	if (room)
		x64_arith_imm(&x->a, true, X64_ADD, RSP, room);
	for (u32 r = 9; r >= 6; r--) {
		if (x->func->saved >> r & 1)
			x64_pop(&x->a, x64_reg_of[r]);
	}
}

void x64_emit_exit(struct x64 *x)
{
	if (x->checks)
		x64_check_exit(x);
	x64_emit_epilogue(x);
	x64_byte(&x->a, 0xc3);
}

void x64_emit_may_goto(struct x64 *x, const struct ir_insn *i)
{
	struct x64_mem left = { RSP, NO_REG, 0, 0 };

	x64_arith_mem_imm(&x->a, X64_CMP, left, 0);
	x64_jcc(x, CC_E, i->to);
	x64_arith_mem_imm(&x->a, X64_SUB, left, 1);
}

static void fault_if_any(struct x64 *x)
{
	x64_arith_mem_imm(&x->a, X64_CMP, RUN_FIELD(fault.kind), 0);
	x64_jcc_fault(x, CC_NE, JIT_FAULT_SET);
}

void x64_emit_call(struct x64 *x, const struct ir_insn *i)
{
	const struct vm_call *call = &x->ir->prog->calls[i->imm];

	if (call->custom)
		x64_mov_imm(&x->a, RDI, (u64)(uintptr_t)call->arg);
	else
		x64_mov(&x->a, true, RDI, RUN);
	call_host(x, (const void *)call->fn);
	if (!i->sign)
		fault_if_any(x);
}

/* The arguments move one register down: what the helper has first is the run. */
void x64_emit_map(struct x64 *x, const struct ir_insn *i)
{
	struct map *map = (struct map *)(uintptr_t)i->imm;

	x64_mov_imm(&x->a, RDI, (u64)i->imm);
	x64_mov(&x->a, true, RSI, RDX);
	switch ((enum ir_map_op)i->op) {
	case IR_MAP_LOOKUP:
		x64_rm(&x->a, false, 0x8b, RDX, RUN_FIELD(cpu));
		call_host(x, (const void *)map->lookup);
		return;
	case IR_MAP_UPDATE:
		x64_mov(&x->a, true, RDX, RCX);
		x64_mov(&x->a, true, RCX, R8);
		x64_rm(&x->a, false, 0x8b, R8, RUN_FIELD(cpu));
		call_host(x, (const void *)map->ops->update);
		break;
	case IR_MAP_REMOVE:
		call_host(x, (const void *)map->ops->remove);
		break;
	case IR_MAP_OUTPUT:
		x64_mov(&x->a, true, RDX, RCX);
		call_host(x, (const void *)ring_output);
		break;
	}
	x64_rr(&x->a, true, 0x63, RAX, RAX);
}

void x64_emit_cpu(struct x64 *x)
{
	x64_rm(&x->a, false, 0x8b, RAX, RUN_FIELD(cpu));
}

/* rax *= by */
static void scale(struct x64 *x, u32 by)
{
	if (by & (by - 1))
		x64_imul_imm(&x->a, true, RAX, RAX, (s32)by);
	else if (by > 1)
		x64_shift(&x->a, true, X64_SHL, RAX, (u8)__builtin_ctz(by));
}

/* rax = offset of the element in the array; leaves for NULL by `outside`, of `count` jumps. */
static u32 lookup_offset(struct x64 *x, const struct ir_insn *i, const struct array_layout *a,
			 u32 outside[2])
{
	const struct map *map = (const struct map *)(uintptr_t)i->imm;

	if (i->reg)
		x64_mov(&x->a, false, RAX, x64_src(i));
	else
		x64_rm(&x->a, false, 0x8b, RAX, (struct x64_mem){ RDX, NO_REG, 0, 0 });
	x64_arith_imm(&x->a, false, X64_CMP, RAX, (s32)a->count);
	if (i->both)
		x64_jcc(x, CC_AE, i->to);
	else
		outside[0] = x64_jcc_short(&x->a, CC_AE);
	scale(x, a->stride);
	if (!a->percpu)
		return 1;
	x64_rm(&x->a, false, 0x8b, RDI, RUN_FIELD(cpu));
	x64_arith_imm(&x->a, false, X64_CMP, RDI, (s32)map->slots);
	if (i->both)
		x64_jcc(x, CC_AE, i->to);
	else
		outside[1] = x64_jcc_short(&x->a, CC_AE);
	x64_imul_imm(&x->a, true, RDI, RDI, (s32)(a->count * a->stride));
	x64_arith(&x->a, true, X64_ADD, RAX, RDI);
	return 2;
}

void x64_emit_lookup(struct x64 *x, const struct ir_insn *i)
{
	const struct map *map = (const struct map *)(uintptr_t)i->imm;
	u32 outside[2], count, found;
	struct array_layout a;

	array_layout(map, &a);
	count = lookup_offset(x, i, &a, outside);
	x64_mov_imm(&x->a, RDI, (u64)(uintptr_t)a.data);
	x64_arith(&x->a, true, X64_ADD, RAX, RDI);
	if (i->both)
		return;
	found = x64_jmp_short(&x->a);
	for (u32 k = 0; k < count; k++)
		x64_bind(&x->a, outside[k]);
	x64_arith(&x->a, false, X64_XOR, RAX, RAX);
	x64_bind(&x->a, found);
}

void x64_emit_callx(struct x64 *x, const struct ir_insn *i)
{
	store64(x, RUN_FIELD(native_operand), x64_dst(i));
	x64_mov(&x->a, true, RDI, RUN);
	call_host(x, (const void *)jit_callx);
	fault_if_any(x);
}

/* r1 and r0 wait on the host's stack: two words, so that it stays aligned. */
void x64_emit_tail_call(struct x64 *x, const struct ir_insn *i)
{
	u32 none;

	x64_push(&x->a, RAX);
	x64_push(&x->a, RSI);
	x64_mov(&x->a, true, RDI, RUN);
	x64_mov(&x->a, true, RSI, RDX);
	x64_mov(&x->a, false, RDX, RCX);
	x64_mov_imm(&x->a, RCX, (u64)(uintptr_t)x64_interpret);
	call_host(x, (const void *)jit_tail_target);
	x64_pop(&x->a, RSI);
	x64_pop(&x->a, RCX); /* r0 */
	x64_test(&x->a, true, RAX, RAX);
	none = x64_jcc_short(&x->a, CC_E);
	x64_emit_epilogue(x);
	x64_rr(&x->a, false, 0xff, 4, RAX);
	x64_bind(&x->a, none);
	x64_mov(&x->a, true, RAX, RCX);
}

/* Big-endian load of `size` bytes to rax. */
static void load_big(struct x64 *x, u32 size, struct x64_mem m)
{
	if (size == 1) {
		x64_rm(&x->a, false, 0x0fb6, RAX, m);
	} else if (size == 2) {
		x64_rm(&x->a, false, 0x0fb7, RAX, m);
		x64_byte(&x->a, 0x66); /* rol ax, 8 */
		x64_shift(&x->a, false, X64_ROL, RAX, 8);
	} else {
		x64_rm(&x->a, false, 0x8b, RAX, m);
		x64_byte(&x->a, 0x0f); /* bswap eax */
		x64_byte(&x->a, 0xc8);
	}
}

/* Inside of what the run shows of the packet; rdi is the offset. The jump to what is not, and
 * *loaded: the one to the end. */
static u32 packet_window(struct x64 *x, u32 size, u32 *loaded)
{
	u32 outside;

	x64_rm(&x->a, true, 0x8d, RDX, (struct x64_mem){ RDI, NO_REG, 0, (s32)size });
	x64_rm(&x->a, true, 0x3b, RDX, RUN_FIELD(packet_len));
	outside = x64_jcc_short(&x->a, CC_A);
	x64_rm(&x->a, true, 0x8b, RAX, RUN_FIELD(packet));
	load_big(x, size, (struct x64_mem){ RAX, RDI, 0, 0 });
	*loaded = x64_jmp_short(&x->a);
	return outside;
}

/* edi = offset */
static void packet_offset(struct x64 *x, const struct ir_insn *i)
{
	if (i->blind && i->reg)
		x64_rm(&x->a, false, 0x8d, RDI, (struct x64_mem){ x64_src(i), RDI, 0, 0 });
	else if (i->blind)
		x64_mov(&x->a, false, RDI, RDI);
	else if (i->reg)
		x64_rm(&x->a, false, 0x8d, RDI,
		       (struct x64_mem){ x64_src(i), NO_REG, 0, (s32)i->imm });
	else
		x64_mov_imm(&x->a, RDI, (u32)i->imm);
}

void x64_emit_packet(struct x64 *x, const struct ir_insn *i)
{
	u32 outside, inside, loaded, fault;

	packet_offset(x, i);
	outside = packet_window(x, i->size, &inside);
	x64_bind(&x->a, outside);
	x64_mov(&x->a, false, RSI, RDI);
	x64_mov(&x->a, true, RDI, RUN);
	x64_mov_imm(&x->a, RDX, i->size);
	call_host(x, (const void *)jit_packet_load);
	x64_arith_imm(&x->a, false, X64_CMP, RDX, 1);
	loaded = x64_jcc_short(&x->a, CC_E);
	fault = x64_jcc_short(&x->a, CC_A);
	x64_arith(&x->a, false, X64_XOR, RAX, RAX);
	x64_emit_exit(x);
	x64_bind(&x->a, fault);
	x64_jmp_fault(x, JIT_FAULT_SET);
	x64_bind(&x->a, loaded);
	x64_bind(&x->a, inside);
}

/* One block a slot that can fault, then what they share. */
void x64_emit_faults(struct x64 *x)
{
	u32 report = 0;
	struct x64_fault *f;

	vec_for (f, &x->faults) {
		x64_room(&x->a);
		x64_place(x, f->slot);
		STORE(u32, x->a.data + f->at - 4, x->a.len - f->at);
		x64_mov_imm(&x->a, RDI, f->slot << 2 | f->kind);
		if (report && x->a.len + 2 - report <= -INT8_MIN) {
			x64_byte(&x->a, 0xeb);
			x64_byte(&x->a, (u8)(report - (x->a.len + 1)));
		} else {
			report = x->a.len;
			x64_jmp_host(x, x64_fault);
		}
	}
}
