/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kinds of probes. A kind is one row: its names, its parts, how what was written becomes attach
 * points. Listing expands, too: then nothing is missing, and arguments are only looked up when
 * they are shown.
 */
#ifndef TRACE_PROBE_PROVIDER_H
#define TRACE_PROBE_PROVIDER_H

#include "trace/expand.h"

struct expander {
	struct arena *a;
	const struct trace_opts *opts;
	const struct types *btf; /* of the kernel, after expand_btf(); NULL: none */
	const struct btf_source *source;
	struct diag *d;
	struct tpoint **tail;
	struct tpoint *points;
	u32 count, max_points;
	enum { MISSING_ERROR, MISSING_WARN, MISSING_IGNORE } missing;
	bool listing, want_args;
	/* What is being expanded. */
	struct tprobe *probe;
	struct attach_point *ap;
	const struct provider *provider;
	u32 added; /* points of it so far */
	/* Read once, when first asked for. */
	const char *tracefs;
};

struct provider {
	const char *name, *short_name;
	const char *aliases[4];
	enum point_kind kind;
	u8 min_parts, max_parts; /* with its own name */
	const char *usage;	 /* "kprobe[:MODULE]:FUNCTION[+OFFSET]" */
	/* Adds its points. Nothing added and no error: the probe is missing. */
	int (*expand)(struct expander *e, const struct provider *p);
	const char *pattern; /* what lists all of it; NULL: it is not listed by itself */
};

/* One a file, or a few that share one. */
extern const struct provider provider_begin, provider_end, provider_self, provider_bench,
	provider_test, provider_kprobe, provider_kretprobe, provider_fentry, provider_fexit,
	provider_tracepoint, provider_rawtracepoint, provider_uprobe, provider_uretprobe,
	provider_usdt, provider_profile, provider_interval, provider_software, provider_hardware,
	provider_watchpoint, provider_asyncwatchpoint, provider_iter;

const struct provider *provider_row(u32 i); /* NULL: past the last */
/* By name, short name or alias; a wildcard finds the first that fits. NULL: none. */
const struct provider *provider_find(const char *name);

/* All probes of a script; the error of the first that failed. */
int expand_points(struct expander *e, const struct script *s);
/* A new point of what is being expanded; `name` as the probe is called. NULL: reported. */
struct tpoint *expand_add(struct expander *e, enum point_kind kind, const char *fmt, ...)
	__printf(3, 4);
bool is_pattern(const char *s); /* has it wildcards? */
bool pattern_fits(const char *pattern, const char *name);
/* What the setting missing_probes says of a probe that is not there: 0 or an error. */
int expand_missing(struct expander *e, u32 part, const char *fmt, ...) __printf(3, 4);
int expand_error(struct expander *e, u32 part, const char *fmt, ...) __printf(3, 4);
int expand_nomem(struct expander *e);
bool expand_btf(struct expander *e); /* e->btf is there */
/* Part i; "" where there are fewer. */
const char *expand_part(const struct expander *e, u32 i);
/* A number as the language writes them: 1e6, 5ms, 0x10. */
bool expand_number(const char *text, u64 *out);

/* ---- arguments ---- */

/* Parameters of a BTF prototype from `first` on, in slots of the context; retval behind them. */
int args_of_proto(struct expander *e, struct tpoint *p, u32 proto, u32 first, bool retval);
/* Registers of a function's call (before 6) and its stack, as struct pt_regs of x86-64 has them. */
int args_of_call(struct expander *e, struct tpoint *p);
int retval_of_call(struct expander *e, struct tpoint *p);
const char *arg_decl(struct expander *e, const struct types *btf, u32 type, const char *name);

#endif
