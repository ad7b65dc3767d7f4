/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Special fields of map values and of allocated objects, found through BTF: locks, timers, kptrs,
 * lists, trees, work. Programs may not touch their bytes; helpers and kfuncs do.
 * Source: the names of the types in linux/bpf.h and bpf_experimental's tags.
 */
#ifndef VERIFY_FIELDS_H
#define VERIFY_FIELDS_H

#include "base/arena.h"
#include "btf/types.h"

enum field_kind {
	FIELD_SPIN_LOCK = 1 << 0,
	FIELD_RES_SPIN_LOCK = 1 << 1,
	FIELD_TIMER = 1 << 2,
	FIELD_WORKQUEUE = 1 << 3,
	FIELD_TASK_WORK = 1 << 4,
	FIELD_KPTR_UNREF = 1 << 5,
	FIELD_KPTR_REF = 1 << 6,
	FIELD_KPTR_PERCPU = 1 << 7,
	FIELD_UPTR = 1 << 8,
	FIELD_LIST_HEAD = 1 << 9,
	FIELD_LIST_NODE = 1 << 10,
	FIELD_RB_ROOT = 1 << 11,
	FIELD_RB_NODE = 1 << 12,
	FIELD_REFCOUNT = 1 << 13,
	FIELD_KPTR = FIELD_KPTR_UNREF | FIELD_KPTR_REF | FIELD_KPTR_PERCPU,
	FIELD_GRAPH = FIELD_LIST_HEAD | FIELD_RB_ROOT,
	FIELD_GRAPH_NODE = FIELD_LIST_NODE | FIELD_RB_NODE,
};
struct btf_field {
	enum field_kind kind;
	u32 off, size;		   /* bytes */
	const struct types *types; /* kptr, graph: of type_id; kernel's or the object's */
	u32 type_id;  /* kptr: pointee; list head and rb root: struct of the nodes; 0: unknown */
	u32 node_off; /* graph roots: where the node lies in that struct */
	bool kernel_type; /* kptr: a type of the kernel, by name */
};
struct btf_fields {
	u32 kinds; /* enum field_kind bits */
	u32 count;
	struct btf_field *field; /* ascending by off */
};

/*
 * The special fields of a type (struct, or DATASEC variable), arrays unrolled. NULL *out: none.
 * 0 or -errno: a malformed tag or a second lock, with `why` set to a sentence (arena).
 * `kernel` (may be NULL) resolves kptr targets by name.
 */
int fields_find(const struct btf_fields **out, struct arena *a, const struct types *t, u32 type_id,
		const struct types *kernel, const char **why);
const struct btf_field *fields_at(const struct btf_fields *f, u32 off, u32 kinds); /* exact start */
/* The first special field that bytes off … off+size-1 touch, or NULL. */
const struct btf_field *fields_touch(const struct btf_fields *f, s64 off, s64 size);
const char *field_kind_name(enum field_kind kind); /* "bpf_spin_lock", "kptr", … */

#endif
