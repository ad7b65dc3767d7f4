/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bodies of the helpers of helpers.def. Each takes the running machine and the five arguments and
 * returns R0; semantics and errors are those of Linux 6.18 (bpf-helpers(7)). In checked mode the
 * machine has tested the arguments against the prototype before the call.
 */
#ifndef USER_HELPERS_H
#define USER_HELPERS_H

#include "user/run.h"

#define HELPER_BODY(name) u64 helper_##name(void *self, u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)

#define HELPER(id, name, needs, differs) HELPER_BODY(name);
#include "user/helpers.def"
#undef HELPER
HELPER_BODY(flow_skb_load_bytes);

/* End the run with a fault in words: what Linux's verifier would have refused. */
void helper_fault(struct vm_run *vm, const char *fmt, ...) __printf(2, 3);
/* Is it a map of that type? Else the run ends: Linux's verifier pairs helpers with map types. */
bool map_of_type(struct vm_run *vm, const struct map *m, u32 type, const char *helper);
bool probe_bytes(struct vm_run *vm, void *to, u64 from, size_t len);
s64 probe_string(struct vm_run *vm, char *to, u32 size, u64 from);

static inline u64 err64(int err)
{
	return (u64)(s64)err;
}
static inline void *ptr_of(u64 addr)
{
	return (void *)(uintptr_t)addr;
}

/* Memory of a program: no bytes may be at no address, which memset and memmove do not allow. */
static inline void mem_zero(u64 at, size_t len)
{
	if (len)
		memset(ptr_of(at), 0, len);
}
static inline void mem_copy(void *to, const void *from, size_t len)
{
	if (len)
		memmove(to, from, len);
}

#endif
