/* SPDX-License-Identifier: BSD-2-Clause */
/* Makes a program that shows something as small as it gets while it still shows it. */
#ifndef FUZZ_GEN_SHRINK_H
#define FUZZ_GEN_SHRINK_H

#include "object/object.h"

/*
 * Removes instructions, then makes what is left plainer, as long as shows(arg, obj) is true of the
 * object with the new program; it is when this is called. The object ends with the smallest
 * program found.
 */
void gen_shrink(struct object *obj, bool (*shows)(void *arg, const struct object *obj), void *arg);

#endif
