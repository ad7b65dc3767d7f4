// SPDX-License-Identifier: BSD-2-Clause
#include "map/guard.h"

#include <errno.h>

#include "map/ops.h"
#include "map/seghead.h"

/* Between looks whether the holder lives: some 50 µs. */
enum { SPINS = 1024 };

static void gate_close(struct map *m)
{
	__atomic_store_n(m->seg.gate, 1, __ATOMIC_SEQ_CST);
}

bool guard_dead(struct map *m, u32 word)
{
	if (!m->seg.head || !word || !owner_word_dead(&m->seg, word))
		return false;
	gate_close(m);
	return true;
}

bool guard_suspect(struct map *m)
{
	if (!m->seg.head)
		return false;
	if (!READ_ONCE(*m->seg.gate) && !owner_any_dead(&m->seg))
		return false;
	gate_close(m);
	return true;
}

void guard_mend(struct map *m)
{
	struct segment *s = &m->seg;

	if (!s->head || owner_mend_enter(s))
		return;
	/* Without memory to mend it the gate stays closed: the caller comes again. */
	if (__atomic_load_n(s->gate, __ATOMIC_SEQ_CST) && m->ops->mend(m) != -ENOMEM) {
		owner_bury(s);
		__atomic_store_n(s->gate, 0, __ATOMIC_SEQ_CST);
	}
	owner_mend_leave(s);
}

static bool try_lock(struct map *m, u32 *lock)
{
	u32 word = 0;

	return !READ_ONCE(*lock) && __atomic_compare_exchange_n(lock, &word, m->seg.self, false,
								__ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
}

void guard_wait(struct map *m, u32 *lock, bool held)
{
	for (u32 spins = 0;; spins++) {
		if (held && !__atomic_load_n(m->seg.gate, __ATOMIC_SEQ_CST))
			return;
		if (held)
			lock_drop(lock);
		if (held || (spins % SPINS == SPINS - 1 && guard_dead(m, READ_ONCE(*lock))))
			guard_mend(m);
		lock_wait(spins);
		held = try_lock(m, lock);
	}
}

bool guard_wait_inner(struct map *m, u32 *lock)
{
	for (u32 spins = 0; !try_lock(m, lock); spins++) {
		if (spins % SPINS == SPINS - 1 && guard_dead(m, READ_ONCE(*lock)))
			return false;
		lock_wait(spins);
	}
	return true;
}

bool lock_free_orphan(const struct map *m, u32 *lock, u32 pid)
{
	return m->seg.head && owner_pid_dead((struct segment *)&m->seg, pid) &&
	       __atomic_compare_exchange_n(lock, &pid, 0, false, __ATOMIC_RELAXED,
					   __ATOMIC_RELAXED);
}

void lock_take_value(const struct map *m, u32 *lock)
{
	for (u32 spins = 0;; spins++) {
		u32 word = 0;

		if (__atomic_compare_exchange_n(lock, &word, m->seg.pid, false, __ATOMIC_ACQUIRE,
						__ATOMIC_RELAXED))
			return;
		if (spins % SPINS == SPINS - 1)
			lock_free_orphan(m, lock, word);
		lock_wait(spins);
	}
}

void guard_clear(struct map *m, u32 *lock)
{
	for (u32 spins = 0;; spins++) {
		u32 word = __atomic_load_n(lock, __ATOMIC_SEQ_CST);

		if (!word)
			return;
		if (spins % SPINS == SPINS / 16 && owner_word_dead(&m->seg, word) &&
		    __atomic_compare_exchange_n(lock, &word, 0, false, __ATOMIC_SEQ_CST,
						__ATOMIC_RELAXED))
			return;
		lock_wait(spins);
	}
}
