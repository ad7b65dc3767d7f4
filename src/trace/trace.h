/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The trace language: a script of bpftrace's language → object.
 *
 *     lex, parse     text → script (ast.h)                           pure
 *     cdef           its C definitions, #include and #define         types: BTF
 *     expand         probes: wildcards to attach points              probe/, reads tracefs, BTF,
 * ELF infer          types, checks, events, maps                     builtin/ lower          script
 * → virtual code (vcode.h) → programs
 *
 * Functions return 0 or -errno with diagnostics.
 */
#ifndef TRACE_TRACE_H
#define TRACE_TRACE_H

#include "trace/ast.h"
#include "trace/meta.h"

struct object;
struct types;

struct trace_opts {
	const char *const *params; /* $1, $2, … */
	u32 param_count;
	const struct types *btf;     /* of the kernel; borrowed; NULL: none */
	const char *btf_path;	     /* instead: a file; NULL: the running kernel's */
	const char *const *settings; /* "max_strlen=200", before those of the script */
	u32 setting_count;
	const char *const *includes; /* files of --include, folders of -I */
	u32 include_count;
	s32 pid;	 /* -p, or the child of -c; 0: none */
	const char *cmd; /* path of the program of -c, for uprobes without a path; NULL */
	bool unsafe, no_optimise;
	bool in_kernel;	     /* even where no probe needs the kernel */
	u32 era;	     /* of the kernel it is compiled for; 0: the running one's */
	const char *tracefs; /* NULL: found */
};

int trace_compile(struct object **out, const char *name, const char *text, size_t len,
		  const struct trace_opts *opts, struct diag *d);

/* Declare what older scripts read behind the block that assigned it. 0, -ENOMEM. */
int script_hoist(struct script *s);

/* What a phase made of the script, as text: "ast", "types" or "code". */
int trace_dump(struct buf *out, const char *phase, const char *name, const char *text, size_t len,
	       const struct trace_opts *opts, struct diag *d);

/* -l, -lv: probes that match, one a line, with their arguments where `verbose`. */
int trace_list(struct buf *out, const char *pattern, const struct trace_opts *opts, bool verbose,
	       struct diag *d);

#endif
