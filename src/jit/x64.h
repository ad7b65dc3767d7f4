/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Inside of the x86-64 back end. BPF registers stay in one machine register each:
 *
 *     r0 rax   r1 rsi   r2 rdx   r3 rcx   r4 r8   r5 r9      what helpers take and return
 *     r6 rbx   r7 r13   r8 r14   r9 r15   r10 rbp            saved by whoever writes them
 *     run r12  scratch rdi r10 r11
 *
 * rdi takes `self` in calls of helpers. A function's code is entered by call, with rsp 8 below a
 * multiple of 16, and keeps rbx, r13, r14, r15, rbp.
 */
#ifndef JIT_X64_H
#define JIT_X64_H

#include "base/vec.h"
#include "jit/backend.h"
#include "jit/x64_asm.h"

enum { RUN = R12, FP = RBP };

/* A displacement that ends at `at` and leads to a slot (or its function's entry). */
struct x64_fixup {
	u32 at, slot;
	bool is_short, call;
};
/* A 32-bit displacement that ends at `at`, to code that ends the run with a fault. */
struct x64_fault {
	u32 at, slot, kind;
	u8 spare; /* ir_func.spare */
};

/* Checked code: a displacement that ends at `at`, to a place that asks about the access of `slot`
 * and comes back to `back`. */
struct x64_ask {
	u32 at, slot, back;
	u8 spare;
};

/* All jumps are long but in the last. */
enum x64_pass { X64_MEASURE, X64_BOUND, X64_FINAL };

struct x64 {
	struct x64_asm a;
	const struct ir *ir;
	const struct ir_check *checks; /* NULL: nothing is tested */
	const struct ir_func *func;    /* being emitted */
	u32 slot;
	enum x64_pass pass;
	u32 *tables;			/* the next four; owned */
	u32 *at;			/* per slot: offset in this pass; the end is the last */
	u32 *ends_now;			/* the same: where the instruction ends */
	u32 *longest;			/* `at` of the pass before: no distance is larger */
	u32 *ends;			/* `ends_now` of the pass before */
	u32 *entry;			/* per slot: offset of the function that starts there */
	const struct ir_insn *flags_of; /* emitted last: the zero flag is that of its result */
	VEC(struct x64_fixup) fixups;
	VEC(struct x64_fault) faults;
	VEC(struct x64_ask) asks;
	VEC(struct vm_place) stubs; /* code apart from that of functions */
	u64 *counts;		    /* one a slot, or NULL */
	u32 forget;		    /* checked: offset of what closes the windows */
	bool bmi2;
	int err;
};

extern const u8 x64_reg_of[REG_COUNT + 1]; /* the last is IR_HIDDEN */
static inline u8 x64_dst(const struct ir_insn *i)
{
	return x64_reg_of[i->dst];
}
static inline u8 x64_src(const struct ir_insn *i)
{
	return x64_reg_of[i->src];
}
/* Is a BPF register read after the instruction? */
static inline bool x64_live(const struct ir_insn *i, u32 reg)
{
	return i->live >> reg & 1;
}

/* x64_places.c */
void x64_place(struct x64 *x, u32 slot); /* what follows is there for that slot */
int x64_list_places(const struct x64 *x, struct jit_image *out); /* once, at the end */

void x64_jmp(struct x64 *x, u32 slot);
void x64_jcc(struct x64 *x, enum x64_cc cc, u32 slot);
void x64_jcc_fault(struct x64 *x, enum x64_cc cc, u32 kind);
void x64_jmp_fault(struct x64 *x, u32 kind);
void x64_call_slot(struct x64 *x, u32 slot); /* the function there */

/* x64_alu.c */
void x64_emit_alu(struct x64 *x, const struct ir_insn *i);
/* Sets the flags; the condition that is then to be asked for. */
enum x64_cc x64_emit_compare(struct x64 *x, const struct ir_insn *i,
			     const struct ir_insn *flags_of);
void x64_emit_neg(struct x64 *x, const struct ir_insn *i);
void x64_emit_movsx(struct x64 *x, const struct ir_insn *i);
void x64_emit_zext(struct x64 *x, const struct ir_insn *i);
void x64_emit_swap(struct x64 *x, const struct ir_insn *i);
void x64_emit_const(struct x64 *x, const struct ir_insn *i);
void x64_emit_rotate(struct x64 *x, const struct ir_insn *i);
void x64_emit_lea(struct x64 *x, const struct ir_insn *i);
void x64_emit_jump(struct x64 *x, const struct ir_insn *i, const struct ir_insn *flags_of);

/* x64_divide.c */
void x64_emit_divide(struct x64 *x, const struct ir_insn *i);

/* x64_select.c */
void x64_emit_select(struct x64 *x, const struct ir_insn *i, const struct ir_insn *flags_of);

/* x64_sum.c: before the loop that starts at the slot, where control falls into it */
void x64_emit_sum(struct x64 *x);

/* x64_memory.c */
void x64_emit_load(struct x64 *x, const struct ir_insn *i);
void x64_emit_store(struct x64 *x, const struct ir_insn *i);
void x64_emit_atomic(struct x64 *x, const struct ir_insn *i);

/* x64_blind.c */
void x64_blind_operand(struct x64 *x, const struct ir_insn *i); /* rdi = imm */
void x64_blind_const(struct x64 *x, const struct ir_insn *i);

/* x64_call.c */
void x64_jmp_host(struct x64 *x, void (*to)(void));
void x64_emit_prologue(struct x64 *x);
void x64_emit_epilogue(struct x64 *x);
void x64_emit_exit(struct x64 *x);
void x64_emit_may_goto(struct x64 *x, const struct ir_insn *i);
void x64_emit_call(struct x64 *x, const struct ir_insn *i);
/* To the callee's frame (ADD) or back (SUB); nobody sees that of one that calls nobody and does not
 * name r10. x64.c */
void x64_frame_move(struct x64 *x, const struct ir_func *to, enum x64_arith op);
void x64_emit_call_local(struct x64 *x, const struct ir_insn *i);
void x64_emit_lookup(struct x64 *x, const struct ir_insn *i);
void x64_emit_map(struct x64 *x, const struct ir_insn *i);
void x64_emit_cpu(struct x64 *x);
void x64_emit_callx(struct x64 *x, const struct ir_insn *i);
void x64_emit_tail_call(struct x64 *x, const struct ir_insn *i);
void x64_emit_packet(struct x64 *x, const struct ir_insn *i);
void x64_emit_faults(struct x64 *x); /* once, at the end */

/* x64_loop.c */
void x64_emit_loop(struct x64 *x, const struct ir_insn *i);

/* x64_check.c: checked code */
bool x64_check_insn(struct x64 *x, const struct ir_insn *i); /* true: that was all of it */
void x64_check_prologue(struct x64 *x);
void x64_check_exit(struct x64 *x);
void x64_check_start(struct x64 *x); /* once each */
void x64_check_end(struct x64 *x);

#endif
