/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Maps of the user engine: one ops struct a map type (array.c, hash.c, …), Linux's semantics and
 * errno values. Pointers handed to programs stay valid memory for as long as the map lives.
 * "cpu" is a slot number below map_cpus(); per-CPU maps have one value per slot.
 */
#ifndef MAP_MAP_H
#define MAP_MAP_H

#include "base/diag.h"
#include "base/types.h"
#include "map/segment.h"
#include "spec/map.h"

struct map;
struct map_custom;

/* Bytes of a value that are not data: locks, timers, kptrs, … Copies leave them alone, reads of the
 * system-call side show zeros, and they are dropped when their element goes. */
struct map_field {
	u32 off, size; /* bytes */
	u32 kind;      /* enum field_kind of verify/fields.h */
};
enum { MAP_FIELDS_MAX = 11 }; /* Linux's limit */

struct map_def {
	const char *name;
	u32 type, key_size, value_size, max_entries, flags;
	u64 extra;
	const struct map_def *inner; /* template of map-in-map values; borrowed while creating */
	u32 lock_at; /* 1 + offset of a struct bpf_spin_lock in the value, 0: none (from BTF) */
	const struct map_field *fields; /* all of them, ascending; borrowed while creating. NULL:
					   none but the lock */
	u32 field_count;
	const struct map_custom *custom; /* the embedder's functions; NULL: ours. Borrowed */
	u64 seed; /* of the hash function; 0 gives the same iteration order in every run */
};

struct map_ops {
	u32 type;
	/* Are the attributes legal beyond spec/maps.def? -EINVAL, -E2BIG + diagnostic. */
	int (*check)(const struct map_def *def, struct diag *d);
	int (*create)(struct map *m);
	void (*destroy)(struct map *m);
	/* lookup, update, remove, next, owns are never NULL: types that lack one refuse it. */
	/* What bpf_map_lookup_elem returns to a program on slot `cpu`: a value or NULL. */
	void *(*lookup)(struct map *m, const void *key, u32 cpu);
	/* Program side: 0 or -errno as Linux's helper returns. */
	int (*update)(struct map *m, const void *key, const void *value, u64 flags, u32 cpu);
	int (*remove)(struct map *m, const void *key);
	/* key NULL: the first. -ENOENT at the end. A key that is gone: the first again. */
	int (*next)(struct map *m, const void *key, void *next_key);
	/* System-call side, where it differs (per-CPU: all slots' values, each rounded up to 8
	 * bytes; LPM, prog array: errors and ids). NULL: lookup/update do. */
	int (*read)(struct map *m, const void *key, void *value);
	int (*write)(struct map *m, const void *key, const void *value, u64 flags);
	/* Read and remove in one step. NULL: -ENOTSUPP_LINUX. */
	int (*take)(struct map *m, const void *key, void *value);
	/* Queue, stack, bloom filter (whose peek asks whether *value may be a member). */
	int (*push)(struct map *m, const void *value, u64 flags);
	int (*pop)(struct map *m, void *value);
	int (*peek)(struct map *m, void *value);
	/* Types over a hash table, bucket locked, all slots: the value of an element, which with
	 * `take` has just left its chain. */
	void (*batch_give)(struct map *m, u32 link, void *value, u64 elem_flags, bool take);
	/* Do the len bytes at addr lie wholly inside one value of this map? For the checked VM. */
	bool (*owns)(const struct map *m, const void *addr, size_t len);
	/*
	 * Of a shared map whose gate is closed (guard.h): wait for each of its locks and free those
	 * of the dead, then make good what an update that was cut off left: elements that are
	 * nowhere, counts that are off. -EUCLEAN: no update can have left this. NULL: maps of this
	 * type cannot be shared.
	 */
	int (*mend)(struct map *m);
};

struct map {
	const struct map_ops *ops;
	/* ops->lookup, or what does the same sooner for keys of this map's size. */
	void *(*lookup)(struct map *m, const void *key, u32 cpu);
	struct map_def def;    /* name owned; inner NULL */
	struct map_def *inner; /* copy of the template of map-in-map values, or NULL; owned */
	u32 value_stride;      /* value_size rounded up to 8 */
	u32 slots;	       /* values an element has: map_cpus() for per-CPU types, else 1 */
	u32 asked;	       /* max_entries before the type changed it */
	bool frozen;	       /* by this process; see map_frozen */
	bool drops;	       /* there are fields other than locks */
	u32 field_count;
	struct map_field fields[MAP_FIELDS_MAX];
	struct segment seg; /* the memory of its elements */
	void *impl;	    /* the type's own state, none of it shared */
	/* Set by the user engine for map types that hold other objects: */
	void (*put_ref)(void *ref); /* drops an element's object, NULL: nothing to drop */
	u32 (*ref_id)(void *ref);   /* what map_read shows of it; NULL: 0 */
	/* Ends what a field holds (a timer, an object) before its bytes are zeroed; may be NULL. */
	void (*drop_field)(struct map *m, const struct map_field *f, void *at);
};

/* The ops of a map type, or NULL when the user engine does not have it (see spec for the name). */
const struct map_ops *map_ops(u32 type);
/* Number of slots: possible CPUs of this machine, 1 to 4096. Reads a file: ask once. */
u32 map_cpus(void);

/* -EINVAL, -E2BIG, -ENOMEM, -EOPNOTSUPP with a diagnostic that names map, attribute and limit. */
int map_create(struct map **out, const struct map_def *def, struct diag *d);
void map_free(struct map *m);

/* System-call side, as bpf(2): flags, permissions (MAP_RDONLY…), frozen, errno. For per-CPU maps
 * value holds map_cpus() values of value_stride bytes. */
int map_read(struct map *m, const void *key, void *value);
int map_read_flags(struct map *m, const void *key, void *value, u64 flags); /* UPDATE_F_LOCK */
int map_write(struct map *m, const void *key, const void *value, u64 flags);
int map_remove(struct map *m, const void *key);
int map_next(struct map *m, const void *key, void *next_key);
/* Lookup and delete in one step (hash family, queue, stack); -ENOTSUPP_LINUX elsewhere. */
int map_take(struct map *m, const void *key, void *value);

/*
 * Several elements at once. Reads go on from where the last call ended; -ENOENT: that was the end,
 * what was given holds. Hash tables give whole buckets: -ENOSPC when the first does not fit.
 * Writes and removals end with the first element that fails.
 */
enum map_batch_op { BATCH_READ, BATCH_TAKE, BATCH_WRITE, BATCH_REMOVE };
struct map_batch {
	const void *from;    /* `to` of the call before; NULL: the beginning */
	void *to;	     /* max(key_size, 4) bytes; may be where `from` points */
	void *keys, *values; /* packed; a value has map_read_size() bytes */
	u32 count;	     /* in: elements at most; out: done */
	u64 elem_flags, flags;
};
int map_batch(struct map *m, enum map_batch_op op, struct map_batch *b);

bool map_frozen(const struct map *m);
/* From now on writes of the system-call side give -EPERM. -EPERM: they do already. */
int map_freeze(struct map *m);
size_t map_read_size(const struct map *m); /* bytes that map_read writes */
bool map_is_percpu(const struct map *m);
/* May programs load from, store to values (and look up, update)? MAP_WRONLY_PROG, …_RDONLY_PROG. */
bool map_prog_reads(const struct map *m);
bool map_prog_writes(const struct map *m);

/* Linux answers some operations of some map types with ENOTSUPP, which no C library names. */
enum { ENOTSUPP_LINUX = 524 };

/* Types with elements of their own kind. */
/* Prog array and map-in-map: elements are borrowed pointers; NULL: empty. */
void *map_slot_get(struct map *m, u32 index);
int map_slot_set(struct map *m, u32 index, void *ref);
/* The same by key, for hash of maps too. set: flags as in update, ref NULL removes; an inner map
 * that differs from the template gives -EINVAL. Their map_write gives -EBADF: a value is no fd. */
void *map_ref_get(struct map *m, const void *key);
int map_ref_set(struct map *m, const void *key, void *ref, u64 flags);

/* Ring buffer. Records are 8-aligned; reserve returns NULL when full (and counts it as lost). */
void *ring_reserve(struct map *m, u64 size);
void ring_commit(void *record, bool discard);
int ring_output(struct map *m, const void *data, u64 size);
u64 ring_query(const struct map *m,
	       u64 what); /* BPF_RB_AVAIL_DATA 0, RING_SIZE, CONS_POS, PROD_POS */
bool ring_owns(const struct map *m, const void *record, size_t len);
/* Size of a reserved, not yet committed record that starts at `record`; -1: it is none. */
s64 ring_record_size(const struct map *m, const void *record);
/* Deliver committed records; returns how many, or the first negative value of fn. */
typedef int (*ring_fn)(void *arg, const void *data, size_t len);
int ring_consume(struct map *m, ring_fn fn, void *arg);
u64 ring_lost(struct map *m); /* records refused for want of room since the last call */

#endif
