/* SPDX-License-Identifier: BSD-2-Clause */
/* One script: compiled, verified, loaded, run; what it printed. */
#ifndef TESTS_TRACE_SCRIPT_H
#define TESTS_TRACE_SCRIPT_H

#include "object/object.h"
#include "trace/trace.h"

struct ran {
	int err, code;
	char out[16384]; /* standard output of the script */
	char says[4096]; /* diagnostics */
};

/* Compiles; every program must pass our verifier and, where the kernel lets us, its own. */
struct ran script_load(const char *text, const struct trace_opts *opts);
/* The same on the user engine, and runs it to its end (at most some seconds). */
struct ran script_run(const char *text);
/* In the kernel; err is -EPERM where it does not let us. */
struct ran script_run_kernel(const char *text);
/* Compiles only; err and says. `insns` (may be NULL): slots of its first program. */
struct ran script_compile(const char *text, const struct trace_opts *opts, u32 *insns);
bool script_may_load(void); /* does the kernel let us? */

#endif
