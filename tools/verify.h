/* SPDX-License-Identifier: BSD-2-Clause */
/* What `skep verify` asks for, and how its verdicts are shown: verify_show.c one release,
 * verify_all.c all of them. */
#ifndef TOOLS_VERIFY_H
#define TOOLS_VERIFY_H

#include "preset.h"

struct verify {
	struct skep_verify_opts opts;
	struct skep_open_opts open;
	struct preset_opts presets;
	const char *explain; /* a log that Linux printed */
	uint64_t log;
	bool all, stats, json;
	/* while it runs */
	struct skep_diag *diag;
	const struct skep_object *obj;
	size_t shown, refused; /* programs */
};

/* Verdicts on one opened object: 0, -EACCES (some are refused), other -errno. */
int verify_show(struct verify *v);
int verify_all(struct verify *v);

#endif
