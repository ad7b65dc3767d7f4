/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The C at the top of a script: its types as BTF, its #defines as constants. #include reads what
 * headers there are; types of the kernel need none.
 */
#ifndef TRACE_CDEF_H
#define TRACE_CDEF_H

#include "trace/trace.h"

struct cdefs {
	struct types *types; /* of the script; NULL: it defines none. Records of the kernel behind
			      * pointers are KIND_FWD: their names are those of the kernel's BTF */
	struct cpp *cpp;     /* macros */
	struct cparse *parse;
};

enum cconst_kind { CCONST_NONE, CCONST_NUMBER, CCONST_STRING, CCONST_TEXT };
struct cconst {
	enum cconst_kind kind;
	u64 value;
	const char *text; /* of strings; CCONST_TEXT: what stands for the name */
	u32 len;
	struct span at; /* of the definition */
};

/* What types and constants are made of lies in `a`; the rest is freed by cdef_fini, also after an
 * error. */
int cdef_read(struct cdefs *out, const struct script *s, const struct trace_opts *opts,
	      struct arena *a, struct diag *d);
/* A #define or an enumerator of the script or of a header. CCONST_NONE: there is none. */
struct cconst cdef_const(const struct cdefs *c, const char *name);
bool cdef_is_macro(const struct cdefs *c, const char *name);
/* Names in the script's expressions that #defines stand for are replaced by them. */
int cdef_replace(const struct cdefs *c, struct script *s, const struct parse_opts *opts,
		 struct diag *d);
void cdef_fini(struct cdefs *c);

#endif
