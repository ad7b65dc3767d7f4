/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What all programs share of the way from the host into machine code and back. Assembly: nothing
 * but the first is called from C.
 */
#ifndef JIT_X64_ENTRY_H
#define JIT_X64_ENTRY_H

#include "vm/op.h"

/* vm_native.enter: runs `code`, a function of any program. */
int x64_enter(struct vm_run *run, const void *code, u64 *reg, u64 times);
/* Jumped to: ends the run that was entered last with -EFAULT. */
void x64_leave(void);
/* Jumped to with slot << 2 | enum jit_fault_kind in edi: reports the fault and leaves. */
void x64_fault(void);
/* Jumped to in place of a function's code: run->prog in the interpreter, r1 in rsi. */
void x64_interpret(void);
/* Called: jit_sum1 … (sum.h) of rdi, r10; into rdi, r10. Nothing where r10 is small or above the
 * positive numbers. Keep all but rdi, r10, r11 and what no program has in use. */
void x64_sum1(void);
void x64_sum2(void);
void x64_sum4(void);

#endif
