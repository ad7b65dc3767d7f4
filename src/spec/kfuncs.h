/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kernel functions that programs may call, up to Linux 6.18: what BTF does not say of them
 * (kfuncs.def). Prototypes are in the kernel's BTF.
 */
#ifndef SPEC_KFUNCS_H
#define SPEC_KFUNCS_H

#include "base/types.h"

enum kfunc_flag {
	KF_ACQUIRE = 1 << 0,
	KF_RELEASE = 1 << 1,
	KF_RET_NULL = 1 << 2,
	KF_TRUSTED_ARGS = 1 << 3,
	KF_SLEEPABLE = 1 << 4,
	KF_DESTRUCTIVE = 1 << 5,
	KF_RCU = 1 << 6, /* trusted, or protected by RCU */
	KF_ITER_NEW = 1 << 7,
	KF_ITER_NEXT = 1 << 8,
	KF_ITER_DESTROY = 1 << 9,
	KF_RCU_PROTECTED = 1 << 10,
	KF_FASTCALL = 1 << 11,
	KF_ARENA_RET = 1 << 12,
	KF_ARENA_ARG2 = 1 << 13,
	KF_PACKET = 1 << 14, /* pointers into the packet are void after it */
};

/* KFUNC_bpf_obj_new_impl, …: a row's number. */
enum kfunc {
#define KFUNC(name, flags, set, rule, major, minor) KFUNC_##name,
#include "spec/kfuncs.def"
	KFUNC_COUNT
};

/* Where a function is refused although the program's type may call it. */
enum kfunc_rule {
	KFUNC_RULE_NONE,
	KFUNC_RULE_ITER_ONLY,	 /* programs that iterate kernel objects */
	KFUNC_RULE_SESSION,	 /* programs of a session: entry and return */
	KFUNC_RULE_CSS_TASK,	 /* LSM, iterators, and programs that may sleep */
	KFUNC_RULE_DEVICE_BOUND, /* programs loaded for one device */
};

struct kfunc_info {
	const char *name;
	u32 flags; /* enum kfunc_flag */
	enum kfunc_rule rule;
	u8 since_major, since_minor;
};

const struct kfunc_info *kfunc_info(u32 kfunc); /* NULL past the end */
s32 kfunc_by_name(const char *name);		/* enum kfunc, -1: not in the table */
/* May a program of this type call it? What it extends decides for EXT programs. */
bool kfunc_allowed(u32 kfunc, u32 prog_type, u32 attach_type, bool sleepable);
bool kfunc_type_allowed(u32 kfunc, u32 prog_type); /* whatever the attach type */
/* The first enum kfunc_flag's word: "ACQUIRE", for documents. */
const char *kfunc_flag_name(u32 flag);

#endif
