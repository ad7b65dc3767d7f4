/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A spin lock of one u32 (0: free) for the few instructions of a map update. A thread that waits
 * long gives up its turn: the holder may have been preempted.
 */
#ifndef MAP_LOCK_H
#define MAP_LOCK_H

#include <sched.h>

#include "base/types.h"

static inline void lock_wait(u32 spins)
{
	if (spins % 1024 == 1023)
		sched_yield();
#if defined(__x86_64__)
	else
		__builtin_ia32_pause();
#endif
}

static inline void lock_take(u32 *lock)
{
	for (u32 spins = 0; __atomic_exchange_n(lock, 1, __ATOMIC_ACQUIRE); spins++)
		lock_wait(spins);
}

static inline void lock_drop(u32 *lock)
{
	__atomic_store_n(lock, 0, __ATOMIC_RELEASE);
}

#define READ_ONCE(x)	    __atomic_load_n(&(x), __ATOMIC_RELAXED)
#define WRITE_ONCE(x, v)    __atomic_store_n(&(x), (v), __ATOMIC_RELAXED)
#define LOAD_ACQUIRE(x)	    __atomic_load_n(&(x), __ATOMIC_ACQUIRE)
#define STORE_RELEASE(x, v) __atomic_store_n(&(x), (v), __ATOMIC_RELEASE)

#endif
