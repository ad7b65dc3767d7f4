/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One verification in progress, and the few calls that every part of it needs: refuse, fork,
 * number, mark. The parts, each with a header of its own:
 *
 *     walk       takes the next instruction, hands it to its part, takes up the next path
 *     alu, jump  arithmetic and branches over registers
 *     memory     loads, stores, atomics; stack, packet, map value, context, BTF object behind it
 *     call       helpers and their arguments, local and global functions, callbacks, exit
 *     kfunc, dynptr, iter, refs
 *     prune, equal, precision, liveness, cfg
 *     log, explain (words, origin, hint), replay
 */
#ifndef VERIFY_ENV_H
#define VERIFY_ENV_H

#include "base/buf.h"
#include "base/vec.h"
#include "btf/types.h"
#include "spec/ctx.h"
#include "spec/features.h"
#include "spec/helper.h"
#include "spec/map.h"
#include "spec/prog.h"
#include "verify/cfg.h"
#include "verify/fields.h"
#include "verify/verify.h"

enum {
	MAX_PENDING = 8192,    /* branches waiting */
	MAX_VAR_OFF = 1 << 29, /* bytes a pointer may move */
	MAX_PACKET_OFF = 0xffff,
	MAX_VAR_SIZE = 1 << 29, /* bytes of a memory argument */
	PAGE_SIZE_ = 4096,
};

/* A path that waits for its turn. */
struct pending {
	struct state *st; /* owned */
	u32 insn, prev;
	struct trail *trail; /* how this path came about; a reference of its own */
	struct pending *next;
};

/* What is known of an instruction over all paths; indexed by slot. */
struct aux {
	u8 ptr_type; /* enum reg_type of the base, NOT_INIT: not visited */
	u16 ptr_flags;
	bool barrier; /* speculative paths end before it */
	u8 alu_state; /* unprivileged pointer arithmetic: kind seen first */
	u64 alu_limit;
};

struct verify {
	const struct object *obj;
	const struct obj_prog *prog;
	const struct insn *insns; /* prog->insns */
	u32 insn_count;
	const struct verify_opts *opts;
	u32 linux_version;
	struct diag *d;
	struct verify_result *result; /* facts and figures are filled in on the way */
	struct arena *arena;	      /* result's */
	struct cfg cfg;
	struct aux *aux;		      /* by slot */
	const struct btf_fields **map_fields; /* by obj->maps: special fields of its value */
	struct type_fields *type_fields;      /* of other types, as they were asked for */
	const struct ctx_layout *ctx;	      /* NULL: raw words, or by BTF */
	const struct types *kernel;	      /* opts->kernel or NULL */
	u32 attach_proto;	/* kernel FUNC_PROTO whose arguments the context holds, 0: none */
	const char *ops_struct; /* struct_ops: name of the kernel's structure, else NULL */
	bool attach_is_trace;	/* tp_btf, raw_tp: the prototype's first argument is skipped */
	bool sleepable;
	bool allow_uninit_stack; /* privileged, since 6.3 */
	bool allow_ptr_leaks;	 /* CAP_PERFMON */
	bool gpl;
	bool has_arena; /* the program uses an arena: addresses may be cast */

	/* the walk */
	struct state *cur;
	u32 insn, prev; /* slots: being processed; the one before on this path */
	struct pending *pending;
	u32 pending_count;
	u32 next_id; /* last identifier given out */
	struct prune *prune;
	u32 processed;
	u32 hist_at; /* `processed` when history was recorded last: one entry an instruction */
	u32 jumps_since, insns_since;			/* since the last checkpoint */
	u32 func_done[256 / 32], func_wanted[256 / 32]; /* global functions: verified; called */
	u32 entry_func;					/* function that this walk started in */
	bool changes_packet; /* some call moves the packet (for return values of global funcs) */
	u16 *stack_depth;    /* by cfg.funcs, bytes */
	struct prototype **prototypes; /* of global functions, by cfg.funcs; see global.c */
	bool exact_scalars;	       /* opts->record: pruning ignores no scalar */
	struct reject reject;
	struct trail *trail;   /* replay.h: forks of the current path, a reference; NULL: none */
	struct replay *replay; /* a second walk along one path; NULL: the first */
	struct log *log;       /* log.c's, NULL: nothing was written */
};

/* ---- refusing ---- */

/*
 * Refuse the program at the current instruction: `return reject(v, KIND, regno or -1, "R%d …")`.
 * Returns the negative errno that goes with the kind. The text is one sentence without a full stop
 * in the words of a C programmer; the explanation adds the line and the path. The first call
 * counts.
 */
int reject(struct verify *v, enum reject_kind kind, int regno, const char *fmt, ...) __printf(4, 5);
/* Add advice to the refusal just made: `compare … before the read`. */
void reject_hint(struct verify *v, const char *fmt, ...) __printf(2, 3);
const char *reject_kind_name(enum reject_kind kind); /* "uninitialised", "packet bounds", … */

/* ---- state ---- */

static inline struct reg *regs_of(const struct verify *v)
{
	return state_regs(v->cur);
}
static inline struct frame *frame_of(const struct verify *v)
{
	return state_frame(v->cur);
}
static inline u32 id_new(struct verify *v)
{
	return ++v->next_id;
}
static inline bool era_at_least(const struct verify *v, u32 major, u32 minor)
{
	return v->linux_version >= ERA(major, minor);
}

static inline bool verify_has(const struct verify *v, enum feature f)
{
	return era_has(v->linux_version, f);
}

enum reg_use { USE_SRC, USE_DST, USE_DST_NO_MARK };
/*
 * The register is about to be read (USE_SRC: refuses NOT_INIT, and r10 as a whole is fine) or
 * written (USE_DST: refuses r10). USE_DST makes it an unknown scalar; DST_NO_MARK leaves it.
 */
int reg_check(struct verify *v, u8 regno, enum reg_use use);
/* r0–r5 are void after a call. */
void regs_clobber_caller_saved(struct verify *v);
/* Refuse unless the pointer leak rules allow handing it out (unprivileged). */
bool is_pointer_leak(const struct verify *v, const struct reg *r);

/*
 * Fork: a copy of the current state waits to go on at `insn`. Returns the copy for changes (its
 * registers are the other branch's), NULL after having refused (too many) or out of memory.
 */
struct state *push_branch(struct verify *v, u32 insn, u32 prev, bool speculative);
/* A new state that starts function `func` on its own (async callbacks): empty frame 0. */
struct state *push_async(struct verify *v, u32 insn, u32 prev, u32 func, bool sleepable);

/* The map of an LD_IMM64 / special fields of a map's value (NULL: none). */
const struct btf_fields *map_value_fields(const struct verify *v, const struct obj_map *map);
/* The same for a type of the program or the kernel; NULL: none. */
const struct btf_fields *type_fields(struct verify *v, const struct types *t, u32 id);
/* The map's initial bytes are constant for programs: .rodata, kconfig, frozen at load. */
bool map_is_constant(const struct obj_map *map);

#endif
