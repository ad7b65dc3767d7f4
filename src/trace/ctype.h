/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Types of C as they are read: a graph whose nodes are numbered and written as BTF once all are
 * known. Layout is that of the System V ABI on machines of 64 bits.
 */
#ifndef TRACE_CTYPE_H
#define TRACE_CTYPE_H

#include "base/arena.h"
#include "base/hash.h"
#include "btf/types.h"
#include "trace/cpp.h"

struct cmember {
	const char *name; /* "" of anonymous ones */
	struct ctype *type;
	u32 bit_off, bits;
	bool is_bitfield;
	struct cmember *next;
};
struct cenumerator {
	const char *name;
	s64 value;
	struct cenumerator *next;
};

struct ctype {
	enum type_kind kind; /* FWD: a tag without a body so far */
	const char *name;
	u32 size, align; /* bytes; align 0: nothing of that type can be made */
	bool is_signed, is_union, packed;
	u32 count; /* of an array */
	struct ctype *ref;
	struct cmember *members;
	struct cenumerator *values;
	u32 id;
	struct ctype *next; /* in the order of making */
};

struct cparse {
	struct arena *arena;
	struct diag *diag;
	const struct types *kernel; /* NULL: none */
	const struct ctok *tok, *end;
	struct hash tags;		 /* "s NAME", "u NAME", "e NAME" → struct ctype * */
	struct hash typedefs;		 /* NAME → struct ctype * */
	struct hash values;		 /* enumerators → struct cenumerator * */
	struct hash ints;		 /* "int32" … → struct ctype * */
	VEC(struct ctype *) imported;	 /* by number of the kernel's type */
	VEC(const char *) typedef_names; /* in the order of definition */
	struct ctype *first, **tail;
	u32 depth, count;
	bool failed, reported;
};

struct ctype *ctype_new(struct cparse *p, enum type_kind kind, const char *name); /* or NULL */
struct ctype *ctype_int(struct cparse *p, const char *name, u32 size, bool is_signed);
struct ctype *ctype_pointer(struct cparse *p, struct ctype *to); /* NULL: void */
struct ctype *ctype_array(struct cparse *p, struct ctype *of, u64 count);
/* "struct x" of the script, made on first sight. kind: STRUCT, UNION or ENUM. */
struct ctype *ctype_tag(struct cparse *p, enum type_kind kind, const char *name);
/* Places of members, size and alignment. false: a member has no size. */
bool ctype_layout(struct ctype *t);
/* The same type as the kernel's number `id`; what pointers lead to stays a name. */
struct ctype *ctype_import(struct cparse *p, u32 id);

/* Everything from p->tok to p->end. What is of headers and not understood is passed over. */
bool cparse_all(struct cparse *p);
void cparse_fini(struct cparse *p);

#endif
