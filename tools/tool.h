/* SPDX-License-Identifier: BSD-2-Clause */
/* What the commands share: exit statuses, reporting, small outputs. */
#ifndef TOOLS_TOOL_H
#define TOOLS_TOOL_H

#include <skep/skep.h>

#include "opt.h"

enum { EXIT_OK = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

#define COMMAND(name) extern const struct command cmd_##name;
#include "commands.def"
#undef COMMAND

/* What opt_parse returned, as an exit status, when it is not a number of operands. */
static inline int opt_status(int n)
{
	return n == OPT_DONE ? EXIT_OK : EXIT_USAGE;
}

/* Print what the diagnostics hold on stderr, in colour on a terminal, and forget it. */
void report(struct skep_diag *diag);
/* Flush stdout; EXIT_FAILED with a message when it could not be written (a full disk). */
int finish_output(int status);

/* Bytes given on the command line: hex, or the name of a file. NULL with a message on failure. */
uint8_t *bytes_from_arg(const char *arg, size_t *len, struct skep_diag *diag);
/* All of a file ("-": standard input); NULL with a message on failure. */
uint8_t *bytes_from_file(const char *path, size_t *len);
/* Bytes of a hex text with any spaces; NULL with a diagnostic. An empty text gives 0 bytes. */
uint8_t *bytes_from_hex(const char *text, const char *name, size_t *len);

/* Words of a command line as one filter expression; the caller frees it. NULL: out of memory. */
char *filter_text(int count, char **words);
/* A link type's name as skep_open_opts.linktype wants it; false: there is none. */
bool filter_linktype(const char *name, uint32_t *out);

/* The mode that "checked", "interp", "jit" name; false: none. */
bool exec_mode(const char *name, enum skep_exec *mode);
/* "1,234,567" in one of a few rotating buffers. */
const char *thousands(uint64_t n);
/* A JSON string with its quotes. */
void out_string(FILE *out, const char *s);

#endif
