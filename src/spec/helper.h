/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every helper that Linux 6.18 defines: number, prototype in the verifier's vocabulary, first
 * release, licence gate and program types. Source: linux/bpf.h; shared facts (helpers.tsv).
 */
#ifndef SPEC_HELPER_H
#define SPEC_HELPER_H

#include "base/types.h"

enum arg_type {
	ARG_NONE,
	ARG_SCALAR, /* anything */
	ARG_CTX,    /* the program's context */
	ARG_CTX_OR_NULL,
	ARG_MAP,	   /* const struct map * */
	ARG_MAP_KEY,	   /* key_size readable bytes of the map in an earlier argument */
	ARG_MAP_VALUE,	   /* value_size readable bytes */
	ARG_MAP_VALUE_OUT, /* value_size writable bytes */
	ARG_MAP_VALUE_OR_NULL,
	ARG_MEM, /* readable memory; its size is the next argument */
	ARG_MEM_OR_NULL,
	ARG_MEM_RW,  /* initialised, read and written */
	ARG_MEM_OUT, /* writable, need not be initialised */
	ARG_MEM_OUT_OR_NULL,
	ARG_SIZE, /* bytes of the memory before it, > 0 */
	ARG_SIZE_OR_ZERO,
	ARG_ALLOC_SIZE, /* constant: bytes of the memory returned */
	ARG_ALLOC_MEM,	/* memory from ringbuf_reserve */
	ARG_SCALAR_OUT, /* pointer to a long/int that is written; FIXED_MEM of arg_size */
	ARG_FIXED_MEM,	/* readable, size in arg_size[] */
	ARG_FIXED_MEM_OUT,
	ARG_FUNC,	   /* a subprogram: callback */
	ARG_STACK_OR_NULL, /* pointer into the stack handed to the callback, or NULL */
	ARG_CONST_STR,	   /* NUL-terminated string in a read-only map */
	ARG_SPIN_LOCK,
	ARG_TIMER,
	ARG_KPTR,
	ARG_DYNPTR,
	ARG_DYNPTR_OUT,
	ARG_SOCK_COMMON,
	ARG_SOCKET,
	ARG_SOCKET_OR_NULL,
	ARG_BTF_ID,
	ARG_BTF_ID_OR_NULL,
	ARG_PERCPU_BTF_ID,
	ARG_ANY_PTR, /* pointer checked by the helper itself */
};

enum ret_type {
	RET_INT,
	RET_VOID,
	RET_MAP_VALUE_OR_NULL,
	RET_MAP_VALUE,
	RET_SOCKET_OR_NULL,
	RET_TCP_SOCK_OR_NULL,
	RET_SOCK_COMMON_OR_NULL,
	RET_ALLOC_MEM_OR_NULL, /* ringbuf_reserve, dynptr_data */
	RET_MEM_OR_NULL,
	RET_BTF_ID,
	RET_BTF_ID_OR_NULL,
	RET_PERCPU_PTR_OR_NULL,
	RET_PERCPU_PTR,
};

struct helper_info {
	const char *name; /* without bpf_ */
	const char *doc;  /* what it does, one line */
	enum ret_type ret;
	enum arg_type arg[5];
	u16 arg_size[5];	     /* of ARG_FIXED_MEM* and ARG_SCALAR_OUT, bytes; else 0 */
	u8 since_major, since_minor; /* first Linux release that has it */
	bool gpl_only;
	bool changes_packet; /* packet pointers are void after it */
	u8 set;		     /* row of helper_sets.def */
};

/* Helper `id`, or NULL when no Linux release defines it. */
const struct helper_info *helper_by_id(u32 id);
u32 helper_count(void);			 /* highest id + 1 */
s32 helper_id_by_name(const char *name); /* with or without bpf_; -1 */
/* May a program of this type call it (Linux 6.18, privileged)? */
bool helper_allowed(u32 id, u32 prog_type, u32 attach_type);

/* "RET_INT", "ARG_MAP_KEY": the words of this header without their prefix, for people. */
const char *arg_type_name(enum arg_type type);
const char *ret_type_name(enum ret_type type);

#endif
