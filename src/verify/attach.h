/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the program will hang: for programs whose context is typed by the kernel's BTF, the
 * prototype behind it; and whether this program type exists, may sleep, and has its target.
 */
#ifndef VERIFY_ATTACH_H
#define VERIFY_ATTACH_H

#include "verify/env.h"

/* Fills v->ctx, attach_proto, attach_is_trace, sleepable. 0 or a refusal. */
int attach_resolve(struct verify *v);

#endif
