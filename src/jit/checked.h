/* SPDX-License-Identifier: BSD-2-Clause */
/* What checked machine code calls. `slot` is that of the instruction. */
#ifndef JIT_CHECKED_H
#define JIT_CHECKED_H

#include "jit/check.h"

enum checked_fault {
	CHECKED_SET,   /* run->fault is recorded, the registers are run->native_reg */
	CHECKED_LEAVE, /* the interpreter carries the instruction out, and it faults */
	CHECKED_CALL,  /* as SET; r0 to r5 were in native_reg before */
};

/* May the access at `addr` be done? No: run->fault. */
bool checked_access(struct vm_run *run, u64 addr, u32 slot);
/* The helper call at native_slot. r0 before it is in native_reg, and all are after a fault. */
u64 checked_call(struct vm_run *run, u64 r1, u64 r2, u64 r3, u64 r4, u64 r5);
/* Code of the program to go on with, or NULL: it failed, or run->fault. */
const void *checked_tail(struct vm_run *run, u64 r1, u64 map, u64 index, const void *interpret);
/* Completes run->fault from run->native_reg. */
void checked_fault(struct vm_run *run, const struct vm_prog *p, u32 slot, u32 kind);

#endif
