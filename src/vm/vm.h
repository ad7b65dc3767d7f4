/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The virtual machine: translates a linked program once (threaded code, maps and helpers bound),
 * then runs it any number of times. One interpreter source (core.h) is compiled twice: fast, and
 * checked, which tests every access against what the program may touch and stops at a fault.
 */
#ifndef VM_VM_H
#define VM_VM_H

#include "map/map.h"
#include "object/object.h"
#include "spec/ctx.h"
#include "spec/helper.h"

struct vm_run;
struct vm_prog;

/*
 * A helper body. `self` is the running `struct vm_run` for Linux's helpers, `arg` for those that
 * an embedder registered. Returns the new R0.
 */
typedef u64 (*vm_helper_fn)(void *self, u64 r1, u64 r2, u64 r3, u64 r4, u64 r5);
struct vm_helper {
	vm_helper_fn fn;
	void *arg;			/* of an embedder's helper */
	bool custom;			/* self = arg, arguments are not checked */
	const struct helper_info *info; /* prototype; NULL for custom ones */
};

/* What translation binds a program to; borrowed for the program's life. */
struct vm_env {
	const struct object *obj;
	struct map *const *maps; /* one per obj->maps, in that order */
	/* The helper with that number for this program, or NULL + diagnostic. */
	const struct vm_helper *(*helper)(const struct vm_env *env, const struct obj_prog *prog,
					  u32 id, u32 insn, struct diag *d);
	void *host;
};

/* Runs structure_check, then translates. Refuses kfuncs, unknown helpers, unbound externs by name
 * (a call poisoned by CO-RE is accepted and faults when it is reached). */
int vm_prog_new(struct vm_prog **out, const struct vm_env *env, const struct obj_prog *prog,
		struct diag *d);
void vm_prog_free(struct vm_prog *p);
const struct obj_prog *vm_prog_source(const struct vm_prog *p);

enum vm_access { VM_READ = 1, VM_WRITE = 2 };
enum vm_region_class {
	REGION_CTX,
	REGION_PACKET,
	REGION_META,
	REGION_STACK,
	REGION_MAP_VALUE,
	REGION_RECORD, /* reserved ring buffer record */
	REGION_MEMORY, /* given by the caller */
};
struct vm_region {
	u64 base, len; /* host address, bytes */
	enum vm_region_class what;
	u8 access; /* enum vm_access bits */
};

enum vm_fault_kind {
	FAULT_NONE,
	FAULT_ACCESS,	    /* outside every region, or the wrong right */
	FAULT_UNINIT_REG,   /* register read before it was written */
	FAULT_UNINIT_STACK, /* stack bytes read before they were written */
	FAULT_ALIGN,	    /* misaligned atomic */
	FAULT_CTX,	    /* a context field that this program type may not touch so */
	FAULT_HELPER_ARG,
	FAULT_POISON, /* CO-RE relocation that failed */
	FAULT_BUDGET,
	FAULT_DEPTH, /* frames */
	FAULT_CALL,  /* callx to nowhere */
	FAULT_REF,   /* ends with a reserved record or a held lock */
};
struct vm_fault {
	enum vm_fault_kind kind;
	const struct obj_prog *prog; /* after a tail call not the one that was started */
	u32 insn;		     /* slot */
	u64 addr;		     /* FAULT_ACCESS: the address */
	u32 size;		     /* bytes accessed */
	bool write;
	u64 reg[REG_COUNT];
	u16 reg_init;	/* bit per register */
	char text[256]; /* one sentence */
};

enum {
	VM_MAX_REGIONS = 16,
	VM_STACK_GUARD = 256, /* bytes below each frame that belong to nobody; see vm_written */
	/* Windows of checked machine code: for reads from 0 on, then for writes, then for atomics.
	 */
	VM_WINDOW_WRITE = 3,
	VM_WINDOW_ATOMIC = 5,
	VM_WINDOWS = 6,
	VM_INNER_MAPS = 32, /* inner maps that a run remembers */
};

/* Machine code, found: what vm_run_ready calls. */
struct vm_ready {
	int (*enter)(struct vm_run *run, const void *code, u64 *reg,
		     u64 times); /* struct vm_native */
	const void *code;
	u64 reg[REG_COUNT];
};

/* Memory that checked machine code may touch without asking, until a helper or the end of a
 * function could change that. An access of 1 << k bytes may start at starts[k] addresses from
 * `base` on. */
struct vm_window {
	u64 base, starts[4];
};

/* State of one run. Zero it, fill in the first part, run. About 7 KiB. Reusable: a run resets all
 * but the first part. */
struct vm_run {
	void *host; /* in: the engine's: packet, devices */
	u32 cpu;    /* in: map slot */
	/* What machine code reaches by a short distance. */
	u32 frames;
	const struct vm_prog *prog; /* running now */
	void *native_sp;	    /* where the host's stack was when it was entered */
	u64 native_operand;	    /* the register of callx */
	u32 tail_calls;
	bool checked;
	struct vm_fault fault; /* out */

	/* in */
	u64 budget; /* instructions left; 0 at the start: no limit */
	bool allow_uninit_stack;
	const struct ctx_layout *ctx_layout; /* NULL: ctx bytes are plain memory */
	u64 ctx;			     /* address of the context (REGION_CTX base) */
	struct vm_region regions[VM_MAX_REGIONS];
	u32 region_count;
	/* LD_ABS/LD_IND: big-endian load of 1, 2, 4 bytes at a packet offset; false: out of
	 * bounds, the function ends with R0 = 0. NULL: the instruction faults. */
	bool (*packet_load)(struct vm_run *run, u32 off, u32 size, u64 *value);
	/* What packet_load would find at offsets [0, packet_len): machine code looks there itself
	 * and asks for the rest. */
	const u8 *packet;
	u64 packet_len;
	/* Checked mode: told of every instruction before it is executed; NULL: nobody. `init` has a
	 * bit per register that holds a value. */
	void (*trace)(struct vm_run *run, const struct obj_prog *prog, u32 insn, const u64 *reg,
		      u16 init);
	void *trace_arg;

	/* out */
	u64 insns; /* executed; counted in checked mode, in fast mode only with a budget */

	/* the machine's own */
	u64 left;	  /* instructions before the budget is spent */
	u32 open_records; /* ring records reserved and not yet submitted */
	void *held_lock;
	struct vm_ready ready;
	const struct helper_info *null_call; /* checked: the last that returned NULL, … */
	u32 null_insn;			     /* … and where it was called */
	u32 last_map;			     /* checked: whose value was touched last */
	u64 last_value;			     /* checked: what a look-up returned last */
	/* checked: inner maps that look-ups returned, the newest over the oldest; borrowed */
	struct map *inner[VM_INNER_MAPS];
	u64 inner_seen; /* how many, with those forgotten */
	/* Checked machine code: registers at a fault or call, the slot of that call, the context
	 * where its layout is the one compiled for (else no address), windows. */
	u64 native_reg[REG_COUNT];
	u32 native_slot;
	u64 native_ctx;
	struct vm_window windows[VM_WINDOWS];
	/* Frame i's r10 points to the end of stack[i]. */
	u8 stack[MAX_FRAMES][VM_STACK_GUARD + STACK_SIZE] __attribute__((aligned(16)));
};

/* Checked: which bytes of a frame were written, a bit per byte, from the lowest on. They lie at the
 * start of the frame's guard, where machine code finds them at a distance from r10. */
typedef u64 __attribute__((may_alias)) vm_bits;
enum { VM_WRITTEN = STACK_SIZE / 8 }; /* bytes */
static inline vm_bits *vm_written(struct vm_run *run, u32 frame)
{
	return (vm_bits *)(void *)run->stack[frame];
}

/* Run with r1, r2 set. 0 and *r0, or -EFAULT with run->fault (checked mode, or budget). */
int vm_run_fast(const struct vm_prog *p, struct vm_run *run, u64 r1, u64 r2, u64 *r0);
int vm_run_checked(const struct vm_prog *p, struct vm_run *run, u64 r1, u64 r2, u64 *r0);

/* Prepare for any number of vm_run_ready; false: the program has no machine code for this run. */
bool vm_ready(const struct vm_prog *p, struct vm_run *run);
/* As vm_run_fast, `times` times on end: more than once only programs that make no tail calls. A run
 * that ends well leaves the state as it began but for what those change. */
static inline int vm_run_times(const struct vm_prog *p, struct vm_run *run, u64 r1, u64 r2,
			       u64 times, u64 *r0)
{
	struct vm_ready *ready = &run->ready;
	int err;

	run->prog = p;
	run->tail_calls = 0;
	ready->reg[1] = r1;
	ready->reg[2] = r2;
	err = ready->enter(run, ready->code, ready->reg, times);
	*r0 = ready->reg[0];
	return err;
}
static inline int vm_run_ready(const struct vm_prog *p, struct vm_run *run, u64 r1, u64 r2, u64 *r0)
{
	return vm_run_times(p, run, r1, r2, 1, r0);
}

/* For helpers: call a callback (`fn` as LD_IMM64 PSEUDO_FUNC gave it) in the current run; the
 * frame is the next one. A fault inside is recorded in run->fault and ends the outer run. */
u64 vm_callback(struct vm_run *run, u64 fn, u64 r1, u64 r2, u64 r3, u64 r4, u64 r5);
/* For helpers in checked mode: may the program touch these bytes? Records FAULT_HELPER_ARG with
 * `what` ("key", "buffer") and returns false when not. Always true in fast mode. */
bool vm_helper_access(struct vm_run *run, u64 addr, u64 len, u8 access, const char *what);
/* bpf_tail_call is in the interpreter itself; its helper number is bound here. */

/* The fault as a diagnostic: source line, instruction, address class, register dump. */
int vm_fault_report(const struct vm_run *run, struct diag *d);

#endif
