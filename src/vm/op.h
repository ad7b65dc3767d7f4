/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Threaded code: what an instruction becomes before it runs. One op a slot, so that distances stay
 * as they are; the second slot of LD_IMM64 holds the 64-bit value. The list of ops is made from
 * the isa tables: a new row there needs nothing here.
 */
#ifndef VM_OP_H
#define VM_OP_H

#include "isa/alu.h"
#include "vm/vm.h"

enum op_code {
	OP_BAD, /* second halves: never reached */
#define ALU(name, op, text, mnemonic, value, variant)                                              \
	OP_##name##_32K, OP_##name##_32X, OP_##name##_64K, OP_##name##_64X,
#define ALU_SIGNED(name, of, text, mnemonic, value)                                                \
	OP_##name##_32K, OP_##name##_32X, OP_##name##_64K, OP_##name##_64X,
#define MOVSX(bits, text, value, alu32)		   OP_MOVSX##bits##_32, OP_MOVSX##bits##_64,
#define ALU_UNARY(name, op, text, mnemonic, value) OP_##name##_32, OP_##name##_64,
#define SWAP(name, code, imm, text, value)	   OP_##name,
#include "isa/alu.def"
#define JMP(name, op, text, value, is_signed, inverse, mirror)                                     \
	OP_##name##_32K, OP_##name##_32X, OP_##name##_64K, OP_##name##_64X,
#include "isa/jmp.def"
#define SIZE(name, code, bytes, type, stype, text, stext)                                          \
	OP_LDX_##name, OP_LDXS_##name, OP_ST_##name, OP_STX_##name, OP_LOAD_ACQUIRE_##name,        \
		OP_STORE_RELEASE_##name,
#include "isa/size.def"
#define ATOMIC_RMW(name, imm, text, fn, value)                                                     \
	OP_ATOMIC_##name##_32, OP_ATOMIC_##name##_64, OP_FETCH_##name##_32, OP_FETCH_##name##_64,
#include "isa/atomic.def"
	OP_XCHG_32,
	OP_XCHG_64,
	OP_CMPXCHG_32,
	OP_CMPXCHG_64,
	OP_LD_IMM64,
	OP_LD_ABS, /* size in src */
	OP_LD_IND, /* size in dst */
	OP_JA,
	OP_MAY_GOTO,
	OP_CALL,	/* Linux's helper: imm indexes calls */
	OP_CALL_CUSTOM, /* an embedder's */
	OP_CALL_LOCAL,
	OP_CALLX,
	OP_TAIL_CALL,
	OP_POISON,
	OP_EXIT,
	OP_COUNT
};

struct op {
	union {
		const void *label; /* fast: where its code is */
		u64 code;	   /* the other modes: enum op_code */
		u64 value;	   /* second slot of LD_IMM64 */
	};
	u8 dst, src;
	s16 off;
	s32 imm; /* JA and gotol: the distance */
};
_Static_assert(sizeof(struct op) == 16, "four to a cache line");

/* A helper as a program's calls reach it. */
struct vm_call {
	vm_helper_fn fn;
	void *arg;
	const struct helper_info *info; /* NULL: custom */
	u32 id;
	bool custom;
};

/* Machine code from `off` up to the next place belongs to the instruction at `slot`, or to none. */
struct vm_place {
	u32 off, slot;
};
enum { VM_NO_SLOT = UINT32_MAX };

/*
 * Machine code of a program, made by a compiler above the machine; never changed once it is there.
 * Functions are entered by slot: at their offset in `code`, and only where `depth` frames are left.
 */
struct vm_native {
	/* Runs the function at `code` with r1 … r5 and r10 of `reg`, `times` times on end. 0 and
	 * reg[0], or -EFAULT with run->fault. */
	int (*enter)(struct vm_run *run, const void *code, u64 *reg, u64 times);
	const u8 *code;
	u32 size;  /* bytes */
	u32 *at;   /* per slot: offset of a function's code */
	u8 *depth; /* per slot: frames that the function takes with all that it calls; 0: no start
		    */
	void (*destroy)(struct vm_native *n);
	const struct vm_place *places; /* ascending; owned */
	u32 place_count;
	bool checked;			 /* for checked runs, else for those without tests */
	const struct ctx_layout *layout; /* checked: of the context */
};

struct vm_prog {
	const struct vm_env *env; /* borrowed */
	const struct obj_prog *src;
	u32 count; /* slots */
	struct op *fast, *coded;
	u8 *starts; /* 1: a function starts at this slot */
	struct vm_call *calls;
	u32 call_count;
	struct vm_native *native; /* NULL: the program is interpreted; owned */
};

/* The number of Linux's bpf_tail_call, which the interpreter carries out itself. */
enum { HELPER_TAIL_CALL = 12 };
/* A call to this number replaces an instruction whose CO-RE relocation failed. */
enum { CALL_POISON = 195896080 };
/* Times that may_goto falls through in one call of a function. */
enum { MAY_GOTO_LIMIT = 8 << 20 };

/* One run of the interpreter from `slot` until the function returns. `reg` is r0 … r10, in and
 * out; `init` the bits of those that were written. 0 or -EFAULT with run->fault. */
int core_fast(struct vm_run *run, const struct vm_prog *p, u32 slot, u64 *reg, u16 *init);
int core_budget(struct vm_run *run, const struct vm_prog *p, u32 slot, u64 *reg, u16 *init);
int core_checked(struct vm_run *run, const struct vm_prog *p, u32 slot, u64 *reg, u16 *init);
/* Addresses of core_fast's code, by enum op_code. */
const void *const *core_fast_labels(void);

/* A function's address as LD_IMM64 gives it, and back: false when it is none of this program. */
static inline u64 func_address(const struct vm_prog *p, u32 slot)
{
	return (u64)(uintptr_t)&p->coded[slot];
}
/* Machine code of the function at `slot` where this run may use it, else NULL: interpret. */
static inline const void *native_code(const struct vm_prog *p, const struct vm_run *run, u32 slot)
{
	const struct vm_native *n = p->native;

	if (!n || n->checked != run->checked || run->frames - 1 + n->depth[slot] > MAX_FRAMES)
		return NULL;
	if (unlikely(run->checked) && (run->trace || n->layout != run->ctx_layout))
		return NULL;
	return n->code + n->at[slot];
}
bool func_slot(const struct vm_prog *p, u64 address, u32 *slot);

#endif
