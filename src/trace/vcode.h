/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Virtual code: BPF instructions over any number of 64-bit virtual registers, in the order of
 * emission, with labels. vcode_finish() folds and shortens it, gives registers and stack slots, and
 * yields a program's instructions.
 *
 * Emitting functions do not fail: running out of memory is remembered and told by vcode_finish.
 * Registers are numbers from vc_reg(); VC_NONE stands for "no register". A register may be
 * written more than once. Frame objects are memory of the program's stack; two whose lifetimes do
 * not overlap may share it.
 */
#ifndef TRACE_VCODE_H
#define TRACE_VCODE_H

#include "base/arena.h"
#include "base/diag.h"
#include "isa/insn.h"
#include "object/object.h"

struct buf;
struct vcode;

#define VC_NONE 0u

enum vc_width { VC_64, VC_32 };

/* ALU operations (op bits of RFC 9669; signed division and modulo by name). */
enum vc_op {
	VC_ADD,
	VC_SUB,
	VC_MUL,
	VC_DIV,
	VC_MOD,
	VC_SDIV, /* cpu v4, or lowered to unsigned ones where vcode_opts say so */
	VC_SMOD,
	VC_AND,
	VC_OR,
	VC_XOR,
	VC_SHL,
	VC_SHR,
	VC_SAR,
};
enum vc_cond {
	VC_EQ,
	VC_NE,
	VC_ULT,
	VC_ULE,
	VC_UGT,
	VC_UGE,
	VC_SLT,
	VC_SLE,
	VC_SGT,
	VC_SGE,
	VC_TEST /* a & b != 0 */
};

struct vcode *vcode_new(struct arena *a); /* NULL: out of memory */

/* Where the instructions that follow come from: for line tables and messages. */
void vc_at(struct vcode *v, struct span at);

u32 vc_reg(struct vcode *v);
u32 vc_ctx(struct vcode *v);	    /* the program's context, or a subprogram's first argument */
u32 vc_arg(struct vcode *v, u32 n); /* a subprogram's argument, 0 to 4 */

void vc_mov(struct vcode *v, u32 dst, u32 src);
void vc_imm(struct vcode *v, u32 dst, u64 value); /* as short as it gets */
void vc_alu(struct vcode *v, enum vc_op op, enum vc_width w, u32 dst, u32 a, u32 b);
void vc_alu_imm(struct vcode *v, enum vc_op op, enum vc_width w, u32 dst, u32 a, s64 imm);
void vc_neg(struct vcode *v, enum vc_width w, u32 dst, u32 a);
void vc_swap(struct vcode *v, u32 dst, u32 a, u32 bits); /* byte order, 16, 32, 64; zero-extends */
/* Cut to `size` bytes (1, 2, 4) and extend by zeros or sign. */
void vc_extend(struct vcode *v, u32 dst, u32 a, u32 size, bool is_signed);

/* size 1, 2, 4, 8; loads extend by zeros, or by sign (MEMSX, or shifts where opts say so). */
void vc_load(struct vcode *v, u32 size, bool is_signed, u32 dst, u32 base, s32 off);
void vc_store(struct vcode *v, u32 size, u32 base, s32 off, u32 src);
void vc_store_imm(struct vcode *v, u32 size, u32 base, s32 off, s32 imm);
/* Atomic add, or, and, xor of 4 or 8 bytes; fetch: `src` receives the old value. */
void vc_atomic(struct vcode *v, enum vc_op op, u32 size, u32 base, s32 off, u32 src, bool fetch);

/* Memory of the frame. Alignment 1 to 8. */
u32 vc_frame(struct vcode *v, u32 size, u32 align);
void vc_frame_addr(struct vcode *v, u32 dst, u32 frame, s32 off);
void vc_frame_load(struct vcode *v, u32 size, bool is_signed, u32 dst, u32 frame, s32 off);
void vc_frame_store(struct vcode *v, u32 size, u32 frame, s32 off, u32 src);
void vc_frame_store_imm(struct vcode *v, u32 size, u32 frame, s32 off, s32 imm);
/* Zero bytes [off, off + len) with the fewest stores. */
void vc_frame_zero(struct vcode *v, u32 frame, u32 off, u32 len);
/* The object's contents are not used from here on until it is written again. */
void vc_frame_end(struct vcode *v, u32 frame);

u32 vc_label(struct vcode *v);
void vc_place(struct vcode *v, u32 label);
void vc_jump(struct vcode *v, u32 label);
void vc_branch(struct vcode *v, enum vc_cond c, enum vc_width w, u32 a, u32 b, u32 label);
void vc_branch_imm(struct vcode *v, enum vc_cond c, enum vc_width w, u32 a, s64 imm, u32 label);

/* dst VC_NONE: the result is dropped. At most 5 arguments. */
void vc_call(struct vcode *v, u32 helper, u32 dst, u32 argc, const u32 *args);
void vc_call_kfunc(struct vcode *v, u32 extern_idx, u32 dst, u32 argc, const u32 *args);
void vc_call_sub(struct vcode *v, u32 sub, u32 dst, u32 argc, const u32 *args);
void vc_map(struct vcode *v, u32 dst, u32 map);		       /* the map itself */
void vc_map_value(struct vcode *v, u32 dst, u32 map, u32 off); /* into an array's first value */
void vc_sub_addr(struct vcode *v, u32 dst, u32 sub);	       /* of a callback */

void vc_exit(struct vcode *v, u32 src); /* src VC_NONE: returns 0 */

/* Subprograms: functions of the script, callbacks. Between begin and end all emission goes there;
 * they do not nest. Registers and frame objects are each function's own. */
u32 vc_sub(struct vcode *v, const char *name, u32 argc); /* declares one */
void vc_sub_begin(struct vcode *v, u32 sub);
void vc_sub_end(struct vcode *v);

struct vcode_opts {
	u32 era; /* ERA(…) of spec: what instructions may be used; 0: the newest */
	bool no_optimise;
};

struct vcode_info {
	u32 insns, spills, stack; /* of the whole program; bytes of its deepest frame */
};

/*
 * Fill prog->insns, insn_count, funcs, func_count, lines, line_count, refs, ref_count, all in `a`.
 * Lines are made from spans: `file` is the number of the script's text in d, `name` and `text` are
 * the text's. -E2BIG: the frame needs more than STACK_SIZE bytes; the diagnostic names the line.
 */
struct script;
int vcode_finish(struct vcode *v, struct obj_prog *prog, struct arena *a, const struct script *s,
		 const struct vcode_opts *opts, struct vcode_info *info, struct diag *d);
/* The virtual code, for `skep trace -dd`. */
void vcode_print(const struct vcode *v, struct buf *out);

#endif
