/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names that C keeps apart but BTF does not: several structs of one tag, enumerators that repeat.
 * The first of a name keeps it, the others get "___2", "___3", … (which CO-RE ignores as a
 * flavor). Tags and ordinary names are two spaces, as in C.
 */
#ifndef BTF_CNAMES_H
#define BTF_CNAMES_H

#include "base/buf.h"
#include "btf/types.h"

struct cname {
	u32 off; /* string offset; 0: free slot */
	u16 uses;
	u8 kind; /* of the first user */
};

struct cnames {
	const struct types *t;
	struct cname *slots;
	u32 len, cap;
};

/* Counts one more definition of a name; returns its number from 1 on, 0 without memory. */
u32 cnames_add(struct cnames *n, u32 off, enum type_kind kind);
/* Joins a definition of the same kind when there is one; else as cnames_add. */
u32 cnames_join(struct cnames *n, u32 off, enum type_kind kind);
void cnames_fini(struct cnames *n);

/* Append a name as a C identifier: other bytes become '_'; `number` > 1 adds its suffix. */
void put_ident(struct buf *b, const char *name, u32 number);

#endif
