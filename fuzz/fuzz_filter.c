// SPDX-License-Identifier: BSD-2-Clause
/*
 * Filter expressions: any text is refused with a diagnostic, or compiles to a program that passes
 * Linux's checker; optimised, not optimised and as machine code it answers alike. The first byte
 * chooses link type and options.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <skep/skep.h>

#include "filter/explain.h"
#include "filter/filter.h"
#include "object/object.h"
#include "user/match.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { PACKETS = 12, LEN = 128 };

static void must(bool truth)
{
	if (!truth)
		abort();
}

/* Headers that most expressions ask for, the rest from the text; link header of 14 bytes. */
static const u8
	headers[]
	       [60] = {
		       { [12] = 8, 0, 0x45, 0, 0, 100, 0,  0, 0x40, 0, 64, 6,
			 0,	   0, 10,   0, 0, 1,   10, 0, 0,    2, 0,  80 },
		       { [12] = 8, 0, 0x46, 0,	0, 100, 0, 0,  0, 0, 64,
			 17,	   0, 0,    10, 0, 0,	1, 10, 0, 0, 2 },
		       { [12] = 8, 0, 0x45, 0, 0, 100, 0, 0, 0x20, 5, 64, 1 },
		       { [12] = 0x86, 0xdd, 0x60, 0, 0, 0, 0, 80, 6, 64 },
		       { [12] = 0x86, 0xdd, 0x60, 0, 0, 0, 0, 80, 44, 64, [54] = 17 },
		       { [12] = 0x81, 0, 0, 7, 8, 0, 0x45, 0, 0, 90, 0, 0, 0, 0, 64, 17 },
		       { [12] = 8, 6, 0, 1, 8, 0, 6, 4, 0, 1 },
		       { [12] = 0x88, 0x47, 0, 0, 0x11, 64, 0x45, 0, 0, 90, 0, 0, 0, 0, 64, 6 },
		       { [12] = 0x88, 0x64, 0x11, 0, 0, 1, 0, 90, 0, 0x21, 0x45 },
		       { 0x45, 0, 0, 100, 0, 0, 0, 0, 64, 6 },
		       { [12] = 0, 40, 0xaa, 0xaa, 3, 0, 0, 0, 8, 0, 0x45 },
		       { 0 },
	       };

static void make_packets(struct skep_packet *packets, u8 bytes[][LEN], const uint8_t *data,
			 size_t size)
{
	for (u32 k = 0; k < PACKETS; k++) {
		for (u32 j = 0; size && j < LEN; j++)
			bytes[k][j] = data[(j * (k + 3)) % size];
		memcpy(bytes[k], headers[k], k + 1 < PACKETS ? 40 : 0);
		packets[k] = (struct skep_packet){ .data = bytes[k],
						   .len = k % 4 == 3 ? 20 + k * 7 : LEN,
						   .wire_len = LEN };
	}
}

static void compare(struct match *m, const struct skep_packet *packets, const u32 *results)
{
	u32 native[PACKETS];

	match_run(m, packets, PACKETS, native);
	must(!memcmp(native, results, sizeof(native)));
	match_free(m);
}

/* What the program answers, however it runs. */
static void run(const struct cbpf_prog *prog, const char *text, const struct filter_opts *opts,
		const struct skep_packet *packets, u32 *results)
{
	const char *why;
	struct match *m;

	for (u32 k = 0; k < PACKETS; k++)
		results[k] = match_interpret(prog, &packets[k]);
	if (!match_new(&m, prog, &why))
		compare(m, packets, results);
	if (!match_new_filter(&m, prog, text, opts, &why))
		compare(m, packets, results);
}

static int compile(struct cbpf_prog *out, struct arena *a, const char *text,
		   const struct filter_opts *opts)
{
	struct diag d;
	int err;

	diag_init(&d);
	err = filter_compile(out, a, text, opts, &d);
	must(!err == !d.errors);
	must(err || !cbpf_check(out, NULL));
	diag_fini(&d);
	return err;
}

static void explain(const char *text, const struct filter_opts *opts)
{
	FILE *out = fopen("/dev/null", "w");

	must(out != NULL);
	filter_explain(out, text, opts, EXPLAIN_SVG, NULL);
	filter_explain(out, text, opts, EXPLAIN_WORDS, NULL);
	fclose(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const u32 links[] = {
		1, 1, 1, 1, 113, 276, 101, 228, 0, 9, 105, 127, 6, 10, 100, 117
	};
	struct filter_opts opts = { .netmask = UINT32_MAX, .literal = true };
	u32 optimised[PACKETS], plain[PACKETS];
	struct skep_packet packets[PACKETS];
	u8 bytes[PACKETS][LEN] = { 0 };
	struct arena a = { 0 };
	struct object *obj;
	struct cbpf_prog prog;
	char *text;
	int err;

	if (!size || size > 4096)
		return 0;
	opts.linktype = links[data[0] & 15];
	opts.live = data[0] & 16;
	text = arena_strndup(&a, (const char *)data + 1, size - 1);
	must(text != NULL);
	make_packets(packets, bytes, data, size);
	err = compile(&prog, &a, text, &opts);
	if (!err)
		run(&prog, text, &opts, packets, optimised);
	opts.no_optimise = true;
	/* Refused alike, but for what can never match: only the optimiser sees that. */
	if (!compile(&prog, &a, text, &opts)) {
		run(&prog, text, &opts, packets, plain);
		for (u32 k = 0; k < PACKETS; k++)
			must(!plain[k] == (err || !optimised[k]));
	}
	opts.no_optimise = false;
	if (!err) {
		explain(text, &opts);
		if (!filter_object(&obj, text, &opts, NULL))
			object_free(obj);
	}
	arena_fini(&a);
	return 0;
}
