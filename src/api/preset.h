/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Presets: what a caller changes of an object for one load. Variables are found through the BTF of
 * the sections they lie in, attributes of maps and programs through a table of names.
 */
#ifndef API_PRESET_H
#define API_PRESET_H

#include "api/handle.h"

/* *out: a derived object, NULL when there is nothing to change; its caller frees it. 0, or -errno
 * with a diagnostic that names the nearest. */
int preset_apply(struct object **out, const struct object *obj, const struct skep_preset *presets,
		 size_t count, struct diag *d);

#endif
