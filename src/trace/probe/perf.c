// SPDX-License-Identifier: BSD-2-Clause
/* software, hardware: counters of perf_event_open(2); watchpoint: its breakpoints. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/str.h"
#include "spec/prog.h"
#include "trace/probe/provider.h"

struct event {
	const char *name, *alias;
	const char *target; /* as the engine calls it; NULL: by its name */
	u64 period;	    /* where none is given */
};

static const struct event software[] = {
	{ "alignment-faults", NULL, NULL, 1 },	  { "bpf-output", NULL, NULL, 1 },
	{ "context-switches", "cs", NULL, 1000 }, { "cpu-clock", "cpu", NULL, 1000000 },
	{ "cpu-migrations", NULL, NULL, 1 },	  { "dummy", NULL, NULL, 1 },
	{ "emulation-faults", NULL, NULL, 1 },	  { "major-faults", NULL, NULL, 1 },
	{ "minor-faults", NULL, NULL, 100 },	  { "page-faults", "faults", NULL, 100 },
	{ "task-clock", NULL, NULL, 1000000 },	  { NULL, NULL, NULL, 0 },
};
static const struct event hardware[] = {
	{ "backend-stalls", NULL, "stalled-cycles-backend", 1000000 },
	{ "branch-instructions", "branches", "branches", 100000 },
	{ "branch-misses", NULL, NULL, 100000 },
	{ "bus-cycles", NULL, NULL, 100000 },
	{ "cache-misses", NULL, NULL, 1000000 },
	{ "cache-references", NULL, NULL, 1000000 },
	{ "cpu-cycles", "cycles", NULL, 1000000 },
	{ "frontend-stalls", NULL, "stalled-cycles-frontend", 1000000 },
	{ "instructions", NULL, NULL, 1000000 },
	{ "ref-cycles", NULL, NULL, 1000000 },
	{ NULL, NULL, NULL, 0 },
};

static int add(struct expander *e, const struct provider *p, const struct event *v)
{
	const char *count = expand_part(e, 2);
	struct tpoint *t = expand_add(e, p->kind, "%s:%s:%s", p->name, v->name, count);

	if (!t)
		return -EINVAL;
	t->prog_type = PROG_PERF_EVENT;
	t->section = "perf_event";
	t->meta.target = v->target ? v->target : v->name;
	t->meta.period = v->period;
	t->meta.pid = e->opts->pid;
	if (*count && (!expand_number(count, &t->meta.period) || !t->meta.period))
		return expand_error(e, 2, "'%s' is not a number above zero", count);
	return 0;
}

static int expand_events(struct expander *e, const struct provider *p, const struct event *table)
{
	const char *name = expand_part(e, 1);
	struct near near = near_start(name, strlen(name));
	int err = 0;

	for (const struct event *v = table; v->name && !err; v++) {
		if (pattern_fits(name, v->name) || (v->alias && !strcmp(v->alias, name)))
			err = add(e, p, v);
		near_try(&near, v->name);
	}
	if (err || e->added)
		return err;
	err = expand_missing(e, 1, "there is no %s event '%s'", p->name, name);
	if (err && near.best)
		diag_hint(e->d, "did you mean '%s'?", near.best);
	return err;
}

static int expand_software(struct expander *e, const struct provider *p)
{
	return expand_events(e, p, software);
}

static int expand_hardware(struct expander *e, const struct provider *p)
{
	return expand_events(e, p, hardware);
}

static bool modes_known(const char *mode)
{
	return *mode && !mode[strspn(mode, "rwx")] && (!strchr(mode, 'x') || !mode[1]);
}

static int expand_watch(struct expander *e, const struct provider *p)
{
	const char *mode = expand_part(e, 3);
	u64 addr, len;
	struct tpoint *t;

	if (strstr(expand_part(e, 1), "+arg")) {
		expand_error(e, 1, "the address must be known before");
		diag_hint(e->d,
			  "a uprobe prints it: uprobe:PATH:FUNCTION { printf(\"%%p\", arg0); }");
		return -EINVAL;
	}
	if (!expand_number(expand_part(e, 1), &addr))
		return expand_error(e, 1, "'%s' is not an address", expand_part(e, 1));
	if (!expand_number(expand_part(e, 2), &len) ||
	    (len != 1 && len != 2 && len != 4 && len != 8))
		return expand_error(e, 2, "a watched place has 1, 2, 4 or 8 bytes");
	if (!modes_known(mode))
		return expand_error(e, 3, "'%s' is not r, w, rw or x", mode);
	t = expand_add(e, p->kind, "%s", e->ap->text);
	if (!t)
		return -EINVAL;
	t->prog_type = PROG_PERF_EVENT;
	t->section = "perf_event";
	t->meta.period = 1;
	t->meta.pid = e->opts->pid;
	t->meta.target = arena_printf(e->a, "mem:0x%llx:%llu:%s", (unsigned long long)addr,
				      (unsigned long long)len, mode);
	return t->meta.target ? 0 : expand_nomem(e);
}

const struct provider provider_software = {
	.name = "software",
	.short_name = "s",
	.kind = POINT_SOFTWARE,
	.min_parts = 2,
	.max_parts = 3,
	.usage = "software:EVENT[:COUNT]",
	.expand = expand_software,
	.pattern = "software:*",
};
const struct provider provider_hardware = {
	.name = "hardware",
	.short_name = "h",
	.kind = POINT_HARDWARE,
	.min_parts = 2,
	.max_parts = 3,
	.usage = "hardware:EVENT[:COUNT]",
	.expand = expand_hardware,
	.pattern = "hardware:*",
};
const struct provider provider_watchpoint = {
	.name = "watchpoint",
	.short_name = "w",
	.kind = POINT_WATCHPOINT,
	.min_parts = 4,
	.max_parts = 4,
	.usage = "watchpoint:ADDRESS:LENGTH:MODE",
	.expand = expand_watch,
};
const struct provider provider_asyncwatchpoint = {
	.name = "asyncwatchpoint",
	.short_name = "aw",
	.kind = POINT_WATCHPOINT,
	.min_parts = 4,
	.max_parts = 4,
	.usage = "asyncwatchpoint:ADDRESS:LENGTH:MODE",
	.expand = expand_watch,
};
