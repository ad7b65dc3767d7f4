// SPDX-License-Identifier: BSD-2-Clause
#include "map/area.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "map/ops.h"
#include "map/slab.h"

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif

struct area_map {
	struct area area;
	struct slab used_slab;
	u64 *used; /* a bit a page: allocated or reserved */
	u32 lock;
	u32 pages; /* of the arena */
	u64 page;  /* bytes */
	u64 hand;  /* where the search for free pages begins */
};

bool area_of(const struct map *m, struct area *out)
{
	const struct area_map *a = m->impl;

	if (m->def.type != MAP_TYPE_ARENA)
		return false;
	*out = a->area;
	return true;
}

static bool page_used(const struct area_map *a, u64 n)
{
	return a->used[n / 64] >> n % 64 & 1;
}

static void pages_mark(struct area_map *a, u64 first, u64 count, bool on)
{
	for (u64 n = first; n < first + count; n++) {
		u64 bit = 1ull << n % 64;

		a->used[n / 64] = on ? a->used[n / 64] | bit : a->used[n / 64] & ~bit;
	}
}

/* Pages from `first` on that are free, at most count. */
static u64 pages_free(const struct area_map *a, u64 first, u64 count)
{
	u64 n = 0;

	while (n < count && first + n < a->pages && !page_used(a, first + n))
		n++;
	return n;
}

/* Place of count free pages in [first, last), -1: there are none. */
static s64 pages_find(const struct area_map *a, u64 first, u64 last, u64 count)
{
	while (first < last && first + count <= a->pages) {
		u64 n = pages_free(a, first, count);

		if (n == count)
			return (s64)first;
		first += n + 1;
	}
	return -1;
}

/* Number of the page that `at` names by its lower 32 bits; ~0: it is not in the arena. */
static u64 page_at(const struct area_map *a, u64 at)
{
	u64 off = (u32)((u32)at - (u32)a->area.start);

	return off < a->area.size ? off / a->page : UINT64_MAX;
}

u64 area_alloc(struct map *m, u64 at, u32 pages)
{
	struct area_map *a = m->impl;
	s64 place = -1;

	if (at % a->page || !pages || pages > a->pages)
		return 0;
	lock_take(&a->lock);
	if (at) {
		u64 n = page_at(a, at);

		if (n != UINT64_MAX && pages_free(a, n, pages) == pages)
			place = (s64)n;
	} else {
		place = pages_find(a, a->hand, a->pages, pages);
		if (place < 0)
			place = pages_find(a, 0, a->hand, pages);
		if (place >= 0)
			a->hand = (u64)place + pages;
	}
	if (place >= 0)
		pages_mark(a, (u64)place, pages, true);
	lock_drop(&a->lock);
	return place < 0 ? 0 : a->area.start + (u64)place * a->page;
}

/* Their memory goes back to the system: the next who gets them finds zeros. */
void area_free(struct map *m, u64 at, u32 pages)
{
	struct area_map *a = m->impl;
	u64 n = page_at(a, at & ~(a->page - 1)), count;

	if (n == UINT64_MAX)
		return;
	count = MIN((u64)pages, a->pages - n);
	lock_take(&a->lock);
	madvise((void *)(uintptr_t)(a->area.start + n * a->page), count * a->page, MADV_DONTNEED);
	pages_mark(a, n, count, false);
	a->hand = MIN(a->hand, n);
	lock_drop(&a->lock);
}

int area_reserve(struct map *m, u64 at, u32 pages)
{
	struct area_map *a = m->impl;
	u64 n = page_at(a, at);
	int err = 0;

	if (!pages)
		return 0;
	if (at % a->page || n == UINT64_MAX || pages > a->pages - n)
		return -EINVAL;
	lock_take(&a->lock);
	if (pages_free(a, n, pages) == pages)
		pages_mark(a, n, pages, true);
	else
		err = -EBUSY;
	lock_drop(&a->lock);
	return err;
}

static int area_check(const struct map_def *def, struct diag *d)
{
	u64 page = (u64)sysconf(_SC_PAGESIZE), size = def->max_entries * page;

	if (!(def->flags & MAP_MMAPABLE))
		return map_refuse(def, d, -EINVAL, "an arena needs the flag MMAPABLE");
	if (def->extra % page)
		return map_refuse(def, d, -EINVAL,
				  "map_extra 0x%llx: an address that %llu does not divide",
				  (unsigned long long)def->extra, (unsigned long long)page);
	if (size > AREA_WINDOW)
		return map_refuse(def, d, -E2BIG, "max_entries %u: more than 4 GiB",
				  def->max_entries);
	if (def->extra >> 32 != (def->extra + size - 1) >> 32)
		return map_refuse(def, d, -ERANGE,
				  "map_extra 0x%llx: the arena crosses a multiple of 4 GiB",
				  (unsigned long long)def->extra);
	return 0;
}

static void *reserve(u64 at, u64 size, int prot, int flags)
{
	return mmap((void *)(uintptr_t)at, size, prot,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | flags, -1, 0);
}

/* The window that holds `want`, or anywhere; 0: it is taken, or there is no memory. */
static u64 window_new(u64 want)
{
	u64 total = AREA_WINDOW + 2 * AREA_GUARD, window = want & ~(AREA_WINDOW - 1);
	int prot = PROT_READ | PROT_WRITE;
	u64 room, end;
	void *all;

	if (want) {
		all = reserve(window - AREA_GUARD, total, prot, MAP_FIXED_NOREPLACE);
		if (all == MAP_FAILED)
			return 0;
		if ((u64)(uintptr_t)all == window - AREA_GUARD)
			return window;
		munmap(all, total); /* a kernel that took the address for a hint */
		return 0;
	}
	all = reserve(0, total + AREA_WINDOW, PROT_NONE, 0);
	if (all == MAP_FAILED)
		return 0;
	room = (u64)(uintptr_t)all;
	end = room + total + AREA_WINDOW;
	window = ROUND_UP(room + AREA_GUARD, AREA_WINDOW);
	if (window - AREA_GUARD > room)
		munmap(all, window - AREA_GUARD - room);
	if (end > window + AREA_WINDOW + AREA_GUARD)
		munmap((void *)(uintptr_t)(window + AREA_WINDOW + AREA_GUARD),
		       end - (window + AREA_WINDOW + AREA_GUARD));
	if (mprotect((void *)(uintptr_t)(window - AREA_GUARD), total, prot)) {
		munmap((void *)(uintptr_t)(window - AREA_GUARD), total);
		return 0;
	}
	return window;
}

static int area_create(struct map *m)
{
	struct area_map *a = calloc(1, sizeof(*a));
	u64 window;
	int err;

	if (!a)
		return -ENOMEM;
	a->page = (u64)sysconf(_SC_PAGESIZE);
	a->pages = m->def.max_entries;
	a->area.size = a->pages * a->page;
	err = slab_new(m, &a->used_slab, ROUND_UP((u64)a->pages, 64) / 64, sizeof(u64));
	window = err ? 0 : window_new(m->def.extra);
	if (!window) {
		slab_fini(&a->used_slab);
		free(a);
		return -ENOMEM;
	}
	a->used = (u64 *)a->used_slab.data;
	a->area.window = window;
	/* Not at the window's begin where that can be: there, an address would look like NULL. */
	a->area.start =
		m->def.extra ? m->def.extra : window + MIN(AREA_GUARD, AREA_WINDOW - a->area.size);
	m->impl = a;
	return 0;
}

static void area_destroy(struct map *m)
{
	struct area_map *a = m->impl;

	munmap((void *)(uintptr_t)(a->area.window - AREA_GUARD), AREA_WINDOW + 2 * AREA_GUARD);
	slab_fini(&a->used_slab);
	free(a);
}

static bool area_owns(const struct map *m, const void *addr, size_t len)
{
	const struct area_map *a = m->impl;
	u64 off = (u64)(uintptr_t)addr - a->area.start;

	return off < a->area.size && len <= a->area.size - off;
}

static void *area_lookup(struct map *m, const void *key, u32 cpu)
{
	return NULL;
}

static int area_update(struct map *m, const void *key, const void *value, u64 flags, u32 cpu)
{
	return -EOPNOTSUPP;
}

static int area_remove(struct map *m, const void *key)
{
	return -EOPNOTSUPP;
}

static int area_next(struct map *m, const void *key, void *next_key)
{
	return -EOPNOTSUPP;
}

static int area_read(struct map *m, const void *key, void *value)
{
	return -EINVAL;
}

const struct map_ops arena_ops = {
	.type = MAP_TYPE_ARENA,
	.check = area_check,
	.create = area_create,
	.destroy = area_destroy,
	.lookup = area_lookup,
	.update = area_update,
	.remove = area_remove,
	.next = area_next,
	.read = area_read,
	.owns = area_owns,
};
