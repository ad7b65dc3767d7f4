// SPDX-License-Identifier: BSD-2-Clause
#include "vm/window.h"

#include "vm/known.h"

static void set(struct vm_window *w, u64 base, u64 len)
{
	w->base = base;
	for (u32 k = 0; k < 4; k++)
		w->starts[k] = len >= 1u << k ? len - (1u << k) + 1 : 0;
}

static bool holds(u64 addr, u64 base, u64 len)
{
	return addr - base < len;
}

static bool written(const vm_bits *bits, u32 k)
{
	return bits[k / 64] >> (k % 64) & 1;
}

/* The bytes around that were written: an access there changes no mark. */
static void open_stack(struct vm_run *run, struct vm_window *w, u64 addr, bool own)
{
	u64 off = addr - (u64)(uintptr_t)run->stack;
	u32 frame = (u32)(off / sizeof(run->stack[0]));
	u32 at = (u32)(off % sizeof(run->stack[0])) - VM_STACK_GUARD, low = at, high = at;
	const vm_bits *bits = vm_written(run, frame);

	if (!own && frame == run->frames - 1)
		return;
	while (low > 0 && written(bits, low - 1))
		low--;
	while (high < STACK_SIZE && written(bits, high))
		high++;
	set(w, addr - (at - low), high - low);
}

/* False: no region holds the address. Contexts have fields, which windows have not. */
static bool open_region(struct vm_run *run, struct vm_window *w, u64 addr)
{
	for (u32 k = 0; k < run->region_count && k < VM_MAX_REGIONS; k++) {
		const struct vm_region *r = &run->regions[k];

		if (!holds(addr, r->base, r->len))
			continue;
		if (r->what != REGION_CTX)
			set(w, r->base, r->len);
		return true;
	}
	return false;
}

/* Most pointers to values point to their start, or came from the last look-up. */
static void open_value(struct vm_run *run, struct vm_window *w, u64 addr, u64 size)
{
	const struct map *m = known_value(run, addr, size);
	u64 last = run->last_value, len;

	if (!m)
		return;
	len = m->def.value_size;
	if (m->ops->owns(m, (const void *)(uintptr_t)addr, len))
		set(w, addr, len);
	else if (holds(addr, last, len) && m->ops->owns(m, (const void *)(uintptr_t)last, len))
		set(w, last, len);
}

void window_open(struct vm_run *run, struct vm_window *w, u64 addr, u64 size, bool own)
{
	if (addr - (u64)(uintptr_t)run->stack < sizeof(run->stack))
		open_stack(run, w, addr, own);
	else if (!open_region(run, w, addr))
		open_value(run, w, addr, size);
}

void window_start(struct vm_run *run)
{
	const struct vm_region *r = run->regions;

	window_forget(run);
	for (u32 k = 0; k < run->region_count && k < VM_MAX_REGIONS; k++, r++) {
		if (r->what != REGION_PACKET && r->what != REGION_MEMORY)
			continue;
		for (u32 w = 0; w < VM_WINDOW_ATOMIC; w++) {
			if (r->access & (w < VM_WINDOW_WRITE ? VM_READ : VM_WRITE))
				set(&run->windows[w], r->base, r->len);
		}
		return;
	}
}

void window_forget(struct vm_run *run)
{
	memset(run->windows, 0, sizeof(run->windows));
}
