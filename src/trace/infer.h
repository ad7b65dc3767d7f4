/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Types of everything in a script, checks, events. Takes one probe at one attach point at a time:
 * nodes hold the types of the point that was inferred last, so lowering follows at once. Types of
 * maps and of functions' results grow over all probes until nothing changes (infer_script); only
 * then does a final pass report what is still unknown and number the events.
 */
#ifndef TRACE_INFER_H
#define TRACE_INFER_H

#include <stdlib.h>

#include "base/vec.h"
#include "trace/builtin.h"
#include "trace/config.h"
#include "trace/expand.h"

struct scope {
	struct tvar *vars;
	struct scope *up;
	bool function; /* what is above it is not seen */
};

struct infer {
	struct script *s;
	struct arena *a; /* the object's: types outlive the script */
	struct diag *d;
	const struct trace_opts *opts;
	const struct tconfig *cfg;
	const struct btf_source *btf_source;
	struct types *btf_owned; /* of the kernel, once it was asked for; see infer_btf */
	bool btf_tried;
	const struct types *own; /* the script's definitions, NULL: none */
	struct tpoint *points;
	/* What is being inferred. */
	struct tpoint *point;
	struct tfunc *fn; /* NULL: a probe */
	struct scope *scope;
	u32 loops, epoch;
	u32 bodies; /* of loops that become functions, around what is being inferred */
	bool skip;  /* the point lacks argument `missing` and is of a wildcard */
	const char *missing;
	bool changed;	   /* a type grew: another round */
	bool final;	   /* unknown types are errors now, events are numbered */
	bool quiet;	   /* a part whose errors another pass reports */
	bool uses_args;	   /* args, argN, retval, func, …: the body is compiled once a point */
	bool uses_point;   /* what differs from point to point even so: func, probetype */
	bool needs_kernel; /* a word that the user engine does not have */
	u32 macros;	   /* expanded so far */
	VEC(struct trace_event) events;
	struct trace_event scratch_event; /* of passes that number none */
	struct enums *enums; /* enumerators of BTF by name, made when first asked for */
};

/* Not known in this round; may become known. Compared by address. */
extern const struct ttype t_unknown;
static inline bool unknown(const struct ttype *t)
{
	return !t || t == &t_unknown;
}

/* All probes and functions, until maps and functions have their types. */
int infer_script(struct infer *in);
/* One probe at one point, the last pass: node types are right until the next call. */
int infer_final(struct infer *in, struct tpoint *point);
int infer_final_fn(struct infer *in, struct tfunc *f);
void infer_fini(struct infer *in);

/* infer_expr.c */
int infer_expr(struct infer *in, struct node *n);
/* The expression is a value: not a map as a whole, not a statement. */
int infer_value(struct infer *in, struct node *n);
int infer_comptime(struct infer *in, struct node *n);
bool is_args(const struct node *n);    /* the word args */
bool is_number(const struct ttype *t); /* T_NUMBER or T_BOOL */
bool is_integer(const struct ttype *t);
/* Number, or what reads as one: aggregations, symbols. */
bool reads_as_number(const struct ttype *t);
/* The smallest type that holds both; NULL: they have nothing in common. t_unknown: ask later. */
const struct ttype *type_join(struct infer *in, const struct ttype *a, const struct ttype *b);
/* What an expression of this type is where a plain value is wanted: of count() an int64. */
const struct ttype *type_value(const struct ttype *t);
const char *type_text(struct infer *in, const struct ttype *t);
const struct ttype *literal_type(u64 value, bool negative);

/* infer_stmt.c */
int infer_block(struct infer *in, struct node *list);
int infer_list(struct infer *in, struct node *list); /* without a scope of its own */
struct tvar *scope_find(struct infer *in, const char *name);
int infer_param(struct infer *in, struct tparam *p);
int infer_condition(struct infer *in, struct node *n); /* predicates, if, while: number-like */
/* A new variable of this scope, declared by node n. */
struct tvar *scope_add(struct infer *in, struct node *n, const char *name);
const char *var_name(const struct node *n);
void scope_push(struct infer *in, struct scope *s);
void scope_pop(struct infer *in);
int var_grow(struct infer *in, struct node *n, struct tvar *v, const struct ttype *t);

int infer_var(struct infer *in, struct node *n);

/* infer_map.c */
int infer_map_read(struct infer *in, struct node *n);
int infer_map_step(struct infer *in, struct node *n);
int infer_map_assign(struct infer *in, struct node *n);
int infer_map(struct infer *in, struct node *n); /* @x or @x[key], the key only */
int map_set_key(struct infer *in, struct node *n, const struct ttype *key);
int map_set_value(struct infer *in, struct node *n, const struct ttype *value);
bool map_is_whole(const struct node *n); /* a keyed map without a key, or a bare name */

/* infer_type.c */
/* "struct foo *", "uint32", "string[16]" as written; NULL with a diagnostic. */
const struct ttype *type_named(struct infer *in, const struct type_name *name);
bool type_exists(struct infer *in, const struct type_name *name);
/* Member of a record; in what BTF and where. 0, -ENOENT. */
struct field {
	const struct ttype *type;
	u32 off;	       /* bytes */
	u32 bit_off, bit_size; /* of a bitfield, bits from the record's start */
};
int type_field(struct infer *in, const struct ttype *record, const char *name, struct field *out);
bool enum_constant(struct infer *in, const char *name, u64 *value, const struct ttype **type);

/* fold.c: constants. n becomes N_NUMBER, N_BOOL or N_STRING where its value is known. */
void fold(struct infer *in, struct node *n);
static inline bool is_constant(const struct node *n)
{
	return n->kind == N_NUMBER || n->kind == N_BOOL;
}

/* infer_event.c */
struct trace_event *event_new(struct infer *in, struct node *n, enum event_kind kind);
/* One more argument of this type at its place; NULL: out of memory. */
int event_arg(struct infer *in, struct trace_event *e, const struct ttype *type);
int event_args(struct infer *in, struct trace_event *e, const struct node *list);
/* Is the node a literal string (after folding)? */
bool is_text(const struct node *n);

static inline struct node *arg_at(const struct node *n, u32 i)
{
	struct node *a = n->args;

	while (a && i--)
		a = a->next;
	return a;
}

/* Run by skep itself, not by an event of the kernel. */
bool point_is_own(enum point_kind kind);
/* Types of the kernel, NULL: none can be had. */
const struct types *infer_btf(struct infer *in);
int infer_error(struct infer *in, struct span at, const char *fmt, ...) __printf(3, 4);
int infer_nomem(struct infer *in);

#endif
