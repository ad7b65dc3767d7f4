/* SPDX-License-Identifier: BSD-2-Clause */
/* The object that a script becomes: its maps, types and what user space is told of it. */
#ifndef TRACE_COMPILE_OUT_H
#define TRACE_COMPILE_OUT_H

#include "trace/lower.h"

/* Maps of the script and of the machinery, in object and meta; before lowering. */
int out_maps(struct unit_out *out);
/* Sizes that lowering has found; what nobody needs is not made. After lowering. */
int out_maps_finish(struct unit_out *out);
/* Types of all functions, which callbacks must have. After lowering. */
int out_types(struct unit_out *out);

#endif
