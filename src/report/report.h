/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a running trace script shows: its events as they come, its maps when it asks or ends, as
 * text or as JSON lines. Source of the shapes: bpftrace's documentation and its output.
 */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include <stdio.h>

#include "engine/engine.h"
#include "trace/meta.h"

struct report_opts {
	FILE *out, *err; /* NULL: standard output, standard error */
	bool json;
	bool quiet;	    /* no notes: attached, lost */
	const char *script; /* its name, for messages */
};

struct report;

/* The unit is one of an object that a script was compiled to; both outlive the report. */
int report_new(struct report **out, struct unit *u, const struct report_opts *opts, struct diag *d);
void report_free(struct report *r);

/* A skep_event_fn. What goes through the control ring keeps its place among the output; after the
 * events of one poll comes report_round. */
int report_event(void *report, const struct skep_event *ev);
void report_round(struct report *r);
bool report_wants_exit(const struct report *r, int *code);

void report_attached(struct report *r, u32 probes);
/* All maps, as when a script ends. */
void report_maps(struct report *r);
void report_lost(struct report *r); /* what was counted since the last time */
/* Standard output was closed, a map could not be read, …: 0 or the first -errno. */
int report_flush(struct report *r);

#endif
