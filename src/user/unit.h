/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside of the user engine: what its engine, unit and program handles hold. */
#ifndef USER_UNIT_H
#define USER_UNIT_H

#include <pthread.h>

#include "base/vec.h"
#include "engine/engine.h"
#include "map/custom.h"
#include "map/map.h"
#include "verify/verify.h"
#include "vm/vm.h"

struct custom_helper {
	u32 id;
	struct vm_helper helper;
	skep_helper_fn fn;
	void *arg;
};

/* A map type of the embedder's, and the maps that are of it. */
struct custom_map {
	struct map_custom map; /* its arg is this */
	struct skep_map_ops ops;
	void *arg;
	char *name; /* owned */
};

struct user_engine {
	struct engine base; /* first */
	VEC(struct custom_map *) maps;
	VEC(struct custom_helper *) custom;
};

/* Events of one perf event array, oldest first; a bounded queue of records. */
struct perf_queue {
	u8 *data;
	size_t len, pos; /* bytes written, bytes delivered */
	u64 lost;	 /* refused since the last delivery */
};

struct hook;
struct user_run;

struct user_prog {
	const struct obj_prog *src;	/* the object's, or `shorter` */
	struct verify_result *verified; /* owned; NULL: not verified */
	struct obj_prog shorter;	/* verified: what runs; arrays owned by `verified` */
	struct vm_prog *vm;		/* owned */
	const struct hook *hook;
	const struct ctx_layout *layout;
	bool packet_only;    /* proved to touch nothing but a packet, by LD_ABS and LD_IND */
	bool calls;	     /* helpers: what they leave behind goes between runs */
	u64 *counts;	     /* one a slot, when it was asked for; owned */
	const char *why_not; /* it has no machine code, NULL: it has, or nobody asked for it */
};

struct user_unit {
	struct unit *unit;
	struct map **maps;	 /* one per obj->maps, NULL: template; owned */
	struct perf_queue *perf; /* one per obj->maps */
	struct user_prog *progs; /* one per obj->progs; vm NULL: not loaded */
	u32 *owner_type;	 /* per map: 1 + type of the programs in a prog array */
	u32 cpus;		 /* slots of per-CPU maps */
	u32 pid;		 /* what spin locks hold */
	bool checked; /* some program may not run without tests, or the caller wants them */
	struct vm_env env;
	struct vm_helper *helpers; /* one per row of helpers.def and one more; owned */
	pthread_mutex_t perf_lock;
	/* For tests: vm_run's trace of every run; NULL: none. */
	void (*trace)(struct vm_run *run, const struct obj_prog *prog, u32 insn, const u64 *reg,
		      u16 init);
	void *trace_arg;
};

static inline struct user_engine *engine_of(const struct user_unit *u)
{
	return (struct user_engine *)u->unit->engine;
}
/* Index of a live map in its unit, -1: not one of this unit's. */
s32 unit_map_index(const struct user_unit *u, const struct map *m);

int user_load(struct unit *unit, struct diag *d);
void user_unload(struct unit *unit);
int user_prog_run(struct unit_prog *p, struct skep_run *io, struct diag *d);
int user_prog_batch(struct unit_prog *p, struct skep_batch *batch, size_t *done, struct diag *d);
/* inspect.c */
const struct obj_prog *user_prog_running(const struct unit_prog *p);
int user_prog_code(const struct unit_prog *p, struct skep_code *out);
const u64 *user_prog_counts(const struct unit_prog *p);
/* A trace that counts. */
void user_count(struct vm_run *run, const struct obj_prog *src, u32 insn, const u64 *reg, u16 init);
/* Tell perf of a program's machine code, where the caller wants that. */
int user_perf(const struct user_unit *u, const struct user_prog *p, struct diag *d);
int user_poll(struct unit *unit, int timeout_ms, skep_event_fn fn, void *arg);
/* Queue an event of a perf event array. 0, or -ENOSPC (counted as lost). */
int perf_put(struct user_unit *u, s32 map, u32 cpu, const void *data, size_t len, const void *more,
	     size_t more_len);
/* System-call side: prog arrays and maps of maps take an index into the object as value. */
int user_map_set(struct unit_map *m, const void *key, const void *value, u64 flags);

/* The embedder's functions for a map of that name, or NULL. */
const struct map_custom *engine_custom_map(const struct user_engine *e, const char *name);

int helpers_bind(struct user_unit *u);
/* Row i of helpers.def, for tests; false past the end. */
bool helper_row_at(u32 i, u32 *id, const char **name);
/* The body of helper `id`, for this program; NULL + diagnostic. */
/* Has the embedder given a helper of that number? */
bool user_helper_custom(const struct user_unit *u, u32 id);
const struct vm_helper *user_helper(const struct vm_env *env, const struct obj_prog *prog, u32 id,
				    u32 insn, struct diag *d);

#endif
