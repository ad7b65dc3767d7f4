// SPDX-License-Identifier: BSD-2-Clause
/* Programs that run when a perf event overflows: clocks, counters, breakpoints. */
#include <errno.h>
#include <linux/hw_breakpoint.h>
#include <linux/perf_event.h>
#include <stdlib.h>

#include "base/str.h"
#include "kernel/attach.h"
#include "spec/prog.h"

enum { MAX_CPUS = 8192, DEFAULT_FREQUENCY = 99 };

#define SW(name, id)                                                                               \
	{                                                                                          \
		name, PERF_TYPE_SOFTWARE, PERF_COUNT_SW_##id                                       \
	}
#define HW(name, id)                                                                               \
	{                                                                                          \
		name, PERF_TYPE_HARDWARE, PERF_COUNT_HW_##id                                       \
	}
static const struct {
	const char *name;
	u32 type;
	u64 config;
} events[] = {
	SW("cpu-clock", CPU_CLOCK),
	SW("task-clock", TASK_CLOCK),
	SW("page-faults", PAGE_FAULTS),
	SW("context-switches", CONTEXT_SWITCHES),
	SW("cpu-migrations", CPU_MIGRATIONS),
	SW("minor-faults", PAGE_FAULTS_MIN),
	SW("major-faults", PAGE_FAULTS_MAJ),
	SW("alignment-faults", ALIGNMENT_FAULTS),
	SW("emulation-faults", EMULATION_FAULTS),
	HW("cpu-cycles", CPU_CYCLES),
	HW("cycles", CPU_CYCLES),
	HW("instructions", INSTRUCTIONS),
	HW("cache-references", CACHE_REFERENCES),
	HW("cache-misses", CACHE_MISSES),
	HW("branches", BRANCH_INSTRUCTIONS),
	HW("branch-misses", BRANCH_MISSES),
	HW("bus-cycles", BUS_CYCLES),
	HW("stalled-cycles-frontend", STALLED_CYCLES_FRONTEND),
	HW("stalled-cycles-backend", STALLED_CYCLES_BACKEND),
	HW("ref-cycles", REF_CPU_CYCLES),
};
#undef SW
#undef HW

static bool fits_perf(const struct obj_prog *p)
{
	return p->type == PROG_PERF_EVENT;
}

/* "mem:0x1234:4:rw": an address, how many bytes, which accesses. */
static bool parse_breakpoint(const char *text, struct perf_event_attr *attr)
{
	char *end;
	u32 kinds = 0;

	attr->type = PERF_TYPE_BREAKPOINT;
	attr->bp_addr = strtoull(text, &end, 0);
	attr->bp_len = HW_BREAKPOINT_LEN_8;
	if (end == text)
		return false;
	if (*end == ':' && end[1] >= '0' && end[1] <= '9')
		attr->bp_len = strtoull(end + 1, &end, 10);
	if (*end == ':') {
		for (end++; *end; end++)
			kinds |= *end == 'r'   ? HW_BREAKPOINT_R
				 : *end == 'w' ? HW_BREAKPOINT_W
				 : *end == 'x' ? HW_BREAKPOINT_X
					       : 1u << 31;
	}
	attr->bp_type = kinds ? kinds : HW_BREAKPOINT_W;
	if (kinds == HW_BREAKPOINT_X)
		attr->bp_len = sizeof(long);
	return !*end && !(kinds >> 31);
}

static int parse_event(const char *text, struct perf_event_attr *attr, struct diag *d)
{
	struct near near = near_start(text, strlen(text));

	if (str_starts(text, "mem:")) {
		if (parse_breakpoint(text + 4, attr))
			return 0;
		diag_error(d, -EINVAL, NOWHERE, "'%s' is no breakpoint", text);
		diag_hint(d, "write mem:0xADDRESS:BYTES:rwx");
		return -EINVAL;
	}
	for (u32 i = 0; i < ARRAY_SIZE(events); i++) {
		near_try(&near, events[i].name);
		if (strcmp(events[i].name, text))
			continue;
		attr->type = events[i].type;
		attr->config = events[i].config;
		return 0;
	}
	diag_error(d, -EINVAL, NOWHERE, "there is no perf event '%s'", text);
	if (near.best)
		diag_hint(d, "did you mean '%s'?", near.best);
	return -EINVAL;
}

static int on_cpu(struct kernel_link *l, const struct attach_request *r,
		  struct perf_event_attr *attr, int cpu, const char *what, struct diag *d)
{
	int fd = sys_perf_open(attr, r->opts->pid ? r->opts->pid : -1, cpu, -1);

	if (fd >= 0)
		return link_perf(l, r, fd, what, d);
	attach_refused(r, fd, what, d);
	if (fd == -ENOENT || fd == -EOPNOTSUPP || fd == -ENODEV)
		diag_hint(d, "this machine has no such counter; cpu-clock works everywhere");
	return fd;
}

static int do_perf(struct kernel_link *l, const struct attach_request *r, struct diag *d)
{
	struct perf_event_attr attr = { .size = sizeof(attr) };
	u8 online[MAX_CPUS / 8];
	char what[128];
	int err = parse_event(r->target, &attr, d);

	if (err)
		return err;
	snprintf(what, sizeof(what), "perf event '%s'", r->target);
	if (r->opts->period || attr.type == PERF_TYPE_BREAKPOINT) {
		attr.sample_period = MAX(r->opts->period, (u64)1);
	} else {
		attr.freq = 1;
		attr.sample_freq = r->opts->frequency ? r->opts->frequency : DEFAULT_FREQUENCY;
	}
	if (r->opts->pid || r->opts->cpu)
		return on_cpu(l, r, &attr, r->opts->cpu - 1, what, d);
	sys_cpus_online(online, sizeof(online));
	for (int cpu = 0; cpu < MAX_CPUS && !err; cpu++) {
		if (online[cpu / 8] >> cpu % 8 & 1)
			err = on_cpu(l, r, &attr, cpu, what, d);
	}
	return err;
}

const struct attach_family attach_perf = { "perf_event", fits_perf, do_perf, true };
