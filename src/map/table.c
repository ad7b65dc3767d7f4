// SPDX-License-Identifier: BSD-2-Clause
#include "map/find.h"

#include <errno.h>
#include <sched.h>

/* Below this many elements links and bucket numbers fit 31 bits with room to spare. */
#define MAX_ELEMS (1u << 30)

u32 table_hash(const struct table *t, const void *key)
{
	switch (t->key_size) {
	case 4:
		return key_hash(t->seed, key, 4);
	case 8:
		return key_hash(t->seed, key, 8);
	case 16:
		return key_hash(t->seed, key, 16);
	default:
		return key_hash(t->seed, key, t->key_size);
	}
}

static void key_set(struct elem *e, const u8 *key, u32 size)
{
	u64 *word = e->key;

	for (; size >= 8; key += 8, size -= 8)
		WRITE_ONCE(*word++, LOAD(u64, key));
	if (size)
		WRITE_ONCE(*word, key_tail(key, size));
}

u32 table_find(const struct table *t, const void *key)
{
	switch (t->key_size) {
	case 4:
		return find_key(t, key, 4);
	case 8:
		return find_key(t, key, 8);
	case 16:
		return find_key(t, key, 16);
	default:
		return find_key(t, key, t->key_size);
	}
}

u32 table_find_at(struct table *t, struct bucket *b, const void *key, u32 hash, u32 **at)
{
	u32 *from = &b->head, link;

	while ((link = READ_ONCE(*from)) && !(link & LINK_END)) {
		struct elem *e = table_elem(t, link);

		if (READ_ONCE(e->hash) == hash && key_equal(e, key, t->key_size)) {
			*at = from;
			return link;
		}
		from = &e->next;
	}
	return 0;
}

/* Lists of a shelf hang on `next` too, under its lock; others look whether they are empty. Their
 * end is LINK_END alone with all bits: no bucket's. */
static u32 list_pop(struct table *t, u32 *list)
{
	u32 link = *list;

	if (link) {
		u32 next = READ_ONCE(table_elem(t, link)->next);

		WRITE_ONCE(*list, next & LINK_END ? 0 : next);
	}
	return link;
}

static void list_push(struct table *t, u32 *list, u32 link)
{
	STORE_RELEASE(table_elem(t, link)->next, *list ? *list : UINT32_MAX);
	WRITE_ONCE(*list, link);
}

/* Elements that a shelf gets at once of those that were never used. */
enum { REFILL = 16 };

struct shelf *table_shelf(struct table *t, u32 pool)
{
	if (t->pool_count > 1)
		return &t->shelves[pool];
	return &t->shelves[t->shelf_count > 1 ? (u32)sched_getcpu() % t->shelf_count : 0];
}

static u32 pool_of(const struct table *t, u32 link)
{
	return t->pool_count > 1 ? (link - 1) / t->pool_size : 0;
}

/* Shelf locked. One of some fresh elements; the others go to the shelf. 0: there are none. */
static u32 refill(struct table *t, struct pool *p, struct shelf *s)
{
	u32 from = READ_ONCE(p->fresh), n;

	do {
		n = MIN(p->end - from, (u32)REFILL);
		if (!n)
			return 0;
	} while (!__atomic_compare_exchange_n(&p->fresh, &from, from + n, false, __ATOMIC_RELAXED,
					      __ATOMIC_RELAXED));
	while (n > 1)
		list_push(t, &s->free, from + n--);
	return from + 1;
}

/* An element of a shelf, 0: it has none. False: its holder died. */
static bool shelf_pop(struct table *t, struct shelf *s, u32 *link)
{
	*link = 0;
	if (!READ_ONCE(s->free))
		return true;
	if (!guard_take_inner(t->map, &s->lock))
		return false;
	*link = list_pop(t, &s->free);
	lock_drop(&s->lock);
	return true;
}

u32 table_take(struct table *t, u32 pool)
{
	struct shelf *own = table_shelf(t, pool);
	u32 link;

	if (!guard_take_inner(t->map, &own->lock))
		return 0;
	link = list_pop(t, &own->free);
	if (!link)
		link = refill(t, &t->pools[pool], own);
	lock_drop(&own->lock);
	for (u32 i = 0; !link && i < t->shelf_count && t->pool_count == 1; i++)
		if (!shelf_pop(t, &t->shelves[i], &link))
			return 0;
	return link;
}

u32 table_take_swap(struct table *t, u32 old, struct shelf **shelf)
{
	struct shelf *s = table_shelf(t, pool_of(t, old));

	if (!guard_take_inner(t->map, &s->lock))
		return 0;
	*shelf = s;
	return s->spare;
}

static void elem_fill(struct table *t, u32 link, const void *key, u32 hash, u32 next)
{
	struct elem *e = table_elem(t, link);

	WRITE_ONCE(e->hash, hash);
	key_set(e, key, t->key_size);
	STORE_RELEASE(e->next, next);
}

void table_insert(struct table *t, struct bucket *b, u32 link, const void *key, u32 hash)
{
	u32 head = READ_ONCE(b->head);

	elem_fill(t, link, key, hash, head ? head : LINK_END | (hash & t->mask));
	STORE_RELEASE(b->head, link);
}

void table_swap(struct table *t, u32 *at, u32 old, u32 link, const void *key, u32 hash)
{
	elem_fill(t, link, key, hash, READ_ONCE(table_elem(t, old)->next));
	STORE_RELEASE(*at, link);
}

void table_spare(struct shelf *shelf, u32 old)
{
	shelf->spare = old;
	lock_drop(&shelf->lock);
}

void table_unlink(struct table *t, u32 *at, u32 link)
{
	STORE_RELEASE(*at, READ_ONCE(table_elem(t, link)->next));
}

void table_free(struct table *t, u32 link)
{
	struct shelf *s = table_shelf(t, pool_of(t, link));

	if (!guard_take_inner(t->map, &s->lock))
		return; /* it is found when the map is mended */
	list_push(t, &s->free, link);
	lock_drop(&s->lock);
}

int table_remove(struct table *t, struct map *m, const void *key, void *to, table_take_fn take)
{
	u32 hash = table_hash(t, key), link, *at;
	struct bucket *b = table_bucket(t, hash);

	guard_take(t->map, &b->lock);
	link = table_find_at(t, b, key, hash, &at);
	if (link) {
		table_unlink(t, at, link);
		if (take)
			take(m, to, link);
		table_free(t, link);
	}
	lock_drop(&b->lock);
	return link ? 0 : -ENOENT;
}

/* The key of an element whose bucket is locked. */
static void key_get(const struct table *t, u32 link, u8 *key)
{
	memcpy(key, table_elem(t, link)->key, t->key_size);
}

int table_next(struct table *t, const void *key, void *next_key)
{
	u32 slot = 0, link, *at;

	if (key) {
		u32 hash = table_hash(t, key);
		struct bucket *b = table_bucket(t, hash);

		guard_take(t->map, &b->lock);
		link = table_find_at(t, b, key, hash, &at);
		if (link) {
			slot = (hash & t->mask) + 1;
			link = READ_ONCE(table_elem(t, link)->next);
			if (!(link & LINK_END)) {
				key_get(t, link, next_key);
				lock_drop(&b->lock);
				return 0;
			}
		}
		lock_drop(&b->lock);
	}
	for (; slot <= t->mask; slot++) {
		struct bucket *b = (struct bucket *)t->buckets.data + slot;

		link = READ_ONCE(b->head);
		if (!link || (link & LINK_END))
			continue;
		guard_take(t->map, &b->lock);
		link = READ_ONCE(b->head);
		if (!(link & LINK_END))
			key_get(t, link, next_key);
		lock_drop(&b->lock);
		if (!(link & LINK_END))
			return 0;
	}
	return -ENOENT;
}

bool table_owns(const struct table *t, u32 value_size, const void *addr, size_t len)
{
	if (t->values.data)
		return slab_holds(&t->values, t->value_stride, 0, value_size, addr, len);
	return slab_holds(&t->elems, t->stride, t->value_off, value_size, addr, len);
}

static int table_alloc(struct table *t, struct map *m, u64 buckets)
{
	int err = slab_new(m, &t->buckets, buckets, sizeof(struct bucket));

	if (!err)
		err = slab_new(m, &t->pool_slab, t->pool_count, sizeof(struct pool));
	if (!err)
		err = slab_new(m, &t->elems, t->count, t->stride);
	if (!err && map_is_percpu(m))
		err = slab_new(m, &t->values, (u64)t->count * m->slots, t->value_stride);
	if (!err)
		err = slab_new(m, &t->shelf_slab, t->shelf_count, sizeof(struct shelf));
	t->pools = (struct pool *)t->pool_slab.data;
	t->shelves = (struct shelf *)t->shelf_slab.data;
	return err;
}

static void pools_init(struct table *t)
{
	u32 per = t->shelf_count / t->pool_count;

	for (u32 i = 0; i < t->pool_count; i++) {
		u32 first = i * t->pool_size, end = first + t->pool_max;

		t->pools[i] = (struct pool){ .first = first, .fresh = first, .end = end };
		for (u32 k = 0; k < per; k++)
			t->shelves[i * per + k] = (struct shelf){
				.spare = end + 1 + k,
				.hand = first + (u32)((u64)t->pool_max * k / per),
			};
	}
}

int table_init(struct table *t, struct map *m, u32 value_size, u32 pools)
{
	u32 spares = pools > 1 ? 1 : MAX(map_cpus(), 1u), per = m->def.max_entries / pools;
	u64 buckets = 1, stride;
	bool percpu = map_is_percpu(m);
	int err;

	if (m->def.max_entries > MAX_ELEMS || (u64)(per + spares) * pools > MAX_ELEMS)
		return -E2BIG;
	while (buckets < m->def.max_entries)
		buckets *= 2;
	t->mask = (u32)buckets - 1;
	t->key_size = m->def.key_size;
	t->value_stride = ROUND_UP(value_size, 8u);
	t->value_off = (u32)(sizeof(struct elem) + ROUND_UP((u64)t->key_size, 8));
	stride = (u64)t->value_off + (percpu ? 0 : t->value_stride);
	if (stride > UINT32_MAX)
		return -E2BIG;
	t->stride = (u32)stride;
	t->seed = m->def.flags & MAP_ZERO_SEED ? 0 : m->def.seed;
	t->pool_count = pools;
	t->pool_size = per + spares;
	t->pool_max = per;
	t->shelf_count = spares * pools;
	t->count = t->pool_size * pools;
	t->map = m;
	err = table_alloc(t, m, buckets);
	if (err)
		table_fini(t);
	else if (!m->seg.opening)
		pools_init(t);
	return err;
}

void table_fini(struct table *t)
{
	slab_fini(&t->buckets);
	slab_fini(&t->elems);
	slab_fini(&t->values);
	slab_fini(&t->pool_slab);
	slab_fini(&t->shelf_slab);
}
