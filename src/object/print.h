/* SPDX-License-Identifier: BSD-2-Clause */
/* Objects as text: assembler listing (reads back through src/asm) and the summary of `object show`.
 */
#ifndef OBJECT_PRINT_H
#define OBJECT_PRINT_H

#include <stdio.h>

#include <skep/skep.h>

#include "object/object.h"

/* flags: SKEP_DISASM_… */
int object_disasm(const struct object *obj, const struct obj_prog *prog, unsigned flags, FILE *out);
int object_show(const struct object *obj, FILE *out, enum skep_format format);

/* The oldest release that has every helper, map type, program type and instruction used. */
struct release {
	u8 major, minor;
	const char *why; /* "helper ringbuf_output", …: owned by the arena */
};
struct release object_release(const struct object *obj, struct arena *a);

#endif
