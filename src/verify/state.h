/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The abstract state of a program between two instructions: registers and stack of each frame,
 * references held, locks and sections open. Plain data with copy and free; what instructions do
 * to it stands in alu, jump, memory, call and so on.
 */
#ifndef VERIFY_STATE_H
#define VERIFY_STATE_H

#include "object/object.h"
#include "verify/scalar.h"

/* Linux's register types. */
enum reg_type {
	NOT_INIT,
	SCALAR_VALUE,
	PTR_TO_CTX,
	CONST_PTR_TO_MAP,
	PTR_TO_MAP_VALUE,
	PTR_TO_MAP_KEY,
	PTR_TO_STACK,
	PTR_TO_PACKET_META,
	PTR_TO_PACKET,
	PTR_TO_PACKET_END,
	PTR_TO_FLOW_KEYS,
	PTR_TO_SOCKET,
	PTR_TO_SOCK_COMMON,
	PTR_TO_TCP_SOCK,
	PTR_TO_XDP_SOCK,
	PTR_TO_TP_BUFFER,
	PTR_TO_BTF_ID,
	PTR_TO_MEM,
	PTR_TO_BUF,
	PTR_TO_ARENA,
	PTR_TO_FUNC,
	CONST_PTR_TO_DYNPTR,
	REG_TYPE_COUNT
};

enum reg_flag {
	PTR_MAYBE_NULL = 1 << 0,
	MEM_RDONLY = 1 << 1,
	MEM_RINGBUF = 1 << 2, /* a reserved ring buffer record */
	MEM_USER = 1 << 3,    /* user memory: only through probe_read_user */
	MEM_PERCPU = 1 << 4,
	MEM_ALLOC = 1 << 5, /* of bpf_obj_new: program's own BTF type */
	PTR_TRUSTED = 1 << 6,
	PTR_UNTRUSTED = 1 << 7,
	MEM_RCU = 1 << 8,
	NON_OWN_REF = 1 << 9,
	MEM_WRITE = 1 << 10,	/* a helper's own writable memory */
	DYNPTR_SLICE = 1 << 11, /* memory in a packet, seen through a dynptr */
};

enum dynptr_kind {
	DYNPTR_NONE,
	DYNPTR_LOCAL,
	DYNPTR_RINGBUF,
	DYNPTR_SKB,
	DYNPTR_XDP,
	DYNPTR_SKB_META,
	DYNPTR_FILE,
};

enum iter_state { ITER_NONE, ITER_ACTIVE, ITER_DRAINED };

/* Special values of reg.range: a packet pointer compared with packet_end on its far side. */
enum { RANGE_AT_PKT_END = -1, RANGE_BEYOND_PKT_END = -2 };

/*
 * Scalars that differ by a constant share an id; those with a delta in `off` have one of these
 * bits: added in 64 bits, or in 32 with the upper half cleared.
 */
#define ID_ADD_CONST64 0x80000000u
#define ID_ADD_CONST32 0x40000000u
#define ID_ADD_CONST   (ID_ADD_CONST64 | ID_ADD_CONST32)

/*
 * A register, or a register spilled to the stack. The pointer's offset is off + s (s is the
 * constant 0 when there is no variable part). Bytes of `reg` beyond what its type uses are zero,
 * so that plain comparison of memory works.
 */
struct reg {
	u8 type;      /* enum reg_type */
	bool precise; /* a scalar whose value mattered: pruning may not ignore it */
	u16 flags;    /* enum reg_flag */
	s32 off;      /* pointers: fixed offset, bytes; linked scalars: delta */
	u32 id;	      /* same id: same value (scalars), same origin (null checks, packet ranges) */
	u32 ref_id;   /* of the reference held through it, 0: none */
	u32 frame;    /* PTR_TO_STACK: whose */
	u32 subreg;   /* slot + 1 of the instruction that wrote the 32-bit half last, 0: 64 bits */
	union {
		s32 range; /* packet pointers: bytes from s on that may be read, or RANGE_… */
		struct {
			const struct obj_map *map; /* map ptr, key and value */
			u32 map_uid;		   /* which inner map, 0: not of a map-in-map */
		};
		struct {
			const struct types *types; /* PTR_TO_BTF_ID: kernel's or the object's */
			u32 type_id;
		};
		struct {
			u32 mem_size;  /* PTR_TO_MEM, bytes */
			u32 dynptr_id; /* a slice dies with its dynptr */
		};
		struct {
			u8 kind;    /* enum dynptr_kind; on the stack: in both slots */
			bool first; /* the slot at the lower address */
		} dynptr;
		struct {
			const struct types *iter_types;
			u32 iter_type_id; /* struct bpf_iter_NAME */
			u8 iter_state;	  /* enum iter_state */
			u32 iter_depth;
		};
		u32 func;     /* PTR_TO_FUNC: index of the function */
		u8 irq_class; /* saved interrupt flag: native or lock's */
		u64 raw[2];
	};
	struct scalar s; /* the number; pointers: the variable part of the offset */
};

enum slot_type {
	SLOT_INVALID, /* never written */
	SLOT_SPILL,
	SLOT_MISC, /* written, value unknown */
	SLOT_ZERO,
	SLOT_DYNPTR,
	SLOT_ITER,
	SLOT_IRQ_FLAG,
};

/* Eight bytes of stack. bytes[i] is the byte at address fp - 8 * (slot + 1) + i. */
struct stack_slot {
	struct reg reg; /* what was spilled; dynptr, iterator, irq flag: their object */
	u8 bytes[8];	/* enum slot_type */
};

struct frame {
	struct reg regs[REG_COUNT];
	struct stack_slot *slots; /* owned; slot i covers fp - 8 * (i + 1) … fp - 8 * i - 1 */
	u32 slot_count;
	s32 callsite; /* slot of the call instruction; -1: main program, async callbacks */
	u32 frameno;
	u32 func; /* index in cfg.funcs */
	bool in_callback, in_async_callback, in_exception_callback;
	u32 async_entries; /* times the async callback was entered */
	u32 callback_depth;
	bool ret_checked; /* a callback's result must lie in */
	s64 ret_min, ret_max;
	/* Bit per slot, see stack_live.h. A new frame has nothing of the explored parent's. */
	u64 stack_written; /* all eight bytes were written since the parent state */
	u64 stack_read;	   /* explored states: some path reads what it held here */
};

enum ref_kind { REF_PTR, REF_IRQ, REF_LOCK, REF_RES_LOCK, REF_RES_LOCK_IRQ };
struct ref {
	enum ref_kind kind;
	u32 id;
	u32 insn;	 /* slot where it was acquired */
	const void *ptr; /* locks: the map or BTF type that holds it */
};

/* One step that precision tracking cannot infer from the order of instructions. */
struct history {
	u32 insn, prev;	  /* slots: executed, and the one before */
	u32 stack_access; /* enum history_flag and frame, slot; 0: none */
	u64 linked;	  /* packed set of registers linked when a jump refined them, 0: none */
};

struct state {
	struct frame *frames[MAX_FRAMES]; /* owned */
	u32 cur;			  /* index of the running frame */
	struct ref *refs;		  /* owned */
	u32 ref_count;
	u32 locks;   /* spin locks held */
	u32 lock_id; /* id of the lock taken last */
	const void *lock_ptr;
	u32 preempt, rcu; /* nesting of preempt_disable and rcu_read_lock */
	u32 irq_id;	  /* reference id of the last saved flags, 0: none */
	bool sleepable;	  /* may sleep here */
	bool speculative;
	/* where it stands in the tree of paths */
	struct state *parent;	   /* explored state that we came through */
	u32 branches;		   /* paths from here that are not finished */
	u32 insn;		   /* explored states: the slot where it stands */
	u32 first_insn, last_insn; /* where `hist` begins; the last instruction before `insn` */
	struct history *hist;	   /* owned; since the parent */
	u32 hist_count, hist_cap;
	u32 depth; /* forks above this one */
	u32 callback_unroll_depth, may_goto_depth;
	u32 insns; /* instructions from the program's start along this path */
};

static inline struct frame *state_frame(const struct state *st)
{
	return st->frames[st->cur];
}
static inline struct reg *state_regs(const struct state *st)
{
	return st->frames[st->cur]->regs;
}

/* Registers. */
void reg_set_uninit(struct reg *r);
void reg_set_unknown(struct reg *r);	  /* a scalar of which nothing is known */
void reg_set_const(struct reg *r, u64 v); /* a known scalar */
void reg_set_scalar(struct reg *r, struct scalar s);
/* A pointer with offset 0; fills type and flags, the rest is zero. */
void reg_set_pointer(struct reg *r, enum reg_type type, u16 flags);
bool reg_is_pointer(const struct reg *r); /* neither NOT_INIT nor SCALAR_VALUE */
bool reg_is_packet(const struct reg *r);  /* PACKET or PACKET_META */
/* A scalar that is surely `v`. */
bool reg_is_const(const struct reg *r, u64 *v);
bool reg_has_var_off(const struct reg *r); /* s is not the constant 0 */
const char *
reg_type_name(const struct reg *r); /* Linux's log word: "scalar", "map_value_or_null" … static */

/* Slot index of a stack offset (-1 … -512) and byte in it. */
static inline u32 stack_slot_of(s64 off)
{
	return (u32)((-off - 1) / 8);
}
/* Make slots 0 … count-1 exist. 0 or -ENOMEM. */
int frame_grow(struct frame *f, u32 count);
bool slot_is_spill(const struct stack_slot *s);	       /* holds a register (any width) */
bool slot_is_full_spill(const struct stack_slot *s);   /* all eight bytes */
bool slot_is_scalar_spill(const struct stack_slot *s); /* full, and a scalar */

struct frame *frame_new(u32 frameno, s32 callsite,
			u32 func); /* r10 set, the rest NOT_INIT; or NULL */
void frame_free(struct frame *f);
struct state *state_new(void); /* empty */
/* Copies everything but the history (which starts anew) and the tree's counters. */
int state_copy(struct state *dst, const struct state *src);
void state_fini(struct state *st); /* frees what it owns */
void state_free(struct state *st); /* and itself; NULL allowed */

/* Every register and spilled register of all frames: `for (… reg_first …)` without allocation. */
struct reg_walk {
	const struct state *st;
	u32 frame, index;
	struct stack_slot *slot; /* where the register was spilled; NULL: a register */
};
struct reg *reg_first(struct reg_walk *w, const struct state *st);
struct reg *reg_next(struct reg_walk *w);
#define state_for_each_reg(r, w, st) for ((r) = reg_first(w, st); (r); (r) = reg_next(w))

/* Why a program is refused. */
enum reject_kind {
	REJECT_NONE,
	REJECT_STRUCTURE, /* control flow: unreachable code, back edge, falls off the end */
	REJECT_UNINIT,	  /* register or stack read before it was written */
	REJECT_NULL,	  /* pointer may be NULL */
	REJECT_BOUNDS,	  /* outside its object: map value, memory, buffer */
	REJECT_PACKET,	  /* outside the packet bytes that were checked */
	REJECT_STACK,	  /* outside the stack, or too much of it */
	REJECT_CONTEXT,	  /* a context field that may not be accessed so */
	REJECT_ALIGN,
	REJECT_TYPE,   /* an operand of the wrong type */
	REJECT_ARITH,  /* arithmetic that pointers or values do not allow */
	REJECT_RDONLY, /* write to read-only memory, or read of write-only */
	REJECT_ARG,    /* an argument of a call */
	REJECT_CALL,   /* this call is not allowed here */
	REJECT_LEAK,   /* a reference is not released */
	REJECT_LOCK,   /* locks, RCU, preemption, interrupts: open section */
	REJECT_SLEEP,  /* sleeping call where sleep is not allowed */
	REJECT_LOOP,   /* endless or unbounded loop */
	REJECT_LIMIT,  /* too complex, too large */
	REJECT_RETURN, /* result outside its range */
	REJECT_LICENSE,
	REJECT_PRIVILEGE, /* needs a capability; pointer leak */
	REJECT_ERA,	  /* the chosen release lacks it */
	REJECT_MAP,	  /* a map that this program may not use */
	REJECT_UNPROVEN,  /* Linux might accept; skep cannot follow it: says what is missing */
	REJECT_COUNT
};
struct reject {
	enum reject_kind kind;
	int err;	  /* -errno that Linux would give */
	u32 insn;	  /* slot */
	s32 regno;	  /* the register at fault, -1: none */
	const char *text; /* one sentence, arena */
	const char *hint; /* what would fix it, or NULL */
};

#endif
