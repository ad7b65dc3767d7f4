/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * BTF types as C declarations that stand alone: structures get a prefix before their names,
 * integers are stdint's, pointers of the program are uint64_t, enumerations their integers. What a
 * C compiler would lay out otherwise becomes bytes. Takes checked types, appends text to buffers.
 */
#ifndef OBJECT_CTYPES_H
#define OBJECT_CTYPES_H

#include "base/buf.h"
#include "btf/types.h"

struct ctypes {
	const struct types *t;
	const char *prefix; /* "firewall" */
	u8 *state;	    /* one per type: whether it is defined */
	u32 *number;	    /* one per type: of structures that have one name */
	struct buf *defs;   /* where definitions go */
};

int ctypes_init(struct ctypes *c, const struct types *t, const char *prefix, struct buf *defs);
void ctypes_fini(struct ctypes *c);
/* Define what a value of that type needs to be declared. */
void ctypes_define(struct ctypes *c, u32 id);
/* "uint32_t NAME[4]"; `size` bytes when the type says nothing. */
void ctypes_declare(struct ctypes *c, struct buf *out, u32 id, const char *name, u64 size);
/* "const uint32_t *NAME", or "const void *NAME" when the type has not that size. */
void ctypes_pointer(struct ctypes *c, struct buf *out, u32 id, const char *name, u64 size);
/* A name of the program as C and C++ take it. */
struct ident {
	char s[160];
};
struct ident ctypes_ident(const char *name);

#endif
