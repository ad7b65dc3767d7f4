/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes as a program: each 8 bytes become one legal instruction or a short idiom (a helper
 * call with plausible arguments, a map or stack pointer in a register). It may end well or by a
 * fault: for what tests every access.
 */
#ifndef FUZZ_GEN_VM_H
#define FUZZ_GEN_VM_H

#include <skep/skep.h>

#include "isa/insn.h"

enum { GEN_VM_ROOM = 2048, GEN_VM_REFS = 512, GEN_VM_MAPS = 11 };
enum { GEN_VM_PROGS = 8, GEN_VM_INNER = 9 }; /* of gen_vm_maps; "outer" may hold the inner map */

struct gen_vm {
	const char *type; /* of the program; NULL: bare */
	struct insn insns[GEN_VM_ROOM];
	u32 count;
	u8 flags; /* two bits for how it is run */
	struct skep_map_ref refs[GEN_VM_REFS];
	u32 ref_count;
	u32 func_slots[GEN_VM_REFS], func_count; /* LD_IMM64 of the callback, to be pointed at it */
	u32 jump_slots[GEN_VM_REFS], jump_count;
};

extern const struct skep_map_def gen_vm_maps[GEN_VM_MAPS];

void gen_vm(struct gen_vm *p, const u8 *data, size_t size);

#endif
