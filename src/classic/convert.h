/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The state of a conversion to eBPF (cbpf_object of classic.h).
 *
 * R0 is A, R7 is X, R6 the context or LEN; the words of M lie on the stack. With direct access R8
 * and R9 are the start and the end of the packet. A load that the tests before it do not cover has
 * a test of its own.
 *
 * In "tc" the code is there twice: a test that fails continues at the same place in the slow
 * version, which has the same registers and reads through a function that asks the kernel. For
 * packets in memory it ends the program.
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
	/* 8 bytes each, packets in memory: struct cbpf_batch as it goes on */
	CONVERT_NEXT = -488,
	CONVERT_STOP = -496,
	CONVERT_RESULT = -504,
};

/* A jump whose target is not yet known. */
struct convert_fixup {
	u32 slot;
	u32 at; /* classic instruction, or one of those below */
	u8 version;
};
enum {
	CONVERT_LOADER = 1 << 20, /* the loading function */
	CONVERT_SHORT,		  /* return 0: the packet ends before */
	CONVERT_END,		  /* return R0; packets in memory only */
	CONVERT_ASK,		  /* return CBPF_ASK */
	CONVERT_TARGETS
};

struct convert {
	const struct cbpf_prog *prog;
	enum cbpf_target target;
	bool direct; /* all but sockets */
	bool memory; /* packets in memory */
	bool far;    /* jumps of more than 32,767 slots are needed */
	VEC(struct insn) code;
	VEC(struct convert_fixup) fixups;
	u32 *places[CONVERT_VERSIONS]; /* slot of each classic instruction */
	bool *reached[CONVERT_VERSIONS];
	u32 *covered; /* fast version: bytes of the packet known to be there */
	/* Of the targets from CONVERT_LOADER on: in use, their slots. */
	bool wanted[CONVERT_TARGETS - CONVERT_LOADER];
	u32 shared[CONVERT_TARGETS - CONVERT_LOADER];
	bool failed;  /* out of memory */
	bool distant; /* a jump does not fit */
	struct diag *diag;
};

void convert_emit(struct convert *c, u8 code, u8 dst, u8 src, s16 off, s32 imm);
void convert_return(struct convert *c, u32 value);
void convert_return_a(struct convert *c);
/* Jump to a classic instruction of a version when `dst code (src or imm)`. */
void convert_branch(struct convert *c, u8 code, u8 dst, u8 src, s32 imm, u32 at, u8 version);

/* Packets in memory: the first instructions and, at CONVERT_END, the last. */
void convert_batch_start(struct convert *c);
void convert_batch_end(struct convert *c);

/* LD ABS, LD IND, LDX MSH at `at`. */
void convert_load(struct convert *c, u32 at, u8 version);
/* Does the fast version's load with direct access at `at` need a test? `*end`: bytes it wants. */
bool convert_is_tested(const struct convert *c, u32 at, u32 *end);
/* A load at a fixed offset that packets in memory leave to the interpreter. */
bool convert_is_far(const struct cbpf_insn *i);
/* R0 = the load at offset R2 of R3 bytes, negative: beyond the packet. R1 is the context. */
void convert_loader(struct convert *c);
/* -EOPNOTSUPP with a diagnostic: eBPF programs cannot ask for that. */
int convert_ancillary_check(const struct convert *c, u32 at);
void convert_ancillary(struct convert *c, u32 k);

#endif
