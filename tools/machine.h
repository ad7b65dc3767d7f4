/* SPDX-License-Identifier: BSD-2-Clause */
/* Machine code as text, by Zydis where that is installed. */
#ifndef TOOLS_MACHINE_H
#define TOOLS_MACHINE_H

#include <skep/skep.h>

/* One instruction at `code`, whose address is `addr`: its length in bytes, and its text. 0: there
 * is no disassembler, or these are not an instruction. */
size_t machine_insn(const uint8_t *code, size_t len, uint64_t addr, char *text, size_t room);
/* The program's machine code between its instructions and source lines. */
void machine_list(const struct skep_prog *prog, FILE *out);

#endif
