/* SPDX-License-Identifier: BSD-2-Clause */
/* Checked mode: what calls and exits demand. Each returns false with run->fault when it fails. */
#ifndef VM_ARGS_H
#define VM_ARGS_H

#include "vm/op.h"

/* The arguments in r1 … r5 against the helper's prototype. */
bool args_check(struct vm_run *run, const struct vm_prog *p, const struct vm_call *call,
		const u64 *reg, u16 init);
/* After the call; true when it gave r0 a value. r1 … r5 are still the arguments. */
bool args_result(struct vm_run *run, const struct vm_call *call, const u64 *reg, u32 slot);
/* Is every address after it what it was? It changes nothing of a packet, a map of maps or a record,
 * and runs no callback. */
bool args_leave_memory(const struct vm_call *call);
bool args_tail_call(struct vm_run *run, const struct vm_prog *p, const u64 *reg, u16 init);
/* At the end of the program: no record reserved, no lock held. */
bool args_exit(struct vm_run *run);
/* LD_ABS: r6 is the context. */
bool packet_context(struct vm_run *run, u64 r6);
/* callx with a helper's number; false when there is none. */
bool call_by_number(struct vm_call *out, const struct vm_prog *p, u64 number, u32 slot);

#endif
