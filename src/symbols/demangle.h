/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names of C++ functions as people write them, through the C++ library where the system has one;
 * skep is not linked with it.
 */
#ifndef SYMBOLS_DEMANGLE_H
#define SYMBOLS_DEMANGLE_H

#include "base/types.h"

/* "_Z1fic" → "f(int, char)", owned by the caller. NULL: it is no such name, or nobody can tell. */
char *demangle(const char *name);
/* Does what a user wrote mean this function? "ns::f" means all that are named so, whatever their
 * parameters; wildcards are taken. */
bool demangled_fits(const char *mangled, const char *pattern);

#endif
