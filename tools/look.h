/* SPDX-License-Identifier: BSD-2-Clause */
/* What the commands that look at the kernel share: the words that select objects, bpftool's flags.
 */
#ifndef TOOLS_LOOK_H
#define TOOLS_LOOK_H

#include "tool.h"

struct look_args {
	struct skep_look_opts opts;
	bool json, pretty;
	int n; /* words left */
	char **words;
};

/* Parse bpftool's common options; words[0] is the verb. As opt_parse. */
int look_parse(struct look_args *a, const struct command *self, int argc, char **argv);
/* The same with --engine and --pin-path, for maps. */
int look_parse_maps(struct look_args *a, const struct command *self, int argc, char **argv);
/* Take "id N", "name X", "tag X" or "pinned PATH" off the words; false with a message. */
bool look_select(struct look_args *a, const struct command *self);
/* Print; returns the exit status. Words that are left over are wrong usage. */
int look_show(struct look_args *a, const struct command *self, enum skep_look what);
/* After a change: reports and frees `diag`; in JSON "null" says that it is done. The exit status.
 */
int look_done(const struct look_args *a, int err, struct skep_diag *diag);
/* bpftool's verbs may be cut: "sh" is "show". */
bool look_verb(const char *word, const char *verb);

#endif
