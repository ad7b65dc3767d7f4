// SPDX-License-Identifier: BSD-2-Clause
#include "jit/checked.h"

#include "jit/native.h"
#include "spec/prog.h"
#include "vm/access.h"
#include "vm/args.h"
#include "vm/window.h"

static const struct ir_check *check_at(const struct vm_prog *p, u32 slot)
{
	return &native_of(p)->checks[slot];
}

bool checked_access(struct vm_run *run, u64 addr, u32 slot)
{
	const struct ir_check *c = check_at(run->prog, slot);

	if (!access_check(run, addr, c->size, c->how))
		return false;
	if (c->kind == CHECK_WINDOW)
		window_open(run, &run->windows[c->window], addr, c->size, c->own);
	return true;
}

u64 checked_call(struct vm_run *run, u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	const struct vm_prog *p = run->prog;
	u32 slot = run->native_slot;
	const struct vm_call *call = &p->calls[p->coded[slot].imm];
	u64 reg[REG_COUNT] = { run->native_reg[0], r1, r2, r3, r4, r5 };

	if (args_check(run, p, call, reg, check_at(p, slot)->init)) {
		reg[0] = call->fn(call->custom ? call->arg : run, r1, r2, r3, r4, r5);
		if (!run->fault.kind) {
			args_result(run, call, reg, slot);
			return reg[0];
		}
	}
	memcpy(run->native_reg, reg, 6 * sizeof(reg[0]));
	return reg[0];
}

const void *checked_tail(struct vm_run *run, u64 r1, u64 map, u64 index, const void *interpret)
{
	const struct vm_prog *p = run->prog, *to;
	u64 reg[REG_COUNT] = { 0, r1, map, index };
	const void *code;

	run->native_reg[1] = r1;
	run->native_reg[2] = map;
	run->native_reg[3] = index;
	if (!args_tail_call(run, p, reg, check_at(p, run->native_slot)->init))
		return NULL;
	to = run->tail_calls < MAX_TAIL_CALLS
		     ? map_slot_get((struct map *)(uintptr_t)map, (u32)index)
		     : NULL;
	if (!to)
		return NULL;
	run->tail_calls++;
	run->prog = to;
	memset(vm_written(run, run->frames - 1), 0, VM_WRITTEN);
	window_forget(run);
	/* Machine code of bare programs counts on r2, which a tail call does not give. */
	code = to->src->type == PROG_UNSPEC ? NULL : native_code(to, run, 0);
	return code ? code : interpret;
}

void checked_fault(struct vm_run *run, const struct vm_prog *p, u32 slot, u32 kind)
{
	const struct ir_check *c = check_at(p, slot);
	u64 reg[REG_COUNT];
	u16 init = c->init;

	memcpy(reg, run->native_reg, sizeof(reg));
	run->left += c->ahead - (kind != CHECKED_LEAVE);
	if (kind == CHECKED_LEAVE && !core_checked(run, p, slot, reg, &init))
		fault_set(run, FAULT_CALL, "was expected to fault, and did not");
	fault_place(run, p, slot, reg, init);
}
