/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The program as the compiler sees it: one ir_insn a slot, so that slot numbers stay those of
 * faults and jumps; what is never reached or was merged into another is IR_NONE. Back ends read
 * this and nothing else of the program.
 */
#ifndef JIT_IR_H
#define JIT_IR_H

#include "verify/verify.h"
#include "vm/op.h"

enum ir_kind {
	IR_NONE,
	IR_DEAD,   /* never reached, though what stands before it falls into it */
	IR_ALU,	   /* dst = dst op operand; op: enum alu_op, `sign` for SDIV and SMOD */
	IR_NEG,	   /* dst = -dst */
	IR_MOVSX,  /* dst = sign extension of `size` bytes of src */
	IR_SWAP,   /* reverse `size` bytes of dst, zero the others */
	IR_ZEXT,   /* dst = `size` low bytes of src */
	IR_CONST,  /* dst = imm, 64 bits */
	IR_LOAD,   /* dst = memory at src + off; `sign`: sign-extended */
	IR_STORE,  /* memory at dst + off = operand */
	IR_ATOMIC, /* imm: enum atomic_op with ATOMIC_FETCH; memory at dst + off */
	IR_JUMP,   /* to target if dst op operand, `sign`: if not; op: enum jmp_op */
	IR_JA,
	IR_MAY_GOTO,
	IR_LD_PACKET, /* r0 = packet at imm (+ src), `size` bytes */
	IR_CALL,      /* helper calls[imm]; `sign`: it never ends the run */
	IR_CALL_LOCAL,
	IR_LOOP,  /* bpf_loop, or for_each_map_elem of the array at `imm`, callback at `to`;
		     callback.c */
	IR_CALLX, /* register in dst */
	IR_TAIL_CALL,
	IR_POISON,
	IR_EXIT,
	IR_LOOKUP, /* r0 = value or NULL of the array at `imm`, key at r2, `reg`: in src; `both`: to
		    * `to` for NULL, where nobody reads it; direct.c */
	IR_MAP, /* r0 = op (enum ir_map_op) on the map at `imm`, arguments as the helper's; direct.c
		 */
	IR_CPU, /* r0 = the run's number of its CPU */
	/* made by fuse.c: */
	IR_ROTATE, /* dst = src rotated left by imm bits */
	IR_LEA,	   /* dst = src + (index << scale) + off */
	/* made by select.c, one after the other: */
	IR_SELECT, /* if the flags say so: dst = operand; `both`: else dst = other */
	IR_FLAGS,  /* compare dst with operand as IR_JUMP does */
};

struct ir_insn {
	u8 kind, op;
	u8 dst, src;
	u8 size;	 /* bytes of memory, of a swap, of an extension */
	u8 index, scale; /* of an address: + reg[index] << scale; index IR_NO_REG: none */
	bool wide;	 /* 64 bits, else 32, the upper half of dst becomes zero */
	bool reg;	 /* the operand is src, else imm */
	bool sign, both;
	bool blind; /* imm is hidden: `other` is its key; in ALU, jumps, stores src is IR_HIDDEN */
	bool elsewhere; /* IR_LOAD: not from the program's stack */
	u8 memory;	/* IR_JUMP, IR_FLAGS: enum ir_memory */
	bool target;	/* something jumps here or a function starts */
	u16 live;	/* bit per register: read after this instruction */
	s32 off;
	u32 to;	  /* slot: target of a jump or local call */
	u32 loop; /* slot of the last jump of the innermost loop that starts here, or 0 */
	s64 imm, other;
};
enum { IR_NO_REG = 0xff, IR_HIDDEN = REG_COUNT }; /* no register; that of blinded numbers */
/* What a comparison reads from memory, `size` bytes at the register there + index + off. */
enum ir_memory { IR_NO_MEMORY, IR_DST_IN_MEMORY, IR_SRC_IN_MEMORY };

enum ir_map_op { IR_MAP_LOOKUP, IR_MAP_UPDATE, IR_MAP_REMOVE, IR_MAP_OUTPUT };

struct ir_func {
	u32 start, end; /* slots */
	u8 depth;	/* frames, with those of what it calls */
	u16 saved;	/* bits of r6 … r9 that it writes */
	bool entered;	/* from outside: its address is taken, or it is the first */
	bool frame;	/* it or what it calls names r10 */
	bool counts;	/* the same: calls who looks how many frames there are */
	bool calls;	/* helpers, functions, the packet: the host's stack must be aligned */
	bool may_goto;
	u8 spare;   /* checked: a register of r6 … r9 that it does not name, 0: none */
	bool tails; /* it or what it calls makes tail calls */
	enum { LEAF_UNKNOWN, LEAF, LEAF_NOT } leaf; /* for callback.c */
};

struct ir {
	const struct vm_prog *prog;
	struct ir_insn *insns; /* one per slot and a last one, IR_NONE; owned */
	u32 count;
	struct ir_func *funcs; /* owned; ascending */
	u32 func_count;
	bool loops; /* some slot has `loop` */
};

/* 0, -ENOMEM, or -EOPNOTSUPP with *why. `facts` may be NULL. `plain`: calls stay calls. */
int ir_build(struct ir *ir, const struct vm_prog *p, const struct verify_fact *facts, bool plain,
	     const char **why);
void ir_fini(struct ir *ir);
/* Finds out anew which registers functions write. */
void ir_saved(struct ir *ir);
/* Is the next instruction not executed as often as this one? */
bool ir_ends_stretch(const struct ir_insn *i);
/* The function that starts at `slot`. */
struct ir_func *ir_func_at(const struct ir *ir, u32 slot);

/* Registers that an instruction reads and writes, bit per register. */
struct ir_use {
	u16 use, def;
};
struct ir_use ir_insn_use(const struct ir_insn *i);
/* Is it if (r0 == 0), or if (r0 != 0)? direct.c */
bool ir_is_null_check(const struct ir_insn *i);
/* Before functions' depths are known: makes IR_LOOP and IR_LOOKUP. callback.c */
void ir_callbacks(struct ir *ir);
/* The constant that `reg` holds at `slot`, when that is certain; NULL: it is not. */
const struct ir_insn *ir_constant_in(const struct ir *ir, u32 reg, u32 slot);
/* The map in r1 at a call, when that is certain, else NULL. direct.c */
struct map *ir_map_in_r1(const struct ir *ir, u32 slot);
/* Calls of helpers that need not be calls of helpers: makes IR_MAP and IR_CPU. direct.c */
void ir_direct(struct ir *ir);
/* Last of all: look-ups in arrays jump where NULL leads, without a test of the result. direct.c */
void ir_null_checks(struct ir *ir);
/* Fills in `live`. 0 or -ENOMEM. live.c */
int ir_live(struct ir *ir);
/* The same; what only makes results that nobody reads becomes IR_NONE. 0 or -ENOMEM. live.c */
int ir_drop(struct ir *ir);

/* Finds registers whose upper half is zero; drops what that makes needless. 0 or -ENOMEM.
 * narrow.c */
int ir_narrow(struct ir *ir);
/* Makes branches around one instruction conditional moves. select.c */
void ir_select(struct ir *ir);
/* Shortens chains of jumps. flow.c */
void ir_flow(struct ir *ir);
/* Marks the heads of innermost loops. flow.c */
void ir_loops(struct ir *ir);
/* Hides numbers; after liveness. 0, or -EIO: there is no randomness. blind.c */
int ir_blind(struct ir *ir);
/* Of ir_fuse what leaves every register as it is wherever code could stop. 0 or -ENOMEM. fuse.c */
int ir_tidy(struct ir *ir);
/* Merges instructions; `live` is valid afterwards. 0 or -ENOMEM. fuse.c */
int ir_fuse(struct ir *ir);

#endif
