// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <stdio.h>

#include "spec/prog.h"
#include "vm/access.h"
#include "vm/window.h"

enum { ARGS = 0x3e, FP_BIT = 1 << REG_FP }; /* bits of r1 … r5, r10 */

static void run_start(const struct vm_prog *p, struct vm_run *run, bool checked)
{
	run->fault.kind = FAULT_NONE;
	run->fault.prog = NULL;
	run->prog = p;
	run->tail_calls = 0;
	run->frames = 1;
	run->left = run->budget ? run->budget : UINT64_MAX;
	run->insns = 0;
	run->open_records = 0;
	run->held_lock = NULL;
	run->checked = checked;
	run->null_call = NULL;
	run->last_map = 0;
	run->inner_seen = 0;
}

static u64 frame_end(struct vm_run *run, u32 frame)
{
	return (u64)(uintptr_t)run->stack[frame] + sizeof(run->stack[0]);
}

static int run_native(const struct vm_prog *p, struct vm_run *run, u32 slot, u64 *reg)
{
	void *outer = run->native_sp;
	int err = p->native->enter(run, native_code(p, run, slot), reg, 1);

	run->native_sp = outer;
	return err;
}

/* The instance of the core that this run uses. */
static int run_core(struct vm_run *run, const struct vm_prog *p, u32 slot, u64 *reg, u16 *init)
{
	if (run->budget && !run->checked)
		return core_budget(run, p, slot, reg, init);
	if (native_code(p, run, slot))
		return run_native(p, run, slot, reg);
	if (run->checked)
		return core_checked(run, p, slot, reg, init);
	return core_fast(run, p, slot, reg, init);
}

static int run_main(const struct vm_prog *p, struct vm_run *run, u64 r1, u64 r2, u64 *r0)
{
	u64 reg[REG_COUNT] = { 0, r1, r2 };
	u16 init = 1 << 1 | FP_BIT;
	int err;

	if (p->src->type == PROG_UNSPEC)
		init |= 1 << 2;
	reg[REG_FP] = frame_end(run, 0);
	err = run_core(run, p, 0, reg, &init);
	if (run->checked || run->budget)
		run->insns = (run->budget ? run->budget : UINT64_MAX) - run->left;
	if (!err)
		*r0 = reg[0];
	return err;
}

int vm_run_fast(const struct vm_prog *p, struct vm_run *run, u64 r1, u64 r2, u64 *r0)
{
	run_start(p, run, false);
	return run_main(p, run, r1, r2, r0);
}

bool vm_ready(const struct vm_prog *p, struct vm_run *run)
{
	run_start(p, run, false);
	run->ready.code = run->budget ? NULL : native_code(p, run, 0);
	if (!run->ready.code)
		return false;
	run->ready.enter = p->native->enter;
	memset(run->ready.reg, 0, sizeof(run->ready.reg));
	run->ready.reg[REG_FP] = frame_end(run, 0);
	return true;
}

/* Where machine code finds the context; the highest address is nobody's. */
static u64 whole_context(const struct vm_run *run)
{
	for (u32 k = 0; run->ctx_layout && k < run->region_count && k < VM_MAX_REGIONS; k++) {
		const struct vm_region *r = &run->regions[k];

		if (r->what == REGION_CTX && r->base == run->ctx && r->len >= run->ctx_layout->size)
			return run->ctx;
	}
	return UINT64_MAX;
}

int vm_run_checked(const struct vm_prog *p, struct vm_run *run, u64 r1, u64 r2, u64 *r0)
{
	run_start(p, run, true);
	run->last_value = 0;
	run->native_ctx = whole_context(run);
	window_start(run);
	memset(vm_written(run, 0), 0, VM_WRITTEN);
	return run_main(p, run, r1, r2, r0);
}

u64 vm_callback(struct vm_run *run, u64 fn, u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	const struct vm_prog *p = run->prog;
	u64 reg[REG_COUNT] = { 0, r1, r2, r3, r4, r5 };
	u16 init = ARGS | FP_BIT;
	u32 slot;
	int err;

	if (run->fault.kind)
		return 1;
	if (!func_slot(p, fn, &slot)) {
		fault_set(run, FAULT_CALL, "callback: 0x%llx is not the address of a function",
			  (unsigned long long)fn);
		return 1;
	}
	if (run->frames == MAX_FRAMES) {
		fault_set(run, FAULT_DEPTH, "callback: calls nest more than %u frames deep",
			  MAX_FRAMES);
		return 1;
	}
	reg[REG_FP] = frame_end(run, run->frames);
	if (run->checked)
		memset(vm_written(run, run->frames), 0, VM_WRITTEN);
	run->frames++;
	err = run_core(run, p, slot, reg, &init);
	if (err)
		return 1;
	run->frames--;
	run->prog = p;
	return reg[0];
}

bool vm_helper_access(struct vm_run *run, u64 addr, u64 len, u8 access, const char *what)
{
	char text[sizeof(run->fault.text)];

	if (!run->checked || !len || access_check(run, addr, len, access | ACCESS_HELPER))
		return true;
	memcpy(text, run->fault.text, sizeof(text));
	snprintf(run->fault.text, sizeof(text), "%.60s: %.180s", what, text);
	return false;
}
