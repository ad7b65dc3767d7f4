// SPDX-License-Identifier: BSD-2-Clause
#include "filter/compile.h"

#include <errno.h>

#include "filter/build.h"
#include "filter/emit_classic.h"
#include "filter/optimise.h"
#include "filter/possible.h"

enum {
	DEFAULT_SNAPLEN = 262144,
	CHAIN = 4, /* single values that are tested in a row */
	CHAIN_PLAIN = UINT32_MAX,
	MAX_PROGRAM = 1 << 18,
	MANY_NODES = 1000, /* of a graph, from where on only one way is tried */
};

u32 compile_snaplen(const struct filter_opts *opts)
{
	return opts->snaplen ? opts->snaplen : DEFAULT_SNAPLEN;
}

/* For short ways through the graph; split: what a value is chosen by is asked. */
static struct node *build(struct graph *g, const struct cond *cond, bool merge, bool split)
{
	struct node *root = graph_build(g, cond, merge ? BUILD_MERGE : BUILD_PLAIN);

	if (root)
		root = graph_sink(g, root);
	return root ? graph_specialise(g, root, split) : NULL;
}

static int rejects_all(const struct cond *cond, struct diag *d)
{
	return diag_error(d, -EINVAL, cond->where, "this expression rejects all packets");
}

int compile_graph(struct node **out, struct graph *g, const struct cond *cond, bool optimise,
		  struct diag *d)
{
	struct node *root =
		optimise ? build(g, cond, true, true) : graph_build(g, cond, BUILD_PLAIN);

	if (!root && optimise) {
		/* Joining made it too large; in the order of the text nothing is copied. */
		struct values *values = g->values;

		graph_fini(g);
		graph_init(g, values);
		root = build(g, cond, false, true);
	}
	if (!root)
		return diag_nomem(d);
	if (root == g->no && optimise) {
		if (!cond_possible(cond))
			return rejects_all(cond, d);
		diag_warn(d, cond->where, "no packet can pass this filter");
	}
	*out = root;
	return 0;
}

/* The shorter of what `out` holds and the program of this graph. */
static int shortest(struct cbpf_prog *out, struct graph *g, struct node *root, u32 snaplen,
		    bool optimise)
{
	struct emit_opts opts = { .snaplen = snaplen, .chain = optimise ? CHAIN : CHAIN_PLAIN };
	struct emit_made made = { 0 };
	int err = 0;

	/* Keeping and sharing first: most programs have nothing to keep or to share. */
	for (u32 way = optimise ? 4 : 2; way--;) {
		struct cbpf_prog prog;

		opts.keep = way & 1;
		opts.share = way & 2;
		/* Stores that nothing reads are dropped at the end. */
		opts.limit = out->count ? 2 * out->count + 64 : MAX_PROGRAM;
		if (way < (optimise ? 3 : 1) &&
		    ((!opts.keep && !made.kept) || (optimise && !opts.share && !made.shared)))
			continue;
		err = emit_classic(&prog, g, root, &opts, &made);
		if (err && err != -E2BIG && err != -ENAMETOOLONG)
			return err;
		if (!err && (!out->count || prog.count < out->count))
			*out = prog;
	}
	return out->count ? 0 : err;
}

/* As it is, and with what differs only in its offsets once. */
static int shortest_of(struct cbpf_prog *out, struct graph *g, struct node *root, u32 snaplen,
		       bool optimise)
{
	int err = shortest(out, g, root, snaplen, optimise);
	struct node *shared;

	if (err || !optimise || g->count > MANY_NODES)
		return err;
	shared = graph_share(g, root);
	return shared ? shortest(out, g, shared, snaplen, true) : 0;
}

/* Is each value looked at in one node only? Then no other order has fewer tests. */
static bool is_least(struct graph *g, struct node *root)
{
	struct node **order;
	u32 count = graph_order(g, root, &order), walk = ++g->walks;

	for (u32 i = 0; i < count; i++) {
		struct value_info *info;

		if (!order[i]->count)
			continue;
		info = graph_info(g, order[i]->value);
		if (order[i]->kind == NODE_TOUCH || info->seen == walk)
			return false;
		info->seen = walk;
	}
	return count > 0;
}

/* The other ways, in the same graph: what they have in common is there already. The plain one is
 * worth its time where it begins with few nodes: nearly each costs an instruction or two. */
static void try_others(struct cbpf_prog *out, struct graph *g, struct node *first,
		       const struct cond *cond, u32 snaplen)
{
	struct node *plain = graph_build(g, cond, BUILD_PLAIN), *special, **order;

	if (plain)
		plain = graph_sink(g, plain);
	if (plain && (!out->count || 3 * graph_order(g, plain, &order) <= 2 * out->count))
		plain = graph_thread(g, plain);
	else
		plain = NULL;
	if (plain && plain != first)
		shortest_of(out, g, plain, snaplen, true);
	if (g->failed || !g->selects || (out->count && g->count > MANY_NODES))
		return;
	special = build(g, cond, true, false);
	if (special && special != first && special != plain)
		shortest_of(out, g, special, snaplen, true);
}

int compile_classic(struct cbpf_prog *out, struct values *values, const struct cond *cond,
		    const struct filter_opts *opts, struct diag *d)
{
	bool optimise = !opts->no_optimise;
	struct cbpf_prog best = { 0 };
	struct node *root;
	struct graph g;
	int err;

	graph_init(&g, values);
	err = compile_graph(&root, &g, cond, optimise, d);
	if (!err)
		err = shortest_of(&best, &g, root, compile_snaplen(opts), optimise);
	if (optimise && (err == -E2BIG || err == -ENAMETOOLONG ||
			 (!err && g.count <= MANY_NODES && !is_least(&g, root))))
		try_others(&best, &g, root, cond, compile_snaplen(opts));
	graph_fini(&g);
	if (best.count)
		err = 0;
	if (err == -ENAMETOOLONG)
		return diag_error(d, err, cond->where, "this filter is too long to be compiled");
	if (err == -E2BIG)
		return diag_error(d, err, cond->where,
				  "this expression needs more than the sixteen words of memory "
				  "of classic BPF");
	if (err == -ENOMEM)
		return diag_nomem(d);
	*out = best;
	return err;
}
