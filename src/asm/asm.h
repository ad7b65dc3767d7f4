/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Assembler: text in the syntax that the disassembler prints (the kernel log's), with labels and
 * directives (.prog, .map, .section, .insn, .data …), to an object. All errors of a text are
 * reported, each with its span; docs/asm.md is the grammar.
 */
#ifndef ASM_ASM_H
#define ASM_ASM_H

#include "object/object.h"

int asm_parse(struct object **out, const char *name, const char *text, size_t len, struct diag *d);

#endif
