/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Types of tracepoints' fields, from the C that their formats show. Names that only BTF knows are
 * looked up when the field is used, so that scripts which do not need it start without.
 */
#ifndef TRACE_PROBE_FIELD_H
#define TRACE_PROBE_FIELD_H

#include "trace/expand.h"
#include "trace/probe/tracefs.h"

/* Sets the argument's type, or what is to be looked up. false: out of memory. */
bool field_type(struct arena *a, struct targ *arg, const struct tracefs_field *f,
		enum tspace space);

#endif
