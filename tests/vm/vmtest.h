/* SPDX-License-Identifier: BSD-2-Clause */
/* A program made of an instruction array, its environment, and one run of it. */
#ifndef TESTS_VM_VMTEST_H
#define TESTS_VM_VMTEST_H

#include "test.h"

#include <errno.h>

#include "isa/alu.h"
#include "spec/prog.h"
#include "vm/op.h"

#define OP(code_, dst_, src_, off_, imm_)                                                          \
	((struct insn){                                                                            \
		.code = (code_), .dst = (dst_), .src = (src_), .off = (off_), .imm = (imm_) })
#define ALU64_K(op, dst, imm)		OP(CLASS_ALU64 | SRC_K | ALU_##op, dst, 0, 0, imm)
#define ALU64_X(op, dst, src)		OP(CLASS_ALU64 | SRC_X | ALU_##op, dst, src, 0, 0)
#define ALU32_K(op, dst, imm)		OP(CLASS_ALU | SRC_K | ALU_##op, dst, 0, 0, imm)
#define ALU32_X(op, dst, src)		OP(CLASS_ALU | SRC_X | ALU_##op, dst, src, 0, 0)
#define MOV_K(dst, imm)			ALU64_K(MOV, dst, imm)
#define MOV_X(dst, src)			ALU64_X(MOV, dst, src)
#define JMP_K(op, dst, imm, off)	OP(CLASS_JMP | SRC_K | JMP_##op, dst, 0, off, imm)
#define JMP_X(op, dst, src, off)	OP(CLASS_JMP | SRC_X | JMP_##op, dst, src, off, 0)
#define JA(off)				OP(CODE_JA, 0, 0, off, 0)
#define MAY_GOTO(off)			OP(CODE_JCOND, 0, 0, off, 0)
#define LDX(size, dst, src, off)	OP(CLASS_LDX | MODE_MEM | SIZE_##size, dst, src, off, 0)
#define STX(size, dst, off, src)	OP(CLASS_STX | MODE_MEM | SIZE_##size, dst, src, off, 0)
#define ST(size, dst, off, imm)		OP(CLASS_ST | MODE_MEM | SIZE_##size, dst, 0, off, imm)
#define ATOMIC(size, op, dst, off, src) OP(CLASS_STX | MODE_ATOMIC | SIZE_##size, dst, src, off, op)
#define IMM64(dst, src, imm, next)	OP(CODE_LD_IMM64, dst, src, 0, imm), OP(0, 0, 0, 0, next)
#define CALL(id)			OP(CODE_CALL, 0, CALL_HELPER, 0, id)
#define CALL_TO(distance)		OP(CODE_CALL, 0, CALL_LOCAL, 0, distance)
#define CALLX(reg)			OP(CODE_CALLX, reg, 0, 0, 0)
#define EXIT()				OP(CODE_EXIT, 0, 0, 0, 0)

enum { MODES = 2 }; /* fast, checked */

struct vmtest {
	struct object obj;
	struct obj_prog prog;
	struct vm_env env;
	struct vm_prog *vm;
	struct vm_run run;
	struct diag d;
};

/* The helper with this number, or NULL; tests have their own. */
static const struct vm_helper *vmtest_helper(const struct vm_env *env, const struct obj_prog *prog,
					     u32 id, u32 insn, struct diag *d);

/* 0 or what vm_prog_new says; the diagnostic stays in t->d. */
static inline int vmtest_open(struct vmtest *t, const struct insn *insns, u32 count, u32 type)
{
	diag_init(&t->d);
	t->obj.name = "test";
	t->obj.progs = &t->prog;
	t->obj.prog_count = 1;
	t->prog.name = "main";
	t->prog.type = type;
	t->prog.insns = (struct insn *)(uintptr_t)insns;
	t->prog.insn_count = count;
	t->env.obj = &t->obj;
	t->env.helper = vmtest_helper;
	t->env.host = t;
	t->vm = NULL;
	return vm_prog_new(&t->vm, &t->env, &t->prog, &t->d);
}

static inline void vmtest_close(struct vmtest *t)
{
	vm_prog_free(t->vm);
	diag_fini(&t->d);
}

/* Tests of the checked interpreter, built with VMTEST_JIT, are tests of checked machine code. */
#ifdef VMTEST_JIT
#include "jit/jit.h"

static u32 vmtest_compiled, vmtest_left;

static inline void vmtest_compile(struct vmtest *t, bool checked)
{
	struct jit_opts opts = { .checked = true, .layout = t->run.ctx_layout };
	const char *why = "";

	if (!checked || t->vm->native)
		return;
	if (jit_compile(t->vm, &opts, &why)) {
		printf("# program %u is interpreted: %s\n", vmtest_compiled + vmtest_left, why);
		vmtest_left++;
	} else {
		vmtest_compiled++;
	}
}

__attribute__((destructor)) static void vmtest_count(void)
{
	printf("# %u programs compiled with checks, %u left to the interpreter\n", vmtest_compiled,
	       vmtest_left);
}
#else
static inline void vmtest_compile(struct vmtest *t, bool checked)
{
}
#endif

static inline int vmtest_run(struct vmtest *t, bool checked, u64 r1, u64 r2, u64 *r0)
{
	vmtest_compile(t, checked);
	return (checked ? vm_run_checked : vm_run_fast)(t->vm, &t->run, r1, r2, r0);
}

#endif
