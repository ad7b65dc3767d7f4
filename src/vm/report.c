// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>

#include "base/buf.h"
#include "isa/disasm.h"
#include "vm/vm.h"

static const char *const hints[] = {
	[FAULT_ACCESS] = "compare the pointer with the end of its memory (or with NULL) first",
	[FAULT_UNINIT_REG] =
		"r1 to r5 are lost in every call; keep values in r6 to r9 or on the stack",
	[FAULT_UNINIT_STACK] = "initialise the variable, padding included",
	[FAULT_ALIGN] = "align the variable to its size",
	[FAULT_CTX] = "see the fields of the context structure and their access rights",
	[FAULT_POISON] = "guard the access with bpf_core_field_exists() or bpf_core_type_exists()",
	[FAULT_BUDGET] = "is there a loop without an end? Else raise the budget",
	[FAULT_REF] =
		"every path must submit or discard what it reserved and unlock what it locked",
};

static void dump_registers(const struct vm_fault *f, struct diag *d)
{
	struct buf text = { 0 };

	for (u32 r = 0; r < REG_COUNT; r++) {
		if (f->reg_init >> r & 1)
			buf_printf(&text, "%sr%u=0x%llx", text.len ? " " : "", r,
				   (unsigned long long)f->reg[r]);
	}
	diag_note(d, NOWHERE, "registers: %s", buf_str(&text));
	buf_fini(&text);
}

int vm_fault_report(const struct vm_run *run, struct diag *d)
{
	const struct vm_fault *f = &run->fault;
	const struct obj_func *func;
	struct buf insn = { 0 };

	if (!f->kind)
		return 0;
	if (!f->prog)
		return diag_error(d, -EFAULT, NOWHERE, "%s", f->text);
	func = prog_func(f->prog, f->insn);
	disasm_insn(&insn, f->prog->insns, f->prog->insn_count, f->insn, NULL);
	diag_error(
		d, -EFAULT, prog_span(d, f->prog, f->insn), "%s faults at instruction %u, %s: %s",
		func && func->name ? func->name : f->prog->name, f->insn, buf_str(&insn), f->text);
	buf_fini(&insn);
	if (f->kind < ARRAY_SIZE(hints) && hints[f->kind])
		diag_hint(d, "%s", hints[f->kind]);
	if (f->reg_init)
		dump_registers(f, d);
	return -EFAULT;
}
