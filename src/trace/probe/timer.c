// SPDX-License-Identifier: BSD-2-Clause
/* profile: on every CPU; interval: on one. Both are perf events of the CPU's clock. */
#include <errno.h>

#include "spec/prog.h"
#include "trace/probe/provider.h"

/* "1s", "hz:99", "ms:10" → a frequency, or a period in ns. */
static int read_time(struct expander *e, struct tpoint *t)
{
	static const struct {
		const char *unit;
		u64 ns;
	} units[] = { { "s", 1000000000 }, { "ms", 1000000 }, { "us", 1000 }, { "ns", 1 } };
	u32 last = e->ap->parts - 1;
	u64 n;

	if (!expand_number(expand_part(e, last), &n) || !n)
		return expand_error(e, last, "'%s' is not a number above zero",
				    expand_part(e, last));
	if (last == 1) {
		t->meta.period = n;
		return 0;
	}
	if (!strcmp(expand_part(e, 1), "hz")) {
		t->meta.frequency = n;
		return 0;
	}
	for (u32 i = 0; i < ARRAY_SIZE(units); i++) {
		if (strcmp(expand_part(e, 1), units[i].unit))
			continue;
		if (__builtin_mul_overflow(n, units[i].ns, &t->meta.period))
			return expand_error(e, last, "this time is too long");
		return 0;
	}
	expand_error(e, 1, "'%s' is not a unit of time", expand_part(e, 1));
	diag_hint(e->d, "units are hz, s, ms and us");
	return -EINVAL;
}

static int expand(struct expander *e, const struct provider *p)
{
	struct tpoint *t;

	if (e->listing && is_pattern(e->ap->text))
		return 0;
	t = expand_add(e, p->kind, "%s", e->ap->text);
	if (!t)
		return -EINVAL;
	t->prog_type = PROG_PERF_EVENT;
	t->section = "perf_event";
	t->meta.target = "cpu-clock";
	return read_time(e, t);
}

const struct provider provider_profile = {
	.name = "profile",
	.short_name = "p",
	.kind = POINT_PROFILE,
	.min_parts = 2,
	.max_parts = 3,
	.usage = "profile:hz:N, profile:s:N, profile:ms:N, profile:us:N or profile:10ms",
	.expand = expand,
};
const struct provider provider_interval = {
	.name = "interval",
	.short_name = "i",
	.kind = POINT_INTERVAL,
	.min_parts = 2,
	.max_parts = 3,
	.usage = "interval:s:N, interval:ms:N, interval:us:N, interval:hz:N or interval:1s",
	.expand = expand,
};
