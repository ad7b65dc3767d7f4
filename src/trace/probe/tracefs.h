/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Events of the kernel's tracing file system: which there are, and how their records lie in
 * memory. Source: Documentation/trace/events.rst ("format" files).
 */
#ifndef TRACE_PROBE_TRACEFS_H
#define TRACE_PROBE_TRACEFS_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/types.h"

/* The folder that holds "events"; `given` when it is not NULL. NULL: it is not mounted. */
const char *tracefs_path(const char *given);
int tracefs_missing(struct diag *d, struct span at); /* says how to mount it */

enum loc_kind { LOC_NONE, LOC_DATA, LOC_REL };
struct tracefs_field {
	const char *type; /* "const char *", without name and brackets */
	const char *name;
	const char *decl; /* as it is written */
	u32 off, size;
	u32 count; /* elements of an array, 0: none */
	bool is_signed, is_array;
	enum loc_kind loc;
};
struct tracefs_format {
	struct tracefs_field *fields;
	u32 count;
};

/* events/CATEGORY/EVENT/format. -ENOENT: no such event (not reported). */
int tracefs_format(struct tracefs_format *out, struct arena *a, const char *root,
		   const char *category, const char *event, struct diag *d);
/* A "field:" line, without it. false: not understood. */
bool tracefs_parse_field(struct tracefs_field *out, struct arena *a, const char *line);

/* Calls `each` for every event that fits both patterns, sorted. Stops when it returns an error. */
int tracefs_each(const char *root, const char *category, const char *event,
		 int (*each)(void *ctx, const char *category, const char *event), void *ctx);

#endif
