// SPDX-License-Identifier: BSD-2-Clause
#include "filter/compile.h"

#include <errno.h>

#include "filter/build.h"
#include "filter/emit_classic.h"
#include "filter/optimise.h"

enum { DEFAULT_SNAPLEN = 262144, CHAIN_PLAIN = UINT32_MAX };

static struct node *build(struct graph *g, const struct cond *cond, enum build_mode mode,
			  bool optimise)
{
	struct node *root = graph_build(g, cond, mode);

	return root && optimise ? graph_specialise(g, root) : root;
}

/* The shorter of what `out` holds and the program of this graph. */
static int shortest(struct cbpf_prog *out, struct graph *g, struct node *root, u32 snaplen,
		    bool optimise)
{
	struct emit_opts opts = { .snaplen = snaplen, .chain = optimise ? 4 : CHAIN_PLAIN };
	int err = -ENOMEM;

	for (u32 keep = 0; root && keep < 2; keep++) {
		struct cbpf_prog prog;

		opts.keep = keep;
		err = emit_classic(&prog, g, root, &opts);
		if (err && err != -E2BIG)
			return err;
		if (!err && (!out->count || prog.count < out->count))
			*out = prog;
	}
	return out->count ? 0 : err;
}

int compile_classic(struct cbpf_prog *out, struct values *values, const struct cond *cond,
		    const struct filter_opts *opts, struct diag *d)
{
	u32 snaplen = opts->snaplen ? opts->snaplen : DEFAULT_SNAPLEN;
	struct cbpf_prog best = { 0 };
	bool optimise = !opts->no_optimise;
	int err = -ENOMEM;

	for (enum build_mode mode = BUILD_PLAIN; mode <= (optimise ? BUILD_MERGE : BUILD_PLAIN);
	     mode++) {
		struct graph g;
		struct node *root;

		graph_init(&g, values);
		root = build(&g, cond, mode, optimise);
		if (root && root == g.no && optimise)
			err = diag_error(d, -EINVAL, cond->where,
					 "this expression rejects all packets");
		else if (root)
			err = shortest(&best, &g, root, snaplen, optimise);
		graph_fini(&g);
		if (err == -EINVAL)
			return err;
	}
	if (!best.count)
		return err == -E2BIG ? diag_error(d, err, cond->where,
						  "this expression needs more memory than the "
						  "sixteen words of classic BPF")
				     : diag_nomem(d);
	*out = best;
	return 0;
}
