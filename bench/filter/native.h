/* SPDX-License-Identifier: BSD-2-Clause */
/* A classic program as C, compiled by the C compiler at hand and loaded: what a filter could cost.
 */
#ifndef BENCH_FILTER_NATIVE_H
#define BENCH_FILTER_NATIVE_H

#include "classic/classic.h"

typedef u32 (*native_fn)(const u8 *packet, u32 len, u32 wire_len);

/* NULL: there is no compiler. Stays loaded. */
native_fn native_compile(const struct cbpf_prog *prog);

#endif
