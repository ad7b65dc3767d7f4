/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files of small programs, each with the verdict that Linux gives (cases/README.md is the format):
 * texts split at their ";; name: accept|reject …" lines, and compiled objects whose programs are
 * named accept_… and reject_….
 */
#ifndef TESTS_VERIFY_CASES_H
#define TESTS_VERIFY_CASES_H

#include "kload.h"

struct one_case {
	char name[128];	  /* FILE/name */
	char reason[128]; /* of a refusal, for people */
	bool accept;
	bool mitigations; /* the verdict comes from following mispredicted branches */
	u32 flags;	  /* KLOAD_… */
	enum kload_as as;
	const struct object *obj;
	const struct obj_prog
		*prog; /* the last of a text; the others are there to be referred to */
};

/* Called for each case; counts what it likes in `arg`. */
typedef void case_fn(const struct one_case *c, void *arg);

/* Every case of a text, in order. 0, or the number of cases that are no programs (printed). */
u32 cases_text(const char *path, case_fn *fn, void *arg);
u32 cases_object(const char *path, case_fn *fn, void *arg);
/* Every program of any object, as if accepted. */
u32 cases_any_object(const char *path, case_fn *fn, void *arg);

#endif
