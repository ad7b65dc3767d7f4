/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The memory of a map: parts that its type takes with slab_new, always in the same order and of
 * sizes that follow from the definition. A private map has its parts in anonymous memory. Sharing
 * it moves them, at the same addresses, into a file: a header that defines the map, then the parts.
 * Whoever opens the file makes the map once more, on top of those parts. Nothing in them is an
 * address.
 *
 * Every mapping has an entry in the header's table of owners, and holds an open-file-description
 * lock on one byte of the file: the kernel drops it when the process ends, however it ends.
 */
#ifndef MAP_SEGMENT_H
#define MAP_SEGMENT_H

#include <pthread.h>

#include "base/diag.h"
#include "base/types.h"

enum { SEG_PARTS = 6 };

struct seg_part {
	u8 *addr;   /* NULL: none */
	u64 len;    /* bytes, a multiple of the page */
	bool twice; /* mapped a second time right behind (twice.h) */
};

struct seg_head;
struct segment {
	u32 self;    /* what this mapping writes into the locks that it holds; not 0 */
	u32 no_gate; /* the gate of a private map: open for ever */
	u32 *gate;
	struct seg_head *head; /* NULL: private */
	u32 pid;	       /* of this process, in the locks of values */
	int fd;		       /* of a shared map, with the lock of its entry */
	u32 slot;	       /* of the table of owners */
	u32 part_count;
	bool opening; /* parts come from the file */
	struct seg_part part[SEG_PARTS];
	pthread_mutex_t mending;
};

/* Types of keys and values, for who opens the map: raw BTF, 0 bytes: none. */
struct map_types {
	const void *btf;
	u64 btf_len;
	u32 key, value; /* ids in it; 0: unknown */
};

struct map;
void segment_init(struct map *m);
void segment_fini(struct map *m);
/* Memory of `len` zeros, or the next part of the file that is being opened. -ENOMEM, -EUCLEAN. */
int segment_part(struct map *m, u8 **out, u64 len);
/* The same of len bytes that are mapped twice in a row, at an address where there is room. */
int segment_part_twice(struct map *m, u8 *at, u64 len);
void segment_drop(u8 *addr, u64 len);

/*
 * Move a map into the empty file `fd`, which becomes the map's. Nobody else may use the map
 * meanwhile. -EOPNOTSUPP: maps of this type hold what only this process has; -ENOSPC.
 */
int segment_share(struct map *m, int fd, const struct map_types *types, struct diag *d);
/*
 * Make a map of such a file; fd, opened for reading and writing, becomes the map's when that
 * succeeds. `name` is for diagnostics. -EINVAL: no such file, -EUCLEAN: damaged, -EUSERS: too many
 * mappings, -EPERM: another user's.
 */
int segment_open(struct map **out, int fd, const char *name, struct diag *d);
/* What segment_share was given, out of the file; *btf is malloc'ed, NULL: none. */
int segment_types(const struct map *m, void **btf, u64 *btf_len, u32 *key, u32 *value);

u64 segment_size(const struct map *m); /* bytes of its file, those never written too */
/* Freezing holds for everybody who has the map. */
void segment_freeze(struct map *m);
bool segment_frozen(const struct map *m);

/* From *from on, the next bytes [*from, *end) of a part that were ever written; false: no more. */
bool segment_data(const struct map *m, const void *part, u64 *from, u64 *end);
/* Is the owner of that slot dead? For records that name who writes them. */
bool segment_slot_dead(const struct map *m, u32 slot);

#endif
