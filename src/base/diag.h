/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Diagnostics: what went wrong, where in which source text, and what to do about it. Owned by the
 * caller of a library call, passed explicitly, never global, never printed by the library.
 */
#ifndef BASE_DIAG_H
#define BASE_DIAG_H

#include <stdio.h>

#include "base/arena.h"
#include "base/types.h"

/* A span of one source text; file 0 means "nowhere in a text". */
struct span {
	u32 file; /* from diag_file(); 0: no place */
	u32 off;  /* first byte */
	u32 len;  /* bytes; 0 marks a point */
};
#define NOWHERE ((struct span){ 0 })

enum severity { SEV_ERROR, SEV_WARNING, SEV_NOTE };

struct diag_item {
	enum severity severity;
	int err; /* -errno of an error, 0 otherwise */
	struct span at;
	const char *text, *hint; /* hint may be NULL; both owned by the diag */
	struct diag_item *next;
};

struct diag {
	struct arena arena;
	struct diag_source *sources;
	struct diag_item *first, *last;
	u32 source_count, count, errors;
	u32 dropped; /* items past the limit of 256, counted only */
};

void diag_init(struct diag *d);
void diag_fini(struct diag *d);

/*
 * Register a source text; returns its number for spans (never 0, except when out of memory).
 * `first_line` is the line number of its first line, 1 for a whole file: a single C line known
 * from BTF is registered with its own number. Name and text are copied. `text` may be NULL: then
 * only the name is shown and `off` of a span is a byte offset in a binary (an ELF or pcap file).
 */
u32 diag_file(struct diag *d, const char *name, const char *text, size_t len, u32 first_line);

/*
 * Record an item. diag_error returns `err` so that a caller can write `return diag_error(...)`.
 * Every function takes NULL for `d`: then nothing is recorded.
 */
int diag_error(struct diag *d, int err, struct span at, const char *fmt, ...) __printf(4, 5);
void diag_warn(struct diag *d, struct span at, const char *fmt, ...) __printf(3, 4);
void diag_note(struct diag *d, struct span at, const char *fmt, ...) __printf(3, 4);
/* Attach advice to the item recorded last. */
void diag_hint(struct diag *d, const char *fmt, ...) __printf(2, 3);
/* Out of memory: records it and returns -ENOMEM. */
int diag_nomem(struct diag *d);

/*
 *     <filter>:1:13: error: unknown word 'adn'
 *         tcp port 80 adn host 10.0.0.1
 *                     ^~~
 *         hint: did you mean 'and'?
 * Colour when `colour` is set (the tools set it on a terminal only).
 */
void diag_print(const struct diag *d, FILE *out, bool colour);
void diag_json(const struct diag *d, FILE *out); /* an array of objects */

#endif
