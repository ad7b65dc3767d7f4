/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * BTF as text: a compilable C header ("vmlinux.h"), bpftool's raw listing, JSON; single types as
 * C declarations; values decoded by their type.
 */
#ifndef BTF_DUMP_H
#define BTF_DUMP_H

#include <stdio.h>

#include "base/buf.h"
#include "btf/types.h"

int types_dump_c(const struct types *t, FILE *out, struct diag *d);
int types_dump_raw(const struct types *t, FILE *out); /* bpftool btf dump … format raw */
int types_dump_json(const struct types *t, FILE *out);

/* Only these types; in C with all they need. `format`: "c", "raw" or "json". */
struct types_roots {
	const u32 *ids;
	u32 count;
};
int types_dump_roots(const struct types *t, struct types_roots roots, const char *format, FILE *out,
		     struct diag *d);
/* types_dump_c of these (NULL: all). */
int types_dump_c_of(const struct types *t, const struct types_roots *roots, FILE *out,
		    struct diag *d);

/* One type's name as C would write it around `declarator` ("" for a bare type). */
void types_declare(const struct types *t, u32 id, const char *declarator, struct buf *out);

enum value_style { VALUE_C, VALUE_JSON };
/*
 * A value of type `id` read from `data` (len bytes): `{ .packets = 3, .bytes = 180 }` or JSON
 * as bpftool prints it. Type 0 prints hex bytes.
 */
void types_value(const struct types *t, u32 id, const void *data, size_t len,
		 enum value_style style, struct buf *out);

#endif
