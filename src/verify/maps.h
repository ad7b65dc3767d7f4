/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Maps against the program that uses them: what sleepable, tracing and socket filter programs may
 * not use, and what there may be one of. Source: asked of a running 6.18; release notes.
 */
#ifndef VERIFY_MAPS_H
#define VERIFY_MAPS_H

#include "verify/env.h"

/* Every map that the program's instructions name, before any path is followed. */
int maps_check(struct verify *v);

#endif
