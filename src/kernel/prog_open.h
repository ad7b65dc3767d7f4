/* SPDX-License-Identifier: BSD-2-Clause */
/* Programs that others loaded: found by number, name, tag or pin, to be run. */
#ifndef KERNEL_PROG_OPEN_H
#define KERNEL_PROG_OPEN_H

#include "engine/engine.h"
#include "kernel/look.h"

/* The one that `l` selects, as the only program of a unit of its own. */
int kernel_prog_open(struct unit_prog **out, struct look *l);
void kernel_prog_close(struct unit_prog *p);

#endif
