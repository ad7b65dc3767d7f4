// SPDX-License-Identifier: BSD-2-Clause
/* Probes that skep itself runs: BEGIN, END, self, bench, test. */
#include <errno.h>
#include <signal.h>

#include "spec/prog.h"
#include "trace/probe/provider.h"

static int add(struct expander *e, const struct provider *p)
{
	struct tpoint *t = expand_add(e, p->kind, "%s", e->ap->text);

	if (!t)
		return -EINVAL;
	t->prog_type = PROG_RAW_TRACEPOINT; /* can be run by hand */
	t->section = "raw_tp";
	t->meta.target = e->ap->parts > 1 ? e->ap->part[e->ap->parts - 1] : NULL;
	return 0;
}

static int expand_self(struct expander *e, const struct provider *p)
{
	if (strcmp(expand_part(e, 1), "signal"))
		return expand_error(e, 1, "there is only self:signal:SIGUSR1");
	if (strcmp(expand_part(e, 2), "SIGUSR1") && strcmp(expand_part(e, 2), "SIGUSR2"))
		return expand_error(e, 2, "the signal is SIGUSR1 or SIGUSR2");
	return add(e, p);
}

const struct provider provider_begin = {
	.name = "begin",
	.aliases = { "BEGIN" },
	.kind = POINT_BEGIN,
	.min_parts = 1,
	.max_parts = 1,
	.usage = "begin",
	.expand = add,
};
const struct provider provider_end = {
	.name = "end",
	.aliases = { "END" },
	.kind = POINT_END,
	.min_parts = 1,
	.max_parts = 1,
	.usage = "end",
	.expand = add,
};
const struct provider provider_self = {
	.name = "self",
	.kind = POINT_SELF,
	.min_parts = 3,
	.max_parts = 3,
	.usage = "self:signal:SIGUSR1",
	.expand = expand_self,
};
const struct provider provider_bench = {
	.name = "bench",
	.aliases = { "BENCH" },
	.kind = POINT_BENCH,
	.min_parts = 2,
	.max_parts = 2,
	.usage = "bench:NAME",
	.expand = add,
};
const struct provider provider_test = {
	.name = "test",
	.kind = POINT_BENCH,
	.min_parts = 2,
	.max_parts = 2,
	.usage = "test:NAME",
	.expand = add,
};
