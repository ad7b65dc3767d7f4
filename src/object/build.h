/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Objects without a file: from instruction arrays and map definitions of an embedding program.
 * Takes the public definition structs of <skep/skep.h>; copies everything.
 */
#ifndef OBJECT_BUILD_H
#define OBJECT_BUILD_H

#include <skep/skep.h>

#include "object/object.h"

int object_build(struct object **out, const struct skep_object_def *def, struct diag *d);

#endif
