/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What functions of the program may hold, before any path is followed: without privilege there are
 * none; tail calls and legacy packet loads leave a function early and so need one that returns a
 * number.
 */
#ifndef VERIFY_FUNCTIONS_H
#define VERIFY_FUNCTIONS_H

#include "verify/env.h"

int functions_check(struct verify *v);

#endif
