/* SPDX-License-Identifier: BSD-2-Clause */
/* Map types and flags as Linux knows them. Source: linux/bpf.h of 6.18. */
#ifndef SPEC_MAP_H
#define SPEC_MAP_H

#include "base/types.h"

/* MAP_TYPE_HASH = 1, … in UAPI order: generated from maps.def. */
enum map_type {
#define MAP(id, NAME, text, major, minor, key, value, entries, doc) MAP_TYPE_##NAME = id,
#include "spec/maps.def"
};

/* How key and value sizes and max_entries are constrained at creation. */
enum map_rule {
	RULE_ANY,    /* non-zero */
	RULE_ZERO,   /* must be 0 */
	RULE_U32,    /* must be 4 */
	RULE_U64OK,  /* 4 or 8 */
	RULE_PAGES,  /* power of two, a multiple of the page size (ring buffers) */
	RULE_LPM,    /* 4 + 1…256 bytes of prefix */
	RULE_STACKS, /* a multiple of 8 (stack traces) */
	RULE_MAYBE,  /* zero or not */
	RULE_CGROUP, /* 8 or 16: a cgroup's id, or that and an attach type */
	RULE_ONE,    /* must be 1 */
};

struct map_info {
	const char *name; /* "hash", "percpu_array": bpftool's words */
	const char *uapi; /* "HASH": the UAPI name without BPF_MAP_TYPE_ */
	u8 since_major, since_minor;
	enum map_rule key, value, entries;
	const char *doc; /* what it is, one line */
};

const struct map_info *map_info(u32 type); /* NULL when no Linux release defines it */
s32 map_type_by_name(const char *name);	   /* "hash" or "BPF_MAP_TYPE_HASH", any case; -1 */
/* Does a size or a number of entries keep the rule? */
bool map_rule_allows(enum map_rule rule, u32 n);

enum map_flag {
	MAP_NO_PREALLOC = 1u << 0,
	MAP_NO_COMMON_LRU = 1u << 1,
	MAP_NUMA_NODE = 1u << 2,
	MAP_RDONLY = 1u << 3, /* for the syscall side */
	MAP_WRONLY = 1u << 4,
	MAP_STACK_BUILD_ID = 1u << 5,
	MAP_ZERO_SEED = 1u << 6,
	MAP_RDONLY_PROG = 1u << 7,
	MAP_WRONLY_PROG = 1u << 8,
	MAP_CLONE = 1u << 9,
	MAP_MMAPABLE = 1u << 10,
	MAP_PRESERVE_ELEMS = 1u << 11,
	MAP_INNER_MAP = 1u << 12,
	MAP_LINK = 1u << 13,		 /* struct_ops: attached through a link */
	MAP_PATH_FD = 1u << 14,		 /* bpf_obj_pin: a directory is given */
	MAP_VTYPE_BTF_OBJ_FD = 1u << 15, /* struct_ops: of a module */
	MAP_TOKEN_FD = 1u << 16,
	MAP_SEGV_ON_FAULT = 1u << 17, /* arena: no page allocated on a fault */
	MAP_NO_USER_CONV = 1u << 18,  /* arena: pointers stay the kernel's */
};
enum map_update { UPDATE_ANY = 0, UPDATE_NOEXIST = 1, UPDATE_EXIST = 2, UPDATE_F_LOCK = 4 };

#endif
