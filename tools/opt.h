/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Command lines: one table a command parses its options, prints its usage line and its help.
 * Options may stand before or after the operands; "--" ends them. Letters without arguments may
 * share a dash: -nnr FILE.
 */
#ifndef TOOLS_OPT_H
#define TOOLS_OPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum opt_kind {
	OPT_FLAG,   /* bool * set to true */
	OPT_STRING, /* const char ** */
	OPT_NUMBER, /* uint64_t *; decimal, or 0x… */
	OPT_LIST,   /* struct opt_list *, may be given many times */
	OPT_LEVEL,  /* uint64_t *; --name is 1, --name=N is N */
	OPT_COUNT,  /* unsigned *; one more each time */
};

struct opt_list {
	const char **items; /* owned by the list; the strings are argv's */
	size_t count;
};

struct opt {
	char letter;	  /* 0: none */
	const char *name; /* without the dashes */
	const char *arg;  /* what the help calls its argument; NULL for flags */
	const char *help; /* one line, or several separated by \n */
	enum opt_kind kind;
	void *value;
};

struct command {
	const char *name, *operands, *summary; /* "run", "OBJ", "run a program over packets" */
	const char *about;		       /* paragraph(s) and examples of its --help */
	int (*main)(const struct command *self, int argc, char **argv);
};

enum { OPT_DONE = -1 }; /* --help was asked for and printed */

/*
 * Parse argv[1…] by the table (which ends in a row without a name). Operands are moved to the
 * front of argv[1…]; returns how many there are, OPT_DONE, or -EINVAL after a message on stderr
 * that names the option and the closest known one.
 */
int opt_parse(const struct command *cmd, const struct opt *opts, int argc, char **argv);
void opt_help(const struct command *cmd, const struct opt *opts, FILE *out);
/* Message about wrong operands plus the usage line; returns the exit status 2. */
int opt_usage(const struct command *cmd, const char *why);
void opt_list_free(struct opt_list *list);

#endif
