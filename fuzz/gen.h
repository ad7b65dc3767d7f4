/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Inside of the program generator: the program so far, and the model, a guess at what registers
 * and stack slots hold. The model only steers choices; nothing relies on its being right.
 */
#ifndef FUZZ_GEN_H
#define FUZZ_GEN_H

#include "fuzz/gen_prog.h"
#include "isa/insn.h"
#include "spec/map.h"
#include "spec/prog.h"

enum {
	GEN_ROOM = 1600,
	GEN_FIXUPS = 256,
	GEN_FUNCS = 5,
	GEN_IDS = 64,
	UNKNOWN_LO = INT32_MIN, /* a scalar without known bounds has lo == UNKNOWN_LO */
};

/* What the generator knows of the maps, by index. */
enum gen_map {
	M_ARRAY, /* 48 bytes, 4 entries */
	M_ONE,	 /* one value of 16 bytes, addressed directly too */
	M_HASH,	 /* key 4, value 32 */
	M_WIDE,	 /* hash: key 8, value 300 */
	M_PERCPU,
	M_RODATA, /* frozen, 64 bytes */
	M_RING,
	M_PROGS,
	M_QUEUE,
	M_LRU,
	M_SMALL, /* array, values of 3 bytes */
	M_WRONLY,
};
struct gen_map_info {
	const char *name;
	u32 type, key, value, entries, flags;
};
extern const struct gen_map_info gen_maps[GEN_MAPS];
extern const u8 gen_rodata[64];

enum gen_kind {
	G_NONE,
	G_SCALAR,
	G_CTX,
	G_STACK, /* off from r10 */
	G_PKT,
	G_END,
	G_META,
	G_VALUE, /* of map `map` */
	G_VALUE_NULL,
	G_RECORD, /* size in hi */
	G_RECORD_NULL,
	G_MEM, /* hi bytes from off on, all initialised */
	G_MEM_NULL,
	G_SOCK_NULL,
	G_SOCK,
};
struct gen_reg {
	u8 kind, map;
	u8 id;	 /* packet pointers: whose range; may-be-null pointers: what they are copies of */
	s32 off; /* fixed offset in the region */
	s64 lo, hi; /* scalars */
};
struct gen_model {
	struct gen_reg r[REG_COUNT];
	struct gen_reg slot[64]; /* spilled whole to fp - 8 * (i + 1) */
	u64 written[8];		 /* bit per byte, bit i is fp - 512 + i */
	u16 range[GEN_IDS];	 /* bytes checked from the base of that packet pointer */
};
struct gen_fixup {
	u32 slot, to; /* to: a function, or unused */
};
struct gen_func {
	struct gen_reg arg[5];
	u32 start;
	bool callback, global;
};
struct gen {
	u64 rng;
	u32 type, attach;
	u32 wrong; /* per 1000 */
	struct insn insns[GEN_ROOM];
	u32 count;
	struct gen_model m;
	struct gen_fixup exits[GEN_FIXUPS], calls[GEN_FIXUPS];
	u32 exit_count, call_count;
	struct gen_func funcs[GEN_FUNCS];
	u32 func_count, func; /* func: the one being written, 0 the main program */
	s32 left;	      /* idioms that may still be written in this function */
	u32 depth;	      /* of blocks */
	u16 kept;	      /* registers whose kind must stay what it is */
	u16 fixed;	      /* registers that must not be written at all */
	u32 open;	      /* records that must still be submitted */
	u8 next_id;
	u8 lock; /* no more than one record at a time */
};

/* ---- randomness ---- */
u64 gen_u64(struct gen *g);
static inline u32 gen_below(struct gen *g, u32 n)
{
	return (u32)((gen_u64(g) >> 32) * n >> 32);
}
static inline bool gen_chance(struct gen *g, u32 percent)
{
	return gen_below(g, 100) < percent;
}
/* Make a mistake here? */
static inline bool gen_wrong(struct gen *g)
{
	return gen_below(g, 1000) < g->wrong;
}
s64 gen_number(struct gen *g); /* an interesting one */
#define GEN_PICK(g, list) ((list)[gen_below(g, ARRAY_SIZE(list))])

/* ---- instructions ---- */
void gen_emit(struct gen *g, u8 code, u8 dst, u8 src, s32 off, s32 imm);
void emit_imm64(struct gen *g, u8 dst, u8 src, s32 low, s32 high);
void emit_mov(struct gen *g, u8 dst, u8 src);
void emit_movi(struct gen *g, u8 dst, s32 imm);
/* A jump with a target to be set: the slot. */
u32 emit_jump(struct gen *g, u8 code, u8 dst, u8 src, s32 imm);
void patch(struct gen *g, u32 slot); /* jump to here */
/* if (cond) leave the function; r0 is set there. Not while a record is open. */
void emit_bail(struct gen *g, u8 code, u8 dst, u8 src, s32 imm);

/* ---- the model ---- */
s32 reg_of(struct gen *g, enum gen_kind kind); /* a random one, -1: none */
u8 reg_free(struct gen *g);		       /* one to be overwritten */
u8 reg_scalar(struct gen *g);		       /* one that holds a scalar; makes one if needed */
void reg_set(struct gen *g, u8 reg, enum gen_kind kind);
void reg_scalar_is(struct gen *g, u8 reg, s64 lo, s64 hi);
void model_call(struct gen *g);	  /* r1 … r5 are gone */
void model_packet(struct gen *g); /* packet pointers are gone */
void model_merge(struct gen_model *into, const struct gen_model *other);
void stack_wrote(struct gen *g, s32 off, u32 size); /* off from r10, negative */
bool stack_is_written(const struct gen *g, s32 off, u32 size);

/* ---- idioms: gen_scalar.c ---- */
void idiom_fresh(struct gen *g);
void idiom_arith(struct gen *g);
void idiom_relate(struct gen *g);
void idiom_choose(struct gen *g);
/* Some register in [0, hi] (lo, hi of the model say what it came out as), or a mistake. */
u8 make_bounded(struct gen *g, u32 hi);
/* A random condition on scalars; the jump's slot. */
u32 emit_condition(struct gen *g);

/* ---- gen_memory.c ---- */
void idiom_access(struct gen *g);
void idiom_spill(struct gen *g);
void idiom_fill(struct gen *g);
void idiom_context(struct gen *g);
void idiom_packet(struct gen *g);
void idiom_atomic(struct gen *g);
void idiom_pointer(struct gen *g);
void idiom_load_abs(struct gen *g);
/* fp + off with `size` bytes written (or not), in register dst. Returns off. */
s32 make_stack(struct gen *g, u8 dst, u32 size, bool written);

/* ---- gen_call.c ---- */
void idiom_helper(struct gen *g);
void idiom_lookup(struct gen *g);
void idiom_ring(struct gen *g);
void idiom_call(struct gen *g);
void idiom_callback(struct gen *g);
void idiom_tail_call(struct gen *g);
void emit_map(struct gen *g, u8 dst, u32 map);
void emit_null_check(struct gen *g, u8 reg);

/* ---- gen_prog.c ---- */
void gen_block(struct gen *g, u32 idioms);

#endif
