/* SPDX-License-Identifier: BSD-2-Clause */
/* What machine code calls for what is too rare or too long to be emitted. */
#ifndef JIT_RUNTIME_H
#define JIT_RUNTIME_H

#include "vm/op.h"

enum jit_fault_kind {
	JIT_FAULT_SET,	  /* a helper or a callback has recorded it */
	JIT_FAULT_POISON, /* a failed relocation was reached */
	JIT_FAULT_DEAD,	  /* code that the verifier found unreachable was reached */
};
/* Completes run->fault: program and slot. */
void jit_fault(struct vm_run *run, u32 slot, u32 kind);

/* LD_ABS and LD_IND. what 0: out of bounds, the function ends with R0 = 0; 1: value; 2: a fault. */
struct jit_loaded {
	u64 value, what;
};
struct jit_loaded jit_packet_load(struct vm_run *run, u32 off, u32 size);

/* Code to jump to, with run->prog changed, or NULL: the tail call fails. `interpret` is for
 * programs without code, and where frames are short. */
const void *jit_tail_target(struct vm_run *run, struct map *map, u32 index, const void *interpret);
/* Runs run->prog in the interpreter from its start. False: a fault. */
bool jit_interpret(struct vm_run *run, u64 r1, u64 fp, u64 *r0);
/* Calls what run->native_operand names: a helper's number or a function's address. */
u64 jit_callx(void *self, u64 r1, u64 r2, u64 r3, u64 r4, u64 r5);

#endif
