/* SPDX-License-Identifier: BSD-2-Clause */
/* All that the running kernel has of BPF, in the three forms of bpftool: text, JSON, C macros. */
#ifndef KERNEL_FEATURE_H
#define KERNEL_FEATURE_H

#include <skep/skep.h>

#include "base/diag.h"
#include "base/json.h"

struct feature_opts {
	const char *prefix; /* of macros; NULL: no macros but text or JSON */
	const char *device; /* that shall run the programs itself; NULL: the kernel */
	bool full;	    /* helpers, too, whose trial writes to the kernel's log */
};
/* json NULL: text or macros. */
int feature_probe(const struct feature_opts *o, FILE *out, struct json *json, struct diag *d);

#endif
