// SPDX-License-Identifier: BSD-2-Clause
#include "fuzz/gen_jit_run.h"

#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "engine/hold.h"
#include "fuzz/gen.h"
#include "tests/user/kernel.h"
#include "user/run.h"
#include "user/user.h"
#include "vm/op.h"

/* What is in the packet and the maps before a run. */
struct before {
	u8 packet[96];
	u8 one[64], array[4][48], hash[5][32];
};

static void fill(struct before *b, u64 seed)
{
	struct gen g = { .rng = seed * 0x2545f4914f6cdd1du + 3 };
	u8 *bytes = (u8 *)b;

	for (size_t i = 0; i + 8 <= sizeof(*b); i += 8) {
		u64 n = gen_chance(&g, 50) ? (u64)gen_number(&g) : gen_u64(&g);

		memcpy(bytes + i, &n, sizeof(n));
	}
	b->packet[12] = 8;
	b->packet[13] = 0;
	b->packet[14] = 0x45;
}

static void fill_maps(struct map *const *maps, const struct before *b)
{
	u32 key = 0;

	maps[J_ONE]->ops->update(maps[J_ONE], &key, b->one, 0, 0);
	for (key = 0; key < 4; key++)
		maps[J_ARRAY]->ops->update(maps[J_ARRAY], &key, b->array[key], 0, 0);
	for (key = 0; key < GEN_JIT_KEYS; key++)
		maps[J_HASH]->ops->remove(maps[J_HASH], &key);
	for (key = 0; key < 5; key++)
		maps[J_HASH]->ops->update(maps[J_HASH], &key, b->hash[key], 0, 0);
}

static void read_maps(struct map *const *maps, struct gen_jit_after *out)
{
	u32 key = 0;

	map_read(maps[J_ONE], &key, out->one);
	for (key = 0; key < 4; key++)
		map_read(maps[J_ARRAY], &key, out->array[key]);
	for (key = 0; key < GEN_JIT_KEYS; key++)
		out->hash[key][0] = !map_read(maps[J_HASH], &key, out->hash[key] + 1);
}

bool gen_jit_run(struct unit *unit, enum gen_jit_how how, u64 seed, struct gen_jit_after *out)
{
	struct user_unit *u = unit->impl;
	struct vm_prog *vm = u->progs[0].vm;
	struct vm_native *native = vm->native;
	struct unit_map *progs = &unit->maps[J_PROGS];
	struct before b;
	struct skep_run io = { .size = sizeof(io),
			       .data_in = b.packet,
			       .data_in_len = sizeof(b.packet),
			       .data_out = out->packet,
			       .data_out_cap = sizeof(out->packet) };
	const struct user_run *run;
	u32 zero = 0;
	struct diag d;
	bool as_native = how == GEN_JIT_NATIVE || how == GEN_JIT_CHECKED_NATIVE;

	if (as_native && !native)
		return false;
	/* A unit that was loaded to run as fast as it can has machine code: hide it meanwhile. */
	vm->native = as_native ? native : NULL;
	memset(out, 0, sizeof(*out));
	fill(&b, seed);
	fill_maps(u->maps, &b);
	engine_user.map_set(progs, &zero, &zero, 0);
	diag_init(&d);
	out->err = unit_prog_run(&unit->progs[0], &io, &d);
	run = hold_last_state();
	if (out->err && run)
		snprintf(out->why, sizeof(out->why), "insn %u: %.200s", run->vm.fault.insn,
			 run->vm.fault.text);
	diag_fini(&d);
	out->result = (u32)io.result;
	read_maps(u->maps, out);
	vm->native = native;
	return true;
}

/* ---- the kernel ---- */

bool gen_jit_kernel_maps(int *maps)
{
	maps[J_ARRAY] = kernel_map(BPF_MAP_TYPE_ARRAY, 4, 48, 4, 0);
	maps[J_ONE] = kernel_map(BPF_MAP_TYPE_ARRAY, 4, 64, 1, 0);
	maps[J_HASH] = kernel_map(BPF_MAP_TYPE_HASH, 4, 32, 8, 0);
	maps[J_PROGS] = kernel_map(BPF_MAP_TYPE_PROG_ARRAY, 4, 4, 2, 0);
	for (u32 i = 0; i < J_MAPS; i++) {
		if (maps[i] < 0)
			return false;
	}
	return true;
}

static void kernel_remove(int map, u32 key)
{
	union bpf_attr attr = { 0 };

	attr.map_fd = (u32)map;
	attr.key = (u64)(uintptr_t)&key;
	syscall(__NR_bpf, BPF_MAP_DELETE_ELEM, &attr, sizeof(attr));
}

static void fill_kernel(const int *maps, const struct before *b)
{
	u32 key = 0;

	kernel_update(maps[J_ONE], &key, b->one, 0);
	for (key = 0; key < 4; key++)
		kernel_update(maps[J_ARRAY], &key, b->array[key], 0);
	for (key = 0; key < GEN_JIT_KEYS; key++)
		kernel_remove(maps[J_HASH], key);
	for (key = 0; key < 5; key++)
		kernel_update(maps[J_HASH], &key, b->hash[key], 0);
}

static void read_kernel(const int *maps, struct gen_jit_after *out)
{
	u32 key = 0;

	kernel_lookup(maps[J_ONE], &key, out->one);
	for (key = 0; key < 4; key++)
		kernel_lookup(maps[J_ARRAY], &key, out->array[key]);
	for (key = 0; key < GEN_JIT_KEYS; key++)
		out->hash[key][0] = !kernel_lookup(maps[J_HASH], &key, out->hash[key] + 1);
}

bool gen_jit_run_kernel(int prog, const int *maps, u64 seed, struct gen_jit_after *out)
{
	struct before b;
	struct kernel_run run = { .data_in = b.packet,
				  .data_in_len = sizeof(b.packet),
				  .data_out = out->packet,
				  .data_out_len = sizeof(out->packet) };

	memset(out, 0, sizeof(*out));
	fill(&b, seed);
	fill_kernel(maps, &b);
	if (kernel_run(prog, &run))
		return false;
	out->result = run.retval;
	read_kernel(maps, out);
	return true;
}
