/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random scripts that are valid by construction: variables, maps with keys of several kinds,
 * aggregations, strings, tuples, loops, branches, events. The same seed gives the same script.
 */
#ifndef TESTS_TRACE_GENERATE_H
#define TESTS_TRACE_GENERATE_H

#include "base/buf.h"

void generate_script(struct buf *out, u64 seed);

#endif
