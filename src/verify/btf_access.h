/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Typed memory: where an offset into a struct leads, as its BTF says, and which trust a pointer
 * loaded from there deserves. Also kptrs in map values and the struct behind a map pointer.
 * Source: behaviour of Linux 6.18; Documentation/bpf/kfuncs.rst (trust).
 */
#ifndef VERIFY_BTF_ACCESS_H
#define VERIFY_BTF_ACCESS_H

#include "verify/env.h"
#include "verify/memory.h"

enum btf_leaf { LEAF_SCALAR, LEAF_STRUCT_POINTER, LEAF_OTHER_POINTER };

/* What lies at an offset of a struct. */
struct btf_place {
	enum btf_leaf leaf;
	u32 type_id;	   /* LEAF_STRUCT_POINTER: the struct pointed to */
	u16 flags;	   /* enum reg_flag that the walk found: tags, untrusted unions */
	const char *field; /* name of the innermost member */
	const char *why;   /* of a refusal: static */
};

/* Bytes off … off+size-1 of struct `id`. 0, or -EACCES with out->why. */
int btf_walk(struct btf_place *out, const struct types *t, u32 id, s64 off, u32 size);
/* A plain load or store of a kptr field of the map value behind regno. */
int btf_kptr_access(struct verify *v, const struct btf_field *field, u8 regno, enum mem_access what,
		    int value_reg);
/* A load through a map pointer: fields of the kernel's struct bpf_map. */
int btf_map_access(struct verify *v, u8 regno, s32 off, u32 size, enum mem_access what,
		   int value_reg);

#endif
