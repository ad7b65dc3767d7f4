/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Disassembler: instructions to text in the syntax of the kernel's verifier log, bpftool and
 * llvm-objdump. What it prints assembles back to the same bytes; what has no syntax (reserved
 * fields set, unknown opcodes) is printed as `.insn HEX`.
 */
#ifndef ISA_DISASM_H
#define ISA_DISASM_H

#include "base/buf.h"
#include "isa/insn.h"

/* Names for operands; every callback may be NULL or return NULL: then numbers are printed. */
struct disasm_names {
	void *arg;
	bool kernel; /* jumps as the kernel and bpftool write them: "if r1 == 0x8 goto pc+3" */
	const char *(*map)(void *arg, u32 index);
	const char *(*helper)(void *arg, u32 id);
	const char *(*func)(void *arg, u32 slot);      /* function that starts at this slot */
	const char *(*label)(void *arg, u32 slot);     /* jump target */
	const char *(*extern_at)(void *arg, u32 slot); /* kfunc or ksym named by this slot */
};

/* One instruction of insns[count] at `at`, without newline; returns the slots taken (1 or 2). */
u32 disasm_insn(struct buf *out, const struct insn *insns, u32 count, u32 at,
		const struct disasm_names *names);

/* Would the assembler read this as one name? Names that it would not are printed as numbers. */
bool disasm_is_name(const char *s);

#endif
