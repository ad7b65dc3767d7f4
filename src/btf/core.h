/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * CO-RE: what a field access of a program's own BTF becomes on a target kernel's BTF.
 * Source: Documentation/bpf/llvm_reloc.rst; linux/bpf.h enum bpf_core_relo_kind.
 */
#ifndef BTF_CORE_H
#define BTF_CORE_H

#include "base/arena.h"
#include "btf/types.h"

enum core_kind {
	CORE_FIELD_BYTE_OFFSET,
	CORE_FIELD_BYTE_SIZE,
	CORE_FIELD_EXISTS,
	CORE_FIELD_SIGNED,
	CORE_FIELD_LSHIFT_U64,
	CORE_FIELD_RSHIFT_U64,
	CORE_TYPE_ID_LOCAL,
	CORE_TYPE_ID_TARGET,
	CORE_TYPE_EXISTS,
	CORE_TYPE_SIZE,
	CORE_ENUMVAL_EXISTS,
	CORE_ENUMVAL_VALUE,
	CORE_TYPE_MATCHES,
	CORE_KIND_COUNT
};

const char *core_kind_name(u32 kind); /* "byte_off", … as bpftool and libbpf print them */

struct core_result {
	bool matched;		     /* false: poison; what is missing matches with 0 when its
				      * existence, its size or its number is asked */
	u64 local, target;	     /* the value by the program's BTF and by the target's */
	u32 local_size, target_size; /* bytes of the accessed field; 0: none */
	bool target_signed;
	bool resizable; /* sizes may differ: the load can be widened or narrowed (unsigned, pointer)
			 */
	u32 target_type;  /* number in target of the matching root type */
	const char *spec; /* "struct task_struct.pid (0:5 @ offset 12)" from the arena */
	const char
		*why; /* not matched: the field, the type, the nearest candidate; from the arena */
};

/*
 * Resolve one relocation. `access` is "0:1:2". target NULL: against `local` itself. Results that
 * several candidates disagree on are not matched. A malformed record is -EINVAL + diagnostic.
 */
int core_resolve(struct core_result *out, const struct types *local, const struct types *target,
		 u32 kind, u32 type_id, const char *access, struct arena *a, struct diag *d);

#endif
