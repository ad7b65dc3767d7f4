/* SPDX-License-Identifier: BSD-2-Clause */
/* Types that were loaded into the kernel, by their number. */
#ifndef KERNEL_LOOK_BTF_H
#define KERNEL_LOOK_BTF_H

#include <skep/skep.h>

#include "base/diag.h"
#include "btf/types.h"

struct look_types {
	struct types *types;
	u8 *data; /* what `types` reads */
};

/* The types with that number on top of `base` (NULL: they stand alone). */
int look_types_open(struct look_types *out, u32 id, const struct types *base, struct diag *d);
void look_types_close(struct look_types *t);

struct look;
/* As skep_look_btf_dump; `l` selects, and has the stream. */
int look_btf_dump(struct look *l, enum skep_look what, const char *part, const char *base_path,
		  const char *format);

#endif
