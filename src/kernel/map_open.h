/* SPDX-License-Identifier: BSD-2-Clause */
/* Maps that others made: found by number, name or pin, or made by hand, with their types. */
#ifndef KERNEL_MAP_OPEN_H
#define KERNEL_MAP_OPEN_H

#include "engine/engine.h"
#include "kernel/look.h"

/* The one that `l` selects, as the only map of a unit of its own. */
int kernel_map_open(struct unit_map **out, struct look *l);
/* A new map; it lives as long as the unit, and as it is pinned. */
int kernel_map_create(struct unit_map **out, const struct skep_map_def *def, int inner_fd,
		      struct diag *d);
void kernel_map_close(struct unit_map *m);
int kernel_map_fd(const struct unit_map *m);

#endif
