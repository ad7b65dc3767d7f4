// SPDX-License-Identifier: BSD-2-Clause
#include "verify/loops.h"

#include <errno.h>
#include <stdlib.h>

/* Tarjan's walk without recursion; numbers start at 1, 0: not visited. */
struct walk {
	struct cfg *cfg;
	u32 *number;  /* order of visiting, UINT32_MAX once its component is complete */
	u32 *low;     /* smallest number known to be reachable */
	u32 *path;    /* open instructions, deepest last */
	u8 *edge;     /* next edge to follow */
	u32 *pending; /* visited, component not complete */
	u32 path_len, pending_len, last;
};

static void enter(struct walk *w, u32 at)
{
	w->number[at] = w->low[at] = ++w->last;
	w->path[w->path_len++] = at;
	w->pending[w->pending_len++] = at;
}

/* A lone instruction is a loop when it jumps to itself. */
static bool loops_alone(const struct cfg *cfg, u32 at)
{
	u32 next[2], n = cfg_next(cfg->prog, at, next);

	return (n > 0 && next[0] == at) || (n > 1 && next[1] == at);
}

/* `root` is the first visited of its component: the rest is above it in `pending`. */
static void complete(struct walk *w, u32 root)
{
	struct cfg *cfg = w->cfg;
	u32 top = w->pending[w->pending_len - 1], at;
	u32 scc = top != root || loops_alone(cfg, root) ? ++cfg->scc_count : 0;

	do {
		at = w->pending[--w->pending_len];
		w->number[at] = UINT32_MAX;
		cfg->scc[at] = scc;
	} while (at != root);
}

static void walk_from(struct walk *w, u32 start)
{
	u32 next[2], at, to;

	enter(w, start);
	while (w->path_len) {
		at = w->path[w->path_len - 1];
		if (w->edge[at] < cfg_next(w->cfg->prog, at, next)) {
			to = next[w->edge[at]++];
			if (!w->number[to])
				enter(w, to);
			else if (w->number[to] != UINT32_MAX)
				w->low[at] = MIN(w->low[at], w->number[to]);
			continue;
		}
		w->path_len--;
		if (w->low[at] == w->number[at])
			complete(w, at);
		if (w->path_len) {
			to = w->path[w->path_len - 1];
			w->low[to] = MIN(w->low[to], w->low[at]);
		}
	}
}

int loops_find(struct cfg *cfg)
{
	u32 count = cfg->count;
	struct walk w = {
		.cfg = cfg,
		.number = calloc(count, sizeof(u32)),
		.low = calloc(count, sizeof(u32)),
		.path = calloc(count, sizeof(u32)),
		.pending = calloc(count, sizeof(u32)),
		.edge = calloc(count, 1),
	};
	bool ok = w.number && w.low && w.path && w.pending && w.edge;

	for (u32 at = 0; ok && at < count; at++) {
		if (!w.number[at] && !(cfg->flags[at] & CFG_SECOND))
			walk_from(&w, at);
	}
	free(w.number);
	free(w.low);
	free(w.path);
	free(w.pending);
	free(w.edge);
	return ok ? 0 : -ENOMEM;
}
