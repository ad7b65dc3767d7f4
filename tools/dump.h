/* SPDX-License-Identifier: BSD-2-Clause */
/* What `skep dump` is asked for, and what it holds while it runs: cmd_dump.c reads the command
 * line, dump_run.c does it, dump_list.c lists interfaces. */
#ifndef TOOLS_DUMP_H
#define TOOLS_DUMP_H

#include "tool.h"

enum { DUMP_BATCH = 256 }; /* packets filtered at once */

struct dump {
	/* asked for */
	const char *device, *read, *write, *linktype, *user, *expr_file, *size, *direction;
	uint64_t limit, snaplen, files, seconds, buffer;
	unsigned listing, time, verbose, hex, hex_ascii, ascii, numeric;
	bool link, quiet, absolute, unbuffered, lines, no_promisc, list, list_links, nano, number;
	bool no_optimise, count_only, print, immediate;
	char *expr; /* owned; "": every packet */
	/* held */
	struct skep_diag *diag;
	struct skep_capture *capture;
	struct skep_classic *filter; /* NULL: every packet */
	bool in_kernel;		     /* Linux runs the filter */
	struct skep_printer *printer;
	struct skep_dump *out;
	uint64_t seen; /* packets that passed the filter */
	struct skep_packet packets[DUMP_BATCH];
	uint32_t results[DUMP_BATCH];
};

/* Exit status. */
int dump_run(struct dump *d);
int dump_listing(struct dump *d); /* -d */
int dump_devices(void);
int dump_links(const struct dump *d);
/* Become another user for good. 0 or -errno after a message. */
int dump_become(const char *user);
/* The first interface that is up and not the loopback; NULL: none. */
const char *dump_default_device(void);

#endif
