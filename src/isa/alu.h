/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What arithmetic, jumps and atomics mean: look-ups and evaluation over alu.def, jmp.def and
 * atomic.def. Pure functions. Source: RFC 9669 sections 4 and 5.
 */
#ifndef ISA_ALU_H
#define ISA_ALU_H

#include "isa/insn.h"

/* alu.def's SWAP rows: to little or big endian from the host's order. */
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define SWAP_LE(bits, a) ((u##bits)(a))
#define SWAP_BE(bits, a) __builtin_bswap##bits((u##bits)(a))
#else
#define SWAP_LE(bits, a) __builtin_bswap##bits((u##bits)(a))
#define SWAP_BE(bits, a) ((u##bits)(a))
#endif

enum alu_op {
#define ALU(name, op, text, mnemonic, value, variant) ALU_##name = op,
#define ALU_UNARY(name, op, text, mnemonic, value)    ALU_##name = op,
#include "isa/alu.def"
	ALU_END = 0xd0, /* byte order: le, be (ALU), bswap (ALU64) */
};

/* Operations selected by off == 1, numbered apart from the opcodes. */
enum alu_signed_op {
#define ALU_SIGNED(name, of, text, mnemonic, value) ALU_##name = ALU_##of,
#include "isa/alu.def"
};

enum jmp_op {
#define JMP(name, op, text, value, is_signed, inverse, mirror) JMP_##name = op,
#include "isa/jmp.def"
};

enum atomic_op {
#define ATOMIC_RMW(name, imm, text, fn, value) ATOMIC_##name = imm,
#define ATOMIC_OP(name, imm, text, min)	       ATOMIC_##name = imm,
#include "isa/atomic.def"
	ATOMIC_FETCH = 1, /* flag on ADD, OR, AND, XOR */
};

/* Name, text ("+=") and mnemonic ("add") of a binary operation; `off` 1 selects DIV's and MOD's
 * signed twin. NULL for a hole in the opcode space, for NEG and for END. */
struct alu_info {
	const char *name, *text, *mnemonic;
};
const struct alu_info *alu_info(u8 code, s16 off);

/* The text of a byte-order operation ("be16"), NULL when code and width make none. */
const char *swap_name(u8 code, s32 width);

struct jmp_info {
	const char *name, *text;
	bool is_signed;
};
const struct jmp_info *jmp_info(u8 code); /* NULL: JA, CALL, EXIT, JCOND and holes */

struct atomic_info {
	const char *name, *text; /* "ADD", "+=" or "xchg" */
	const char *fn;		 /* "add", …; NULL for the ATOMIC_OP rows */
	u8 min_size;		 /* bytes */
};
/* imm with or without ATOMIC_FETCH; NULL: no such operation. */
const struct atomic_info *atomic_info(s32 imm);

/* Bytes of a memory access: 1, 2, 4 or 8. */
u32 size_bytes(u8 code);
const char *size_text(u8 code, bool is_signed); /* "u32", "s16" */

/*
 * The value of `a op b` at 64 or 32 bits: the single definition of arithmetic. NEG ignores b. The
 * second pair is the operation with off == 1 (DIV and MOD). MOVSX: bits is 8, 16 or 32.
 */
u64 alu_eval64(enum alu_op op, u64 a, u64 b);
u32 alu_eval32(enum alu_op op, u32 a, u32 b);
u64 alu_eval_signed64(enum alu_op op, u64 a, u64 b);
u32 alu_eval_signed32(enum alu_op op, u32 a, u32 b);
u64 movsx_eval64(u32 bits, u64 b);
u32 movsx_eval32(u32 bits, u32 b);
u64 swap_eval(u8 code, s32 width, u64 a);
bool jmp_eval64(enum jmp_op op, u64 a, u64 b);
bool jmp_eval32(enum jmp_op op, u32 a, u32 b);
/* The new memory value of ADD, OR, AND, XOR (with or without FETCH) and XCHG. */
u64 atomic_eval64(s32 imm, u64 a, u64 b);
u32 atomic_eval32(s32 imm, u32 a, u32 b);

/* What an ALU or ALU64 instruction leaves in dst, from the old dst and src (ignored for K). */
u64 insn_alu_eval(const struct insn *i, u64 dst, u64 src);
/* Is the conditional jump taken? */
bool insn_jmp_eval(const struct insn *i, u64 dst, u64 src);

#endif
