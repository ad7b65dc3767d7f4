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
	u8 iter_reg;
	u32 iter_type;
	u8 callback_reg;
	u32 callback;		       /* index of the function */
	const struct types *own;       /* BTF of obj_type */
	u32 own_type;		       /* of an allocated object or a node's */
	const struct btf_field *graph; /* list head or tree root */
	const void *graph_ptr;	       /* map or BTF type that holds it … */
	u32 graph_id;		       /* … and its identifier */
	u8 node_reg;
	const struct btf_field *node;
	u8 lock_reg, irq_reg;
};

int kfunc_check_args(struct verify *v, struct kfunc_call *c);
/* Does type `have` at byte `off` hold `want` (itself, or embedded)? Types of the same BTF. */
bool kfunc_type_fits(const struct types *t, u32 have, s64 off, u32 want);

/* bpf_obj_new, list, rbtree, refcount: 1 when c->name is one of them and r0 has been set. */
int kfunc_own_arg(struct verify *v, struct kfunc_call *c, u8 regno, const char *type);
/* What comes before the arguments' registers are void: the callback of bpf_rbtree_add. */
int kfunc_own_before(struct verify *v, struct kfunc_call *c);
int kfunc_own_result(struct verify *v, struct kfunc_call *c);

#endif
