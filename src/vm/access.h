/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a running program may touch: frames of its stack, regions, map values, reserved records.
 * Also how a fault is put into words.
 */
#ifndef VM_ACCESS_H
#define VM_ACCESS_H

#include "vm/op.h"

enum access_flag {			  /* with enum vm_access */
		   ACCESS_ATOMIC = 4,	  /* must be aligned, not in context or packet */
		   ACCESS_FRAME = 8,	  /* through r10: the running frame only */
		   ACCESS_HELPER = 16,	  /* by a helper, for the program */
		   ACCESS_MAP_VALUE = 32, /* must lie in a map value */
};

/* False and run->fault when the program may not. Stack bytes written count as written after it. */
bool access_check(struct vm_run *run, u64 addr, u64 size, u32 how);
void fault_set(struct vm_run *run, enum vm_fault_kind kind, const char *fmt, ...) __printf(3, 4);
/* Where it happened; does nothing when an inner call has said so already. */
void fault_place(struct vm_run *run, const struct vm_prog *p, u32 slot, const u64 *reg, u16 init);
/* A call poisoned by CO-RE or to a weak kernel function was reached. */
void fault_poison(struct vm_run *run, const struct vm_prog *p, u32 slot);
/* "37 bytes past the end of the packet". `frame`: said of r10. */
void access_describe(const struct vm_run *run, u64 addr, u64 size, bool frame, char *out,
		     size_t len);

#endif
