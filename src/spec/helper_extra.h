/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a helper's prototype (helper.h) leaves unsaid: references, sleep, callbacks, the kernel
 * types of pointers, results' ranges, and arguments that differ by program type (helper_extra.def).
 * Arguments are counted from 0 where they are called `index`, from 1 (as R1) where a function
 * returns one. Numbers of helpers that do not exist answer as helpers without any of it.
 */
#ifndef SPEC_HELPER_EXTRA_H
#define SPEC_HELPER_EXTRA_H

#include "spec/helper.h"

/* HELPER_map_lookup_elem = 1, …: the numbers of linux/bpf.h. */
enum helper_number {
#define HELPER(id, name, ret, args, sizes, major, minor, flags, who, what) HELPER_##name = id,
#include "spec/helpers.def"
};

/* What programs of this type pass as argument `index`; ARG_NONE: not looked at. */
enum arg_type helper_arg(u32 id, u32 index, u32 prog_type);
/* "task_struct": the kernel structure that argument `index` points to, or NULL. */
const char *helper_arg_btf(u32 id, u32 index);
/* "task_struct": the kernel structure that R0 points to, or NULL. */
const char *helper_ret_btf(u32 id);

bool helper_acquires(u32 id);	    /* R0 is a reference (map look-ups: of socket maps, too) */
u32 helper_releases(u32 id);	    /* 1 … 5: that argument's reference ends; 0: none */
bool helper_sleeps(u32 id);	    /* callable only where sleep is allowed */
bool helper_takes_btf_sock(u32 id); /* ARG_SOCK_COMMON: typed kernel pointers fit, too */
bool helper_sock_or_null(u32 id, u32 prog_type); /* ARG_SOCK_COMMON: NULL fits, too */
bool helper_takes_packet(u32 id);		 /* memory arguments may lie in the packet */
bool helper_casts(u32 id);     /* R0 is the argument as another type, with its reference */
bool helper_ret_sized(u32 id); /* R0 is -4095 … the size argument's largest value */
bool helper_ret_cpu(u32 id);   /* R0 is the number of a CPU */
bool helper_unpriv(u32 id);    /* open to users without privilege */
bool helper_perfmon(u32 id);   /* takes CAP_PERFMON; tracing programs have it */

struct helper_callback {
	u8 arg; /* 1 … 5, 0: none */
	bool async;
	s32 min, max; /* what the function may return */
};
struct helper_callback helper_callback(u32 id);

#endif
