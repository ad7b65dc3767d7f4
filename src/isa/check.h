/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Is a slot a legal encoding? Opcode known, reserved fields zero, registers 0 … 10, R10 only read.
 * Nothing here depends on other instructions but the second slot of LD_IMM64: jump targets, shift
 * widths and division by a zero immediate are the verifier's. Source: RFC 9669; Linux 6.18.
 */
#ifndef ISA_CHECK_H
#define ISA_CHECK_H

#include "isa/insn.h"

/* NULL when insns[at] is legal, otherwise a sentence that says what is wrong; at < count. */
const char *insn_check(const struct insn *insns, u32 count, u32 at);

/* The same without the rule that R10 is only read: whether the slot has an assembler syntax. */
const char *insn_check_shape(const struct insn *insns, u32 count, u32 at);

/*
 * Only what Linux asks of instructions that are never reached: a known opcode, whole wide
 * instructions, registers that exist, no stray fields in loads.
 */
const char *insn_check_opcode(const struct insn *insns, u32 count, u32 at);

/* Does the instruction write the register in its dst field? (Not: the memory dst points to.) */
bool insn_writes_dst(const struct insn *i);

#endif
