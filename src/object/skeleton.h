/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A C header around an object: its bytes, structures of its variables, functions that open, load
 * and attach it. Takes the object and the ELF file it comes from.
 */
#ifndef OBJECT_SKELETON_H
#define OBJECT_SKELETON_H

#include "base/buf.h"
#include "object/object.h"

/* Append the header to `out`; `name` is an identifier. 0 or -errno with a diagnostic. */
int object_skeleton(const struct object *obj, const char *name, const struct buf *elf,
		    struct buf *out, struct diag *d);

#endif
