/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * x86-64 instructions as bytes: the few forms that the back end needs. Appends have a sticky
 * error; x64_room before each group guarantees space for X64_GROUP bytes.
 * Source: Intel SDM volume 2, chapters 2 to 5.
 */
#ifndef JIT_X64_ASM_H
#define JIT_X64_ASM_H

#include "base/types.h"

enum x64_reg {
	RAX,
	RCX,
	RDX,
	RBX,
	RSP,
	RBP,
	RSI,
	RDI,
	R8,
	R9,
	R10,
	R11,
	R12,
	R13,
	R14,
	R15,
	NO_REG = 0xff
};

/* Condition codes, as in jcc and setcc. */
enum x64_cc {
	CC_B = 2,
	CC_AE,
	CC_E,
	CC_NE,
	CC_BE,
	CC_A,
	CC_S,
	CC_NS,
	CC_L = 12,
	CC_GE,
	CC_LE,
	CC_G
};

/* Arithmetic of the first opcode map; the value is the opcode of `op r/m, r`, >> 3 its number in
 * the immediate forms. */
enum x64_arith {
	X64_ADD = 0x01,
	X64_OR = 0x09,
	X64_AND = 0x21,
	X64_SUB = 0x29,
	X64_XOR = 0x31,
	X64_CMP = 0x39
};
/* The register field of shifts by an immediate or cl. */
enum x64_shift { X64_ROL = 0, X64_ROR = 1, X64_SHL = 4, X64_SHR = 5, X64_SAR = 7 };

enum { X64_GROUP = 256 }; /* bytes */

struct x64_asm {
	u8 *data; /* owned */
	u32 len, cap;
	int err; /* -ENOMEM: data was overwritten */
};

/* base + index << scale + disp; index or base NO_REG: none; not both. */
struct x64_mem {
	u8 base, index, scale;
	s32 disp;
};

int x64_asm_init(struct x64_asm *a, u32 cap);
void x64_asm_fini(struct x64_asm *a);
void x64_room(struct x64_asm *a);

void x64_byte(struct x64_asm *a, u8 b);
void x64_u32(struct x64_asm *a, u32 v);

/* Opcodes: one byte, or 0x0f00 | byte of the second map. `wide`: 64 bits. */
void x64_rr(struct x64_asm *a, bool wide, u32 opcode, u8 reg, u8 rm);
void x64_rm(struct x64_asm *a, bool wide, u32 opcode, u8 reg, struct x64_mem m);
/* The same with a register of `bytes` 1, 2, 4, 8: opcode is the form above one byte, one less is
 * that for bytes; `prefix` 0xf0 (lock) or 0. */
void x64_sized(struct x64_asm *a, u32 bytes, u8 prefix, u32 opcode, u8 reg, struct x64_mem m);

void x64_arith(struct x64_asm *a, bool wide, enum x64_arith op, u8 dst, u8 src);
void x64_arith_imm(struct x64_asm *a, bool wide, enum x64_arith op, u8 dst, s32 imm);
void x64_arith_mem_imm(struct x64_asm *a, enum x64_arith op, struct x64_mem m, s32 imm);
/* The same of 1, 2, 4 or 8 bytes in memory. */
void x64_cmp_mem_imm(struct x64_asm *a, u32 bytes, struct x64_mem m, s32 imm);
void x64_test_mem_imm(struct x64_asm *a, u32 bytes, struct x64_mem m, s32 imm);
void x64_test(struct x64_asm *a, bool wide, u8 dst, u8 src);
void x64_test_imm(struct x64_asm *a, bool wide, u8 dst, s32 imm);
void x64_mov(struct x64_asm *a, bool wide, u8 dst, u8 src);
void x64_mov_imm(struct x64_asm *a, u8 dst, u64 value); /* the shortest; keeps flags */
void x64_mov_mem_imm(struct x64_asm *a, u32 bytes, struct x64_mem m, s32 imm);
void x64_shift(struct x64_asm *a, bool wide, enum x64_shift op, u8 dst, u8 count);
void x64_shift_cl(struct x64_asm *a, bool wide, enum x64_shift op, u8 dst);
/* BMI2: dst = src op count; SHL, SHR, SAR. */
void x64_shift_x(struct x64_asm *a, bool wide, enum x64_shift op, u8 dst, u8 src, u8 count);
/* BMI2: dst = src rotated right. */
void x64_rorx(struct x64_asm *a, bool wide, u8 dst, u8 src, u8 count);
/* BMI2: high:low = rdx * src, 64 bits each. */
void x64_mulx(struct x64_asm *a, u8 high, u8 low, u8 src);
void x64_imul(struct x64_asm *a, bool wide, u8 dst, u8 src);
void x64_imul_imm(struct x64_asm *a, bool wide, u8 dst, u8 src, s32 imm);
void x64_group3(struct x64_asm *a, bool wide, u8 number, u8 rm); /* 3 neg, 4 mul, 6 div, 7 idiv */
void x64_setcc(struct x64_asm *a, enum x64_cc cc, u8 dst);	 /* its low byte */
void x64_zext8(struct x64_asm *a, u8 dst, u8 src);
void x64_bswap(struct x64_asm *a, bool wide, u8 dst);
void x64_push(struct x64_asm *a, u8 reg);
void x64_pop(struct x64_asm *a, u8 reg);
void x64_endbr(struct x64_asm *a); /* indirect jumps and calls may end here */
void x64_call_reg(struct x64_asm *a, u8 reg);

void x64_nops(struct x64_asm *a, u32 bytes);

/* Forward jumps inside a group: emit, then bind to here. Distances up to 127 bytes. */
u32 x64_jcc_short(struct x64_asm *a, enum x64_cc cc);
u32 x64_jmp_short(struct x64_asm *a);
void x64_bind(struct x64_asm *a, u32 jump);

#endif
