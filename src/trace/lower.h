/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Typed tree → virtual code, one program at a time. A number lives in one 64-bit register, extended
 * as its type says; strings, tuples and other large values are handled by their place in memory.
 * Emission order is execution order: what a register holds on every path to a place (`known`) is
 * kept in a struct that is saved and restored around branches.
 */
#ifndef TRACE_LOWER_H
#define TRACE_LOWER_H

#include "object/object.h"
#include "trace/infer.h"
#include "trace/vcode.h"

/* Memory that the program may load from and store to. */
struct place {
	u32 base; /* register with its address; VC_NONE: the frame object */
	u32 frame;
	s32 off;
};

enum where { V_NONE, V_IMM, V_REG, V_MEM };

/*
 * A value. Records and arrays outside of the program's own memory are V_REG: their address, in the
 * space of their type. `wanted` on entry: `at` is where the caller needs it; what is answered may
 * lie elsewhere.
 */
struct value {
	const struct ttype *type;
	enum where where;
	u32 reg;
	u64 imm;
	struct place at;
	bool wanted;
	bool loose; /* of wanted strings: what follows the final zero may be anything */
};

/* Results of helpers that do not change during a run; VC_NONE: not known here. */
struct known {
	u32 pid_tgid, uid_gid, scratch, task, cookie;
};

struct loop {
	u32 next, end; /* labels */
	struct loop *up;
};

/* A loop's body that becomes a function: lowered after the program that calls it. */
struct pending {
	struct node *n; /* N_FOR */
	u32 sub, slot;	/* function, offset of the range's start among the captured */
	struct pending *next;
};

/* What lies first in the memory that loops' bodies share with their program. */
enum captured_slot {
	CAPTURED_STOP = 0,
	CAPTURED_CTX = 8,
	CAPTURED_SCRATCH = 16,
	CAPTURED_RESULT = 24,
	CAPTURED_FIRST = 32
};

/* What all programs of a script share. */
struct unit_out {
	struct object *obj;
	struct infer *in;
	const struct tconfig *cfg;
	struct trace_meta *meta;
	u32 scratch_map, zero_map, log_map; /* indices; made where used */
	u32 scratch_size, zero_size;
	bool uses_log_table, uses_stacks;
	u32 stack_depth; /* of stack traces */
	u32 cpus;
	u32 funcs_type;
	bool user_only;
	u64 started; /* ns of boot time, 0: nobody asked */
	u32 wake_at; /* bytes in the output ring from which on its reader is woken */
	u32 serial;  /* of the function being lowered: what is placed in it */
};

enum { LOWER_ITER_ARGS = 8 };

struct lower {
	u32 iter_args[LOWER_ITER_ARGS]; /* registers of an iterator's pointers, not NULL */
	struct unit_out *out;
	struct infer *in;
	struct arena *a;
	struct diag *d;
	struct vcode *v;
	struct tpoint *point;
	u32 prog;	 /* index into the object's */
	u32 point_index; /* into meta->points, of the only point; UINT32_MAX: several */
	u32 ctx;	 /* register; VC_NONE in functions */
	struct known known;
	struct loop *loop;
	struct pending *pending, **pending_tail;
	u32 exit;     /* label at the function's end */
	u32 serial;   /* of the program: a loop's body shares its variables */
	bool in_body; /* of a loop that is a function: its 4th or 2nd argument leads to the captured
		       */
	u32 captured; /* frame object, or register in a loop's body */
	bool shares;  /* variables with bodies of loops */
	u32 captured_size; /* bytes; 0: nothing is captured; see enum captured_slot */
	bool may_stop;
	u32 scratch_used;
	struct tfunc *fn;
	u32 pair_key, pair_value; /* registers of the entry that a loop's body is at */
	struct tvar *pair;
	u32 result;  /* of functions: register */
	u32 nothing; /* 1 + a callback that does nothing; 0: none yet */
};

/* lower.c */
int lower_program(struct unit_out *out, struct tpoint *p, u32 prog, u32 point_index);
int lower_nomem(struct lower *lo);

/* lower_value.c */
struct value value_none(void);
struct value value_imm(u64 imm, const struct ttype *t);
struct value value_reg(u32 reg, const struct ttype *t);
struct value value_mem(struct place at, const struct ttype *t);
struct place place_frame(struct lower *lo, u32 size, u32 align);
struct place place_at(struct place p, s32 off);
/* Memory for a value of `size` bytes, in the frame where it is small. */
int place_new(struct lower *lo, u32 size, u32 align, struct place *out);
void place_end(struct lower *lo, struct place p); /* a frame object that is done with */
u32 place_addr(struct lower *lo, struct place p);
void place_load(struct lower *lo, u32 size, bool is_signed, u32 dst, struct place p);
void place_store(struct lower *lo, u32 size, struct place p, u32 src);
void place_store_imm(struct lower *lo, u32 size, struct place p, u64 imm);
void place_zero(struct lower *lo, struct place p, u32 len);
void place_copy(struct lower *lo, struct place to, struct place from, u32 len);
bool place_same(struct place a, struct place b);
/* The value in a register of its own or another's: not to be written. */
int value_in_reg(struct lower *lo, struct value *v, u32 *reg);
/* Number → number of type t, in the register's form. */
void value_convert(struct lower *lo, struct value *v, const struct ttype *t);
/* Write a value at a place as type t: strings are padded with zeros, padding is zeroed. */
int value_store(struct lower *lo, const struct value *v, struct place to, const struct ttype *t);

/* lower_read.c: memory of the kernel and of processes */
int read_scalar(struct lower *lo, u32 base, s32 off, const struct ttype *t, enum tspace space,
		struct value *out);
/* Copy `len` bytes at base + off. Zeros when it cannot be read. */
int read_bytes(struct lower *lo, u32 base, s32 off, u32 len, enum tspace space, struct place to);
u32 read_helper(enum tspace space, bool string);
int read_typed(struct lower *lo, u32 base, s32 off, const struct ttype *t, enum tspace space,
	       struct value *out);

/* lower_expr.c */
int lower_expr(struct lower *lo, struct node *n, struct value *out);
int lower_reg(struct lower *lo, struct node *n, u32 *reg); /* as a number or pointer */
int lower_into(struct lower *lo, struct node *n, struct place to, const struct ttype *t);
/* Into a record that is only read: what follows a string's end is left as it is. */
int lower_into_record(struct lower *lo, struct node *n, struct place to, const struct ttype *t);
/* Jump to `label` when the condition is `sense`, else fall through. */
int lower_branch(struct lower *lo, struct node *n, bool sense, u32 label);
int lower_argument(struct lower *lo, const struct targ *arg, const struct ttype *t,
		   struct value *out);
/* A value in memory, wherever it lies. */
int lower_mem(struct lower *lo, struct node *n, struct place *out);
bool has_effect(const struct node *n);
struct place var_place(struct lower *lo, const struct tvar *v);
bool var_in_memory(const struct tvar *v);
/* Goes to `differ` unless the first `len` bytes are the same, or both strings end before. */
int compare_strings(struct lower *lo, struct node *a, struct node *b, u32 len, u32 differ);
int lower_compare_bytes(struct lower *lo, struct node *n, bool sense, u32 label);

/* lower_stmt.c */
int lower_list(struct lower *lo, struct node *list);
int lower_for(struct lower *lo, struct node *n);
int for_entry(struct lower *lo, struct node *n, struct tvar *v);
int var_prepare(struct lower *lo, struct tvar *v);
int var_set(struct lower *lo, struct tvar *v, struct node *value);
int var_store(struct lower *lo, struct tvar *v, struct value *value);
/* Gives captured variables and loops their places; before anything is emitted. */
int lower_captures(struct lower *lo, struct node *body);
int lower_bodies(struct lower *lo); /* functions of loops */
void lower_stop(struct lower *lo);  /* return, exit() */

/* lower_map.c */
int lower_map_read(struct lower *lo, struct node *n, struct value *out);
int lower_map_assign(struct lower *lo, struct node *n);
int lower_map_step(struct lower *lo, struct node *n, struct value *out); /* out may be NULL */
/* The key at a place, of the map's key type. */
int lower_key(struct lower *lo, struct tmap *m, struct node *key, struct place *out);
/* The value of @x[key] for an in-place change; an entry of zeros is made when there is none. On
 * failure of that the program goes to `fail`. */
int map_slot(struct lower *lo, struct node *map, u32 fail, u32 *value);
u32 map_lookup(struct lower *lo, const struct tmap *m, struct place key); /* may be 0 */
const struct trace_map *map_meta(const struct lower *lo, const struct tmap *m);
int lower_aggregate(struct lower *lo, struct node *n); /* N_ASSIGN of count() and the like */
int read_aggregate(struct lower *lo, struct tmap *m, struct place key, struct value *out);
int map_delete(struct lower *lo, struct tmap *m, struct node *key, u32 *result);

/* lower_event.c */
/* One more in element `number` of the map of losses: attach points, then maps. */
void count_lost(struct lower *lo, u32 number);
int event_begin(struct lower *lo, const struct trace_event *e, u32 index, u32 lost, u32 *rec);
void event_send(struct lower *lo, const struct trace_event *e, u32 rec);
/* printf and the like: arguments from `list` on. */
int lower_event(struct lower *lo, struct node *n, struct node *list);
u32 point_number(struct lower *lo); /* index of the attach point, in a register */

/* Helpers, by what is asked. */
u32 call0(struct lower *lo, u32 helper);
u32 known_pid_tgid(struct lower *lo);
u32 known_uid_gid(struct lower *lo);
u32 known_task(struct lower *lo);
u32 scratch_base(struct lower *lo);
/* A map of stacks of that depth, in the object: an index; UINT32_MAX: there are too many. */
u32 unit_stack_map(struct unit_out *out, u32 depth);
u32 lower_nothing(struct lower *lo); /* a callback that does nothing; UINT32_MAX: no memory */
int lower_stack_len(struct lower *lo, struct node *n, struct value *out);
static inline u32 new_reg(struct lower *lo)
{
	return vc_reg(lo->v);
}
static inline u32 imm_reg(struct lower *lo, u64 imm)
{
	u32 r = vc_reg(lo->v);

	vc_imm(lo->v, r, imm);
	return r;
}

#endif
