// SPDX-License-Identifier: BSD-2-Clause
/*
 * The program is emitted with long jumps, which gives the largest distance that any jump can have,
 * then with short ones where that fits. Where there are loops, their sizes come from a pass before.
 */
#include "jit/x64.h"

#include <errno.h>
#include <stdlib.h>

#include "jit/jit.h"
#include "jit/runtime.h"
#include "jit/x64_entry.h"

const u8 x64_reg_of[REG_COUNT + 1] = { RAX, RSI, RDX, RCX, R8, R9, RBX, R13, R14, R15, RBP, RDI };

enum { JMP_LONG = 5, JCC_LONG = 6 }; /* bytes */
enum { LINE = 64, FETCH = 8 };	     /* bytes of code that the machine takes together */
enum { TAIL_MOST = 2 };		     /* instructions */

static void fixup_add(struct x64 *x, u32 slot, bool is_short, bool call)
{
	struct x64_fixup *f;

	if (x->pass != X64_FINAL)
		return;
	f = vec_push(&x->fixups);
	if (f)
		*f = (struct x64_fixup){ x->a.len, slot, is_short, call };
	else
		x->err = -ENOMEM;
}

/* No jump of this instruction is farther from the target than the first pass had them. */
static bool is_near(const struct x64 *x, u32 slot)
{
	u32 from, to;

	if (x->pass != X64_FINAL)
		return false;
	from = x->longest[x->slot];
	to = x->longest[slot];
	if (to > from)
		return to - from <= INT8_MAX;
	return x->ends[x->slot] - to <= INT8_MAX;
}

void x64_jmp(struct x64 *x, u32 slot)
{
	bool near = is_near(x, slot);

	x64_byte(&x->a, near ? 0xeb : 0xe9);
	if (near)
		x64_byte(&x->a, 0);
	else
		x64_u32(&x->a, 0);
	fixup_add(x, slot, near, false);
}

void x64_jcc(struct x64 *x, enum x64_cc cc, u32 slot)
{
	bool near = is_near(x, slot);

	if (near) {
		x64_byte(&x->a, 0x70 | cc);
		x64_byte(&x->a, 0);
	} else {
		x64_byte(&x->a, 0x0f);
		x64_byte(&x->a, 0x80 | cc);
		x64_u32(&x->a, 0);
	}
	fixup_add(x, slot, near, false);
}

static void fault_add(struct x64 *x, u32 kind)
{
	struct x64_fault *f;

	f = vec_push(&x->faults);
	if (f)
		*f = (struct x64_fault){ x->a.len, x->slot, kind, x->func->spare };
	else
		x->err = -ENOMEM;
}

void x64_jcc_fault(struct x64 *x, enum x64_cc cc, u32 kind)
{
	x64_byte(&x->a, 0x0f);
	x64_byte(&x->a, 0x80 | cc);
	x64_u32(&x->a, 0);
	fault_add(x, kind);
}

void x64_jmp_fault(struct x64 *x, u32 kind)
{
	x64_byte(&x->a, 0xe9);
	x64_u32(&x->a, 0);
	fault_add(x, kind);
}

/* The callee's frame, where somebody sees it. */
void x64_frame_move(struct x64 *x, const struct ir_func *to, enum x64_arith op)
{
	struct x64_mem frames = { RUN, NO_REG, 0, offsetof(struct vm_run, frames) };
	s32 stride = sizeof(((struct vm_run *)0)->stack[0]);

	if (to->counts)
		x64_arith_mem_imm(&x->a, op, frames, 1);
	if (to->frame || to->counts)
		x64_arith_imm(&x->a, true, op, FP, stride);
}

void x64_call_slot(struct x64 *x, u32 slot)
{
	x64_byte(&x->a, 0xe8);
	x64_u32(&x->a, 0);
	fixup_add(x, slot, false, true);
}

void x64_emit_call_local(struct x64 *x, const struct ir_insn *i)
{
	const struct ir_func *to = ir_func_at(x->ir, i->to);
	struct x64_mem prog = { RUN, NO_REG, 0, offsetof(struct vm_run, prog) };

	x64_frame_move(x, to, X64_ADD);
	x64_call_slot(x, i->to);
	x64_frame_move(x, to, X64_SUB);
	if (to->tails) {
		x64_mov_imm(&x->a, RDI, (u64)(uintptr_t)x->ir->prog);
		x64_sized(&x->a, 8, 0, 0x89, RDI, prog);
	}
}

static void emit_insn(struct x64 *x, const struct ir_insn *i);

static bool is_short(const struct ir_insn *i)
{
	switch (i->kind) {
	case IR_NONE:
	case IR_NEG:
	case IR_MOVSX:
	case IR_ZEXT:
	case IR_CONST:
	case IR_LEA:
		return true;
	case IR_ALU:
		return i->op != ALU_DIV && i->op != (u8)ALU_MOD;
	}
	return false;
}

/* The test at the end of the loop that is jumped back to, after TAIL_MOST instructions; NULL. */
static const struct ir_insn *tail_test(const struct x64 *x, u32 to)
{
	const struct ir_insn *i = &x->ir->insns[to];
	u32 n = 0;

	if (to > x->slot || x->checks)
		return NULL;
	for (; is_short(i); i++) {
		if (i->kind != IR_NONE && ++n > TAIL_MOST)
			return NULL;
	}
	return i->kind == IR_JUMP ? i : NULL;
}

/* A jump to a loop's last test is that test. */
static void emit_ja(struct x64 *x, const struct ir_insn *ja)
{
	const struct ir_insn *test = tail_test(x, ja->to), *i = &x->ir->insns[ja->to];
	u32 next;

	if (ja->to == x->slot + 1)
		return;
	if (!test) {
		x64_jmp(x, ja->to);
		return;
	}
	for (; i <= test; i++) {
		x64_room(&x->a);
		emit_insn(x, i);
	}
	next = (u32)(i - x->ir->insns);
	x64_jmp(x, i->kind == IR_JA ? i->to : next);
}

static void emit_insn(struct x64 *x, const struct ir_insn *i)
{
	const struct ir_insn *flags_of = i->target ? NULL : x->flags_of;

	x->flags_of = NULL;
	if (i->blind && i->kind != IR_CONST)
		x64_blind_operand(x, i);
	switch ((enum ir_kind)i->kind) {
	case IR_NONE:
		x->flags_of = flags_of;
		break;
	case IR_DEAD:
		x64_jmp_fault(x, JIT_FAULT_DEAD);
		break;
	case IR_ALU:
		x64_emit_alu(x, i);
		break;
	case IR_NEG:
		x64_emit_neg(x, i);
		break;
	case IR_MOVSX:
		x64_emit_movsx(x, i);
		break;
	case IR_SWAP:
		x64_emit_swap(x, i);
		break;
	case IR_ZEXT:
		x64_emit_zext(x, i);
		break;
	case IR_CONST:
		if (i->blind)
			x64_blind_const(x, i);
		else
			x64_emit_const(x, i);
		break;
	case IR_LOAD:
		x64_emit_load(x, i);
		break;
	case IR_STORE:
		x64_emit_store(x, i);
		break;
	case IR_ATOMIC:
		x64_emit_atomic(x, i);
		break;
	case IR_JUMP:
		x64_emit_jump(x, i, flags_of);
		break;
	case IR_JA:
		emit_ja(x, i);
		break;
	case IR_MAY_GOTO:
		x64_emit_may_goto(x, i);
		break;
	case IR_LD_PACKET:
		x64_emit_packet(x, i);
		break;
	case IR_CALL:
		x64_emit_call(x, i);
		break;
	case IR_CALL_LOCAL:
		x64_emit_call_local(x, i);
		break;
	case IR_LOOKUP:
		x64_emit_lookup(x, i);
		break;
	case IR_MAP:
		x64_emit_map(x, i);
		break;
	case IR_CPU:
		x64_emit_cpu(x);
		break;
	case IR_LOOP:
		x64_emit_loop(x, i);
		break;
	case IR_CALLX:
		x64_emit_callx(x, i);
		break;
	case IR_TAIL_CALL:
		x64_emit_tail_call(x, i);
		break;
	case IR_POISON:
		x64_jmp_fault(x, JIT_FAULT_POISON);
		break;
	case IR_EXIT:
		x64_emit_exit(x);
		break;
	case IR_ROTATE:
		x64_emit_rotate(x, i);
		break;
	case IR_LEA:
		x64_emit_lea(x, i);
		break;
	case IR_FLAGS:
		x->flags_of = flags_of;
		break;
	case IR_SELECT:
		x64_emit_select(x, i, flags_of);
		break;
	}
}

/* A loop that fits into a line of code lies in one; others start where a fetch does. The passes
 * before the last: the most that this may take. */
static void align(struct x64 *x)
{
	u32 last = x->ir->insns[x->slot].loop, size, at = x->a.len % LINE;

	if (!last || x->pass == X64_MEASURE)
		return;
	size = x->ends[last] - x->longest[x->slot];
	if (x->pass == X64_BOUND)
		x64_nops(&x->a, size <= LINE ? size - 1 : FETCH - 1);
	else if (size > LINE)
		x64_nops(&x->a, -at % FETCH);
	else if (at + size > LINE)
		x64_nops(&x->a, LINE - at);
}

/* Does control come here other than from the slot before, or leave that one otherwise? */
static bool starts_stretch(const struct ir *ir, u32 slot)
{
	return ir->insns[slot].target || (slot && ir_ends_stretch(&ir->insns[slot - 1]));
}

static void count(struct x64 *x)
{
	x->counts[x->slot] = JIT_COUNT_BEFORE;
	if (!starts_stretch(x->ir, x->slot))
		return;
	x->counts[x->slot] = 0;
	x64_mov_imm(&x->a, RDI, (u64)(uintptr_t)&x->counts[x->slot]);
	x64_rm(&x->a, true, 0xff, 0, (struct x64_mem){ RDI, NO_REG, 0, 0 }); /* inc */
}

static void emit_func(struct x64 *x, const struct ir_func *f)
{
	x->func = f;
	x64_room(&x->a);
	x->entry[f->start] = x->a.len;
	x64_emit_prologue(x);
	if (x->checks)
		x64_check_prologue(x);
	for (x->slot = f->start; x->slot < f->end; x->slot++) {
		x64_room(&x->a);
		if (x->ir->insns[x->slot].loop)
			x64_emit_sum(x);
		align(x);
		x->at[x->slot] = x->a.len;
		if (x->counts)
			count(x);
		if (!x->checks || !x64_check_insn(x, &x->ir->insns[x->slot])) {
			x64_room(&x->a);
			emit_insn(x, &x->ir->insns[x->slot]);
		}
		x->ends_now[x->slot] = x->a.len;
	}
}

static void emit_all(struct x64 *x)
{
	x->a.len = 0;
	x->faults.len = 0;
	x->asks.len = 0;
	if (x->checks)
		x64_check_start(x);
	for (u32 k = 0; k < x->ir->func_count; k++)
		emit_func(x, &x->ir->funcs[k]);
	x->at[x->ir->count] = x->a.len;
	if (x->checks)
		x64_check_end(x);
	else
		x64_emit_faults(x);
}

static void fix(struct x64 *x)
{
	struct x64_fixup *f;

	vec_for (f, &x->fixups) {
		s32 distance = (s32)((f->call ? x->entry : x->at)[f->slot] - f->at);

		if (f->is_short)
			x->a.data[f->at - 1] = (u8)distance;
		else
			STORE(s32, x->a.data + f->at - 4, distance);
	}
}

static void swap(u32 **a, u32 **b)
{
	u32 *old = *a;

	*a = *b;
	*b = old;
}

static void run_pass(struct x64 *x, enum x64_pass pass)
{
	x->pass = pass;
	emit_all(x);
	if (pass == X64_FINAL)
		return;
	swap(&x->longest, &x->at);
	swap(&x->ends, &x->ends_now);
}

static int emit(struct x64 *x, struct jit_image *out)
{
	size_t slots = (size_t)x->ir->count + 1;
	int err = x64_asm_init(&x->a, x->ir->count * 8 + 1024);
	u32 *tables = calloc(4 * slots, sizeof(*tables));

	x->tables = tables;
	x->entry = calloc(slots, sizeof(*x->entry));
	if (err || !tables || !x->entry)
		return -ENOMEM;
	x->at = tables;
	x->longest = tables + slots;
	x->ends = tables + 2 * slots;
	x->ends_now = tables + 3 * slots;
	if (x->ir->loops)
		run_pass(x, X64_MEASURE);
	run_pass(x, X64_BOUND);
	run_pass(x, X64_FINAL);
	err = x->a.err ? x->a.err : x->err;
	if (err)
		return err;
	fix(x);
	*out = (struct jit_image){ x->a.data, x->a.len, x64_enter, x->entry, NULL, 0 };
	err = x64_list_places(x, out);
	x->a.data = NULL;
	x->entry = NULL;
	return err;
}

int backend_emit(struct jit_image *out, const struct ir *ir, const struct ir_check *checks,
		 u64 *counts)
{
	struct x64 x = {
		.ir = ir, .checks = checks, .counts = counts, .bmi2 = __builtin_cpu_supports("bmi2")
	};
	int err = emit(&x, out);

	x64_asm_fini(&x.a);
	free(x.tables);
	free(x.entry);
	vec_fini(&x.fixups);
	vec_fini(&x.faults);
	vec_fini(&x.asks);
	vec_fini(&x.stubs);
	return err;
}
