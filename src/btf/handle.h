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
 * Chained hash over the names of a group of kinds; built whole by the group's first look-up, then
 * only read. Functions are most of a kernel's types, and most look-ups want none.
 */
enum name_group { GROUP_TYPES, GROUP_DECLS, GROUP_COUNT }; /* DECLS: functions, variables, … */

struct name_index {
	u32 mask;  /* of heads[] */
	u32 *next; /* per own type: the next higher type number in its chain; 0 ends */
	u32 heads[];
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
	u32 *offs;		   /* [id - first]: byte offset in `types` */
	u8 *aligns;		   /* [id - first]: log2 of the alignment */
	bool trusted;		   /* the kernel's own (trust.h) */
	_Atomic(struct name_index *) index[GROUP_COUNT];
	struct file file; /* of types_open_file */
	void *copy;	  /* of bytes that were not aligned to 4 */
};

/* Bytes after the fixed part of a type of `kind` with `vlen` entries. */
u32 type_tail(u32 kind, u32 vlen);

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
