/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Inside of the kernel engine: what its engine, unit, program and map handles hold. A unit's
 * descriptors are its own; closing them is all that unloading takes, except for pinned maps.
 */
#ifndef KERNEL_KERNEL_H
#define KERNEL_KERNEL_H

#include "base/vec.h"
#include "btf/types.h"
#include "engine/engine.h"
#include "kernel/sys.h"

extern const struct engine_ops engine_kernel;

/* Types of a module, on top of vmlinux's. */
struct kernel_module {
	char *name;	     /* owned */
	struct types *types; /* owned */
	int fd;		     /* -1: not asked for */
};

struct kernel_engine {
	struct engine base; /* first */
	u32 release;	    /* ERA of the running kernel */
	bool tried_types;
	struct types *types; /* of vmlinux; owned, opened on first use */
	bool tried_modules;
	VEC(struct kernel_module) modules;
	bool memlock_lifted;
	char *symbols; /* text of /proc/kallsyms, owned, read on first use */
	size_t symbols_len;
};

struct kernel_map {
	int fd;
	u32 id;
	void *mem;	/* mapped value of a data map, NULL: not mapped */
	size_t mem_len; /* bytes, whole pages */
	bool unmappable;
	bool foreign;	  /* made by others: what it refers to is named by kernel numbers */
	char *pinned;	  /* path that this load made, owned; NULL: none */
	bool replaced;	  /* made by others, and used in place of the object's */
	bool linked;	  /* struct_ops: registered through a link */
	size_t value_len; /* bytes of a value as the system call sees it */
};

struct kernel_prog {
	int fd;
	const struct obj_prog *src;
};

/* Descriptors that instructions name by their place; place 0 is nobody's. */
struct kernel_fds {
	s32 fd[256];
	u32 count;
};

struct kernel_unit {
	struct unit *unit;
	int btf;		       /* -1: none */
	struct kernel_map *maps;       /* one per obj->maps; fd -1: not made */
	struct kernel_prog *progs;     /* one per obj->progs; fd -1: not loaded */
	struct kernel_reader *readers; /* of ring and perf buffers; made by the first poll */
	u32 reader_count;
	u32 device;	  /* number of the one that all is offloaded to, 0: none */
	u32 usdt_specs;	  /* descriptions of static probes that are stored */
	bool loaded;	  /* what it pinned stays */
	char *pin_folder; /* that this load made, owned; NULL: none */
	int epoll;	  /* -1: no poll yet */
	int trace;	  /* the trace pipe, -1: not wanted */
};

static inline struct kernel_engine *kernel_of(const struct kernel_unit *u)
{
	return (struct kernel_engine *)u->unit->engine;
}

/* ---- engine.c ---- */

/* BTF of the running kernel, NULL: it has none. Stays the engine's. */
const struct types *kernel_types(struct kernel_engine *e);
/* Open the types of modules, once. */
void kernel_modules(struct kernel_engine *e);
/* Address of a kernel symbol, 0: unknown. */
u64 kernel_symbol(struct kernel_engine *e, const char *name);

/* ---- btf.c ---- */

/* Load the object's types: a descriptor, or -1 when there are none or the kernel takes none. */
int kernel_btf_load(struct kernel_unit *u);
/*
 * A copy of an object's types that a kernel of `release` takes: what is extern becomes plain, and
 * kinds of later releases become older ones of the same size. Type numbers stay. NULL: no memory.
 */
u8 *kernel_btf_copy(const struct types *t, u32 release, size_t *len);

/* ---- map.c, struct_ops.c ---- */

int kernel_maps_load(struct kernel_unit *u, struct diag *d);
/* Does the map behind `fd` differ from what `m` defines in the first `most` of type, key size,
 * value size, number of entries, flags? 1: *what says in which; 0: no; -errno: it is no map. */
struct map_difference {
	const char *what;
	u32 want, have;
};
int kernel_map_differs(struct kernel_unit *u, const struct obj_map *m, int fd, u32 most,
		       struct map_difference *out);
/* replace.c: before maps are made, those that opts.replace puts in their place. */
int kernel_maps_replace(struct kernel_unit *u, struct diag *d);
/* Fill prog arrays and maps of maps; programs are loaded. */
int kernel_slots_fill(struct kernel_unit *u, bool progs, struct diag *d);
/* A name as the kernel takes it: 15 bytes of letters, digits, '_' and '.'. */
void kernel_name(char out[SYS_NAME_LEN], const char *name);
void kernel_map_name(char out[SYS_NAME_LEN], const struct object *obj, const struct obj_map *m);

/* The structure and member that a struct_ops program implements; 0: none. */
u32 kernel_ops_member(struct kernel_unit *u, const struct obj_prog *p, u32 *member);
int kernel_ops_create(struct kernel_unit *u, u32 map, struct diag *d);
/* The value to register: programs are loaded. Owned by the caller; NULL + diagnostic. */
u8 *kernel_ops_value(struct kernel_unit *u, u32 map, struct diag *d);

/* ---- load.c, symbols.c ---- */

int kernel_progs_load(struct kernel_unit *u, struct diag *d);
/* Put addresses and numbers of kernel symbols into a program's instructions. */
int kernel_externs(struct kernel_unit *u, const struct obj_prog *p, struct insn *insns,
		   struct kernel_fds *fds, struct diag *d);
/* A type of a loaded module: its number, and the descriptor of that module's types; 0: none. */
u32 kernel_module_find(struct kernel_unit *u, const char *name, enum type_kind kind, int *fd);
/* attach_btf_id of typed programs. */
int kernel_target(struct kernel_unit *u, const struct obj_prog *p, struct sys_prog_load *a,
		  struct diag *d);

/* ---- target_prog.c: programs that hang on functions of another one, opts.target_fd ---- */

/* A freplace program: which function it replaces. */
int kernel_extension(struct kernel_unit *u, const struct obj_prog *p, struct sys_prog_load *a,
		     struct diag *d);
/* Is it fentry or fexit of a function of that program? Then `a` says so. */
bool kernel_hangs_on_prog(struct kernel_unit *u, const struct obj_prog *p, struct sys_prog_load *a);

/* ---- test_run.c, map_ops.c, poll.c ---- */

int kernel_prog_run(struct unit_prog *p, struct skep_run *run, struct diag *d);
int kernel_prog_batch(struct unit_prog *p, struct skep_batch *batch, size_t *done, struct diag *d);

int kernel_map_get(struct unit_map *m, const void *key, void *value);
int kernel_map_set(struct unit_map *m, const void *key, const void *value, u64 flags);
int kernel_map_del(struct unit_map *m, const void *key);
int kernel_map_next(struct unit_map *m, const void *key, void *next_key);
int kernel_map_take(struct unit_map *m, const void *key, void *value);
int kernel_map_freeze(struct unit_map *m);
int kernel_map_batch(struct unit_map *m, enum skep_map_batch_op op, struct skep_map_batch *b);
int kernel_map_pin(struct unit_map *m, const char *path, struct diag *d);
void *kernel_map_memory(struct unit_map *m);
size_t kernel_map_value_len(const struct unit_map *m);
size_t kernel_value_len(const struct obj_map *m);

/* Perf buffers must be there before events are: at load. */
int kernel_perf_open(struct kernel_unit *u, struct diag *d);
/* Of a map opened by itself: its events, of one CPU or (-1) of all. */
int kernel_map_events(struct unit_map *m, int cpu, u32 index, struct diag *d);
int kernel_poll(struct unit *u, int timeout_ms, skep_event_fn fn, void *arg);
int kernel_poll_fd(struct unit *u);
void kernel_poll_fini(struct kernel_unit *u);
/* Text of bpf_printk for the engine's print function; u->trace -1: none is wanted. */
void kernel_printk_open(struct kernel_unit *u);
void kernel_printk_read(struct kernel_unit *u, bool quietly);

#endif
