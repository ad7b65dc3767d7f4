/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The decision graph of a filter: a directed graph without cycles whose nodes look at one value of
 * the packet and go on to another node, down to "match" or "no match". Equal nodes are one node.
 *
 * A switch cuts the range of its value into arms; a touch only evaluates its value, because a load
 * beyond the captured bytes (or a division by zero) stops the filter without a match. So a packet
 * matches when its path leads to YES and every value on that path can be evaluated. That makes
 * the exactness of a transformation a matter of paths: each must keep its end and what it touches.
 *
 * A base names its value, an offset, for the loads behind it: they count from graph_base(), so code
 * for packets of different shapes can be the same. Only emission of classic BPF knows bases.
 *
 * While a graph is put together from its parts, NODE_FALSE and NODE_TRUE mark where a part ends;
 * they differ from NODE_NO, to which stopping leads.
 */
#ifndef FILTER_GRAPH_H
#define FILTER_GRAPH_H

#include "base/pool.h"
#include "base/vec.h"
#include "filter/cond.h"

enum node_kind { NODE_NO, NODE_YES, NODE_FALSE, NODE_TRUE, NODE_SWITCH, NODE_TOUCH, NODE_BASE };

/* Values from the arm before (not included) up to hi. The last arm's hi is the largest the value
 * can have; neighbours differ in `to`. */
struct arm {
	u32 hi;
	struct node *to;
};

struct node {
	enum node_kind kind;
	u32 id; /* dense; targets come before the nodes that go to them */
	const struct value *value;
	u32 count;	   /* arms; 1 for a touch, 0 for an end */
	struct arm *arms;  /* owned by the arena of the values */
	struct node *next; /* in its bucket */
	u32 hash;
	u64 support; /* one bit (by id, modulo 64) for each value that decides below, parts
			of values included */
	u32 deepest; /* the largest end of absolute loads from here on, in bytes */
	u32 mark;    /* scratch of the pass that runs */
	u32 ordered; /* scratch of graph_order() */
};

/* What is known of a value for itself. */
struct value_info {
	u32 max;      /* the largest it can be */
	u32 end;      /* bytes that its loads at fixed places need */
	u64 support;  /* its bit and those of its parts */
	bool moving;  /* has loads at places that depend on the packet, or a division by a value */
	bool stops;   /* can never be evaluated */
	bool selects; /* some part is chosen by another */
	u32 seen;     /* scratch: the walk that came here last */
	u32 last;     /* scratch of emission: the last node that evaluates it */
	const struct value *under; /* scratch: what it is where the facts of a walk hold */
	const struct value *legal; /* see legal.h; NULL: not yet known */
};

enum { GRAPH_ROOM = 8192 };

struct graph {
	struct values *values;
	struct node **buckets;
	u32 bucket_count, count; /* nodes */
	struct node *no, *yes, *false_, *true_;
	struct value_info *info; /* by id of the value */
	u32 info_count;
	VEC(struct value_info) compare_info; /* by id of the comparison, inverted */
	struct value_info nothing;	     /* of values for which there is no memory */
	const struct value *base;	     /* NULL: not yet asked for */
	VEC(const struct value *) compares;  /* comparisons of two values */
	u32 walks;			     /* over values, so far */
	u32 orders;			     /* of nodes, so far */
	bool selects;			     /* some value is a choice among others */
	bool failed;			     /* out of memory, or larger than GRAPH_MAX_NODES */
	struct pool pool;		     /* of the passes */
	u8 room[GRAPH_ROOM];		     /* the pool's first memory */
};

enum { GRAPH_MAX_NODES = 1 << 20 };

/* A comparison of two values that are not constant is a value, too: 1 where it holds. Only the
 * graph makes them; `op` is CBPF_JEQ, JGT, JGE or JSET. */
enum { VALUE_COMPARE = 16 };

/* Of a graph that does not move. */
void graph_init(struct graph *g, struct values *values);
void graph_fini(struct graph *g);

/* Valid until the next call. */
struct value_info *graph_info(struct graph *g, const struct value *v);
const struct value *graph_compare(struct graph *g, u8 op, const struct value *a,
				  const struct value *b);

/* The one node with these arms. Arms with the same target are joined, hi of the last is made the
 * value's largest; one arm alone is a touch. `arms` is scratch of the caller and changed. */
struct node *graph_switch(struct graph *g, const struct value *v, struct arm *arms, u32 count);
/* Evaluate v, then go on; `to` itself where that can make no difference. */
struct node *graph_touch(struct graph *g, const struct value *v, struct node *to);

/* The offset that the last base on the way names. */
const struct value *graph_base(struct graph *g);
struct node *graph_make_base(struct graph *g, const struct value *v, struct node *to);

/* Is v evaluated whenever u is? (False may be wrong, in deep values.) */
bool graph_covers(struct graph *g, const struct value *u, const struct value *v);

/* The index of the arm that x belongs to. */
u32 arm_find(const struct node *n, u32 x);

/* Nodes reachable from `root`, targets before the nodes that go to them; the count is returned,
 * 0 when out of memory. *out is owned by the arena of the values. */
u32 graph_order(struct graph *g, struct node *root, struct node ***out);

#endif
