/* SPDX-License-Identifier: BSD-2-Clause */
/* What `skep dump` is asked for, and what it holds while it runs. */
#ifndef TOOLS_DUMP_H
#define TOOLS_DUMP_H

#include "tool.h"

enum { DUMP_BATCH = 512 }; /* packets filtered at once */

struct dump {
	/* asked for */
	const char *device, *read, *write, *linktype, *user, *expr_file, *size, *direction;
	uint64_t count, snaplen, files, seconds, buffer;
	unsigned listing, time, verbose, hex, ascii_hex, ascii, numeric;
	bool link, quiet, absolute, unbuffered, lines, no_promisc, list, list_links, nano, number,
		no_optimise, count_only, print, immediate;
	struct skep_print_opts show;
	char *expr; /* owned; "" : every packet */
	/* held */
	struct skep_diag *diag;
	struct skep_capture *capture;
	struct skep_printer *printer;
	struct skep_dump *out;
	uint64_t seen; /* packets that passed the filter */
	struct skep_packet packets[DUMP_BATCH];
	uint64_t results[DUMP_BATCH];
};

#endif
