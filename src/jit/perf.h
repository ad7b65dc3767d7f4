/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files by which Linux perf names machine code: a line of /tmp/perf-PID.map, or records of
 * jit-PID.dump with the code and its source lines (`perf record -k mono`, `perf inject --jit`).
 * Source: linux tools/perf/Documentation/jitdump-specification.txt, jit-interface.txt.
 */
#ifndef JIT_PERF_H
#define JIT_PERF_H

#include "object/object.h"
#include "vm/op.h"

/* 0 or -errno. */
int perf_map_add(const char *name, const struct vm_native *n);
int jitdump_add(const char *dir, const struct obj_prog *prog, const struct vm_native *n);

#endif
