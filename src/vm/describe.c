// SPDX-License-Identifier: BSD-2-Clause
#include "vm/describe.h"

#include <stdio.h>

#include "vm/access.h"
#include "vm/known.h"

enum { NEAR = 65536, STACK_NEAR = 512, NULL_PAGE = 4096, PROBE = 4096 }; /* bytes */

static const struct {
	const char *name, *readonly;
} regions[] = {
	[REGION_CTX] = { "the context", "the context is read-only here" },
	[REGION_PACKET] = { "the packet", "the packet is read-only here" },
	[REGION_META] = { "the packet's metadata", "the packet's metadata is read-only here" },
	[REGION_STACK] = { "the stack", "the stack is read-only here" },
	[REGION_MAP_VALUE] = { "a map value", "the map value is read-only" },
	[REGION_RECORD] = { "a ring buffer record", "the record is read-only" },
	[REGION_MEMORY] = { "the memory", "the memory is read-only" },
};

const char *region_name(enum vm_region_class what)
{
	return what < ARRAY_SIZE(regions) ? regions[what].name : "memory";
}

const char *region_readonly(enum vm_region_class what)
{
	return what < ARRAY_SIZE(regions) ? regions[what].readonly : "memory is read-only";
}

static bool describe_null(const struct vm_run *run, u64 addr, char *out, size_t len)
{
	if (addr >= NULL_PAGE && addr < -(u64)NULL_PAGE)
		return false;
	if (!run->null_call)
		snprintf(out, len, "NULL pointer (address %lld)", (long long)(s64)addr);
	else if (run->null_call->ret == RET_MAP_VALUE_OR_NULL)
		snprintf(out, len,
			 "NULL map value: the result of bpf_%s at instruction %u was not checked",
			 run->null_call->name, run->null_insn);
	else
		snprintf(out, len, "NULL: the result of bpf_%s at instruction %u was not checked",
			 run->null_call->name, run->null_insn);
	return true;
}

static bool describe_stack(const struct vm_run *run, u64 addr, u64 size, bool through_fp, char *out,
			   size_t len)
{
	u64 off = addr - (u64)(uintptr_t)run->stack;
	s64 now = (s64)(addr - (u64)(uintptr_t)&run->stack[run->frames]); /* from the end of ours */
	u32 frame = (u32)(off / sizeof(run->stack[0]));
	u32 at = (u32)(off % sizeof(run->stack[0]));

	if (through_fp || (now > -(s64)sizeof(run->stack[0]) - 8 && now < STACK_NEAR)) {
		if (now >= 0)
			snprintf(out, len, "fp+%lld is above the stack frame", (long long)now);
		else if (now + (s64)size > 0)
			snprintf(out, len, "fp%lld to fp+%lld reaches above the stack frame",
				 (long long)now, (long long)now + (s64)size);
		else
			snprintf(out, len, "fp%lld is below the %u-byte stack frame",
				 (long long)now, STACK_SIZE);
		return true;
	}
	if (off >= sizeof(run->stack))
		return false;
	if (frame >= run->frames)
		snprintf(out, len, "this stack frame has ended");
	else if (at < VM_STACK_GUARD)
		snprintf(out, len, "%u bytes below a caller's stack frame", VM_STACK_GUARD - at);
	else
		snprintf(out, len, "reaches above a caller's stack frame");
	return true;
}

static const char *plural(u64 n)
{
	return n == 1 ? "" : "s";
}

static void past_end(u64 distance, const char *what, u64 size, char *out, size_t len)
{
	if (distance)
		snprintf(out, len, "%llu byte%s past the end of %s (%llu byte%s)",
			 (unsigned long long)distance, plural(distance), what,
			 (unsigned long long)size, plural(size));
	else
		snprintf(out, len, "just past the end of %s (%llu byte%s)", what,
			 (unsigned long long)size, plural(size));
}

/* The region that is nearest, in either direction. */
static bool describe_regions(const struct vm_run *run, u64 addr, u64 size, char *out, size_t len)
{
	const struct vm_region *best = NULL;
	u64 distance = NEAR, d, end;

	for (u32 k = 0; k < run->region_count && k < VM_MAX_REGIONS; k++) {
		const struct vm_region *r = &run->regions[k];

		d = addr < r->base	      ? r->base - addr
		    : addr > r->base + r->len ? addr - (r->base + r->len)
					      : 0;
		if (d < distance) {
			distance = d;
			best = r;
		}
	}
	if (!best)
		return false;
	end = best->base + best->len;
	if (addr < best->base)
		snprintf(out, len, "%llu byte%s before the start of %s",
			 (unsigned long long)(best->base - addr), plural(best->base - addr),
			 region_name(best->what));
	else if (addr >= end)
		past_end(addr - end, region_name(best->what), best->len, out, len);
	else if (addr + size - end == 1)
		snprintf(out, len, "the last byte lies past the end of %s (%llu byte%s)",
			 region_name(best->what), (unsigned long long)best->len, plural(best->len));
	else
		snprintf(out, len, "the last %llu bytes lie past the end of %s (%llu byte%s)",
			 (unsigned long long)(addr + size - end), region_name(best->what),
			 (unsigned long long)best->len, plural(best->len));
	return true;
}

static bool owns_byte(const struct map *m, u64 addr)
{
	const void *p = (const void *)(uintptr_t)addr;

	if (m->def.type == MAP_TYPE_RINGBUF)
		return ring_owns(m, p, 1);
	return m->ops->owns && m->ops->owns(m, p, 1);
}

/* Near a value or a record: looks back for its end, then on for its start. */
static bool describe_value(const struct map *m, u64 addr, u64 size, char *out, size_t len)
{
	const char *what = m->def.type == MAP_TYPE_RINGBUF ? "a record" : "a value";
	u64 d;

	for (d = 0; d < PROBE; d++) {
		if (!owns_byte(m, addr - d))
			continue;
		if (d == 1)
			snprintf(out, len, "just past the end of %s of map '%s'", what,
				 m->def.name);
		else if (!d)
			snprintf(out, len, "starts in %s of map '%s' and reaches past its end",
				 what, m->def.name);
		else
			snprintf(out, len, "%llu byte%s past the end of %s of map '%s'",
				 (unsigned long long)d - 1, plural(d - 1), what, m->def.name);
		return true;
	}
	for (d = 1; d < PROBE; d++) {
		if (!owns_byte(m, addr + d))
			continue;
		snprintf(out, len, "%llu byte%s before the start of %s of map '%s'",
			 (unsigned long long)d, plural(d), what, m->def.name);
		return true;
	}
	return false;
}

static bool describe_maps(const struct vm_run *run, u64 addr, u64 size, char *out, size_t len)
{
	for (u32 k = 0; k < known_count(run); k++) {
		const struct map *m = known_at(run, k);

		if (m && addr - (u64)(uintptr_t)m < sizeof(*m)) {
			snprintf(out, len, "map '%s' itself is not accessible", m->def.name);
			return true;
		}
	}
	for (u32 k = 0; k < known_count(run); k++) {
		const struct map *m = known_at(run, k);

		if (m && describe_value(m, addr, size, out, len))
			return true;
	}
	return false;
}

void access_describe(const struct vm_run *run, u64 addr, u64 size, bool frame, char *out,
		     size_t len)
{
	const struct vm_prog *p = run->prog;

	if (describe_null(run, addr, out, len) ||
	    describe_stack(run, addr, size, frame, out, len) ||
	    describe_regions(run, addr, size, out, len))
		return;
	if (addr - (u64)(uintptr_t)p->coded < p->count * sizeof(*p->coded))
		snprintf(out, len, "the address of a function is not accessible");
	else if (!describe_maps(run, addr, size, out, len))
		snprintf(out, len, "0x%llx is not an address that the program was given",
			 (unsigned long long)addr);
}
