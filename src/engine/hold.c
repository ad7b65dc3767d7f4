// SPDX-License-Identifier: BSD-2-Clause
#include "engine/hold.h"

#include <errno.h>
#include <linux/membarrier.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* `base` is held by no run: base.inner is the thread's first. */
static __thread struct hold base, *current;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* of `all` */
static struct hold *all;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key; /* its destructor ends a thread */
static bool key_made;
static bool slow_fence; /* no membarrier(2): all order their own accesses */

static int membarrier(int command)
{
	return (int)syscall(SYS_membarrier, command, 0, 0);
}

static void unlist(struct hold *h)
{
	struct hold **at = &all;

	while (*at && *at != h)
		at = &(*at)->next;
	if (*at)
		*at = h->next;
}

/* The thread ends: `first` is base.inner. */
static void thread_end(void *first)
{
	struct hold *h, *inner;

	pthread_mutex_lock(&lock);
	for (h = first; h; h = h->inner)
		unlist(h);
	pthread_mutex_unlock(&lock);
	for (h = first; h; h = inner) {
		inner = h->inner;
		if (h->state)
			h->state_free(h->state);
		free(h);
	}
	base.inner = NULL;
}

/* A child of fork() has one thread: the others' holds are nobody's. */
static void forked(void)
{
	struct hold *h;

	pthread_mutex_init(&lock, NULL);
	all = NULL;
	for (h = base.inner; h; h = h->inner) {
		h->next = all;
		all = h;
	}
}

static void start(void)
{
	slow_fence = membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED) != 0;
	key_made = !pthread_key_create(&key, thread_end);
	pthread_atfork(NULL, NULL, forked);
}

/* The library may be unloaded while threads live on. */
__attribute__((destructor)) static void stop(void)
{
	if (key_made)
		pthread_key_delete(key);
	thread_end(base.inner);
}

static struct hold *hold_new(struct hold *outer)
{
	struct hold *h = calloc(1, sizeof(*h));

	if (!h)
		return NULL;
	pthread_once(&once, start);
	h->outer = outer;
	if (outer == &base && key_made)
		pthread_setspecific(key, h);
	pthread_mutex_lock(&lock);
	outer->inner = h;
	h->next = all;
	all = h;
	pthread_mutex_unlock(&lock);
	return h;
}

struct hold *hold_current(void)
{
	return current;
}

void *hold_last_state(void)
{
	return base.inner ? base.inner->state : NULL;
}

static inline struct hold *next_hold(void)
{
	struct hold *outer = current ? current : &base;

	return outer->inner ? outer->inner : hold_new(outer);
}

/* Between publishing and what follows; the other half is in hold_wait. */
static inline void publish(struct hold *h, struct unit_prog *prog)
{
	if (slow_fence)
		__atomic_store_n(&h->prog, prog, __ATOMIC_SEQ_CST);
	else
		__atomic_store_n(&h->prog, prog, __ATOMIC_RELEASE);
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
}

struct hold *hold_enter(struct unit_prog *prog)
{
	struct hold *h = next_hold();

	if (h) {
		publish(h, prog);
		current = h;
	}
	return h;
}

struct hold *hold_enter_at(struct unit_prog *const *place)
{
	struct hold *h = next_hold();
	struct unit_prog *prog;

	if (!h)
		return NULL;
	do {
		prog = __atomic_load_n(place, __ATOMIC_ACQUIRE);
		publish(h, prog);
	} while (__atomic_load_n(place, __ATOMIC_SEQ_CST) != prog);
	current = h;
	return h;
}

void hold_leave(struct hold *h)
{
	current = h->outer == &base ? NULL : h->outer;
	__atomic_store_n(&h->prog, NULL, __ATOMIC_RELEASE);
}

static bool held(const struct unit *u)
{
	const struct hold *h;
	bool found = false;

	pthread_mutex_lock(&lock);
	for (h = all; h && !found; h = h->next) {
		uintptr_t prog = (uintptr_t)__atomic_load_n(&h->prog, __ATOMIC_SEQ_CST);

		found = prog >= (uintptr_t)u->progs &&
			prog < (uintptr_t)(u->progs + u->obj->prog_count);
	}
	pthread_mutex_unlock(&lock);
	return found;
}

bool hold_any(const struct unit *u)
{
	pthread_once(&once, start);
	if (!slow_fence)
		membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED);
	return u->progs && held(u);
}

void hold_wait(const struct unit *u)
{
	struct timespec pause = { 0, 1000 };

	pthread_once(&once, start);
	/* Whoever published a hold before this is seen; whoever does after it sees what the caller
	 * has put in the program's place. */
	if (!slow_fence)
		membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED);
	while (u->progs && held(u)) {
		nanosleep(&pause, NULL);
		if (pause.tv_nsec < 1000000)
			pause.tv_nsec *= 2;
	}
}
