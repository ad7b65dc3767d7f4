/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The verifier: follows every path of a program with what is known of each register and stack
 * slot, and answers as Linux of the chosen release would. Takes a linked program of an object,
 * returns the verdict with its figures, per-instruction facts and, for a refusal, the events that
 * led there. Source: Documentation/bpf/verifier.rst; the behaviour of running kernels.
 */
#ifndef VERIFY_VERIFY_H
#define VERIFY_VERIFY_H

#include <stdio.h>

#include "object/object.h"
#include "spec/features.h"
#include "verify/state.h"

struct verify_opts {
	u32 linux_version;	    /* ERA(6, 18); 0 means that */
	bool unpriv;		    /* as a user without CAP_BPF and CAP_PERFMON */
	bool no_perfmon;	    /* with CAP_BPF but not CAP_PERFMON: addresses may not leak */
	bool sound;		    /* it will run here: refuse what only a kernel survives */
	bool strict_align;	    /* BPF_F_STRICT_ALIGNMENT */
	bool test_state_freq;	    /* BPF_F_TEST_STATE_FREQ: a checkpoint at every jump */
	u32 log;		    /* bits of enum verify_log */
	FILE *log_out;		    /* where the log goes; NULL: nowhere */
	bool record;		    /* keep the abstract registers of each instruction (tests) */
	bool cost;		    /* count visits by instruction and branch */
	const struct types *kernel; /* BTF of the kernel; NULL: kernel types are unknown */
};
enum verify_log { LOG_BRANCH = 1, LOG_INSN = 2, LOG_STATS = 4 };

/* What is true of a slot on every path. */
struct verify_fact {
	bool seen;	      /* reached on some path; else dead code */
	bool taken, fallthru; /* which edges of a conditional jump are possible */
	u8 ptr;		   /* enum reg_type of a load's or store's base, NOT_INIT: none or mixed */
	bool rdonly_const; /* a load of a frozen map's constant: value in `imm` */
	bool zext;	   /* the upper half of a 32-bit result is read later */
	u64 imm;
	u32 visits; /* how often the instruction was processed */
};

/* An abstract register or stack slot that was seen before an instruction (opts.record). */
struct verify_seen {
	struct reg reg;
	struct verify_seen *next;
};
struct verify_record {
	struct verify_seen *regs[REG_COUNT];
	struct verify_seen *slots[STACK_SIZE / 8]; /* spilled registers of the current frame */
	bool unknown_slots[STACK_SIZE / 8];	   /* also seen there without a spilled register */
};

struct verify_result {
	bool accepted;
	struct reject reject; /* of a refusal */
	u32 processed;	      /* instructions, as the kernel counts them */
	u32 total_states, peak_states, max_states_per_insn;
	u32 stack_depth;  /* bytes, all frames of the deepest chain */
	u32 longest_path; /* instructions of the longest path that was followed to its end */
	u64 nanosec;
	struct verify_fact *facts;     /* one per slot */
	struct verify_record *records; /* one per slot with opts.record, else NULL */
	struct arena arena;	       /* owns all of it */
};

/*
 * 0 when a verdict was reached: (*out)->accepted says which. A refusal also records one error in
 * d, with the source line, notes on how the path led there, and a hint. -errno: no verdict (out
 * of memory, a program that is not well formed: diagnostic).
 */
int verify_prog(struct verify_result **out, const struct object *obj, const struct obj_prog *prog,
		const struct verify_opts *opts, struct diag *d);
void verify_result_free(struct verify_result *r);

#endif
