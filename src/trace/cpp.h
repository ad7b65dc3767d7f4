/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A small C preprocessor: lines of a script and of headers → tokens and macros. Conditions,
 * #include, object-like macros; function-like ones are known by name only. Bounded in depth, bytes
 * and tokens. Source: C11, 6.10.
 */
#ifndef TRACE_CPP_H
#define TRACE_CPP_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/hash.h"
#include "base/vec.h"

enum ctok_kind { CT_END, CT_WORD, CT_NUMBER, CT_STRING, CT_OP };

struct ctok {
	enum ctok_kind kind;
	const char *text; /* words, operators; strings without quotes, escapes undone */
	u32 len;
	u64 value;
	struct span at;
	bool lenient; /* of a header: what is not understood is passed over */
};

struct cmacro {
	const char *name, *body;
	struct span at; /* of the body */
	bool function_like, lenient, busy, gone;
};

struct cpp {
	struct arena *arena;
	struct diag *diag;
	const char *const *dirs; /* searched first */
	u32 dir_count;
	struct hash macros; /* name → struct cmacro * */
	VEC(struct ctok) toks;
	struct hash seen; /* files that are included once */
	u32 includes;	  /* of the script, found or not, those not compiled too */
	u32 depth, conditions;
	size_t bytes;
	bool failed;
	/* Of #if: */
	bool active;
	struct {
		bool active, taken;
	} cond[64];
};

/* Takes one text. `lenient`: of a header. false: an error was reported. */
bool cpp_text(struct cpp *c, const char *text, size_t len, u32 file, u32 off, bool lenient);
/* As #include "name" or <name> does; -ENOENT: there is no such file. */
int cpp_include(struct cpp *c, const char *name, const char *from);
bool cpp_define(struct cpp *c, const char *name, const char *body);
const struct cmacro *cpp_macro(const struct cpp *c, const char *name);
/* Tokens of a text, macros replaced, appended to c->toks. */
bool cpp_tokens(struct cpp *c, const char *text, size_t len, struct span at, bool lenient);
void cpp_fini(struct cpp *c);

/* A constant expression; false: it is none. `name` (may be NULL) gives values of words. */
struct cexpr {
	const struct ctok *tok, *end;
	bool (*name)(void *ctx, const char *word, u64 *out);
	void *ctx;
	u32 depth;
};
bool cexpr_value(struct cexpr *e, u64 *out); /* stops at the first token that is no part of it */

#endif
