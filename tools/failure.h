/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Commands that bpftool has, too, answer --json and --pretty with JSON when they fail, as bpftool
 * does: {"error": "…"} on standard output, and its exit status. What there is to say besides, hints
 * and source lines, is the member "notes".
 */
#ifndef TOOLS_FAILURE_H
#define TOOLS_FAILURE_H

/* From here on standard error is kept, when the command and its options are such. */
void failure_begin(const char *command, int argc, char **argv);
/* What was kept goes out, as JSON when status is not 0; returns the exit status. */
int failure_end(int status);

#endif
