/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Public handles are internal structs under another name; this is the one place that converts.
 * The public structs are never defined, so nothing is ever accessed through the wrong type.
 */
#ifndef API_HANDLE_H
#define API_HANDLE_H

#include <skep/skep.h>

#include "classic/classic.h"
#include "engine/engine.h"
#include "filter/filter.h"
#include "object/object.h"

/* A classic program that owns its instructions. */
struct classic {
	struct arena arena;
	struct cbpf_prog prog;
	char *text;		   /* of a filter, NULL: none */
	struct filter_opts filter; /* how it was compiled */
	struct match *match;	   /* NULL: only the interpreter */
};

#define HANDLE(public, internal, of, to)                                                           \
	static inline struct internal *of(const struct public *p)                                  \
	{                                                                                          \
		return (struct internal *)(uintptr_t)p;                                            \
	}                                                                                          \
	static inline struct public *to(const struct internal *p)                                  \
	{                                                                                          \
		return (struct public *)(uintptr_t)p;                                              \
	}

HANDLE(skep_diag, diag, diag_of, diag_handle)
HANDLE(skep_object, object, object_of, object_handle)
HANDLE(skep_classic, classic, classic_of, classic_handle)
HANDLE(skep_engine, engine, engine_of, engine_handle)
HANDLE(skep_unit, unit, unit_of, unit_handle)
HANDLE(skep_prog, unit_prog, prog_of, prog_handle)
HANDLE(skep_map, unit_map, map_of, map_handle)
HANDLE(skep_link, link, link_of, link_handle)
#undef HANDLE

/* What skep_open_opts says of a filter. */
struct filter_opts filter_opts_of(const struct skep_open_opts *opts);

/*
 * Copy a caller's struct, which starts with its size and may be older (shorter) or newer (longer)
 * than ours: what it lacks stays as it is in ours, what we do not know must be zeros. `what` names
 * the struct. 0, or -EINVAL / -E2BIG with a diagnostic.
 */
int opts_copy(void *ours, size_t our_size, const void *theirs, const char *what, struct diag *d);
/* -ENOENT: the object has no program of that name; the hint names the closest. */
int object_no_prog(const struct object *obj, const char *name, struct diag *d);

#endif
