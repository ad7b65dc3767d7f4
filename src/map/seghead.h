/* SPDX-License-Identifier: BSD-2-Clause */
/* What stands at the begin of a shared map's file. Everything up to `check` never changes. */
#ifndef MAP_SEGHEAD_H
#define MAP_SEGHEAD_H

#include "map/segment.h"

#define SEG_MAGIC   0x70616d2070656b73ull /* "skep map", read as a little-endian number */
#define SEG_VERSION 1

enum { SEG_OWNERS = 1024, SEG_NAME = 64 };

/* A lock word: the owner's generation, then its number. */
enum { SEG_SLOT_BITS = 10, SEG_GEN_MAX = (1 << 22) - 1 };

struct seg_owner {
	u32 gen;   /* how often the entry was taken; 1 to SEG_GEN_MAX */
	u32 pid;   /* 0: free, and left in order */
	u64 start; /* of the process, in clock ticks since boot */
	u64 space; /* number of its pid namespace; 0: unknown */
};

struct seg_range {
	u64 off, len; /* bytes in the file */
};

struct seg_head {
	u64 magic;
	u32 version, page;
	u64 total; /* bytes of the file */
	u32 type, key_size, value_size, max_entries, flags, lock_at;
	u64 extra, seed;
	u32 cpus; /* of the machine where the map was made */
	u32 part_count;
	struct seg_range part[SEG_PARTS];
	struct seg_range btf; /* len 0: none */
	u32 key_type, value_type;
	char name[SEG_NAME];
	u32 check; /* hash of what is above */

	u32 gate; /* not 0: to be mended */
	u32 frozen;
	u32 pad;
	struct seg_owner owner[SEG_OWNERS];
};

/*
 * owner.c. A process locks byte SEG_LOCKS + its entry for as long as it has the map, and byte
 * SEG_MEND while it mends or takes an entry. Both lie behind the end of every file.
 */
#define SEG_LOCKS (1ll << 62)
#define SEG_MEND  (SEG_LOCKS + SEG_OWNERS)

/* Enter and leave the one section of a file that a single process may be in. */
int owner_mend_enter(struct segment *s);
void owner_mend_leave(struct segment *s);
/* In there: is any entry of a process that did not leave it in order? */
bool owner_any_dead(struct segment *s);
bool owner_any_alive(struct segment *s);
/* Free the entries of the dead. */
void owner_bury(struct segment *s);
/* Take an entry. -EUSERS. */
int owner_enter(struct segment *s);
void owner_leave(struct segment *s);
bool owner_word_dead(struct segment *s, u32 word);
/* Has no living process of that id the map? */
bool owner_pid_dead(struct segment *s, u32 pid);
bool owner_slot_dead(struct segment *s, u32 slot);

#endif
