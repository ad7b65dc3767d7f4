// SPDX-License-Identifier: BSD-2-Clause
/*
 * Any bytes as a program, which the checked interpreter (or, by a bit of the first byte,
 * machine code with its tests) runs over a packet. It may end well or by a fault; it may not touch
 * anything that is not the program's, which is what the sanitizers watch.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz/gen_vm.h"

enum { PACKET = 96, BUDGET = 20000 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void run(const struct gen_vm *p)
{
	static const char section[] = "GPL";
	const struct skep_prog_def prog = { .name = "main",
					    .type = p->type,
					    .insns = (const struct skep_insn *)p->insns,
					    .insn_count = p->count,
					    .refs = p->refs,
					    .ref_count = p->ref_count };
	const struct skep_object_def def = { .size = sizeof(def),
					     .license = section,
					     .maps = gen_vm_maps,
					     .map_count = GEN_VM_MAPS,
					     .progs = &prog,
					     .prog_count = 1 };
	const struct skep_load_opts opts = { .size = sizeof(opts),
					     .exec = p->flags & 2 ? SKEP_EXEC_CHECKED
								  : SKEP_EXEC_CHECKED_JIT,
					     .budget = BUDGET,
					     .allow_uninit_stack = p->flags & 1 };
	u8 packet[PACKET], out[4 * PACKET];
	struct skep_run r = { .size = sizeof(r),
			      .data_in = packet,
			      .data_in_len = sizeof(packet),
			      .data_out = out,
			      .data_out_cap = sizeof(out),
			      .repeat = 2 };
	struct skep_object *obj = NULL;
	struct skep_engine *eng = NULL;
	struct skep_unit *unit = NULL;
	struct skep_diag *diag = skep_diag_new();
	u32 zero = 0, inner = GEN_VM_INNER;

	for (u32 i = 0; i < sizeof(packet); i++)
		packet[i] = (u8)(i * 7);
	packet[12] = 8;
	packet[13] = 0;
	packet[14] = 0x45;
	if (!skep_object_build(&obj, &def, diag) && !skep_engine_new(&eng, "user", diag) &&
	    !skep_load(&unit, eng, obj, &opts, diag)) {
		skep_map_set(skep_map_find(unit, "progs"), &zero, &zero, 0);
		skep_map_set(skep_map_find(unit, "outer"), &zero, &inner, 0);
		skep_prog_run(skep_prog_find(unit, NULL), &r, diag);
	}
	skep_unit_free(unit);
	skep_engine_free(eng);
	skep_object_free(obj);
	skep_diag_free(diag);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct gen_vm *p = malloc(sizeof(*p));

	if (p && size) {
		gen_vm(p, data, size);
		run(p);
	}
	free(p);
	return 0;
}
