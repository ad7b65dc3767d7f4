/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the chosen release has: instructions, map types and sizes that a program uses, before any
 * path is followed. (Helpers, kfuncs and behaviours are asked for where they occur.)
 */
#ifndef VERIFY_ERA_H
#define VERIFY_ERA_H

#include "verify/env.h"

int era_check(struct verify *v);
/* 0, or the refusal: the chosen release has no such feature. */
int era_lacks(struct verify *v, enum feature f);

#endif
