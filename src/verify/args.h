/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The arguments of one helper call: which register types fit which kind of argument, what memory
 * they need, and what they say about the call as a whole (its map, callback, released reference).
 * Source: bpf-helpers(7); the answers of running kernels.
 */
#ifndef VERIFY_ARGS_H
#define VERIFY_ARGS_H

#include "spec/helper_extra.h"
#include "verify/env.h"

/* What the arguments tell of the call; filled from r1 on. */
struct call_facts {
	const struct helper_info *h;
	u32 id;			   /* enum helper_number */
	const struct obj_map *map; /* or NULL */
	u32 map_uid;
	s64 map_key;		      /* a constant key, -1: not known */
	u8 release_regno;	      /* 0: releases nothing */
	u32 ref_id;		      /* reference among the arguments, 0: none */
	u64 mem_size;		      /* constant size of the memory returned */
	u64 size_max;		      /* largest value of the last size argument */
	u32 func;		      /* callback, index in cfg.funcs */
	const struct btf_field *kptr; /* field that kptr_xchg works on */
	struct reg percpu;	      /* argument of per_cpu_ptr, NOT_INIT: none */
	enum dynptr_kind dynptr;      /* argument's kind */
	u32 dynptr_id, dynptr_ref;
	u8 dynptr_regno; /* where one is to be made, 0: nowhere */
};

/* Check r1 … r5 against the helper's prototype. */
int args_check_all(struct verify *v, struct call_facts *f);
/* The register is the number 0. */
bool args_is_null(const struct reg *r);
/*
 * A typed pointer that a function of the program asks for: to kernel type `type_id`, trusted, or
 * NULL when `or_null`.
 */
int args_check_trusted(struct verify *v, u8 regno, u32 type_id, bool or_null);
/* The register's offset: not negative, fixed only where allowed, never variable. */
int args_check_unmodified(struct verify *v, u8 regno, bool fixed_ok);

#endif
