// SPDX-License-Identifier: BSD-2-Clause
#include "filter/compile.h"

#include <errno.h>

#include "filter/build.h"
#include "filter/emit_classic.h"
#include "filter/optimise.h"

enum { DEFAULT_SNAPLEN = 262144, CHAIN_PLAIN = UINT32_MAX };

u32 compile_snaplen(const struct filter_opts *opts)
{
	return opts->snaplen ? opts->snaplen : DEFAULT_SNAPLEN;
}

static struct node *build(struct graph *g, const struct cond *cond, enum build_mode mode,
			  bool optimise)
{
	struct node *root = graph_build(g, cond, mode);

	return root && optimise ? graph_specialise(g, root) : root;
}

static int rejects_all(const struct cond *cond, struct diag *d)
{
	return diag_error(d, -EINVAL, cond->where, "this expression rejects all packets");
}

int compile_graph(struct node **out, struct graph *g, const struct cond *cond, bool optimise,
		  struct diag *d)
{
	struct node *root = build(g, cond, optimise ? BUILD_MERGE : BUILD_PLAIN, optimise);

	if (!root && optimise) {
		/* Joining made it too large; in the order of the text nothing is copied. */
		struct values *values = g->values;

		graph_fini(g);
		graph_init(g, values);
		root = build(g, cond, BUILD_PLAIN, true);
	}
	if (!root)
		return diag_nomem(d);
	if (root == g->no && optimise)
		return rejects_all(cond, d);
	*out = root;
	return 0;
}

/* The shorter of what `out` holds and the program of this graph. */
static int shortest(struct cbpf_prog *out, struct graph *g, struct node *root, u32 snaplen,
		    bool optimise)
{
	struct emit_opts opts = { .snaplen = snaplen, .chain = optimise ? 4 : CHAIN_PLAIN };
	int err = -ENOMEM;

	for (u32 way = 0; root && way < (optimise ? 4 : 2); way++) {
		struct cbpf_prog prog;

		opts.keep = way & 1;
		opts.share = way & 2;
		err = emit_classic(&prog, g, root, &opts);
		if (err && err != -E2BIG)
			return err;
		if (!err && (!out->count || prog.count < out->count))
			*out = prog;
	}
	return out->count ? 0 : err;
}

/* Beyond so many instructions only one way is tried: lists are what makes programs long, and they
 * want their tests joined. */
enum { LONG_PROGRAM = 100 };

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
		err = shortest(&best, &g, root, compile_snaplen(opts), optimise);
	graph_fini(&g);
	if (!err && optimise && best.count <= LONG_PROGRAM) {
		graph_init(&g, values);
		root = build(&g, cond, BUILD_PLAIN, true);
		if (root)
			shortest(&best, &g, root, compile_snaplen(opts), true);
		graph_fini(&g);
	}
	if (err == -E2BIG)
		return diag_error(d, err, cond->where,
				  "this expression needs more than the sixteen words of memory "
				  "of classic BPF");
	if (err == -ENOMEM)
		return diag_nomem(d);
	*out = best;
	return err;
}
