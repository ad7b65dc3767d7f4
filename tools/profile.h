/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `skep run --profile`: where a program spends its instructions or its time. Counts come from the
 * library; time is sampled here, by a timer: where the machine code was, or from
 * where it had called.
 */
#ifndef TOOLS_PROFILE_H
#define TOOLS_PROFILE_H

#include <skep/skep.h>

struct profile {
	const struct skep_prog *prog;
	bool time;	  /* samples, else counts */
	uint64_t *counts; /* per slot */
	size_t slots;
	uint64_t total, outside; /* samples: in the program, elsewhere in the process */
};

/* Samples from now on until profile_stop. 0, or -errno with a message. */
int profile_start(struct profile *p, const struct skep_prog *prog);
void profile_stop(struct profile *p);
/* For counts: what was executed so far. */
int profile_count(struct profile *p, const struct skep_prog *prog);
void profile_text(const struct profile *p, FILE *out);
void profile_json(const struct profile *p, FILE *out); /* one object */
void profile_fini(struct profile *p);

#endif
