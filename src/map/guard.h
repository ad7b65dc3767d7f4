/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Locks of map memory that other processes may share. A lock word is 0 or the name of its holder
 * (segment.c gives every mapping one), so that a lock whose holder was killed can be told from one
 * that is held. Then the gate is closed: nobody keeps a lock until someone has mended the map
 * (map_ops.mend), and whoever was about to change it begins again.
 *
 * A writer takes its lock and looks at the gate afterwards; the mender closes the gate and then
 * waits for each lock. So no writer is inside while it mends. Private maps: the gate never closes.
 */
#ifndef MAP_GUARD_H
#define MAP_GUARD_H

#include "map/lock.h"
#include "map/map.h"

/* The lock is not ours, or `held` and the gate is closed. Returns with the lock, the gate open. */
void guard_wait(struct map *m, u32 *lock, bool held);
/* False: the gate is closed, perhaps because the holder is found dead; the lock is not ours. */
bool guard_wait_inner(struct map *m, u32 *lock);

/* Is the gate closed? Then what a caller holds is to be dropped, and the operation begins again. */
static inline bool guard_closed(const struct map *m)
{
	return unlikely(READ_ONCE(*m->seg.gate));
}

/* The first lock that an operation takes. */
static inline void guard_take(struct map *m, u32 *lock)
{
	u32 word = 0;
	bool held = __atomic_compare_exchange_n(lock, &word, m->seg.self, false, __ATOMIC_SEQ_CST,
						__ATOMIC_RELAXED);

	if (unlikely(!held) || guard_closed(m))
		guard_wait(m, lock, held);
}

/* A lock inside of another one. False: drop the other one, too, and begin again. */
static inline bool guard_take_inner(struct map *m, u32 *lock)
{
	u32 word = 0;

	return likely(__atomic_compare_exchange_n(lock, &word, m->seg.self, false, __ATOMIC_SEQ_CST,
						  __ATOMIC_RELAXED)) ||
	       guard_wait_inner(m, lock);
}

/* The bpf_spin_lock of a value. Its word is a process id, so that it can be freed in a shared map
 * when its holder was killed. lock_free_orphan: nobody of that id has the map; the lock is free
 * now. */
void lock_take_value(const struct map *m, u32 *lock);
bool lock_free_orphan(const struct map *m, u32 *lock, u32 pid);

/* Something cannot be had: may that be because a process died with it? Closes the gate then. */
bool guard_suspect(struct map *m);
/* The word names a holder that died: true, the gate is closed. */
bool guard_dead(struct map *m, u32 word);
/* Mend the map, or wait until another has: the gate was found closed. */
void guard_mend(struct map *m);
/* For menders: wait until a lock is free, or free it when its holder is dead. */
void guard_clear(struct map *m, u32 *lock);

#endif
