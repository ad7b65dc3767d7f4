/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The live kernel's verifier as an oracle: the maps and BTF of an object are made once, then any of
 * its programs is loaded as it stands (bpf(2), no loader library) and its verdict handed back. All
 * functions return 0, a descriptor or -errno.
 */
#ifndef TESTS_VERIFY_KLOAD_H
#define TESTS_VERIFY_KLOAD_H

#include "btf/types.h"
#include "object/object.h"

struct kload {
	const struct object *obj; /* borrowed */
	struct types *kernel;	  /* the running kernel's BTF, NULL: none; borrowed */
	int *maps;		  /* descriptors by obj->maps, -1: not made */
	int btf;		  /* descriptor of the object's BTF, -1: none */
	char why[512];		  /* of the last failure to make a map or BTF */
};

/* Whom the program is loaded for. */
enum kload_as {
	KLOAD_ROOT,
	KLOAD_BPF,    /* CAP_BPF alone: no pointer leaks, speculation counts */
	KLOAD_NOBODY, /* no capability: kernel.unprivileged_bpf_disabled must be 0 */
};

struct kload_result {
	int err;	     /* 0: accepted; else -errno */
	u32 insns;	     /* processed instructions; 0: the kernel did not say */
	u32 states;	     /* states made in total */
	u64 usec;	     /* the kernel's own verification time */
	char log[1024];	     /* the last lines of a refusal */
	char log_start[256]; /* the first of them */
};

/* Flags of BPF_PROG_LOAD. */
enum { KLOAD_STRICT = 1, KLOAD_FREQ = 8 };

/* Types of the running kernel, opened once for the process; NULL: none. */
struct types *kload_types(void);
bool kload_can(void); /* may this process load programs? */

/* Make the object's maps (frozen, filled) and load its BTF. -errno with `why`. */
int kload_open(struct kload *k, const struct object *obj);
void kload_close(struct kload *k);
/* Ask about one program. 0: the kernel was asked; else why it could not be. */
int kload_prog(struct kload *k, const struct obj_prog *prog, u32 flags, enum kload_as as,
	       struct kload_result *out);

#endif
