/* SPDX-License-Identifier: BSD-2-Clause */
/* Operands of instructions: registers, immediates, memory; and the statements that begin with a
 * register. Every function returns false when it has reported an error. */
#ifndef ASM_OPERAND_H
#define ASM_OPERAND_H

#include "asm/parse.h"

struct reg {
	u8 number;
	bool wide; /* r…, not w… */
};

struct mem {
	u8 size; /* enum insn_size */
	bool is_signed;
	u8 base; /* register */
	s16 off;
	struct span at; /* of the size's name */
};

bool operand_is_reg(const struct parser *p); /* is a register in hand? */
bool operand_reg(struct parser *p, struct reg *out);
/* A register of that width only. */
bool operand_reg_like(struct parser *p, struct reg *out, bool wide);
/* A number with its sign and place; value holds the negated bits of a negative one. */
bool operand_number(struct parser *p, struct span *at, u64 *value, bool *negative);
/* 32 bits, sign-extended when `wide`, else also 0x80000000 … 0xffffffff. */
bool operand_imm(struct parser *p, bool wide, s32 *out);
/* "(u32 *)": the size only. */
bool operand_size(struct parser *p, struct mem *out);
/* "(u32 *)(r1 +4)" */
bool operand_mem(struct parser *p, struct mem *out);
bool operand_atomic_size(struct parser *p, const struct mem *m);
/* "<name>", which llvm-objdump prints after targets. */
void operand_skip_angle(struct parser *p);

/* A statement that begins with a register. assign.c */
bool parse_assign(struct parser *p);

#endif
