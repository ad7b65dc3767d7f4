/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ALU and ALU64 instructions over registers: numbers, and pointers moved by numbers. Takes the
 * current state, changes the destination. Source: RFC 9669; Documentation/bpf/verifier.rst.
 */
#ifndef VERIFY_ALU_H
#define VERIFY_ALU_H

#include "verify/env.h"

int alu_insn(struct verify *v, const struct insn *i);
/* dst = src as a 64-bit move does: numbers that are not constant get a common id. */
void alu_link_copy(struct verify *v, struct reg *dst, struct reg *src);

#endif
