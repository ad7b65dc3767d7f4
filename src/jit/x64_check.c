// SPDX-License-Identifier: BSD-2-Clause
/*
 * Checked code: what stands before an instruction so that it is carried out only when the checked
 * interpreter would. A test that does not pass goes to a place at the end of the program, which
 * asks (and comes back) or ends the run. Scratch: rdi, r10, r11; the flags are nobody's.
 */
#include <errno.h>

#include "jit/checked.h"
#include "jit/x64.h"
#include "jit/x64_entry.h"
#include "vm/access.h"

#define RUN_FIELD(field) ((struct x64_mem){ RUN, NO_REG, 0, (s32)offsetof(struct vm_run, field) })
#define RUN_AT(offset)	 ((struct x64_mem){ RUN, NO_REG, 0, (s32)(offset) })

enum { FRAME = sizeof(((struct vm_run *)0)->stack[0]) };

static void load64(struct x64 *x, u8 dst, struct x64_mem m)
{
	x64_rm(&x->a, true, 0x8b, dst, m);
}

static void store64(struct x64 *x, struct x64_mem m, u8 src)
{
	x64_rm(&x->a, true, 0x89, src, m);
}

static struct x64_mem native_reg(u32 r)
{
	return RUN_AT(offsetof(struct vm_run, native_reg) + r * sizeof(u64));
}

static void call_host(struct x64 *x, const void *fn)
{
	x64_mov_imm(&x->a, RAX, (u64)(uintptr_t)fn);
	x64_call_reg(&x->a, RAX);
}

static void jump_back(struct x64 *x, u8 opcode, u32 to)
{
	x64_byte(&x->a, opcode);
	x64_u32(&x->a, to - (x->a.len + 4));
}

/* ---- accesses ---- */

static struct x64_mem operand(const struct ir_insn *i)
{
	bool through_src =
		i->kind == IR_LOAD || (i->kind == IR_ATOMIC && i->imm == ATOMIC_LOAD_ACQUIRE);

	return (struct x64_mem){ through_src ? x64_src(i) : x64_dst(i), NO_REG, 0, i->off };
}

/* To the place that asks about this slot. */
static void ask(struct x64 *x, u8 jump)
{
	struct x64_ask *a;

	if (jump != 0xe9)
		x64_byte(&x->a, 0x0f);
	x64_byte(&x->a, jump);
	x64_u32(&x->a, 0);
	a = vec_push(&x->asks);
	if (a)
		*a = (struct x64_ask){ x->a.len, x->slot, 0, x->func->spare };
	else
		x->err = -ENOMEM;
}

static void ask_if(struct x64 *x, enum x64_cc cc)
{
	ask(x, 0x80 | cc);
}

/* Marks of the frame's bytes, and a mask in them; `wide`: of two bytes. */
static struct x64_mem marks(const struct ir_check *c, u32 *mask)
{
	u32 bit = (u32)(c->at + STACK_SIZE);

	*mask = ((1u << c->size) - 1) << bit % 8;
	return (struct x64_mem){ FP, NO_REG, 0, (s32)(bit / 8) - FRAME };
}

static void mark(struct x64 *x, const struct ir_check *c)
{
	u32 mask;
	struct x64_mem m = marks(c, &mask);

	if (mask == 0xff) {
		x64_mov_mem_imm(&x->a, 1, m, -1);
	} else if (mask < 0xff) {
		x64_rm(&x->a, false, 0x80, X64_OR >> 3, m);
		x64_byte(&x->a, (u8)mask);
	} else {
		x64_byte(&x->a, 0x66);
		x64_rm(&x->a, false, 0x81, X64_OR >> 3, m);
		x64_byte(&x->a, (u8)mask);
		x64_byte(&x->a, (u8)(mask >> 8));
	}
}

static void test_marks(struct x64 *x, const struct ir_check *c)
{
	u32 mask;
	struct x64_mem m = marks(c, &mask);

	x64_rm(&x->a, false, mask > 0xff ? 0x0fb7 : 0x0fb6, RDI, m);
	x64_rr(&x->a, false, 0xf7, 2, RDI); /* not */
	x64_rr(&x->a, false, 0xf7, 0, RDI); /* test */
	x64_u32(&x->a, mask);
	ask_if(x, CC_NE);
}

static void test_window(struct x64 *x, const struct ir_insn *i, const struct ir_check *c)
{
	u32 at = (u32)(offsetof(struct vm_run, windows) + c->window * sizeof(struct vm_window));
	u32 power = (u32)__builtin_ctz(c->size);

	x64_rm(&x->a, true, 0x8d, RDI, operand(i));
	if ((c->how & ACCESS_ATOMIC) && c->size > 1) {
		x64_test_imm(&x->a, false, RDI, c->size - 1);
		ask_if(x, CC_NE);
	}
	x64_rm(&x->a, true, 0x2b, RDI, RUN_AT(at + offsetof(struct vm_window, base)));
	x64_rm(&x->a, true, 0x3b, RDI, RUN_AT(at + offsetof(struct vm_window, starts[power])));
	ask_if(x, CC_AE);
}

static void test_context(struct x64 *x, const struct ir_insn *i, const struct ir_check *c)
{
	struct x64_mem start = operand(i);

	if (c->at) {
		start.disp = -c->at;
		x64_rm(&x->a, true, 0x8d, RDI, start);
		start.base = RDI;
	}
	x64_rm(&x->a, true, 0x3b, start.base, RUN_FIELD(native_ctx));
	ask_if(x, CC_NE);
}

static void access(struct x64 *x, const struct ir_insn *i, const struct ir_check *c)
{
	u32 first = x->asks.len;

	switch ((enum check_kind)c->kind) {
	case CHECK_NONE:
	case CHECK_KNOWN: /* of calls */
	case CHECK_LOOKUP:
		break;
	case CHECK_CALL:
		ask(x, 0xe9);
		break;
	case CHECK_WINDOW:
		test_window(x, i, c);
		break;
	case CHECK_CONTEXT:
		test_context(x, i, c);
		break;
	case CHECK_WRITTEN:
		test_marks(x, c);
		break;
	case CHECK_MARK:
		mark(x, c);
		break;
	}
	for (u32 k = first; k < x->asks.len; k++)
		x->asks.data[k].back = x->a.len;
}

/* ---- instructions left ---- */

/* They are counted in run->left, or in a register, which is written back before others look. */
static void left_store(struct x64 *x, u8 spare)
{
	if (spare)
		store64(x, RUN_FIELD(left), x64_reg_of[spare]);
}

static void left_load(struct x64 *x)
{
	if (x->func->spare)
		load64(x, x64_reg_of[x->func->spare], RUN_FIELD(left));
}

void x64_check_prologue(struct x64 *x)
{
	left_load(x);
}

static void count(struct x64 *x, const struct ir_check *c)
{
	if (x->func->spare) {
		x64_arith_imm(&x->a, true, X64_SUB, x64_reg_of[x->func->spare], (s32)c->ahead);
	} else if (c->ahead <= INT8_MAX) {
		x64_rm(&x->a, true, 0x83, X64_SUB >> 3, RUN_FIELD(left));
		x64_byte(&x->a, (u8)c->ahead);
	} else {
		x64_rm(&x->a, true, 0x81, X64_SUB >> 3, RUN_FIELD(left));
		x64_u32(&x->a, c->ahead);
	}
	x64_jcc_fault(x, CC_B, CHECKED_LEAVE);
}

/* ---- calls and ends ---- */

static void store_arguments(struct x64 *x, u32 from, u32 to)
{
	for (u32 r = from; r <= to; r++)
		store64(x, native_reg(r), x64_reg_of[r]);
}

static void fault_if_any(struct x64 *x)
{
	x64_arith_mem_imm(&x->a, X64_CMP, RUN_FIELD(fault.kind), 0);
	x64_jcc_fault(x, CC_NE, CHECKED_CALL);
}

static void helper(struct x64 *x)
{
	left_store(x, x->func->spare);
	store64(x, native_reg(0), RAX);
	x64_mov_mem_imm(&x->a, 4, RUN_FIELD(native_slot), (s32)x->slot);
	x64_mov(&x->a, true, RDI, RUN);
	call_host(x, (const void *)checked_call);
	left_load(x);
	fault_if_any(x);
}

/* One whose arguments are known: a fault can still come from the helper itself. */
static void known_helper(struct x64 *x, const struct ir_insn *i)
{
	store_arguments(x, 0, 5);
	x64_mov(&x->a, true, RDI, RUN);
	call_host(x, (const void *)x->ir->prog->calls[i->imm].fn);
	fault_if_any(x);
}

/* What args_result does for a look-up. */
static void lookup(struct x64 *x, const struct ir_insn *i)
{
	const struct helper_info *info = x->ir->prog->calls[i->imm].info;
	u32 found;

	known_helper(x, i);
	store64(x, RUN_FIELD(last_value), RAX);
	x64_test(&x->a, true, RAX, RAX);
	found = x64_jcc_short(&x->a, CC_NE);
	x64_mov_imm(&x->a, RDI, (u64)(uintptr_t)info);
	store64(x, RUN_FIELD(null_call), RDI);
	x64_mov_mem_imm(&x->a, 4, RUN_FIELD(null_insn), (s32)x->slot);
	x64_bind(&x->a, found);
}

static void tail_call(struct x64 *x)
{
	u32 none;

	left_store(x, x->func->spare);
	store64(x, native_reg(0), RAX);
	store_arguments(x, 4, 5);
	x64_mov_mem_imm(&x->a, 4, RUN_FIELD(native_slot), (s32)x->slot);
	x64_mov(&x->a, true, RDI, RUN);
	x64_mov_imm(&x->a, R8, (u64)(uintptr_t)x64_interpret);
	call_host(x, (const void *)checked_tail);
	fault_if_any(x);
	x64_test(&x->a, true, RAX, RAX);
	none = x64_jcc_short(&x->a, CC_E);
	load64(x, RSI, native_reg(1));
	x64_arith(&x->a, false, X64_XOR, RDX, RDX);
	x64_emit_epilogue(x);
	x64_rr(&x->a, false, 0xff, 4, RAX);
	x64_bind(&x->a, none);
}

/* movups [m], xmm0 */
static void store_xmm0(struct x64 *x, struct x64_mem m)
{
	x64_rm(&x->a, false, 0x0f11, 0, m);
}

static void zero_xmm0(struct x64 *x)
{
	x64_rr(&x->a, false, 0x0f57, 0, 0); /* xorps */
}

static void local_call(struct x64 *x, const struct ir_insn *i)
{
	struct x64_mem frames = RUN_FIELD(frames);

	left_store(x, x->func->spare);
	x64_arith_mem_imm(&x->a, X64_ADD, frames, 1);
	x64_arith_imm(&x->a, true, X64_ADD, FP, FRAME);
	zero_xmm0(x);
	for (u32 k = 0; k < VM_WRITTEN; k += 16)
		store_xmm0(x, (struct x64_mem){ FP, NO_REG, 0, (s32)k - FRAME });
	x64_call_slot(x, i->to);
	x64_arith_imm(&x->a, true, X64_SUB, FP, FRAME);
	x64_arith_mem_imm(&x->a, X64_SUB, frames, 1);
	left_load(x);
}

/* The first function ends the program: nothing may be left open. Others may have shown their frame
 * in windows. */
void x64_check_exit(struct x64 *x)
{
	if (x->func == x->ir->funcs) {
		x64_arith_mem_imm(&x->a, X64_CMP, RUN_FIELD(open_records), 0);
		x64_jcc_fault(x, CC_NE, CHECKED_LEAVE);
		x64_rm(&x->a, true, 0x83, X64_CMP >> 3, RUN_FIELD(held_lock));
		x64_byte(&x->a, 0);
		x64_jcc_fault(x, CC_NE, CHECKED_LEAVE);
	} else if (x->checks[x->slot].own) {
		jump_back(x, 0xe8, x->forget);
	}
	left_store(x, x->func->spare);
}

static void packet_load(struct x64 *x, const struct ir_insn *i)
{
	x64_rm(&x->a, true, 0x3b, x64_reg_of[6], RUN_FIELD(ctx));
	x64_jcc_fault(x, CC_NE, CHECKED_LEAVE);
	x64_rm(&x->a, true, 0x83, X64_CMP >> 3, RUN_FIELD(packet_load));
	x64_byte(&x->a, 0);
	x64_jcc_fault(x, CC_E, CHECKED_LEAVE);
	if (i->blind)
		x64_blind_operand(x, i);
	x64_emit_packet(x, i);
}

/* ---- instructions ---- */

bool x64_check_insn(struct x64 *x, const struct ir_insn *i)
{
	const struct ir_check *c = &x->checks[x->slot];

	if (c->never)
		return true;
	if (c->head)
		count(x, c);
	if (c->fails) {
		x64_jmp_fault(x, CHECKED_LEAVE);
		return true;
	}
	switch (i->kind) {
	case IR_CALL:
		if (c->kind == CHECK_KNOWN)
			known_helper(x, i);
		else if (c->kind == CHECK_LOOKUP)
			lookup(x, i);
		else
			helper(x);
		return true;
	case IR_TAIL_CALL:
		tail_call(x);
		return true;
	case IR_CALL_LOCAL:
		local_call(x, i);
		return true;
	case IR_LD_PACKET:
		packet_load(x, i);
		return true;
	case IR_EXIT:
		x64_emit_exit(x);
		return true;
	}
	access(x, i, c);
	return false;
}

/* ---- places apart ---- */

/* Closes all windows, and changes nothing else. */
void x64_check_start(struct x64 *x)
{
	x64_room(&x->a);
	x->forget = x->a.len;
	zero_xmm0(x);
	for (u32 k = 0; k < sizeof(((struct vm_run *)0)->windows); k += 16)
		store_xmm0(x, RUN_AT(offsetof(struct vm_run, windows) + k));
	x64_byte(&x->a, 0xc3);
	_Static_assert(sizeof(((struct vm_run *)0)->windows) % 16 == 0, "whole stores");
}

static const u8 lost_in_calls[] = { RAX, RSI, RDX, RCX, R8, R9, R10 };

/* rdi the address, r10 the slot. The stack is aligned where this is called. */
static u32 emit_asker(struct x64 *x, u32 set)
{
	u32 start;

	x64_room(&x->a);
	start = x->a.len;
	for (u32 k = 0; k < ARRAY_SIZE(lost_in_calls); k++)
		x64_push(&x->a, lost_in_calls[k]);
	x64_mov(&x->a, true, RSI, RDI);
	x64_mov(&x->a, true, RDI, RUN);
	x64_mov(&x->a, false, RDX, R10);
	call_host(x, (const void *)checked_access);
	x64_rr(&x->a, false, 0x84, RAX, RAX);
	for (u32 k = ARRAY_SIZE(lost_in_calls); k-- > 0;)
		x64_pop(&x->a, lost_in_calls[k]);
	x64_byte(&x->a, 0x0f);
	jump_back(x, 0x80 | CC_E, set);
	x64_byte(&x->a, 0xc3);
	return start;
}

/* r10 the slot, r11 the kind: for CHECKED_CALL first the registers that the call has cost. */
static void emit_report(struct x64 *x, u32 *set, u32 *report, u32 *call)
{
	x64_room(&x->a);
	*call = x->a.len;
	for (u32 r = 0; r <= 5; r++)
		load64(x, x64_reg_of[r], native_reg(r));
	*set = x->a.len;
	x64_mov_imm(&x->a, R11, CHECKED_SET);
	*report = x->a.len;
	for (u32 r = 0; r < REG_COUNT; r++)
		store64(x, native_reg(r), x64_reg_of[r]);
	load64(x, RSP, RUN_FIELD(native_sp));
	x64_mov(&x->a, true, RDI, RUN);
	x64_mov_imm(&x->a, RSI, (u64)(uintptr_t)x->ir->prog);
	x64_mov(&x->a, false, RDX, R10);
	x64_mov(&x->a, false, RCX, R11);
	call_host(x, (const void *)checked_fault);
	x64_jmp_host(x, x64_leave);
}

void x64_check_end(struct x64 *x)
{
	u32 set, report, call, asker;
	struct x64_fault *f;
	struct x64_ask *a;

	emit_report(x, &set, &report, &call);
	asker = emit_asker(x, set);
	vec_for (a, &x->asks) {
		x64_room(&x->a);
		x64_place(x, a->slot);
		STORE(u32, x->a.data + a->at - 4, x->a.len - a->at);
		x64_rm(&x->a, true, 0x8d, RDI, operand(&x->ir->insns[a->slot]));
		left_store(x, a->spare);
		x64_mov_imm(&x->a, R10, a->slot);
		jump_back(x, 0xe8, asker);
		jump_back(x, 0xe9, a->back);
	}
	vec_for (f, &x->faults) {
		x64_room(&x->a);
		x64_place(x, f->slot);
		STORE(u32, x->a.data + f->at - 4, x->a.len - f->at);
		left_store(x, f->spare);
		x64_mov_imm(&x->a, R10, f->slot);
		if (f->kind == CHECKED_LEAVE)
			x64_mov_imm(&x->a, R11, f->kind);
		jump_back(x, 0xe9,
			  f->kind == CHECKED_CALL    ? call
			  : f->kind == CHECKED_LEAVE ? report
						     : set);
	}
}
