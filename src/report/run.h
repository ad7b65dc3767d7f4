/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Run a compiled script: BEGIN, attach, deliver events until it ends, detach, END, maps. Engines
 * that attach nothing have the time: intervals come from timers here.
 */
#ifndef REPORT_RUN_H
#define REPORT_RUN_H

#include "report/report.h"

struct run_opts {
	int stop_fd;  /* the run ends when it can be read; -1: only the script ends it */
	int child_fd; /* likewise, of a process (pidfd); -1 */
	/* Called once everything is attached: the traced command may start. Not 0 ends the run. */
	int (*attached)(void *arg, u32 probes);
	void *arg;
};

/* 0, or -errno with a diagnostic; *code is what the script gave to exit(). */
int report_run(struct report *r, const struct run_opts *opts, int *code, struct diag *d);

#endif
