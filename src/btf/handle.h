/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What an opened BTF handle holds: shared by the opener, the checker and the accessors of
 * btf/types.h, nobody else. `types_check` takes a handle whose sections are set, fills its tables
 * and returns 0 or -EINVAL with a diagnostic.
 */
#ifndef BTF_HANDLE_H
#define BTF_HANDLE_H

#include <stdatomic.h>

#include "base/file.h"
#include "btf/types.h"

/* The deepest chain of types held by value: typedef, const, array element, struct member. */
enum { TYPES_MAX_DEPTH = 64 };

/*
 * Open addressing over the names of a group of kinds, in the order of type numbers, so that along a
 * chain of equal names they ascend; built whole by the group's first look-up, then only read.
 * Functions are most of a kernel's types, and most look-ups want none.
 */
enum name_group { GROUP_TYPES, GROUP_DECLS, GROUP_COUNT }; /* DECLS: functions, variables, … */

struct name_index {
	u32 mask;    /* of slots[], at most half of which are taken */
	u32 slots[]; /* type numbers, 0: free */
};

/*
 * Where eight types in a row lie: the first at byte `base`, each of the others so many words after
 * it; TYPE_FAR: more than fit, to be walked from the first.
 */
struct type_octet {
	u32 base;
	u8 words[8];
};
enum { TYPE_FAR = 0xff, TYPES_PARTS = 4 };

/* Trusted types are found in parts that are walked side by side (trust.c). */
struct types_part {
	u32 first; /* its first type, as id - types.first */
	struct type_octet *octets;
};

struct type_named {
	u32 id, name_off;
};

struct types {
	const u8 *data; /* borrowed, or of `file` or `copy` */
	size_t len;	/* bytes */
	const u8 *types;
	const char *strings;	   /* last byte is NUL when string_len > 0 */
	u32 types_len, string_len; /* bytes */
	const struct types *base;  /* borrowed, NULL: none */
	u32 first;		   /* own types begin at this number: 1, or base's count */
	u32 first_string;	   /* own strings begin at this offset: 0, or base's end */
	u32 count;		   /* first number that is not a type */
	u32 *offs;		   /* [id - first]: byte offset in `types`; NULL: in octets */
	struct types_part parts[TYPES_PARTS];
	struct type_octet *octets; /* of all parts */
	struct type_named *named;  /* trusted types of GROUP_TYPES that have names, ascending */
	u32 named_count;
	u8 *aligns;	    /* [id - first]: log2 of the alignment */
	bool trusted;	    /* the kernel's own (trust.h) */
	_Atomic u32 shares; /* holders besides the first */
	_Atomic(struct name_index *) index[GROUP_COUNT];
	struct file file; /* of types_open_file */
	void *copy;	  /* of bytes that were not aligned to 4 */
};

/* Bytes after the fixed part of a type of `kind` with `vlen` entries. */
u32 type_tail(u32 kind, u32 vlen);

/* The byte offset of a trusted type. */
u32 types_octet_off(const struct types *t, u32 slot);

static inline u32 info_kind(u32 info)
{
	return info >> 24 & 0x1f;
}

static inline u32 info_vlen(u32 info)
{
	return info & 0xffff;
}

int types_check(struct types *t, struct diag *d, u32 file);

#endif
