/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Inside of the virtual code: its instructions, and the passes that vcode_finish() runs over each
 * function, in this order:
 *
 *     vir_legalise   what the era lacks, by other means
 *     vir_fold       constants, copies, offsets (vir_fold.c); until nothing changes, with
 *     vir_clean      unreachable and unused code away (vir_flow.c)
 *     vir_untangle   registers that two-operand instructions would lose
 *     vir_color      machine registers, spills to frame objects (vir_color.c)
 *     vir_place      stack offsets of frame objects (vir_frame.c)
 *     vir_emit       instructions (vir_emit.c)
 */
#ifndef TRACE_VIR_H
#define TRACE_VIR_H

#include "base/vec.h"
#include "trace/vcode.h"

enum vkind {
	V_NOP,
	V_LABEL, /* target */
	V_MOV,	 /* dst = a */
	V_IMM,	 /* dst = imm */
	V_ALU,	 /* dst = a op b */
	V_ALU_IMM,
	V_NEG,
	V_SWAP,	      /* size: bytes */
	V_EXTEND,     /* size: bytes kept */
	V_LOAD,	      /* dst = *(a + off) */
	V_STORE,      /* *(a + off) = b */
	V_STORE_IMM,  /* *(a + off) = imm */
	V_ATOMIC,     /* b is what is added, and with fetch dst (the same register) */
	V_FRAME_ADDR, /* dst = frame + off */
	V_FRAME_END,
	V_JUMP,
	V_BRANCH, /* if a op b goto target */
	V_BRANCH_IMM,
	V_CALL,	      /* target: helper */
	V_CALL_KFUNC, /* target: extern */
	V_CALL_SUB,   /* target: subprogram */
	V_MAP,	      /* dst = map target */
	V_MAP_VALUE,  /* dst = first value of map target, + off */
	V_SUB_ADDR,
	V_EXIT, /* returns a */
};

struct vinsn {
	u8 kind, op, width, size, argc;
	bool is_signed, fetch;
	bool on_frame; /* of memory accesses: the base is frame object `frame`, not a */
	u32 dst, a, b;
	u32 target, frame;
	s32 off;
	u64 imm;
	u32 args[5];
	struct span at;
};

struct vframe {
	u32 size, align;
	u32 from, to;	   /* instructions between which it holds something */
	bool used, always; /* always: its address went where it cannot be followed */
	s32 off;	   /* of its first byte, from R10 */
};

struct vfunc {
	const char *name;
	u32 argc;
	u32 param[5]; /* registers of the arguments, VC_NONE: not used */
	struct vinsn *code;
	u32 len, cap;
	u32 reg_count; /* registers are below it */
	u32 label_count;
	struct vframe *frames;
	u32 frame_count, frame_cap;
	/* Of vir_color: */
	u8 *reg; /* machine register of each register */
	u32 spills;
	s32 stack; /* lowest offset in use, negative */
};

struct vcode {
	struct arena *arena;
	struct vfunc *fn;    /* being written */
	struct vfunc *funcs; /* the first is the program */
	u32 func_count, func_cap;
	struct span at;
	bool no_memory;
};

/* Append an instruction; never NULL. */
struct vinsn *vir_add(struct vcode *v, struct vfunc *f, enum vkind kind);
u32 vir_reg(struct vfunc *f);

/* Up to 7 registers that an instruction reads; returns how many. Arguments of calls are included.
 */
u32 vir_uses(const struct vinsn *i, u32 *regs[7]);
bool vir_is_pure(const struct vinsn *i); /* no effect but on dst */
bool vir_is_call(const struct vinsn *i);
/* Made anew wherever it is wanted, rather than kept: constants and addresses of things. */
bool vir_is_remat(const struct vinsn *i);
bool vir_ends_block(const struct vinsn *i);
void vir_compact(struct vfunc *f); /* without V_NOP */

static inline bool fits_s32(u64 value)
{
	return (s64)value == (s64)(s32)value;
}

static inline bool commutes(enum vc_op op)
{
	return op == VC_ADD || op == VC_MUL || op == VC_AND || op == VC_OR || op == VC_XOR;
}

/* ---- blocks and liveness (vir_flow.c) ---- */

struct vblock {
	u32 start, end; /* instructions [start, end) */
	u32 next[2], next_count;
	u32 depth;     /* of loops */
	u64 *in, *out; /* registers live at the start, at the end; of vir_live */
};
struct vflow {
	struct arena arena;
	struct vblock *blocks;
	u32 count, words; /* words of a bit set of registers */
	u32 *block_of_label;
	u32 *defs; /* number of definitions of each register */
	u32 *def;  /* instruction of the only one */
};

static inline bool bit_test(const u64 *set, u32 n)
{
	return set[n / 64] >> (n % 64) & 1;
}
static inline void bit_add(u64 *set, u32 n)
{
	set[n / 64] |= 1ULL << (n % 64);
}
static inline void bit_drop(u64 *set, u32 n)
{
	set[n / 64] &= ~(1ULL << (n % 64));
}

int vir_flow(struct vflow *flow, const struct vfunc *f); /* -ENOMEM */
int vir_live(struct vflow *flow, const struct vfunc *f); /* after vir_flow */
void vir_flow_fini(struct vflow *flow);
/* Does the argument come from an instruction that is made anew at the call? */
bool vir_arg_remat(const struct vflow *flow, const struct vfunc *f, u32 reg);

/* What the era lacks: signed division, loads that extend, 32-bit jumps; constants too large. */
int vir_legalise(struct vcode *v, struct vfunc *f, const struct vcode_opts *opts);
/* x = a - x: machine code has two operands, and x is lost when a is moved there. */
int vir_untangle(struct vcode *v, struct vfunc *f);
int vir_fold(struct vfunc *f, bool *changed);
int vir_clean(struct vfunc *f, bool *changed);
int vir_color(struct vcode *v, struct vfunc *f);
enum { NO_REG = 0xff };				 /* in f->reg: never held in a machine register */
int vir_place(struct vfunc *f, struct span *at); /* -E2BIG: *at is where the stack ran out */

struct vir_patch { /* CALL_LOCAL and PSEUDO_FUNC, to be made relative once functions have places */
	u32 insn, sub;
};
struct vir_out {
	VEC(struct insn) insns;
	VEC(struct obj_extern_ref) refs;
	VEC(struct vir_patch) patches;
	VEC(struct span) spans; /* one a slot */
	bool modern;		/* MOVSX and the like may be used */
};
/* Append the function's instructions. -E2BIG: a jump is too far. */
int vir_emit(struct vir_out *out, const struct vfunc *f, struct span *at);

#endif
