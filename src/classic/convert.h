/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The state of a conversion to eBPF (cbpf_object of classic.h).
 *
 * R0 is A, R7 is X, R6 the context; the words of M lie on the stack. Direct form: R8 and R9 are the
 * start and the end of the packet, and the code is there twice. The fast version tests once how
 * much of the packet is at hand and reads it directly; a test that fails continues at the same
 * place in the slow version, which has the same registers and reads through a function that asks
 * the kernel.
 */
#ifndef CLASSIC_CONVERT_H
#define CLASSIC_CONVERT_H

#include "base/vec.h"
#include "classic/table.h"
#include "isa/insn.h"

enum { CONVERT_ONLY, CONVERT_FAST = CONVERT_ONLY, CONVERT_SLOW, CONVERT_VERSIONS };

enum {
	CONVERT_TMP = -80, /* of R10: A across a load of X; 8 bytes */
	CONVERT_M = -64,   /* of R10: M[0] */
};

/* A jump whose target is not yet known. */
struct convert_fixup {
	u32 slot;
	u32 at; /* classic instruction; CONVERT_LOADER: the loading function */
	u8 version;
};
#define CONVERT_LOADER UINT32_MAX

struct convert {
	const struct cbpf_prog *prog;
	bool direct;
	bool far; /* jumps of more than 32,767 slots are needed */
	VEC(struct insn) code;
	VEC(struct convert_fixup) fixups;
	u32 *places[CONVERT_VERSIONS]; /* slot of each classic instruction */
	bool *reached[CONVERT_VERSIONS];
	u32 *covered; /* fast version: bytes of the packet known to be there */
	bool calls;   /* the loading function is used */
	u32 loader;   /* its slot */
	bool failed;  /* out of memory */
	bool distant; /* a jump does not fit */
	struct diag *diag;
};

void convert_emit(struct convert *c, u8 code, u8 dst, u8 src, s16 off, s32 imm);
void convert_return(struct convert *c, u32 value);
/* Jump to a classic instruction of a version when `dst code (src or imm)`. */
void convert_branch(struct convert *c, u8 code, u8 dst, u8 src, s32 imm, u32 at, u8 version);

/* LD ABS, LD IND, LDX MSH at `at`. */
void convert_load(struct convert *c, u32 at, u8 version);
/* Direct form: does the fast version's load at `at` need a test? `*end`: bytes it wants. */
bool convert_is_tested(const struct convert *c, u32 at, u32 *end);
/* R0 = the load at offset R2 of R3 bytes, negative: beyond the packet. R1 is the context. */
void convert_loader(struct convert *c);
/* -EOPNOTSUPP with a diagnostic: eBPF programs cannot ask for that. */
int convert_ancillary_check(const struct convert *c, u32 at);
void convert_ancillary(struct convert *c, u32 k);

#endif
