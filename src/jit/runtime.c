// SPDX-License-Identifier: BSD-2-Clause
#include "jit/runtime.h"

#include "vm/access.h"
#include "vm/args.h"

void jit_fault(struct vm_run *run, u32 slot, u32 kind)
{
	const struct vm_prog *p = run->prog;
	u64 reg[REG_COUNT] = { 0 };

	if (kind == JIT_FAULT_POISON)
		fault_poison(run, p, slot);
	else if (kind == JIT_FAULT_DEAD)
		fault_set(run, FAULT_CALL, "reached, which the verifier ruled out");
	fault_place(run, p, slot, reg, 0);
}

struct jit_loaded jit_packet_load(struct vm_run *run, u32 off, u32 size)
{
	struct jit_loaded l = { 0 };

	if (!run->packet_load) {
		fault_set(run, FAULT_CTX, "there is no packet to load from");
		l.what = 2;
	} else {
		l.what = run->packet_load(run, off, size, &l.value);
	}
	return l;
}

const void *jit_tail_target(struct vm_run *run, struct map *map, u32 index, const void *interpret)
{
	const struct vm_prog *to;
	const void *code;

	to = run->tail_calls < MAX_TAIL_CALLS ? map_slot_get(map, index) : NULL;
	if (!to)
		return NULL;
	run->tail_calls++;
	run->prog = to;
	code = native_code(to, run, 0);
	return code ? code : interpret;
}

bool jit_interpret(struct vm_run *run, u64 r1, u64 fp, u64 *r0)
{
	u64 reg[REG_COUNT] = { [1] = r1, [REG_FP] = fp };
	u16 init = 1 << 1 | 1 << REG_FP;

	if ((run->checked ? core_checked : core_fast)(run, run->prog, 0, reg, &init))
		return false;
	*r0 = reg[0];
	return true;
}

u64 jit_callx(void *self, u64 r1, u64 r2, u64 r3, u64 r4, u64 r5)
{
	struct vm_run *run = self;
	struct vm_call call;
	u32 slot;

	if (func_slot(run->prog, run->native_operand, &slot))
		return vm_callback(run, run->native_operand, r1, r2, r3, r4, r5);
	if (call_by_number(&call, run->prog, run->native_operand, 0))
		return call.fn(call.custom ? call.arg : run, r1, r2, r3, r4, r5);
	fault_set(run, FAULT_CALL,
		  "0x%llx is neither a helper's number nor the address of a function",
		  (unsigned long long)run->native_operand);
	return 0;
}
