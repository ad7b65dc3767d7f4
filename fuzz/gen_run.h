/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Runs a program of an object in the checked interpreter, over several packets and contents of
 * maps. A program that was accepted may not fault; and when the verifier has recorded what it
 * believed before each instruction (opts.record), what registers and stack slots really hold must
 * be among it.
 */
#ifndef FUZZ_GEN_RUN_H
#define FUZZ_GEN_RUN_H

#include "object/object.h"
#include "verify/verify.h"

struct gen_failure {
	u32 insn;
	s32 reg;	/* -1 - slot: a stack slot; REG_COUNT: a fault of the machine */
	char text[400]; /* "" : nothing failed */
};
enum { GEN_INPUTS = 6 };

/*
 * Run it with `inputs` (at most GEN_INPUTS) inputs. `result`: may be NULL or without records.
 * False when something failed that must not. True also when the engine does not run such
 * programs; *ran says how many runs there were.
 */
bool gen_run(const struct object *obj, const struct obj_prog *prog,
	     const struct verify_result *result, u32 inputs, struct gen_failure *out, u32 *ran);

#endif
