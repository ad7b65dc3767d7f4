/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The one seam between "what a program is" and "where it runs". The api layer holds the table of
 * engines; each is one ops struct. Structures here are what the public handles point to.
 */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

#include <skep/skep.h>

#include "base/diag.h"
#include "object/object.h"

struct engine_ops;

struct engine {
	const struct engine_ops *ops;
	skep_print_fn print;
	void *print_arg;
	skep_tx_fn tx;
	void *tx_arg;
};

struct hold;
struct unit;
struct unit_prog { /* struct skep_prog */
	struct unit *unit;
	const struct obj_prog *src;
	void *impl;	  /* the engine's; NULL: not loaded */
	const char *exec; /* how it runs, for people */
};
struct unit_map { /* struct skep_map */
	struct unit *unit;
	const struct obj_map *src;
	void *impl; /* the engine's; NULL for a template */
};
struct link { /* struct skep_link; an engine's own begins with it */
	struct unit *unit;
	struct unit_prog *prog; /* NULL: of a map */
	struct unit_map *map;	/* NULL: of a program */
	struct link *next;	/* of the unit */
};
struct unit {
	struct engine *engine;
	const struct object *obj;
	struct object *own; /* what obj is, when presets changed the caller's; NULL: they did not */
	struct skep_load_opts opts;
	struct unit_prog *progs; /* one per obj->progs */
	struct unit_map *maps;	 /* one per obj->maps */
	struct link *links;	 /* owned, the newest first */
	void *impl;
};

/* A slot that is executed as often as the one before it. */
#define ENGINE_COUNT_BEFORE UINT64_MAX

struct engine_ops {
	const char *kind; /* "user" */
	int (*open)(struct engine **out, struct diag *d);
	void (*close)(struct engine *e);
	int (*helper)(struct engine *e, u32 id, skep_helper_fn fn, void *arg);
	/* NULL: the engine has only Linux's maps. */
	int (*map_type)(struct engine *e, const char *map, const struct skep_map_ops *ops,
			void *arg);
	/* unit has engine, obj, opts and zeroed arrays: make maps, then programs. On failure the
	 * caller calls unload, which copes with a half-loaded unit. */
	int (*load)(struct unit *u, struct diag *d);
	void (*unload)(struct unit *u);
	/* hold_current() is the run's. *done counts packets as they are run; NULL prog_batch: the
	 * engine runs them one by one. */
	int (*prog_run)(struct unit_prog *p, struct skep_run *run, struct diag *d);
	int (*prog_batch)(struct unit_prog *p, struct skep_batch *batch, size_t *done,
			  struct diag *d);
	/* May be NULL, as all of these: what runs (not always the object's program), its machine
	 * code (-ENODATA), and how often slots were executed (one a slot, or none: NULL). */
	const struct obj_prog *(*prog_running)(const struct unit_prog *p);
	int (*prog_code)(const struct unit_prog *p, struct skep_code *out);
	const u64 *(*prog_counts)(const struct unit_prog *p);
	int (*prog_fd)(const struct unit_prog *p); /* -1: it has none */
	int (*prog_pin)(struct unit_prog *p, const char *path,
			struct diag *d); /* NULL: it cannot */
	/* System-call side of bpf(2): 0 or -errno. */
	int (*map_get)(struct unit_map *m, const void *key, void *value);
	int (*map_set)(struct unit_map *m, const void *key, const void *value, u64 flags);
	int (*map_del)(struct unit_map *m, const void *key);
	int (*map_next)(struct unit_map *m, const void *key, void *next_key);
	int (*map_take)(struct unit_map *m, const void *key, void *value);
	int (*map_freeze)(struct unit_map *m);
	int (*map_batch)(struct unit_map *m, enum skep_map_batch_op op, struct skep_map_batch *b);
	int (*map_pin)(struct unit_map *m, const char *path, struct diag *d); /* NULL: it cannot */
	size_t (*map_value_len)(const struct unit_map *m);
	/* The value of a map of global data where programs see it; NULL: not reachable. */
	void *(*map_memory)(struct unit_map *m);
	int (*poll)(struct unit *u, int timeout_ms, skep_event_fn fn, void *arg);
	/* A descriptor, the unit's, that can be read when events wake readers; -1: it has none. */
	int (*poll_fd)(struct unit *u); /* may be NULL */
	/* Links; all NULL: programs run only when asked. `opts` are this version's, whole. The
	 * caller puts the link into its unit's list and takes it out; link_free detaches it. */
	int (*attach)(struct link **out, struct unit_prog *p, const struct skep_attach_opts *opts,
		      struct diag *d);
	int (*attach_map)(struct link **out, struct unit_map *m, struct diag *d);
	void (*link_info)(const struct link *l, struct skep_link_info *out);
	int (*link_update)(struct link *l, struct unit_prog *p, struct diag *d);
	int (*link_pin)(struct link *l, const char *path, struct diag *d);
	int (*link_detach)(struct link *l, struct diag *d);
	int (*link_read)(struct link *l, FILE *out, struct diag *d);
	void (*link_free)(struct link *l);
	/* Does the program say where it goes? */
	bool (*knows_target)(const struct unit_prog *p);
};

/* Allocates the unit and calls ops->load; unit_free calls ops->unload. opts are this version's,
 * whole: the api layer has widened what the caller gave. */
int unit_new(struct unit **out, struct engine *e, const struct object *obj,
	     const struct skep_load_opts *opts, struct diag *d);
/* Waits for the runs of its programs that have begun. */
void unit_free(struct unit *u);
void link_add(struct link *l);
void link_remove(struct link *l); /* and free it */

int unit_prog_run(struct unit_prog *p, struct skep_run *run, struct diag *d);
/* Run a program that a hold keeps alive (hold.h). */
int unit_run(struct hold *h, struct skep_run *run, struct diag *d);
int unit_run_batch(struct hold *h, struct skep_batch *batch, size_t *done, struct diag *d);

#endif
