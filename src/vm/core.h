/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The interpreter, once: a direct-threaded machine whose labels come from the isa tables. Included
 * with CORE_NAME, the function's name, and
 *     CORE_FAST     dispatch through addresses in the ops rather than through their numbers
 *     CORE_BUDGET   count instructions, stop at the budget
 *     CORE_CHECKED  test registers, memory and arguments before they are used
 * Source: RFC 9669; Linux 6.18 for calls, tail calls and may_goto.
 */
#include "vm/access.h"
#include "vm/args.h"
#include "vm/op.h"

#if CORE_FAST
#define OPS(prog)  ((prog)->fast)
#define DISPATCH() goto * pc->label
#else
#define OPS(prog) ((prog)->coded)
#define COUNTED_DISPATCH()                                                                         \
	do {                                                                                       \
		if (unlikely(!left))                                                               \
			goto out_of_budget;                                                        \
		left--;                                                                            \
		TRACE();                                                                           \
		goto *labels[pc->code];                                                            \
	} while (0)
#if CORE_CHECKED
/* From one place: as many jumps as there are ops, with what is tested between them, keep a compiler
 * with sanitizers busy for half an hour. */
#define DISPATCH() goto dispatch
#else
#define DISPATCH() COUNTED_DISPATCH()
#endif
#endif
#define NEXT()                                                                                     \
	do {                                                                                       \
		pc++;                                                                              \
		DISPATCH();                                                                        \
	} while (0)
#define JUMP(distance)                                                                             \
	do {                                                                                       \
		pc += 1 + (s64)(distance);                                                         \
		DISPATCH();                                                                        \
	} while (0)
#define DST  reg[pc->dst]
#define SRC  reg[pc->src]
#define SLOT ((u32)(pc - OPS(p)))

#if CORE_CHECKED
#define USE(r)                                                                                     \
	do {                                                                                       \
		if (unlikely(!(init >> (r)&1))) {                                                  \
			culprit = (r);                                                             \
			goto uninit;                                                               \
		}                                                                                  \
	} while (0)
#define DEF(r)	  (init |= (u16)(1u << (r)))
#define UNDEF(rs) (init &= (u16) ~(rs))
#define TRACE()                                                                                    \
	do {                                                                                       \
		if (unlikely(run->trace))                                                          \
			run->trace(run, p->src, SLOT, reg, init);                                  \
	} while (0)
#define ACCESS(base, at, size, how)                                                                \
	do {                                                                                       \
		if (unlikely(!access_check(run, at, size,                                          \
					   (how) | ((base) == REG_FP ? ACCESS_FRAME : 0))))        \
			goto fault;                                                                \
	} while (0)
#else
#define USE(r)			    ((void)0)
#define DEF(r)			    ((void)0)
#define UNDEF(rs)		    ((void)0)
#define ACCESS(base, at, size, how) ((void)0)
#define TRACE()			    ((void)0)
#endif

/* Host memory of a program's address. */
#define MEM(type, at) ((type *)(uintptr_t)(at))

enum { R0 = 1 << 0, CALLER_SAVED = 0x3f, CALLEE_SAVED = 0x3c0, FRAME_POINTER = 1 << REG_FP };

/* What a call saves. */
struct core_frame {
	const struct op *back;
	const struct vm_prog *prog;
	u64 saved[4]; /* r6 … r9 */
	u32 may_left;
	u16 init;
};

enum { FRAME_STRIDE = VM_STACK_GUARD + STACK_SIZE };

#ifndef __clang__
/* One indirect jump at the end of each op, not one for all. */
__attribute__((optimize("no-gcse", "no-crossjumping")))
#endif
int CORE_NAME(struct vm_run *run, const struct vm_prog *p, u32 slot, u64 *reg_io, u16 *init_io)
{
	static const void *const labels[OP_COUNT] = {
		[OP_BAD] = &&BAD,
#define ALU(name, op, text, mnemonic, value, variant)                                              \
	[OP_##name##_32K] = &&name##_32K, [OP_##name##_32X] = &&name##_32X,                        \
	[OP_##name##_64K] = &&name##_64K, [OP_##name##_64X] = &&name##_64X,
#define ALU_SIGNED(name, of, text, mnemonic, value)                                                \
	[OP_##name##_32K] = &&name##_32K, [OP_##name##_32X] = &&name##_32X,                        \
	[OP_##name##_64K] = &&name##_64K, [OP_##name##_64X] = &&name##_64X,
#define MOVSX(bits, text, value, alu32)                                                            \
	[OP_MOVSX##bits##_32] = &&MOVSX##bits##_32, [OP_MOVSX##bits##_64] = &&MOVSX##bits##_64,
#define ALU_UNARY(name, op, text, mnemonic, value)                                                 \
	[OP_##name##_32] = &&name##_32, [OP_##name##_64] = &&name##_64,
#define SWAP(name, code, imm, text, value) [OP_##name] = &&name,
#include "isa/alu.def"
#define JMP(name, op, text, value, is_signed, inverse, mirror)                                     \
	[OP_##name##_32K] = &&name##_32K, [OP_##name##_32X] = &&name##_32X,                        \
	[OP_##name##_64K] = &&name##_64K, [OP_##name##_64X] = &&name##_64X,
#include "isa/jmp.def"
#define SIZE(name, code, bytes, type, stype, text, stext)                                          \
	[OP_LDX_##name] = &&LDX_##name, [OP_LDXS_##name] = &&LDXS_##name,                          \
	[OP_ST_##name] = &&ST_##name, [OP_STX_##name] = &&STX_##name,                              \
	[OP_LOAD_ACQUIRE_##name] = &&LOAD_ACQUIRE_##name,                                          \
	[OP_STORE_RELEASE_##name] = &&STORE_RELEASE_##name,
#include "isa/size.def"
#define ATOMIC_RMW(name, imm, text, fn, value)                                                     \
	[OP_ATOMIC_##name##_32] = &&ATOMIC_##name##_32,                                            \
	[OP_ATOMIC_##name##_64] = &&ATOMIC_##name##_64,                                            \
	[OP_FETCH_##name##_32] = &&FETCH_##name##_32,                                              \
	[OP_FETCH_##name##_64] = &&FETCH_##name##_64,
#include "isa/atomic.def"
		[OP_XCHG_32] = &&XCHG_32,
		[OP_XCHG_64] = &&XCHG_64,
		[OP_CMPXCHG_32] = &&CMPXCHG_32,
		[OP_CMPXCHG_64] = &&CMPXCHG_64,
		[OP_LD_IMM64] = &&LD_IMM64,
		[OP_LD_ABS] = &&LD_ABS,
		[OP_LD_IND] = &&LD_IND,
		[OP_JA] = &&JA,
		[OP_MAY_GOTO] = &&MAY_GOTO,
		[OP_CALL] = &&CALL,
		[OP_CALL_CUSTOM] = &&CALL,
		[OP_CALL_LOCAL] = &&CALL_LOCAL,
		[OP_CALLX] = &&CALLX,
		[OP_TAIL_CALL] = &&TAIL_CALL,
		[OP_POISON] = &&POISON,
		[OP_EXIT] = &&EXIT,
	};
	struct core_frame frames[MAX_FRAMES], *f;
	const struct vm_call *call;
	const struct vm_prog *target;
	struct vm_call by_register;
	const struct op *pc, *to;
	u64 reg[REG_COUNT], value, left;
	u32 depth = 0, may_left = MAY_GOTO_LIMIT, func;
	u16 init;
#if CORE_CHECKED
	u32 culprit;
#endif

	if (!run) { /* core_fast_labels asks */
		*(const void *const **)(void *)reg_io = labels;
		return 0;
	}
	memcpy(reg, reg_io, sizeof(reg));
	init = *init_io;
	left = run->left;
	pc = OPS(p) + slot;
#if CORE_CHECKED
dispatch:
	COUNTED_DISPATCH();
#else
	DISPATCH();
#endif

/* Arithmetic. a, b, T, S and BITS are what the rows are written in. */
#define ARITH(bits, operand, used, expr)                                                           \
	{                                                                                          \
		typedef u##bits T;                                                                 \
		typedef s##bits S __attribute__((unused));                                         \
		enum { BITS = bits };                                                              \
		T a, b;                                                                            \
                                                                                                   \
		if (used)                                                                          \
			USE(pc->dst);                                                              \
		a = (T)DST;                                                                        \
		b = (T)(operand);                                                                  \
		(void)a;                                                                           \
		(void)b;                                                                           \
		DST = (T)(expr);                                                                   \
		DEF(pc->dst);                                                                      \
		NEXT();                                                                            \
	}
#define ARITH_ROWS(name, used, expr)                                                               \
	name##_32K : ARITH(32, pc->imm, used, expr);                                               \
	name##_64K : ARITH(64, (s64)pc->imm, used, expr);                                          \
	name##_32X : USE(pc->src);                                                                 \
	ARITH(32, SRC, used, expr);                                                                \
	name##_64X : USE(pc->src);                                                                 \
	ARITH(64, SRC, used, expr);
#define ALU(name, op, text, mnemonic, expr, variant) ARITH_ROWS(name, (op) != ALU_MOV, expr)
#define ALU_SIGNED(name, of, text, mnemonic, expr)   ARITH_ROWS(name, true, expr)
#define MOVSX(bits, text, expr, alu32)                                                             \
	MOVSX##bits##_32 : USE(pc->src);                                                           \
	ARITH(32, SRC, false, expr);                                                               \
	MOVSX##bits##_64 : USE(pc->src);                                                           \
	ARITH(64, SRC, false, expr);
#define ALU_UNARY(name, op, text, mnemonic, expr)                                                  \
	name##_32 : ARITH(32, 0, true, expr);                                                      \
	name##_64 : ARITH(64, 0, true, expr);
#define SWAP(name, code, imm, text, expr)                                                          \
	name:                                                                                      \
	ARITH(64, 0, true, expr);
#include "isa/alu.def"

#define COMPARE(bits, operand, expr)                                                               \
	{                                                                                          \
		typedef u##bits T;                                                                 \
		typedef s##bits S __attribute__((unused));                                         \
		T a, b;                                                                            \
                                                                                                   \
		USE(pc->dst);                                                                      \
		a = (T)DST;                                                                        \
		b = (T)(operand);                                                                  \
		if (expr)                                                                          \
			JUMP(pc->off);                                                             \
		NEXT();                                                                            \
	}
#define JMP(name, op, text, expr, is_signed, inverse, mirror)                                      \
	name##_32K : COMPARE(32, pc->imm, expr);                                                   \
	name##_64K : COMPARE(64, (s64)pc->imm, expr);                                              \
	name##_32X : USE(pc->src);                                                                 \
	COMPARE(32, SRC, expr);                                                                    \
	name##_64X : USE(pc->src);                                                                 \
	COMPARE(64, SRC, expr);
#include "isa/jmp.def"

#define SIZE(name, code, bytes, type, stype, text, stext)                                          \
	LDX_##name : USE(pc->src);                                                                 \
	value = SRC + (s64)pc->off;                                                                \
	ACCESS(pc->src, value, bytes, VM_READ);                                                    \
	DST = LOAD(type, MEM(u8, value));                                                          \
	DEF(pc->dst);                                                                              \
	NEXT();                                                                                    \
	LDXS_##name : USE(pc->src);                                                                \
	value = SRC + (s64)pc->off;                                                                \
	ACCESS(pc->src, value, bytes, VM_READ);                                                    \
	DST = (u64)(s64)LOAD(stype, MEM(u8, value));                                               \
	DEF(pc->dst);                                                                              \
	NEXT();                                                                                    \
	ST_##name : USE(pc->dst);                                                                  \
	value = DST + (s64)pc->off;                                                                \
	ACCESS(pc->dst, value, bytes, VM_WRITE);                                                   \
	STORE(type, MEM(u8, value), (s64)pc->imm);                                                 \
	NEXT();                                                                                    \
	STX_##name : USE(pc->dst);                                                                 \
	USE(pc->src);                                                                              \
	value = DST + (s64)pc->off;                                                                \
	ACCESS(pc->dst, value, bytes, VM_WRITE);                                                   \
	STORE(type, MEM(u8, value), SRC);                                                          \
	NEXT();                                                                                    \
	LOAD_ACQUIRE_##name : USE(pc->src);                                                        \
	value = SRC + (s64)pc->off;                                                                \
	ACCESS(pc->src, value, bytes, VM_READ | ACCESS_ATOMIC);                                    \
	DST = __atomic_load_n(MEM(type, value), __ATOMIC_ACQUIRE);                                 \
	DEF(pc->dst);                                                                              \
	NEXT();                                                                                    \
	STORE_RELEASE_##name : USE(pc->dst);                                                       \
	USE(pc->src);                                                                              \
	value = DST + (s64)pc->off;                                                                \
	ACCESS(pc->dst, value, bytes, VM_WRITE | ACCESS_ATOMIC);                                   \
	__atomic_store_n(MEM(type, value), (type)SRC, __ATOMIC_RELEASE);                           \
	NEXT();
#include "isa/size.def"

#define ATOMIC_START(bits)                                                                         \
	USE(pc->dst);                                                                              \
	USE(pc->src);                                                                              \
	value = DST + (s64)pc->off;                                                                \
	ACCESS(pc->dst, value, (bits) / 8, VM_READ | VM_WRITE | ACCESS_ATOMIC)
#define ATOMIC_BITS(name, bits, fn)                                                                \
	ATOMIC_##name##_##bits : ATOMIC_START(bits);                                               \
	__atomic_fetch_##fn(MEM(u##bits, value), (u##bits)SRC, __ATOMIC_RELAXED);                  \
	NEXT();                                                                                    \
	FETCH_##name##_##bits : ATOMIC_START(bits);                                                \
	SRC = __atomic_fetch_##fn(MEM(u##bits, value), (u##bits)SRC, __ATOMIC_SEQ_CST);            \
	NEXT();
#define ATOMIC_RMW(name, imm, text, fn, value) ATOMIC_BITS(name, 32, fn) ATOMIC_BITS(name, 64, fn)
#include "isa/atomic.def"
#define EXCHANGE(bits)                                                                             \
	XCHG_##bits : ATOMIC_START(bits);                                                          \
	SRC = __atomic_exchange_n(MEM(u##bits, value), (u##bits)SRC, __ATOMIC_SEQ_CST);            \
	NEXT();                                                                                    \
	CMPXCHG_##bits : USE(0);                                                                   \
	ATOMIC_START(bits);                                                                        \
	{                                                                                          \
		u##bits expected = (u##bits)reg[0];                                                \
                                                                                                   \
		__atomic_compare_exchange_n(MEM(u##bits, value), &expected, (u##bits)SRC, false,   \
					    __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);                   \
		reg[0] = expected;                                                                 \
	}                                                                                          \
	NEXT();
	EXCHANGE(32)
	EXCHANGE(64)

LD_IMM64:
	DST = pc[1].value;
	DEF(pc->dst);
	JUMP(1);

LD_ABS:
	func = (u32)pc->imm; /* offset */
	slot = pc->src;	     /* size */
	goto packet_load;
LD_IND:
	USE(pc->src);
	func = (u32)pc->imm + (u32)SRC;
	slot = pc->dst;
packet_load:
#if CORE_CHECKED
	USE(6);
	if (!packet_context(run, reg[6]))
		goto fault;
#endif
	if (unlikely(!run->packet_load)) {
		fault_set(run, FAULT_CTX, "there is no packet to load from");
		goto fault;
	}
	if (!run->packet_load(run, func, slot, &value)) {
		reg[0] = 0;
		DEF(0);
		goto EXIT;
	}
	UNDEF(CALLER_SAVED);
	reg[0] = value;
	DEF(0);
	NEXT();

JA:
	JUMP(pc->imm);

MAY_GOTO:
	if (!may_left)
		JUMP(pc->off);
	may_left--;
	NEXT();

CALL:
	call = &p->calls[pc->imm];
call_helper:
	run->left = left;
#if CORE_CHECKED
	if (!args_check(run, p, call, reg, init))
		goto fault;
#endif
	reg[0] = call->fn(call->custom ? call->arg : run, reg[1], reg[2], reg[3], reg[4], reg[5]);
	left = run->left; /* a callback spends of it too */
	if (unlikely(run->fault.kind))
		goto fault;
	UNDEF(CALLER_SAVED);
#if CORE_CHECKED
	if (args_result(run, call, reg, SLOT))
		DEF(0);
#endif
	NEXT();

CALLX:
	USE(pc->dst);
	if (func_slot(p, DST, &func)) {
		to = OPS(p) + func;
		goto enter;
	}
	if (!call_by_number(&by_register, p, DST, SLOT)) {
		fault_set(run, FAULT_CALL,
			  "r%u = 0x%llx is neither a helper's number nor the address of a function",
			  pc->dst, (unsigned long long)DST);
		goto fault;
	}
	call = &by_register;
	goto call_helper;

CALL_LOCAL:
	to = pc + 1 + (s64)pc->imm;
enter:
	if (unlikely(run->frames == MAX_FRAMES)) {
		fault_set(run, FAULT_DEPTH, "calls nest more than %u frames deep", MAX_FRAMES);
		goto fault;
	}
	f = &frames[depth++];
	f->back = pc + 1;
	f->prog = p;
	memcpy(f->saved, &reg[6], sizeof(f->saved));
	f->may_left = may_left;
	f->init = init;
	may_left = MAY_GOTO_LIMIT;
	reg[REG_FP] += FRAME_STRIDE;
	UNDEF(R0 | CALLEE_SAVED);
#if CORE_CHECKED
	memset(vm_written(run, run->frames), 0, VM_WRITTEN);
#endif
	run->frames++;
	pc = to;
	DISPATCH();

TAIL_CALL:
#if CORE_CHECKED
	if (!args_tail_call(run, p, reg, init))
		goto fault;
#endif
	target = run->tail_calls < MAX_TAIL_CALLS
			 ? map_slot_get(MEM(struct map, reg[2]), (u32)reg[3])
			 : NULL;
	if (!target) {
		UNDEF(CALLER_SAVED);
		NEXT();
	}
	run->tail_calls++;
	run->prog = p = target;
	may_left = MAY_GOTO_LIMIT;
	reg[2] = 0;
#if CORE_CHECKED
	init = 1 << 1 | FRAME_POINTER;
	memset(vm_written(run, run->frames - 1), 0, VM_WRITTEN);
#endif
	pc = OPS(p);
	DISPATCH();

POISON:
	fault_poison(run, p, SLOT);
	goto fault;

EXIT:
	if (!depth)
		goto leave;
	f = &frames[--depth];
	run->frames--;
	run->prog = p = f->prog;
	reg[REG_FP] -= FRAME_STRIDE;
	memcpy(&reg[6], f->saved, sizeof(f->saved));
	may_left = f->may_left;
	init = (u16)((f->init & ~CALLER_SAVED) | (init & R0));
	pc = f->back;
	DISPATCH();

leave:
	USE(0);
#if CORE_CHECKED
	if (!args_exit(run))
		goto fault;
#endif
	reg_io[0] = reg[0];
	*init_io = init;
	run->left = left;
	return 0;

BAD:
	fault_set(run, FAULT_CALL, "the second half of a 64-bit immediate is no instruction");
	goto fault;
#if CORE_CHECKED
uninit:
	fault_set(run, FAULT_UNINIT_REG, "r%u is read before it was written", culprit);
	goto fault;
#endif
#if !CORE_FAST
out_of_budget:
	fault_set(run, FAULT_BUDGET, "the budget of %llu instruction%s is spent",
		  (unsigned long long)run->budget, run->budget == 1 ? "" : "s");
#endif
fault:
	run->left = left;
	fault_place(run, p, SLOT, reg, init);
	return -EFAULT;
}
