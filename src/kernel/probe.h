/* SPDX-License-Identifier: BSD-2-Clause */
/* Questions to the running kernel, answered by trying. Nothing stays loaded. */
#ifndef KERNEL_PROBE_H
#define KERNEL_PROBE_H

#include "kernel/sys.h"

enum probe_answer { PROBE_NO, PROBE_YES, PROBE_UNKNOWN };
enum probe_misc { PROBE_LARGE, PROBE_LOOPS, PROBE_V2, PROBE_V3, PROBE_V4 };

struct probe {
	u32 ifindex; /* a device that shall run the programs itself; 0: the kernel */
	u32 version; /* LINUX_VERSION_CODE, which old kernels want of kprobes */
	bool tracepoint_known;
	u32 tracepoint; /* type number, for programs that hang on one; 0: none */
	char why[160];	/* after "no" and "unknown": the reason, or "" */
	char log[4096];
};

enum probe_answer probe_syscall(struct probe *p);
enum probe_answer probe_prog(struct probe *p, u32 type);
enum probe_answer probe_map(struct probe *p, u32 type);
/* "unknown" only when the kernel does not load the program type at all. */
enum probe_answer probe_helper(struct probe *p, u32 id, u32 prog_type);
enum probe_answer probe_misc(struct probe *p, enum probe_misc what);

#endif
