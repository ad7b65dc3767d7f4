/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * BTF: type information of programs and kernels. Opens raw BTF bytes (borrowed or mapped, never
 * copied), checks every field once, and answers questions about types by number and by name.
 * Source: Documentation/bpf/btf.rst (format), linux/btf.h (numbers).
 *
 * Every accessor takes a checked `struct types`, and any type number: numbers out of range read
 * as void (0).
 */
#ifndef BTF_TYPES_H
#define BTF_TYPES_H

#include "base/diag.h"
#include "base/types.h"

enum type_kind {
	KIND_VOID,
	KIND_INT,
	KIND_PTR,
	KIND_ARRAY,
	KIND_STRUCT,
	KIND_UNION,
	KIND_ENUM,
	KIND_FWD,
	KIND_TYPEDEF,
	KIND_VOLATILE,
	KIND_CONST,
	KIND_RESTRICT,
	KIND_FUNC,
	KIND_FUNC_PROTO,
	KIND_VAR,
	KIND_DATASEC,
	KIND_FLOAT,
	KIND_DECL_TAG,
	KIND_TYPE_TAG,
	KIND_ENUM64,
	KIND_COUNT
};

/* The type's fixed part as it lies in the file (host byte order). */
struct type {
	u32 name_off;
	u32 info; /* bits 0-15 vlen, 24-28 kind, 31 kind_flag */
	union {
		u32 size; /* bytes */
		u32 type; /* referenced type */
	};
	/* followed by kind-specific data */
};

struct type_member {
	const char *name; /* "" when anonymous */
	u32 type;
	u32 bit_off;  /* from the start of the struct */
	u32 bit_size; /* of a bitfield; 0: not one */
};
struct type_array {
	u32 elem, index, count;
};
struct type_int {
	u32 bits, bit_off;
	bool is_signed, is_char, is_bool;
};
struct type_enumerator {
	const char *name;
	u64 value; /* sign-extended when the enum is signed */
};
struct type_param {
	const char *name;
	u32 type;
};
struct type_secinfo {
	u32 type, off, size; /* of a DATASEC's variable */
};

struct types;

/*
 * Open BTF bytes, borrowed for the life of the handle. `base` (borrowed, may be NULL) makes it
 * split BTF. Both byte orders are recognised; a foreign one is refused. 0 or -errno + diagnostic
 * that names the type number and the field.
 */
int types_open(struct types **out, const char *name, const void *data, size_t len,
	       const struct types *base, struct diag *d);
/* From a file: raw BTF, or the .BTF section of an ELF file. The handle owns the mapping. */
int types_open_file(struct types **out, const char *path, const struct types *base, struct diag *d);
/* Another holder, who frees it as the first does. Returns t. */
struct types *types_share(struct types *t);
void types_free(struct types *t); /* by the last holder; NULL is fine */

const void *types_raw(const struct types *t, size_t *len);
u32 types_count(const struct types *t); /* numbers run from 0 (void) to count - 1 */
const struct type *types_get(const struct types *t, u32 id); /* void's for bad numbers */
enum type_kind types_kind(const struct types *t, u32 id);
u32 types_vlen(const struct types *t, u32 id);
const char *types_name(const struct types *t, u32 id);	  /* "" when anonymous */
const char *types_string(const struct types *t, u32 off); /* "" when out of range */
bool types_kind_flag(const struct types *t, u32 id);
u32 types_ref(const struct types *t, u32 id); /* referenced type of PTR, TYPEDEF, …, VAR, FUNC */

/* Kind-specific parts; index < vlen. Zeros when the kind does not fit or the index is out. */
struct type_member types_member(const struct types *t, u32 id, u32 i);
struct type_array types_array(const struct types *t, u32 id);
struct type_int types_int(const struct types *t, u32 id);
struct type_enumerator types_enumerator(const struct types *t, u32 id, u32 i);
struct type_param types_param(const struct types *t, u32 id, u32 i);
struct type_secinfo types_secinfo(const struct types *t, u32 id, u32 i);
u32 types_func_linkage(const struct types *t,
		       u32 id); /* of FUNC and VAR: 0 static 1 global 2 extern */
s32 types_component(const struct types *t, u32 id); /* of DECL_TAG, -1: the type itself */

/* Skip typedefs, qualifiers and type tags. */
u32 types_strip(const struct types *t, u32 id);
/* Size in bytes, or -EINVAL for void, functions, forward declarations and endless arrays. */
s64 types_size(const struct types *t, u32 id);
u32 types_align(const struct types *t, u32 id); /* bytes, at least 1 */

/* First type of that name and kind (KIND_VOID: any kind), 0 when there is none. Lazy index. */
u32 types_find(const struct types *t, const char *name, enum type_kind kind);
/* Next type after `id` of the same name and kind, 0 when there is none. */
u32 types_find_next(const struct types *t, u32 id, const char *name, enum type_kind kind);

#endif
