/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One call of a kernel function being checked: shared by kfunc.c (what it is and returns),
 * kfunc_args.c (its arguments) and kfunc_own.c (objects, lists and trees of the program's own).
 */
#ifndef VERIFY_KFUNC_CALL_H
#define VERIFY_KFUNC_CALL_H

#include "spec/kfuncs.h"
#include "verify/dynptr.h"
#include "verify/env.h"

struct kfunc_call {
	const char *name;
	const struct kfunc_info *info;
	u32 proto; /* FUNC_PROTO in the kernel's BTF */
	u32 args;  /* how many */
	/* what the arguments said */
	u32 ref;	/* reference of an argument that holds one, 0: none */
	u8 release_reg; /* it is released; 0: none */
	bool has_const; /* a constant argument (__k): */
	u64 constant;
	bool has_size; /* rdonly_buf_size, rdwr_buf_size, dynptr slices: bytes returned */
	bool size_rdonly;
	u64 size;
	enum dynptr_kind dynptr;
	u32 dynptr_id, dynptr_ref;
	const struct obj_map *map; /* whose value holds a work queue or task work */
	u32 map_uid;
	u8 iter_reg;
	u32 iter_type;
	u8 callback_reg;
	u32 callback; /* index of the function */
	bool owns;    /* bpf_refcount_acquire: the argument is not owned by a list or tree */
	const struct types *own;       /* BTF of obj_type */
	u32 own_type;		       /* of an allocated object or a node's */
	const struct btf_field *graph; /* list head or tree root */
	u8 node_reg;
	u8 lock_reg, irq_reg;
};

int kfunc_check_args(struct verify *v, struct kfunc_call *c);
/* Type of this program's context in the kernel's BTF: as programs ("prog") or the kernel see it. */
u32 kfunc_ctx_type(const struct verify *v, const char *view);

/* ---- kfunc_own.c ---- */
int kfunc_own_arg(struct verify *v, struct kfunc_call *c, u8 regno, const char *type);
/* What comes before the arguments' registers are void: the callback of bpf_rbtree_add. */
int kfunc_own_before(struct verify *v, struct kfunc_call *c);
/* 1: R0 points to an object of the program's own; 0: the function is another one. */
int kfunc_own_result(struct verify *v, struct kfunc_call *c);
/* Does the object of argument 2 move into a list or tree? */
bool kfunc_gives_away(const struct kfunc_call *c);
/* Every pointer that held reference `ref` may only look from now on. */
void kfunc_own_to_non_owning(struct verify *v, u32 ref);
void kfunc_set_non_owning(struct verify *v, struct reg *r);

#endif
