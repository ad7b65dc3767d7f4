// SPDX-License-Identifier: BSD-2-Clause
/* Run states and their packet buffers, which lie below 4 GiB. */
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "engine/hold.h"
#include "user/run.h"

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif

/* Try places below 4 GiB until one is free: the kernel's own choice of a 32-bit address where it
 * has one, then every 16 MiB. */
static u8 *low_map(size_t size)
{
	int prot = PROT_READ | PROT_WRITE, flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
	void *p;

#ifdef MAP_32BIT
	p = mmap(NULL, size, prot, flags | MAP_32BIT, -1, 0);
	if (p != MAP_FAILED)
		return p;
#endif
	for (u64 at = 0x40000000; at < 0xf0000000; at += 0x1000000) {
		p = mmap((void *)(uintptr_t)at, size, prot, flags | MAP_FIXED_NOREPLACE, -1, 0);
		if (p == MAP_FAILED)
			continue;
		if ((u64)(uintptr_t)p + size <= UINT32_MAX)
			return p;
		munmap(p, size);
	}
	return NULL;
}

static void run_free(void *state)
{
	struct user_run *run = state;

	munmap(run->buffer, BUFFER_SIZE);
	vec_fini(&run->records);
	free(run);
}

static struct user_run *run_new(struct hold *h, struct diag *d)
{
	struct user_run *run = aligned_alloc(64, ROUND_UP(sizeof(*run), 64));

	if (!run) {
		diag_nomem(d);
		return NULL;
	}
	memset(run, 0, sizeof(*run));
	run->vm.host = run;
	run->buffer = low_map(BUFFER_SIZE);
	if (!run->buffer) {
		diag_error(d, -ENOMEM, NOWHERE, "no room for a packet below 4 GiB of the process");
		diag_hint(d, "contexts hold 32-bit packet addresses; unmap something low, or run "
			     "the program in a process of its own");
		free(run);
		return NULL;
	}
	h->state = run;
	h->state_free = run_free;
	return run;
}

struct user_run *run_take(struct diag *d)
{
	struct hold *h = hold_current();

	return h->state ? h->state : run_new(h, d);
}
