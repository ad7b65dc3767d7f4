/* SPDX-License-Identifier: BSD-2-Clause */
/* The eBPF instruction: its wire format and the numbers in it. Source: RFC 9669; linux/bpf.h. */
#ifndef ISA_INSN_H
#define ISA_INSN_H

#include "base/types.h"

/* One 8-byte instruction slot, host byte order. RFC 9669 section 3. */
struct insn {
	u8 code;
	u8 dst : 4;
	u8 src : 4;
	s16 off;
	s32 imm;
};
_Static_assert(sizeof(struct insn) == 8, "wire format");

enum insn_class {
	CLASS_LD,
	CLASS_LDX,
	CLASS_ST,
	CLASS_STX,
	CLASS_ALU,
	CLASS_JMP,
	CLASS_JMP32,
	CLASS_ALU64
};
enum insn_source { SRC_K = 0, SRC_X = 8 };
enum insn_size { SIZE_W = 0x00, SIZE_H = 0x08, SIZE_B = 0x10, SIZE_DW = 0x18 };
enum insn_mode {
	MODE_IMM = 0x00,
	MODE_ABS = 0x20,
	MODE_IND = 0x40,
	MODE_MEM = 0x60,
	MODE_MEMSX = 0x80,
	MODE_ATOMIC = 0xc0
};

#define INSN_CLASS(code) ((code)&0x07)
#define INSN_OP(code)	 ((code)&0xf0)
#define INSN_SRC(code)	 ((code)&0x08)
#define INSN_SIZE(code)	 ((code)&0x18)
#define INSN_MODE(code)	 ((code)&0xe0)

enum {
	CODE_LD_IMM64 = CLASS_LD | MODE_IMM | SIZE_DW, /* 0x18, two slots */
	CODE_JA = CLASS_JMP | 0x00,
	CODE_JA32 = CLASS_JMP32 | 0x00, /* gotol: the distance is imm */
	CODE_CALL = CLASS_JMP | 0x80,
	CODE_CALLX = CLASS_JMP | 0x80 | SRC_X, /* register in dst */
	CODE_EXIT = CLASS_JMP | 0x90,
	CODE_JCOND = CLASS_JMP | 0xe0, /* may_goto when src is 0 */
};

/* src of LD_IMM64 */
enum pseudo_imm {
	PSEUDO_CONST = 0,
	PSEUDO_MAP_FD = 1,
	PSEUDO_MAP_VALUE = 2, /* fd in imm, offset in the next imm */
	PSEUDO_BTF_ID = 3,
	PSEUDO_FUNC = 4,
	PSEUDO_MAP_IDX = 5,	  /* index into the object's maps (the kernel's fd_array) */
	PSEUDO_MAP_IDX_VALUE = 6, /* same, offset in the next imm */
};

/* src of CALL */
enum pseudo_call { CALL_HELPER = 0, CALL_LOCAL = 1, CALL_KFUNC = 2 };

enum {
	REG_COUNT = 11,
	REG_FP = 10,
	STACK_SIZE = 512, /* bytes a frame */
	MAX_FRAMES = 8,
	MAX_TAIL_CALLS = 33,
	MAX_INSNS = 1000000, /* slots; 4096 in the classic era */
	MAX_MAPS = 64,
};

enum {
	CODE_NEG = CLASS_ALU64 | 0x80,
	CODE_MOV = CLASS_ALU64 | 0xb0,
	/* off of MOV64 X: conversion between the address spaces in imm (to << 16 | from) */
	MOV_ADDR_SPACE_CAST = 1,
};

/* LD_IMM64 takes two slots, everything else one. */
static inline bool insn_is_wide(const struct insn *i)
{
	return i->code == CODE_LD_IMM64;
}

/* The constant of a LD_IMM64; i[1] must exist. */
static inline u64 insn_imm64(const struct insn *i)
{
	return (u64)(u32)i[1].imm << 32 | (u32)i[0].imm;
}

/* JA, gotol, may_goto and conditional jumps: what has a target. */
static inline bool insn_is_jump(const struct insn *i)
{
	u8 class = INSN_CLASS(i->code), op = INSN_OP(i->code);

	return (class == CLASS_JMP || class == CLASS_JMP32) && op != 0x80 && op != 0x90;
}

/* A jump's distance in slots from the next instruction. */
static inline s32 insn_distance(const struct insn *i)
{
	return i->code == CODE_JA32 ? i->imm : i->off;
}

#endif
