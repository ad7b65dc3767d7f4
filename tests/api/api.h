/* SPDX-License-Identifier: BSD-2-Clause */
/* What tests of the public API share: nothing but <skep/skep.h> is used. */
#ifndef TESTS_API_H
#define TESTS_API_H

#include "test.h"

#include <errno.h>
#include <string.h>

#include <skep/skep.h>

/* The diagnostics as text; the caller frees it. */
static inline char *diag_text(const struct skep_diag *diag)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	skep_diag_print(diag, out, false);
	fclose(out);
	return text;
}

/* One error was recorded, whose text has `part` in it; forgets it. */
static inline void assert_complains(struct skep_diag *diag, const char *part)
{
	char *text = diag_text(diag);
	size_t errors = skep_diag_errors(diag);
	bool found = strstr(text, part);

	if (!found)
		print_error("'%s' is not in: %s", part, text);
	free(text);
	skep_diag_clear(diag);
	assert_true(found);
	assert_int_equal(errors, 1);
}

#define EXIT_INSN                                                                                  \
	{                                                                                          \
		.code = 0x95                                                                       \
	}
#define R0_IMM(n)                                                                                  \
	{                                                                                          \
		.code = 0xb7, .dst = 0, .imm = (n)                                                 \
	}
#define R0_R1                                                                                      \
	{                                                                                          \
		.code = 0xbf, .dst = 0, .src = 1                                                   \
	}
#define CALL(n)                                                                                    \
	{                                                                                          \
		.code = 0x85, .imm = (n)                                                           \
	}
#define WIDE(reg)                                                                                  \
	{ .code = 0x18, .dst = (reg) },                                                            \
	{                                                                                          \
		.code = 0                                                                          \
	}
#define LOAD64(d, s)                                                                               \
	{                                                                                          \
		.code = 0x79, .dst = (d), .src = (s)                                               \
	}
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* A loaded object and what it took to get there. */
struct loaded {
	struct skep_diag *diag;
	struct skep_object *obj;
	struct skep_engine *eng;
	struct skep_unit *unit;
};

static inline void unload(struct loaded *l)
{
	skep_unit_free(l->unit);
	skep_engine_free(l->eng);
	skep_object_free(l->obj);
	skep_diag_free(l->diag);
	*l = (struct loaded){ 0 };
}

static inline void load_object(struct loaded *l)
{
	assert_int_equal(skep_engine_new(&l->eng, "user", l->diag), 0);
	if (skep_load(&l->unit, l->eng, l->obj, NULL, l->diag)) {
		skep_diag_print(l->diag, stdout, false);
		fail();
	}
}

static inline void load_text(struct loaded *l, const char *text)
{
	struct skep_source src = { .name = "test.s", .data = text, .len = strlen(text) };

	l->diag = skep_diag_new();
	if (skep_open(&l->obj, SKEP_ASM, src, NULL, l->diag)) {
		skep_diag_print(l->diag, stdout, false);
		fail();
	}
	load_object(l);
}

static inline void load_file(struct loaded *l, const char *path)
{
	struct skep_open_opts opts = { .size = sizeof(opts), .btf_path = "none" };

	l->diag = skep_diag_new();
	if (skep_open(&l->obj, SKEP_AUTO, (struct skep_source){ .name = path }, &opts, l->diag)) {
		skep_diag_print(l->diag, stdout, false);
		fail();
	}
	load_object(l);
}

#endif
