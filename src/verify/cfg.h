/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Control flow of one program: what is reachable, where states are worth comparing (prune points),
 * where the way taken is recorded, loops, register liveness, what each function does. Takes a
 * program that structure_check accepts. Source: behaviour of Linux 6.18's verifier.
 */
#ifndef VERIFY_CFG_H
#define VERIFY_CFG_H

#include "object/object.h"

/* What is known of a slot; in cfg->flags. */
enum cfg_flag {
	CFG_SECOND = 1 << 0,	    /* second half of a wide instruction */
	CFG_REACHED = 1 << 1,	    /* some way leads here */
	CFG_PRUNE = 1 << 2,	    /* states that come here may be compared with older ones */
	CFG_JUMP = 1 << 3,	    /* control may come from elsewhere: history is recorded */
	CFG_CHECKPOINT = 1 << 4,    /* the state is always remembered here */
	CFG_LOOP_HEAD = 1 << 5,	    /* target of a back edge */
	CFG_CALLBACK_CALL = 1 << 6, /* a call that runs a callback, any number of times */
	CFG_ASYNC_CALL = 1 << 7,    /* a call that hands over a callback to be run later */
	CFG_ITER_NEXT = 1 << 8,	    /* call of an open-coded iterator's next function */
	CFG_MAY_GOTO = 1 << 9,
};

/* Properties of kernel functions that the object does not tell; see cfg_rules.kfunc. */
enum cfg_kfunc_trait { CFG_KFUNC_SLEEPS = 1, CFG_KFUNC_CHANGES_PACKET = 2 };

/* One function. The flags of the second line hold for what it calls, too. */
struct cfg_func {
	u32 start, end; /* slots */
	bool address_taken, has_tail_call, has_ld_abs, is_exception_callback;
	bool might_sleep, changes_packet;
	/* Not known before the walk, which sets them: */
	bool is_callback, is_async;
	/* Set by stack_check: */
	bool tail_call_reachable, private_stack;
};

struct cfg {
	const struct obj_prog *prog; /* not owned */
	u32 count;		     /* slots */
	u32 *func;		     /* per slot: index of its function */
	struct cfg_func *funcs;	     /* ascending by start */
	u32 func_count;
	u16 *flags;    /* per slot: enum cfg_flag */
	u32 *scc;      /* per slot: number of its loop (strongly connected component), 0: none */
	u32 scc_count; /* numbers are 1 … scc_count */
	u16 *live;     /* per slot: bit per register that may be read before it is written */
};

struct cfg_rules {
	bool loops_allowed; /* else a back edge is refused */
	/* enum cfg_kfunc_trait of a kernel function, by its name; may be NULL */
	u32 (*kfunc)(void *arg, const char *name);
	void *arg;
};

/* Everything is allocated from `a`. 0, or -EINVAL / -ENOMEM with a diagnostic. */
int cfg_build(struct cfg *out, struct arena *a, const struct object *obj,
	      const struct obj_prog *prog, const struct cfg_rules *rules, struct diag *d);

/* Slots that may run right after `at` in the same function (a call returns); how many, 0 … 2. */
u32 cfg_next(const struct obj_prog *prog, u32 at, u32 next[static 2]);
/* The function that starts at a slot, or UINT32_MAX. */
u32 cfg_func_at(const struct cfg *cfg, u32 slot);
/* "'name'" or "the function at slot N", for messages. */
const char *cfg_func_name(const struct cfg *cfg, u32 index, char buf[static 64]);
/* Name of the extern (kernel function) that a slot refers to, or NULL. */
const char *cfg_extern_name(const struct object *obj, const struct obj_prog *prog, u32 at);

static inline bool cfg_is_local_call(const struct insn *i)
{
	return i->code == CODE_CALL && i->src == CALL_LOCAL;
}

static inline bool cfg_is_func_address(const struct insn *i)
{
	return insn_is_wide(i) && i->src == PSEUDO_FUNC;
}

#endif
