/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * C declarations from BTF: "int (*fn)(struct foo *, ...)". Takes a type and a declarator, appends
 * text. `names` NULL: names as they are and "struct {...}" for anonymous types; else renamed names
 * and whole bodies. Endless or hostile declarations end in -E2BIG, sticky in `err`.
 */
#ifndef BTF_DECLARE_H
#define BTF_DECLARE_H

#include "base/buf.h"
#include "btf/types.h"

struct declare_names {
	u32 (*tag)(void *ctx, u32 id); /* number of a tag or typedef among its like */
	u32 (*enumerator)(void *ctx, u32 off);
	void (*body_done)(void *ctx, u32 id); /* an anonymous enum has been written in place */
	void *ctx;
};

struct declare {
	const struct types *t;
	struct buf *b;
	const struct declare_names *names;
	u64 budget;	  /* types still to be written: what bounds hostile input */
	u32 level, depth; /* of indentation, of recursion */
	int err;
};

/* `number` > 1: a suffix for the declarator's name. */
void declare_type(struct declare *w, u32 id, const char *name, u32 number);
/* "{ … }" and attributes of a STRUCT, UNION, ENUM or ENUM64. */
void declare_body(struct declare *w, u32 id);

#endif
