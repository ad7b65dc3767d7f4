/* SPDX-License-Identifier: BSD-2-Clause */
/* What the verbs of `skep prog` share. */
#ifndef TOOLS_PROG_H
#define TOOLS_PROG_H

#include "look.h"

/* One call of the command. */
struct prog_call {
	const struct command *self;
	struct look_args a;
	struct skep_diag *diag;
};

static inline enum skep_format prog_format(const struct prog_call *c)
{
	return c->a.pretty ? SKEP_JSON_PRETTY : c->a.json ? SKEP_JSON : SKEP_TEXT;
}

/* The next word, NULL: there is none. */
const char *prog_word(struct prog_call *c);
/* Take the program off the words; false with a message. */
bool prog_select(struct prog_call *c);
/* Report, and give the exit status. */
int prog_done(struct prog_call *c, int err);

/* Verbs, in files of their own; exit statuses. */
int prog_run(struct prog_call *c);
int prog_attach(struct prog_call *c, bool on);
int prog_profile(struct prog_call *c);

#endif
