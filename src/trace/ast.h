/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A script as it was written: probes with their statements, functions, declarations. Built by
 * parse.c in one arena; later phases fill in `type` and the resolved fields, and rewrite nodes in
 * place (constants folded, macros expanded), never share them.
 */
#ifndef TRACE_AST_H
#define TRACE_AST_H

#include "base/arena.h"
#include "base/diag.h"
#include "trace/type.h"

enum node_kind {
	/* Expressions. */
	N_NUMBER,   /* num */
	N_STRING,   /* str */
	N_BOOL,	    /* num */
	N_PARAM,    /* only while parsing: $1, $# become N_NUMBER or N_STRING with `param` set */
	N_NAME,	    /* name: builtin without parentheses, enum constant, #define */
	N_VAR,	    /* $x: var */
	N_MAP,	    /* @x, @x[key]: map, key (NULL, one expression, or an N_TUPLE for a list) */
	N_CALL,	    /* name, args */
	N_UNARY,    /* op, a */
	N_BINARY,   /* op, a, b */
	N_TERNARY,  /* a ? b : c; b NULL: a ?: c */
	N_MEMBER,   /* a.name, a->name (arrow) */
	N_AT,	    /* tuple.N: a, num */
	N_INDEX,    /* a[b] */
	N_CAST,	    /* (to)a; to may be a type, an array type or a tuple of them */
	N_SIZEOF,   /* a or to; both where a lone word may be a type or a value */
	N_OFFSETOF, /* to or a, name ("a.b" as written) */
	N_TYPEOF,   /* a: only where a type stands */
	N_TUPLE,    /* args */
	N_RECORD,   /* (x = 1, y = 2): args, each with its name in `label` */
	N_BLOCK,    /* { …; expr }: body; `value`: it has the last expression's */
	N_COMPTIME, /* a */
	/* Statements. */
	N_EXPR,	  /* a; label "_": _ = a, the value is dropped on purpose */
	N_ASSIGN, /* a (N_VAR, N_MAP, N_TUPLE of vars) op= b; op OP_NONE: plain */
	N_LET,	  /* let $x, let $x : type, let $x = b: var, to, b */
	N_IF,	  /* a, body, orelse */
	N_WHILE,  /* a, body */
	N_UNROLL, /* a, body */
	N_FOR,	  /* for ($kv : @map) { }: var, a (N_MAP without key, or N_RANGE), body */
	N_RANGE,  /* a..b */
	N_BREAK,
	N_CONTINUE,
	N_RETURN, /* a or NULL */
	N_KIND_COUNT
};

enum node_op {
	OP_NONE,
	OP_ADD,
	OP_SUB,
	OP_MUL,
	OP_DIV,
	OP_MOD,
	OP_AND,
	OP_OR,
	OP_XOR,
	OP_SHL,
	OP_SHR,
	OP_EQ,
	OP_NE,
	OP_LT,
	OP_LE,
	OP_GT,
	OP_GE,
	OP_LAND,
	OP_LOR,
	/* unary */
	OP_NEG,
	OP_NOT,	 /* ! */
	OP_BNOT, /* ~ */
	OP_DEREF,
	OP_ADDRESS, /* &$x, &@x */
	OP_PRE_INC,
	OP_PRE_DEC,
	OP_POST_INC,
	OP_POST_DEC,
	OP_COUNT
};

/* A type as it is written: "uint64", "struct task_struct *", "string[16]", "(int8, bool)". */
struct type_name {
	struct span at;
	const char
		*name; /* without struct/union/enum, stars and brackets; NULL: a tuple or typeof */
	enum { TAG_NONE, TAG_STRUCT, TAG_UNION, TAG_ENUM } tag;
	u32 stars;
	bool has_count; /* name[count]: arrays, strings, buffers; 0: name[], as many as fit */
	bool is_tuple;
	u64 count;
	struct type_name *members, *next; /* of a tuple; in a list */
	struct node *of;		  /* typeof(expr) */
};

/* A scratch variable of one scope. */
struct tvar {
	const char *name; /* without '$' */
	struct span at;	  /* where it is first seen */
	const struct ttype *type;
	bool declared;	  /* by let */
	u32 reg, frame;	  /* of lowering */
	u32 epoch, depth; /* of inference: which pass made it; loop bodies around it that are
			     functions */
	bool captured;	  /* used in a loop's function: lives in memory */
	bool in_scratch;  /* of lowering: `frame` is an offset there */
	u32 placed;	  /* of lowering: in which function it has its register or memory */
	struct tvar *next;
};

/* A map, of the whole script. */
struct tmap {
	const char *name;	   /* with '@'; "@" is the anonymous one */
	struct span at;		   /* of its first use or declaration */
	const struct ttype *key;   /* NULL: no key */
	const struct ttype *value; /* aggregations have their own types */
	bool keyed, key_known;
	bool key_list;	  /* some key is written as a list */
	const char *kind; /* of a declaration: "hash", "lruhash", "percpuhash", …; NULL: none */
	u64 max_entries;  /* of a declaration; 0: the configured */
	u32 index;	  /* in script->maps, and in the order of printing */
	u32 obj_map;	  /* in the object's maps */
	struct tmap *next;
};

struct node {
	enum node_kind kind;
	enum node_op op;
	enum node_op compound; /* of N_ASSIGN, once op= has been made = */
	bool arrow, is_unsigned, literal_char;
	bool key_list; /* N_TUPLE: made of the keys of @x[a, b] */
	bool paren;    /* stood in parentheses */
	bool has_else; /* N_IF: even if the block is empty */
	bool value;    /* N_BLOCK: its last statement, an N_EXPR, is its value */
	struct span at;
	const struct ttype *type; /* set by inference */
	struct node *next;	  /* in a list: statements, arguments, members */
	struct node *a, *b, *c;
	struct node *args, *body, *orelse; /* lists */
	u32 arg_count;
	const char *name; /* words, members, functions, maps (with @), variables (without $) */
	struct span name_at;
	const char *label;
	u32 param; /* of $N: its number; `str` is its text, "" when it is not given */
	u64 num;
	const char *str; /* may hold zero bytes: */
	u32 len;	 /* without the final zero */
	struct type_name *to;
	struct tvar *var;
	struct tmap *map;
	struct node *key;
	const void *word; /* struct builtin or struct function behind `name`, set by inference */
	struct tfunc *fn;
	u32 event;   /* number of the event format it sends, set by inference */
	u64 scratch; /* of the phase that works on it */
};

/* An attach point as written: "tracepoint:syscalls:sys_enter_*", "END", "interval:s:1". */
struct attach_point {
	struct span at;
	const char *text;    /* whole, parameters replaced */
	const char *part[8]; /* between the colons that are not in quotes; quotes taken off */
	struct span part_at[8];
	u32 parts;
	struct attach_point *next;
};

struct tprobe {
	struct span at; /* of the first attach point */
	struct attach_point *points;
	struct node *predicate; /* NULL: none */
	struct node *body;	/* list of statements */
	struct tprobe *next;
};

struct tparam {
	const char *name;
	struct span at;
	struct type_name *type;
	enum {
		PARAM_VAR,
		PARAM_MAP,
		PARAM_EXPR
	} kind; /* $a, @a (name with '@'), a; functions: $a */
	struct tvar *var;
	struct tparam *next;
};

struct tfunc { /* fn name($a : type, …) : type { } and macro name($a, @b) { } */
	const char *name;
	struct span at;
	struct tparam *params;
	u32 param_count;
	struct type_name *result;
	struct node *body;
	bool has_value; /* of macros: the last statement, an N_EXPR, is their value */
	bool is_macro;
	const struct ttype *type; /* of the result */
	u32 sub;		  /* subprogram, of lowering */
	struct tfunc *next;
};

/* key = value of a config block, or from the environment (at is NOWHERE then). */
struct tsetting {
	struct span at;
	const char *key, *value;
	struct span value_at;
	struct tsetting *next;
};

/* A stretch of C at the top of the script: #include, #define, struct, union, enum, typedef. */
struct c_text {
	struct span at;
	const char *text;
	u32 len;
	struct c_text *next;
};

struct timport {
	const char *path;
	struct span at;
	struct timport *next;
};

struct script {
	struct arena *arena;
	u32 file; /* of spans */
	const char *name, *text;
	size_t len;
	struct c_text *c;
	struct timport *imports; /* not read yet: the caller's business */
	struct tsetting *settings;
	struct tfunc *functions;
	struct tprobe *probes;
	struct tmap
		*maps; /* in the order of first appearance; those of macros are not among them */
	u32 map_count;
};

struct parse_opts {
	const char *const *params; /* values of $1, $2, … */
	u32 param_count;
	u32 max_nodes; /* 0: 1,000,000 */
	u32 max_depth; /* of nesting; 0: 200 */
};

/*
 * Text → script, in `a`. Takes today's grammar and older spellings of it. -EINVAL: one or more
 * diagnostics with spans and hints (parsing goes on after an error at the next probe).
 */
int script_parse(struct script **out, struct arena *a, const char *name, const char *text,
		 size_t len, const struct parse_opts *opts, struct diag *d);
/* One expression, as a part of `s`; `name` says where it is from. */
int script_parse_expr(struct node **out, struct script *s, const char *name, const char *text,
		      size_t len, const struct parse_opts *opts, struct diag *d);
/* The tree, for `skep trace -d ast`. */
void script_print(const struct script *s, struct buf *out);
const char *node_op_text(enum node_op op); /* "+", "==", … */

#endif
