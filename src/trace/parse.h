/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The parser's state. Functions that return a pointer or a bool return NULL or false once they
 * have reported an error; the parser then goes on with the next probe.
 */
#ifndef TRACE_PARSE_H
#define TRACE_PARSE_H

#include "base/hash.h"
#include "trace/ast.h"
#include "trace/lex.h"

struct tparser {
	struct tlex lex;
	struct ttoken tok; /* the one being looked at */
	u32 prev_end;	   /* where the token before it ends */
	struct script *s;
	struct arena *arena;
	struct diag *diag; /* NULL while a cast is tried */
	const struct parse_opts *opts;
	struct hash maps; /* name → struct tmap * */
	struct tmap **map_tail;
	struct {
		struct c_text **c;
		struct tsetting **settings;
		struct tfunc **functions;
		struct timport **imports;
		struct tprobe **probes;
	} tails;
	u32 depth, max_depth; /* of the parser's own recursion */
	u32 nodes, max_nodes;
	u32 trying;	/* casts being tried: nothing is reported */
	bool predicate; /* a '/' before '{' ends the expression */
	bool in_macro, failed;
	bool full;     /* an error of this item has been reported */
	bool may_hint; /* the error reported last waits for one */
};

/* ---- parse.c: tokens and nodes ---- */

void tparse_next(struct tparser *p);
struct span tparse_here(const struct tparser *p);
struct span tparse_since(const struct tparser *p, u32 off); /* to the last token taken */
/* Reports, unless the error in hand has been reported already. Returns false. */
bool tparse_error(struct tparser *p, struct span at, const char *fmt, ...) __printf(3, 4);
void tparse_hint(struct tparser *p, const char *fmt, ...) __printf(2, 3);
bool tparse_nomem(struct tparser *p);
bool tparse_is(const struct tparser *p, const char *op);
bool tparse_is_word(const struct tparser *p, const char *word);
bool tparse_take(struct tparser *p, const char *op);
bool tparse_take_word(struct tparser *p, const char *word);
bool tparse_need(struct tparser *p, const char *op, const char *where);
/* What is in hand, for messages: "'+'", "the end". Valid until the next call. */
const char *tparse_found(struct tparser *p);
bool tparse_enter(struct tparser *p); /* one level deeper; false: too deep, reported */
void tparse_leave(struct tparser *p);

struct node *tparse_node(struct tparser *p, enum node_kind kind, u32 off);
/* Gives it its span and checks how deep the tree below it is. */
struct node *tparse_done(struct tparser *p, struct node *n, u32 off);
struct tmap *tparse_map(struct tparser *p, const char *name, struct span at);

/* Where the parser stands, to come back to. */
struct tparse_mark {
	struct ttoken tok;
	u32 pos, prev_end;
	bool failed;
};
struct tparse_mark tparse_mark(const struct tparser *p);
void tparse_back(struct tparser *p, const struct tparse_mark *m);
/* From here on nothing is reported, until tparse_tried(): a wrong token in hand then is. */
void tparse_try(struct tparser *p);
void tparse_tried(struct tparser *p);

/* ---- the grammar ---- */

struct node *tparse_expr(struct tparser *p);	/* parse_expr.c */
struct node *tparse_unary(struct tparser *p);	/* parse_expr.c */
struct node *tparse_primary(struct tparser *p); /* parse_primary.c */
struct node *tparse_paren(struct tparser *p);	/* parse_primary.c */
/* Comma-separated, up to `close`, which is taken. */
bool tparse_list(struct tparser *p, const char *close, struct node **out, u32 *count);
struct node *tparse_number(struct tparser *p);
struct type_name *tparse_type(struct tparser *p); /* parse_type.c */
/* At '(': the type of a cast when it is one, and ')' is taken; NULL and nothing taken otherwise. */
struct type_name *tparse_cast(struct tparser *p, bool *failed);
/* Can what is in hand only be a type? */
bool tparse_at_type(struct tparser *p);
/* '{' statements, up to '}', which stays in hand. `value` (may be NULL): does it end in an
 * expression without ';'? */
bool tparse_block(struct tparser *p, struct node **out, bool *value); /* parse_stmt.c */
bool tparse_body(struct tparser *p, struct node **out); /* the same, and '}' is taken */
struct node *tparse_block_expr(struct tparser *p);
struct node *tparse_if(struct tparser *p, bool as_value);
struct attach_point *tparse_points(struct tparser *p); /* parse_point.c */
/* One item of the script, read from the text; nothing beyond it is taken. */
bool tparse_top(struct tparser *p); /* parse_top.c */

#endif
