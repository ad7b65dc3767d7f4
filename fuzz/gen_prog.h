/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Random programs for the verifier: a seed becomes an object of one program and a fixed set of
 * maps. Programs are built from the idioms of real ones while a rough model follows what each
 * register holds, so that about half of them are acceptable; the others are wrong by one mistake:
 * a bound off by one, a check left out, a register lost. The same seed gives the same program.
 */
#ifndef FUZZ_GEN_PROG_H
#define FUZZ_GEN_PROG_H

#include "object/object.h"

enum { GEN_MAPS = 12 };
#define GEN_NAME "random" /* of every object made here */

struct gen_opts {
	u32 idioms; /* about how many a program has; 0: 10 */
	s32 type;   /* enum prog_type, negative: any of those that are generated */
	u32 wrong;  /* mistakes per 1000 chances to make one; 0: as tuned */
};

/* Owned by the caller; NULL: out of memory. `opts` may be NULL. */
struct object *gen_prog(u64 seed, const struct gen_opts *opts);
/*
 * A copy of a program's instructions with one to three random changes: an operation, a register,
 * an offset, an immediate, an instruction deleted or doubled. Jumps and calls over the place keep
 * their targets. Returns the number of slots, at most `room`; `in_place`: as many as there were,
 * each where it was.
 */
u32 gen_mutate(u64 seed, bool in_place, const struct insn *in, u32 count, struct insn *out,
	       u32 room);
/* Put `insns` in the place of the object's only program's. False: out of memory. */
bool gen_replace(struct object *obj, const struct insn *insns, u32 count);
/* Remove slots [at, at + n) of the program; what jumped over them is adjusted, what jumped into
 * them lands behind them. Returns the new count. */
u32 gen_delete(struct insn *insns, u32 count, u32 at, u32 n);

#endif
