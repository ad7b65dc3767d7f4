/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Probes of a script → attach points with what their programs are and which arguments they have.
 * Wildcards become one point for each match; reads tracefs, BTF and ELF files. A probe whose body
 * names its arguments is compiled once a point; the others share a program where they can.
 */
#ifndef TRACE_EXPAND_H
#define TRACE_EXPAND_H

#include "trace/trace.h"

/* Where an argument lies when the program begins. */
enum targ_from {
	TARG_FIELD,    /* in the context at `off`, as it is typed: tracepoints, iterators */
	TARG_DATA_LOC, /* u32 at `off`: low half where from the context's start, high half bytes */
	TARG_REL_LOC,  /* the same, counted from behind that word */
	TARG_SLOT,     /* u64 at `off`: fentry, fexit, raw tracepoints, tp_btf */
	TARG_REGISTER, /* u64 at `off` of struct pt_regs: kprobes, uprobes */
	TARG_STACK,    /* u64 in memory at the stack pointer + off */
	TARG_CONST,    /* `value` */
	TARG_DEREF, /* in user memory, at the register at `off` of struct pt_regs, plus `value` */
};

struct targ {
	const char *name; /* "filename"; NULL: only a number (argN) */
	enum targ_from from;
	u32 off;
	s64 value;
	const struct ttype *type; /* pointers and records: with their space */
	u32 bit_off, bit_size;	  /* of a bitfield; bit_size 0: not one */
	/* Looked up when it is asked for: targ_type(). "struct foo *"; NULL: `type` is right. */
	const char *lazy;
	enum tspace space; /* of what it leads to */
	const char *decl;  /* as C: "const char * filename"; NULL: has no name */
	bool common;	   /* of every tracepoint: neither listed nor printed */
};

struct tpoint {
	struct trace_point meta; /* prog and cookie are filled in later */
	struct tprobe *probe;
	struct attach_point *written;
	u32 prog_type, attach_type; /* of spec/prog.h */
	const char *section;	    /* "tracepoint", …: without a target */
	const char *attach_target;  /* what follows it, for the object; NULL: none */
	bool sleepable;
	/* `args` and its fields, in order; argN counts them where the kind has numbered ones. Of
	 * iterators: the members of `ctx`. */
	struct targ *args;
	u32 arg_count;
	const struct targ *retval; /* NULL: it has none */
	const char *func;	   /* `func`; NULL: no function */
	enum tspace ctx_space;	   /* of pointers in registers: SPACE_USER for uprobes */
	u32 same;		   /* points of equal kind and arguments have equal numbers */
	/* Of inference: */
	bool dropped;		    /* left out: it lacks an argument that the body names */
	bool uses_args, uses_point; /* what the body names */
	bool twin;		    /* the same program as the point before it */
	struct tpoint *next;	    /* of the script */
};

/* The kernel's BTF, opened when it is first needed; NULL: there is none. */
struct btf_source {
	const struct types *(*get)(void *ctx);
	void *ctx;
};

/* The type of an argument; NULL: out of memory. */
const struct ttype *targ_type(struct targ *arg, struct arena *a, const struct btf_source *source);

/*
 * The points of all probes in the script's order, in its arena. What does not exist is an error, or
 * what the setting `missing_probes` says. Does not look at bodies. The kernel's BTF outlives them.
 */
int script_expand(struct tpoint **out, struct script *s, const struct trace_opts *opts,
		  const struct btf_source *btf, struct diag *d);

#endif
