/* SPDX-License-Identifier: BSD-2-Clause */
/* What `skep run` gathers, and how it is shown: out_text.c for people, out_json.c for tools. */
#ifndef TOOLS_RUN_H
#define TOOLS_RUN_H

#include "profile.h"
#include "tool.h"

enum { MAX_RESULTS = 64, MAX_DEVICES = 32 };

struct run_count {
	uint64_t result, packets, bytes;
};

/* A virtual device: packets sent to it go to a capture file. */
struct run_device {
	const char *name, *path; /* path NULL: counted only */
	uint32_t ifindex;
	struct skep_dump *dump;
	uint64_t packets;
};

struct run {
	struct skep_unit *unit;
	struct skep_prog *prog;
	const char *object, *type, *exec;
	/* packets */
	uint64_t packets, bytes, nanosec, passed;
	struct run_count counts[MAX_RESULTS]; /* by descending packets once finished */
	size_t count_used;
	uint64_t other; /* packets whose result did not fit the table */
	struct run_device devices[MAX_DEVICES];
	size_t device_count;
	uint64_t filtered;   /* packets that --filter did not accept, not among `packets` */
	uint64_t left_out;   /* packets that the kernel's test run does not take */
	uint64_t lost_sends; /* packets sent to a device that nobody named */
	/* single input */
	bool single;
	uint64_t result, insns, repeat;
	const uint8_t *data, *ctx; /* NULL: none */
	size_t data_len, ctx_len;
	/* events, already rendered; one a line or JSON values separated by commas */
	char *events;
	size_t events_len;
	uint64_t event_count, event_shown, event_lost;
	struct profile *profile; /* NULL: none is wanted */
};

void run_text(const struct run *r, FILE *out);
void run_json(const struct run *r, FILE *out);

/* Apply NAME=KEY:VALUE. 0, or -errno with a diagnostic. */
int run_fill_map(struct skep_unit *unit, const char *spec, struct skep_diag *diag);

#endif
