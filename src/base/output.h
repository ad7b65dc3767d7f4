/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A file being written. It grows under a temporary name beside its path and takes its place when
 * it is finished, so that a failure changes nothing. "-" is standard output; devices and pipes are
 * written directly.
 */
#ifndef BASE_OUTPUT_H
#define BASE_OUTPUT_H

#include <stdio.h>

#include "base/types.h"

struct output {
	FILE *file;
	char *path, *temp; /* temp NULL: `path` itself is written */
};

int output_open(struct output *out, const char *path); /* 0 or -errno */
/* Flush and put in place: 0, or -errno and nothing is left behind. `err` is what already failed
 * (0: nothing): then it only cleans up, and returns it. */
int output_finish(struct output *out, int err);

#endif
