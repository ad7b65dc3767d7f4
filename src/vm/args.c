// SPDX-License-Identifier: BSD-2-Clause
#include "vm/args.h"

#include <stdio.h>

#include "spec/helper_maps.h"
#include "vm/access.h"
#include "vm/known.h"
#include "vm/window.h"

enum { MAX_SIZE = 1 << 29, STRING_LIMIT = 4096 }; /* bytes */

struct args {
	struct vm_run *run;
	const struct vm_prog *p;
	const struct helper_info *info;
	u32 id;
	const u64 *reg;
	struct map *map; /* of an earlier argument */
	u32 at;		 /* argument, from 0 */
};

static bool refuse(struct args *a, const char *why)
{
	fault_set(a->run, FAULT_HELPER_ARG, "argument %u (r%u) of bpf_%s %s", a->at + 1, a->at + 1,
		  a->info->name, why);
	return false;
}

/* Memory at the argument; the fault names helper and argument. */
static bool memory(struct args *a, u64 size, u32 how)
{
	char text[sizeof(a->run->fault.text)];

	if (!size || access_check(a->run, a->reg[a->at + 1], size, how | ACCESS_HELPER))
		return true;
	memcpy(text, a->run->fault.text, sizeof(text));
	snprintf(a->run->fault.text, sizeof(text), "argument %u (r%u) of bpf_%s: %.180s", a->at + 1,
		 a->at + 1, a->info->name, text);
	return false;
}

static bool sized_memory(struct args *a, u32 how, bool or_null)
{
	bool last = a->at == 4;
	u64 size = last ? 0 : a->reg[a->at + 2];
	enum arg_type type = last ? ARG_NONE : a->info->arg[a->at + 1];

	if (type != ARG_SIZE && type != ARG_SIZE_OR_ZERO)
		return true; /* the helper itself knows the size */
	if (size >= MAX_SIZE) {
		a->at++;
		return refuse(a, "is negative or too large for a size");
	}
	if (!size && type == ARG_SIZE) {
		a->at++;
		return refuse(a, "is a size of 0");
	}
	if (or_null && !size)
		return true;
	return memory(a, size, how);
}

/* Linux's verifier refuses such a call; here it is a fault. */
static bool map_fits(struct args *a)
{
	const struct map *m = a->map;

	if (!helper_fits_map(a->id, m->def.type)) {
		fault_set(a->run, FAULT_HELPER_ARG, "bpf_%s does not work on map '%s' of type %s",
			  a->info->name, m->def.name, map_info(m->def.type)->name);
		return false;
	}
	if (!helper_writes_map(a->id) || map_prog_writes(m))
		return true;
	fault_set(a->run, FAULT_HELPER_ARG,
		  "bpf_%s changes map '%s', which is read-only for programs (BPF_F_RDONLY_PROG)",
		  a->info->name, m->def.name);
	return false;
}

static bool map_argument(struct args *a)
{
	u64 value = a->reg[a->at + 1];

	a->map = known_map(a->run, value);
	if (a->map)
		return map_fits(a);
	return refuse(a, value ? "is not the address of a map" : "is NULL instead of a map");
}

static bool map_memory(struct args *a, bool key, u32 how, bool or_null)
{
	if (!a->map || (or_null && !a->reg[a->at + 1]))
		return true;
	return memory(a, key ? a->map->def.key_size : a->map->def.value_size, how);
}

static bool record(struct args *a)
{
	u64 value = a->reg[a->at + 1];

	if (known_record(a->run, value))
		return true;
	return refuse(a, value ? "is not a reserved ring buffer record"
			       : "is NULL: the result of bpf_ringbuf_reserve was not checked");
}

/* A NUL-terminated string in a map that programs cannot write. */
static bool const_string(struct args *a)
{
	u64 at = a->reg[a->at + 1];
	struct map *m;

	for (u32 k = 0; k < STRING_LIMIT; k++, at++) {
		m = known_value(a->run, at, 1);
		if (!m || map_prog_writes(m))
			return refuse(a, k ? "is a string without an end"
					   : "is not a string in a read-only map");
		if (!*(const char *)(uintptr_t)at)
			return true;
	}
	return refuse(a, "is a string without an end");
}

static bool check_one(struct args *a)
{
	u64 value = a->reg[a->at + 1];
	u32 slot;

	switch (a->info->arg[a->at]) {
	case ARG_NONE:
	case ARG_SCALAR:
	case ARG_SIZE: /* seen with the memory before it */
	case ARG_SIZE_OR_ZERO:
	case ARG_ALLOC_SIZE:
	case ARG_ANY_PTR:
	case ARG_SOCKET_OR_NULL:
	case ARG_BTF_ID_OR_NULL:
		return true;
	case ARG_CTX_OR_NULL:
		return !value || value == a->run->ctx ||
		       refuse(a, "is neither NULL nor the context");
	case ARG_CTX:
		return value == a->run->ctx || refuse(a, "is not the context");
	case ARG_MAP:
		return map_argument(a);
	case ARG_MAP_KEY:
		return map_memory(a, true, VM_READ, false);
	case ARG_MAP_VALUE:
		return map_memory(a, false, VM_READ, false);
	case ARG_MAP_VALUE_OR_NULL:
		return map_memory(a, false, VM_READ, true);
	case ARG_MAP_VALUE_OUT:
		return map_memory(a, false, VM_WRITE, false);
	case ARG_MEM:
		return sized_memory(a, VM_READ, false);
	case ARG_MEM_OR_NULL:
		return sized_memory(a, VM_READ, true);
	case ARG_MEM_RW:
		return sized_memory(a, VM_READ | VM_WRITE, false);
	case ARG_MEM_OUT:
		return sized_memory(a, VM_WRITE, false);
	case ARG_MEM_OUT_OR_NULL:
		return sized_memory(a, VM_WRITE, true);
	case ARG_ALLOC_MEM:
		return record(a);
	case ARG_SCALAR_OUT:
	case ARG_FIXED_MEM_OUT:
		return memory(a, a->info->arg_size[a->at], VM_WRITE);
	case ARG_FIXED_MEM:
		return memory(a, a->info->arg_size[a->at], VM_READ);
	case ARG_FUNC:
		return func_slot(a->p, value, &slot) ||
		       refuse(a, "is not the address of a function");
	case ARG_STACK_OR_NULL: /* only handed on: the callback's accesses are tested */
		return true;
	case ARG_CONST_STR:
		return const_string(a);
	case ARG_SPIN_LOCK:
		return memory(a, 4, VM_READ | VM_WRITE | ACCESS_MAP_VALUE);
	case ARG_TIMER:
		return memory(a, 16, VM_READ | VM_WRITE | ACCESS_MAP_VALUE);
	case ARG_KPTR:
		return memory(a, 8, VM_READ | VM_WRITE | ACCESS_MAP_VALUE);
	case ARG_DYNPTR:
		return memory(a, 16, VM_READ);
	case ARG_DYNPTR_OUT:
		return memory(a, 16, VM_WRITE);
	case ARG_SOCK_COMMON:
	case ARG_SOCKET:
	case ARG_BTF_ID:
	case ARG_PERCPU_BTF_ID:
		return value || refuse(a, "is NULL");
	}
	return true;
}

static bool initialised(struct vm_run *run, const char *name, u32 at, u16 init)
{
	if (init >> (at + 1) & 1)
		return true;
	fault_set(run, FAULT_UNINIT_REG, "r%u, argument %u of bpf_%s, was never written", at + 1,
		  at + 1, name);
	return false;
}

bool args_check(struct vm_run *run, const struct vm_prog *p, const struct vm_call *call,
		const u64 *reg, u16 init)
{
	struct args a = { .run = run, .p = p, .info = call->info, .id = call->id, .reg = reg };

	if (call->custom || !call->info)
		return true;
	for (u32 k = 0; k < 5 && call->info->arg[k] != ARG_NONE; k++) {
		if (!initialised(run, call->info->name, k, init))
			return false;
	}
	for (u32 k = 0; k < 5 && call->info->arg[k] != ARG_NONE; k++) {
		a.at = k;
		if (!check_one(&a))
			return false;
	}
	return true;
}

bool args_leave_memory(const struct vm_call *call)
{
	/* Numbers as in spec/helpers.def. */
	static const u8 known[256] = {
		[1] = 1 /* map_lookup_elem */,
		[2] = 1 /* map_update_elem */,
		[3] = 1 /* map_delete_elem */,
		[4] = 1 /* probe_read */,
		[5] = 1 /* ktime_get_ns */,
		[6] = 1 /* trace_printk */,
		[7] = 1 /* get_prandom_u32 */,
		[8] = 1 /* get_smp_processor_id */,
		[14] = 1 /* get_current_pid_tgid */,
		[25] = 1 /* perf_event_output */,
		[28] = 1 /* csum_diff */,
		[125] = 1 /* ktime_get_boot_ns */,
		[130] = 1 /* ringbuf_output */,
	};

	return !call->custom && call->id < ARRAY_SIZE(known) && known[call->id];
}

bool args_result(struct vm_run *run, const struct vm_call *call, const u64 *reg, u32 slot)
{
	const struct helper_info *info = call->info;

	if (!args_leave_memory(call))
		window_forget(run);
	if (!info || call->custom)
		return true;
	if (info->ret == RET_VOID)
		return false;
	if (info->ret == RET_INT)
		return true;
	if (!reg[0]) {
		run->null_call = info;
		run->null_insn = slot;
	} else if (info->ret == RET_MAP_VALUE_OR_NULL && info->arg[0] == ARG_MAP) {
		run->last_value = reg[0];
		/* args_check saw before the call that r1 is a map. */
		known_looked_up(run, (const struct map *)(uintptr_t)reg[1], reg[0]);
	}
	return true;
}

bool args_tail_call(struct vm_run *run, const struct vm_prog *p, const u64 *reg, u16 init)
{
	static const struct helper_info info = {
		.name = "tail_call",
		.ret = RET_VOID,
		.arg = { ARG_CTX, ARG_MAP, ARG_SCALAR },
	};
	static const struct vm_call call = { .info = &info, .id = HELPER_TAIL_CALL };

	if (!args_check(run, p, &call, reg, init))
		return false;
	if (!run->open_records && !run->held_lock)
		return true;
	fault_set(run, FAULT_REF, "tail call while %s",
		  run->held_lock ? "a spin lock is held" : "a ring buffer record is reserved");
	return false;
}

bool args_exit(struct vm_run *run)
{
	if (run->frames > 1 || (!run->open_records && !run->held_lock))
		return true;
	if (run->held_lock)
		fault_set(run, FAULT_REF, "the program ends and holds a spin lock");
	else
		fault_set(run, FAULT_REF,
			  "the program ends with %u ring buffer record%s neither submitted nor "
			  "discarded",
			  run->open_records, run->open_records == 1 ? "" : "s");
	return false;
}

bool packet_context(struct vm_run *run, u64 r6)
{
	if (r6 == run->ctx)
		return true;
	fault_set(run, FAULT_CTX, "a packet load needs the context in r6");
	return false;
}

bool call_by_number(struct vm_call *out, const struct vm_prog *p, u64 number, u32 slot)
{
	const struct vm_helper *h;

	if (number >= 1u << 16)
		return false;
	h = p->env->helper(p->env, p->src, (u32)number, slot, NULL);
	if (!h)
		return false;
	*out = (struct vm_call){ h->fn, h->arg, h->info, (u32)number, h->custom };
	return true;
}
