// SPDX-License-Identifier: BSD-2-Clause
/*
 * A generator drives random sequences of operations against a map of ours and the same one of the
 * running kernel: results, errors and contents agree at every step. Where Linux leaves an order
 * open (hash tables), walks are compared as sets; LRU maps are held to what Linux promises.
 *
 * SKEP_MAP_STEPS: operations a type, 2,000 by default. SKEP_MAP_SEED: of the generator.
 */
#include "pair.h"

#include <linux/perf_event.h>
#include <stdlib.h>

enum { KEYS_MAX = 8192 };

static u32 steps(void)
{
	const char *text = getenv("SKEP_MAP_STEPS"), *seed = getenv("SKEP_MAP_SEED");

	rng_state = seed ? strtoull(seed, NULL, 0) : 1;
	return text ? (u32)strtoul(text, NULL, 0) : 2000;
}

struct storm {
	struct pair p;
	struct map_def def;
	u32 range;    /* of keys */
	bool ordered; /* the kernel's order of keys is ours, too */
	bool batches;
	void (*key)(const struct storm *s, u8 *key);
};

static void index_key(const struct storm *s, u8 *key)
{
	memset(key, 0, s->def.key_size);
	STORE(u32, key, rng(s->range));
}

/* Prefixes from few bytes, so that they nest, replace and fork often; now and then one too long. */
static void prefix_key(const struct storm *s, u8 *key)
{
	u32 bytes = s->def.key_size - 4;

	STORE(u32, key, rng(10) ? rng(bytes * 8 + 1) : bytes * 8 + rng(3));
	for (u32 n = 0; n < bytes; n++)
		key[4 + n] = (u8)(rng(4) ? 0 : rng(256));
}

static u32 sort_size;
static int by_bytes(const void *a, const void *b)
{
	return memcmp(a, b, sort_size);
}

/* All keys of ours, or of the kernel's; packed. */
static u32 keys_of(const struct pair *p, bool kernel, u8 *keys)
{
	u32 n = 0, size = p->ours->def.key_size;
	u8 *last = NULL;

	for (; n < KEYS_MAX; n++, last = keys + (size_t)(n - 1) * size) {
		u8 *to = keys + (size_t)n * size;

		if (kernel ? kernel_elem(BPF_MAP_GET_NEXT_KEY, p->fd, last, to, 0)
			   : map_next(p->ours, last, to))
			break;
	}
	return n;
}

static void same_keys(const struct storm *s)
{
	static u8 a[KEYS_MAX * KEY_MAX], b[KEYS_MAX * KEY_MAX];
	u32 n = keys_of(&s->p, false, a);

	sort_size = s->def.key_size;
	assert_int_equal(n, keys_of(&s->p, true, b));
	if (!s->ordered) {
		qsort(a, n, sort_size, by_bytes);
		qsort(b, n, sort_size, by_bytes);
	}
	assert_memory_equal(a, b, (size_t)n * sort_size);
}

/* Every element by every key there is. */
static void same_contents(struct storm *s)
{
	static u8 keys[KEYS_MAX * KEY_MAX];
	u32 n;

	same_keys(s);
	n = keys_of(&s->p, true, keys);
	for (u32 i = 0; i < n; i++)
		do_read(&s->p, keys + (size_t)i * s->def.key_size);
}

/* After a key that is there, or not, or none: the type's order, or at least whether there is one.
 */
static void do_next(struct storm *s)
{
	u8 key[KEY_MAX], a[KEY_MAX], b[KEY_MAX];
	bool first = !rng(4);
	int ours, theirs;

	s->key(s, key);
	ours = map_next(s->p.ours, first ? NULL : key, a);
	theirs = kernel_elem(BPF_MAP_GET_NEXT_KEY, s->p.fd, first ? NULL : key, b, 0);
	if (s->ordered || first)
		same("next", ours, theirs);
	if (s->ordered && !ours)
		assert_memory_equal(a, b, s->def.key_size);
}

/* A walk that deletes what it finds goes on from a key that is gone, and ends with all of them. */
static void walk_deleting(struct storm *s)
{
	for (int side = 0; side < 2; side++) {
		u8 key[KEY_MAX], *last = NULL;
		u32 n = 0;

		for (; n <= KEYS_MAX; n++, last = key) {
			if (side ? kernel_elem(BPF_MAP_GET_NEXT_KEY, s->p.fd, last, key, 0)
				 : map_next(s->p.ours, last, key))
				break;
			if (side)
				kernel_elem(BPF_MAP_DELETE_ELEM, s->p.fd, key, NULL, 0);
			else
				map_remove(s->p.ours, key);
		}
		assert_true(n <= KEYS_MAX);
	}
	same_keys(s);
}

/* ---- batches ---- */

static int kernel_batch(int fd, enum map_batch_op op, struct map_batch *b)
{
	static const int cmds[] = { BPF_MAP_LOOKUP_BATCH, BPF_MAP_LOOKUP_AND_DELETE_BATCH,
				    BPF_MAP_UPDATE_BATCH, BPF_MAP_DELETE_BATCH };
	union bpf_attr attr = { 0 };
	int err;

	attr.batch.map_fd = (u32)fd;
	attr.batch.in_batch = (uintptr_t)b->from;
	attr.batch.out_batch = (uintptr_t)b->to;
	attr.batch.keys = (uintptr_t)b->keys;
	attr.batch.values = (uintptr_t)b->values;
	attr.batch.count = b->count;
	attr.batch.elem_flags = b->elem_flags;
	attr.batch.flags = b->flags;
	err = bpf(cmds[op], &attr);
	b->count = attr.batch.count;
	return err;
}

enum { BATCH_MAX = 64 };
struct batch_room {
	u8 keys[KEYS_MAX * KEY_MAX];
	u8 values[BATCH_MAX * VALUE_MAX];
	u8 place[KEY_MAX];
};
static struct batch_room room_a, room_b;

/* Keys and values that are given: both do as many, with the same end. */
static void batch_write(struct storm *s, bool remove)
{
	static const u64 flags[] = { 0, 0, 0, 0, 0, 1, 4, 8 };
	struct map_batch a = { .keys = room_a.keys, .values = room_a.values, .count = rng(9) }, b;
	u32 size = (u32)map_read_size(s->p.ours);

	for (u32 i = 0; i < a.count; i++) {
		s->key(s, room_a.keys + (size_t)i * s->def.key_size);
		fill_random(room_a.values + (size_t)i * size, size);
	}
	a.elem_flags = flags[rng(ARRAY_SIZE(flags))];
	b = a;
	same("batch", map_batch(s->p.ours, remove ? BATCH_REMOVE : BATCH_WRITE, &a),
	     kernel_batch(s->p.fd, remove ? BATCH_REMOVE : BATCH_WRITE, &b));
	assert_int_equal(a.count, b.count);
}

static void batch_of(struct map_batch *b, struct batch_room *room, u32 count, bool first)
{
	*b = (struct map_batch){ .from = first ? NULL : room->place,
				 .to = room->place,
				 .keys = room->keys,
				 .values = room->values,
				 .count = count };
}

/* Keys that batches of at most `count` find; values are compared to the kernel's. */
static u32 batch_walk(struct storm *s, bool kernel, bool take, u32 count, u8 *keys)
{
	struct batch_room *room = kernel ? &room_b : &room_a;
	enum map_batch_op op = take ? BATCH_TAKE : BATCH_READ;
	u32 size = s->def.key_size, n = 0;
	struct map_batch b;
	int err = 0;

	for (bool first = true; !err; first = false) {
		batch_of(&b, room, count, first);
		err = kernel ? kernel_batch(s->p.fd, op, &b) : map_batch(s->p.ours, op, &b);
		if (err == -ENOSPC && count < BATCH_MAX) { /* a bucket of more: again, with room */
			count = BATCH_MAX;
			err = 0;
			continue;
		}
		if (err && err != -ENOENT)
			fail_msg("batch: %s gives %d", kernel ? "the kernel" : "ours", err);
		assert_true(n + b.count <= KEYS_MAX);
		memcpy(keys + (size_t)n * size, room->keys, (size_t)b.count * size);
		n += b.count;
	}
	return n;
}

static void batch_read(struct storm *s, bool take)
{
	static u8 a[KEYS_MAX * KEY_MAX], b[KEYS_MAX * KEY_MAX];
	u32 count = 8 + rng(BATCH_MAX - 8), n = batch_walk(s, false, take, count, a);

	assert_int_equal(n, batch_walk(s, true, take, count, b));
	sort_size = s->def.key_size;
	if (!s->ordered) {
		qsort(a, n, sort_size, by_bytes);
		qsort(b, n, sort_size, by_bytes);
	}
	assert_memory_equal(a, b, (size_t)n * sort_size);
	if (s->ordered)
		assert_memory_equal(room_a.place, room_b.place, s->def.key_size);
}

/* What is refused before anything is done. */
static void batch_refusals(struct storm *s)
{
	for (u32 op = BATCH_READ; op <= BATCH_REMOVE; op++) {
		for (u32 bad = 0; bad < 4; bad++) {
			struct map_batch a, b;

			batch_of(&a, &room_a, bad == 3 ? 0 : 4, true);
			memset(room_a.keys, 0, sizeof(room_a.keys));
			memset(room_b.keys, 0, sizeof(room_b.keys));
			batch_of(&b, &room_b, bad == 3 ? 0 : 4, true);
			a.elem_flags = b.elem_flags = bad == 0 ? 1 : bad == 1 ? 4 : 0;
			a.flags = b.flags = bad == 2 ? 1 : 0;
			if (bad == 2 && op >= BATCH_WRITE)
				continue;
			if (bad == 2 && (s->ordered || !s->batches))
				continue;
			same("refused batch", map_batch(s->p.ours, op, &a),
			     kernel_batch(s->p.fd, op, &b));
			assert_int_equal(a.count, b.count);
		}
	}
	same_keys(s);
}

static void batch_step(struct storm *s)
{
	bool array = s->def.type == MAP_TYPE_ARRAY || s->def.type == MAP_TYPE_PERCPU_ARRAY;
	bool lpm = s->def.type == MAP_TYPE_LPM_TRIE;

	switch (rng(4)) {
	case 0:
		batch_write(s, !array && rng(2));
		break;
	case 1:
		batch_read(s, !array && !lpm && !rng(4));
		break;
	case 2:
		batch_read(s, false);
		break;
	default:
		batch_refusals(s);
	}
}

/* ---- the storm ---- */

static void step(struct storm *s)
{
	static const u64 flags[] = { 0, 0, 0, 0, 1, 2, 3, 4, 5, 8, 1ull << 40 };
	u8 key[KEY_MAX] = { 0 }, value[VALUE_MAX];

	s->key(s, key);
	switch (rng(10)) {
	case 0:
	case 1:
		do_remove(&s->p, key);
		break;
	case 2:
		do_take(&s->p, key);
		break;
	case 3:
	case 4:
		do_read(&s->p, key);
		break;
	case 5:
		do_next(s);
		break;
	default:
		fill_random(value, (u32)map_read_size(s->p.ours));
		do_write(&s->p, key, value, flags[rng(ARRAY_SIZE(flags))]);
	}
}

static void storm(struct storm s)
{
	u32 count = steps();

	need_kernel();
	pair_make(&s.p, &s.def);
	for (u32 i = 1; i <= count; i++) {
		step(&s);
		if (i % 100 == 0)
			same_contents(&s);
		if (s.batches && i % 20 == 0)
			batch_step(&s);
		if (i % 1000 == 0)
			walk_deleting(&s);
	}
	same_contents(&s);
	pair_drop(&s.p);
}

static void arrays_agree(void **state)
{
	storm((struct storm){ .def = { .type = MAP_TYPE_ARRAY,
				       .key_size = 4,
				       .value_size = 13,
				       .max_entries = 20 },
			      .range = 25,
			      .ordered = true,
			      .batches = true,
			      .key = index_key });
	storm((struct storm){ .def = { .type = MAP_TYPE_PERCPU_ARRAY,
				       .key_size = 4,
				       .value_size = 12,
				       .max_entries = 9 },
			      .range = 11,
			      .ordered = true,
			      .batches = true,
			      .key = index_key });
}

static void hash_storm(u32 type, u32 key_size, u32 value_size, u32 entries, u32 range, u32 flags)
{
	storm((struct storm){ .def = { .type = type,
				       .key_size = key_size,
				       .value_size = value_size,
				       .max_entries = entries,
				       .flags = flags },
			      .range = range,
			      .batches = true,
			      .key = index_key });
}

static void hashes_agree(void **state)
{
	hash_storm(MAP_TYPE_HASH, 4, 10, 24, 40, 0);
	hash_storm(MAP_TYPE_HASH, 13, 8, 300, 400, MAP_NO_PREALLOC);
	hash_storm(MAP_TYPE_HASH, 16, 64, 1000, 1100, MAP_ZERO_SEED);
}

static void percpu_hashes_agree(void **state)
{
	hash_storm(MAP_TYPE_PERCPU_HASH, 4, 20, 10, 14, 0);
	hash_storm(MAP_TYPE_PERCPU_HASH, 8, 8, 100, 120, MAP_NO_PREALLOC);
}

static void lru_hashes_agree_while_there_is_room(void **state)
{
	hash_storm(MAP_TYPE_LRU_HASH, 4, 8, 4096, 60, 0);
	hash_storm(MAP_TYPE_LRU_HASH, 4, 8, 4096, 60, MAP_NO_COMMON_LRU);
	hash_storm(MAP_TYPE_LRU_PERCPU_HASH, 8, 8, 4096, 60, 0);
}

static void tries_agree(void **state)
{
	static const struct {
		u32 bytes, entries;
	} sizes[] = { { 1, 300 }, { 4, 30 }, { 4, 4000 }, { 16, 500 } };

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++)
		storm((struct storm){ .def = { .type = MAP_TYPE_LPM_TRIE,
					       .key_size = 4 + sizes[i].bytes,
					       .value_size = 5,
					       .max_entries = sizes[i].entries,
					       .flags = MAP_NO_PREALLOC },
				      .ordered = true,
				      .batches = true,
				      .key = prefix_key });
}

/* 1 is the loopback device; devices of other numbers are not asked for. */
static void redirect_storm(u32 type, u32 value_size, u32 entries, u32 range)
{
	static const u64 flags[] = { 0, 0, 0, 1, 2, 3, 4 };
	static const u32 sizes[] = { 0, 1, 192, 16384, 16385, UINT32_MAX };
	bool cpus = type == MAP_TYPE_CPUMAP;
	struct storm s = { .def = { .type = type,
				    .key_size = 4,
				    .value_size = value_size,
				    .max_entries = entries },
			   .range = range,
			   .ordered = type != MAP_TYPE_DEVMAP_HASH,
			   .key = index_key };
	/* The kernel starts and ends a thread for every entry of a cpumap. */
	u32 count = cpus ? MIN(steps() / 20, 2000u) : steps();

	need_kernel();
	pair_make(&s.p, &s.def);
	for (u32 i = 0; i < count; i++) {
		u32 key = rng(range), value[2] = { cpus ? sizes[rng(6)] : rng(2), 0 };

		switch (rng(6)) {
		case 0:
			do_remove(&s.p, &key);
			break;
		case 1:
			do_read(&s.p, &key);
			break;
		case 2:
			do_next(&s);
			break;
		case 3:
			do_take(&s.p, &key);
			break;
		default:
			do_write(&s.p, &key, value, flags[rng(ARRAY_SIZE(flags))]);
		}
		if (i % 100 == 0)
			same_contents(&s);
	}
	same_contents(&s);
	pair_drop(&s.p);
}

static void redirect_maps_agree(void **state)
{
	redirect_storm(MAP_TYPE_DEVMAP, 4, 6, 9);
	redirect_storm(MAP_TYPE_DEVMAP, 8, 6, 9);
	redirect_storm(MAP_TYPE_DEVMAP_HASH, 4, 6, 9);
	redirect_storm(MAP_TYPE_DEVMAP_HASH, 8, 100, 120);
	redirect_storm(MAP_TYPE_CPUMAP, 4, 64, 70);
}

static void queues_and_stacks_agree(void **state)
{
	static const u64 flags[] = { 0, 0, 0, 2, 1, 3, 4, 8 };

	need_kernel();
	for (u32 t = 0; t < 2; t++) {
		struct map_def def = { .type = t ? MAP_TYPE_STACK : MAP_TYPE_QUEUE,
				       .value_size = 11,
				       .max_entries = 5 };
		u32 count = steps();
		u8 key[4] = { 0 };
		struct pair p;

		pair_make(&p, &def);
		for (u32 i = 0; i < count; i++) {
			u8 value[16];

			fill_random(value, sizeof(value));
			switch (rng(6)) {
			case 0:
			case 1:
			case 2:
				do_write(&p, key, value, flags[rng(ARRAY_SIZE(flags))]);
				break;
			case 3:
				do_take(&p, key);
				break;
			case 4:
				do_read(&p, key);
				break;
			default:
				do_remove(&p, key);
			}
		}
		for (u32 i = 0; i < 6; i++)
			do_take(&p, key);
		pair_drop(&p);
	}
}

static void bloom_filters_know_their_members(void **state)
{
	struct map_def def = {
		.type = MAP_TYPE_BLOOM_FILTER, .value_size = 8, .max_entries = 5000, .extra = 3
	};
	u32 count = steps(), wrong[2] = { 0 };
	struct pair p;
	u64 key = 0, value;

	need_kernel();
	pair_make(&p, &def);
	for (u64 i = 0; i < MIN(count, 5000u); i++) {
		value = i * 3;
		do_write(&p, &key, &value, rng(4) ? 0 : rng(4));
		do_write(&p, &key, &value, 0);
	}
	for (u64 i = 0; i < MIN(count, 5000u); i++) {
		value = i * 3;
		assert_int_equal(map_read(p.ours, &key, &value), 0);
		assert_int_equal(kernel_elem(BPF_MAP_LOOKUP_ELEM, p.fd, NULL, &value, 0), 0);
		value = i * 3 + 1;
		wrong[0] += !map_read(p.ours, &key, &value);
		wrong[1] += !kernel_elem(BPF_MAP_LOOKUP_ELEM, p.fd, NULL, &value, 0);
	}
	/* Three hashes, 1.44 bits each: one in eight errs when the filter is full. */
	assert_true(wrong[0] < MIN(count, 5000u) / 4 && wrong[1] < MIN(count, 5000u) / 4);
	pair_drop(&p);
}

/* ---- LRU at its limit ---- */

struct promise {
	u64 last[2048]; /* what was written last; 0: nothing, or it was deleted */
	u32 lost;
};

static void keep_promise(struct promise *l, u32 key, int err, u64 value)
{
	if (err == -ENOENT && l->last[key])
		l->lost++;
	else if (!err)
		assert_int_equal(value, l->last[key]);
	else
		assert_int_equal(err, -ENOENT);
	if (err)
		l->last[key] = 0;
}

/* A full LRU map takes every key, keeps what was written just now, never shows another value than
 * the last, and never holds more than it may. */
static void lru_storm(u32 flags, u32 entries)
{
	struct map_def def = { .type = MAP_TYPE_LRU_HASH,
			       .key_size = 4,
			       .value_size = 8,
			       .max_entries = entries,
			       .flags = flags };
	static struct promise ours, theirs;
	static u8 keys[KEYS_MAX * KEY_MAX];
	u32 count = steps();
	struct pair p;

	memset(&ours, 0, sizeof(ours));
	memset(&theirs, 0, sizeof(theirs));
	pair_make(&p, &def);
	for (u64 i = 1; i <= count; i++) {
		u32 key = rng(2048);
		u64 value = i, a = 0, b = 0;
		int err;

		switch (rng(4)) {
		case 0:
			err = map_read(p.ours, &key, &a);
			keep_promise(&ours, key, err, a);
			err = kernel_elem(BPF_MAP_LOOKUP_ELEM, p.fd, &key, &b, 0);
			keep_promise(&theirs, key, err, b);
			break;
		case 1:
			map_remove(p.ours, &key);
			kernel_elem(BPF_MAP_DELETE_ELEM, p.fd, &key, NULL, 0);
			ours.last[key] = theirs.last[key] = 0;
			break;
		default:
			do_write(&p, &key, &value, 0);
			ours.last[key] = theirs.last[key] = value;
			assert_int_equal(map_read(p.ours, &key, &a), 0);
			assert_int_equal(a, value);
		}
		if (i % 500 == 0) {
			assert_true(keys_of(&p, false, keys) <= p.ours->def.max_entries);
			assert_true(keys_of(&p, true, keys) <= p.ours->def.max_entries);
		}
	}
	assert_true(ours.lost && theirs.lost);
	/* Linux evicts in batches and per CPU, so it may keep fewer; never the other way round. */
	assert_true(ours.lost <= theirs.lost + theirs.lost / 8 + 16);
	pair_drop(&p);
}

static void full_lru_hashes_keep_linux_promises(void **state)
{
	need_kernel();
	lru_storm(0, 128);
	lru_storm(0, 300);
	lru_storm(MAP_NO_COMMON_LRU, 128);
}

/* ---- maps of maps ---- */

enum { INNER = 4 };
static struct {
	struct map *map;
	int fd;
	u32 id;
} inner[INNER];

static u32 inner_id(void *ref)
{
	for (u32 i = 0; i < INNER; i++)
		if (inner[i].map == ref)
			return inner[i].id;
	return 0;
}

static void inner_make(const struct map_def *def, const struct map_def *other)
{
	for (u32 i = 0; i < INNER; i++) {
		struct bpf_map_info info = { 0 };
		union bpf_attr attr = { 0 };
		const struct map_def *d = i == INNER - 1 ? other : def;

		assert_int_equal(map_create(&inner[i].map, d, NULL), 0);
		inner[i].fd = kernel_create(d);
		attr.info.bpf_fd = (u32)inner[i].fd;
		attr.info.info_len = sizeof(info);
		attr.info.info = (uintptr_t)&info;
		assert_int_equal(bpf(BPF_OBJ_GET_INFO_BY_FD, &attr), 0);
		inner[i].id = info.id;
	}
}

/* The last inner map differs from the template and is refused. */
static void maps_of_maps_agree(void **state)
{
	static const u64 flags[] = { 0, 0, 0, 1, 2, 3, 4 };
	static const u32 types[] = { MAP_TYPE_ARRAY_OF_MAPS, MAP_TYPE_HASH_OF_MAPS };
	struct map_def plain = {
		.type = MAP_TYPE_HASH, .key_size = 4, .value_size = 8, .max_entries = 4
	};
	struct map_def other = plain;

	need_kernel();
	other.value_size = 16;
	inner_make(&plain, &other);
	for (u32 t = 0; t < 2; t++) {
		struct storm s = { .def = { .type = types[t],
					    .key_size = 4,
					    .value_size = 4,
					    .max_entries = 6,
					    .inner = &plain },
				   .range = 8,
				   .ordered = !t,
				   .batches = true,
				   .key = index_key };
		u32 count = steps() / 4; /* the kernel waits for its readers at each replacement */

		pair_make(&s.p, &s.def);
		s.p.ours->ref_id = inner_id;
		for (u32 i = 1; i <= count; i++) {
			u32 key = rng(8), n = rng(INNER);
			u64 flag = flags[rng(ARRAY_SIZE(flags))];

			switch (rng(6)) {
			case 0:
				do_remove(&s.p, &key);
				break;
			case 1:
				do_take(&s.p, &key);
				break;
			case 2:
				do_read(&s.p, &key);
				break;
			default:
				same("replace", map_ref_set(s.p.ours, &key, inner[n].map, flag),
				     kernel_elem(BPF_MAP_UPDATE_ELEM, s.p.fd, &key, &inner[n].fd,
						 flag));
			}
			if (i % 50 == 0)
				same_contents(&s);
			if (i % 100 == 0)
				batch_read(&s, t && rng(2));
		}
		same_contents(&s);
		pair_drop(&s.p);
	}
	for (u32 i = 0; i < INNER; i++) {
		map_free(inner[i].map);
		close(inner[i].fd);
	}
}

static int kernel_prog(u32 *id)
{
	static const struct bpf_insn code[] = { { .code = 0xb7 }, { .code = 0x95 } };
	struct bpf_prog_info info = { 0 };
	union bpf_attr attr = { 0 };
	int fd;

	attr.prog_type = BPF_PROG_TYPE_SOCKET_FILTER;
	attr.insns = (uintptr_t)code;
	attr.insn_cnt = ARRAY_SIZE(code);
	attr.license = (uintptr_t) "GPL";
	fd = bpf(BPF_PROG_LOAD, &attr);
	assert_true(fd >= 0);
	memset(&attr, 0, sizeof(attr));
	attr.info.bpf_fd = (u32)fd;
	attr.info.info_len = sizeof(info);
	attr.info.info = (uintptr_t)&info;
	assert_int_equal(bpf(BPF_OBJ_GET_INFO_BY_FD, &attr), 0);
	*id = info.id;
	return fd;
}

static int kernel_perf_event(void)
{
	struct perf_event_attr attr = { .type = PERF_TYPE_SOFTWARE,
					.size = sizeof(attr),
					.config = PERF_COUNT_SW_BPF_OUTPUT,
					.sample_type = PERF_SAMPLE_RAW };

	return (int)syscall(SYS_perf_event_open, &attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
}

static u32 object_id(void *ref)
{
	return *(u32 *)ref;
}

static void object_storm(u32 type)
{
	struct storm s = {
		.def = { .type = type, .key_size = 4, .value_size = 4, .max_entries = 6 },
		.range = 8,
		.ordered = true,
		.key = index_key,
	};
	u32 count = steps() / 4, id[2] = { 0 };
	int fd[2];

	for (u32 i = 0; i < 2; i++) {
		fd[i] = type == MAP_TYPE_PROG_ARRAY ? kernel_prog(&id[i]) : kernel_perf_event();
		assert_true(fd[i] >= 0);
	}
	pair_make(&s.p, &s.def);
	s.p.ours->ref_id = object_id;
	for (u32 i = 1; i <= count; i++) {
		u32 key = rng(8), n = rng(2);

		switch (rng(7)) {
		case 0:
			do_remove(&s.p, &key);
			break;
		case 1:
			do_take(&s.p, &key);
			break;
		case 2:
			do_read(&s.p, &key);
			break;
		case 3:
			do_next(&s);
			break;
		default: {
			u64 flag = rng(4) ? 0 : rng(4);

			same("replace", map_ref_set(s.p.ours, &key, &id[n], flag),
			     kernel_elem(BPF_MAP_UPDATE_ELEM, s.p.fd, &key, &fd[n], flag));
		}
		}
		if (i % 100 == 0)
			same_contents(&s);
	}
	pair_drop(&s.p);
	close(fd[0]);
	close(fd[1]);
}

static void arrays_of_programs_and_events_agree(void **state)
{
	need_kernel();
	object_storm(MAP_TYPE_PROG_ARRAY);
	object_storm(MAP_TYPE_PERF_EVENT_ARRAY);
}

/* Types that live by objects of the kernel: refused, and by name. */
static void types_of_the_kernel_are_refused_by_name(void **state)
{
	static const u32 types[] = {
		MAP_TYPE_CGROUP_ARRAY,	 MAP_TYPE_SOCKMAP,
		MAP_TYPE_XSKMAP,	 MAP_TYPE_SOCKHASH,
		MAP_TYPE_CGROUP_STORAGE, MAP_TYPE_REUSEPORT_SOCKARRAY,
		MAP_TYPE_SK_STORAGE,	 MAP_TYPE_PERCPU_CGROUP_STORAGE,
		MAP_TYPE_STRUCT_OPS,	 MAP_TYPE_INODE_STORAGE,
		MAP_TYPE_TASK_STORAGE,	 MAP_TYPE_CGRP_STORAGE,
	};
	u32 known = 0, ours = 0;

	for (u32 type = 1; map_info(type); type++)
		known++;
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		struct map_def def = { .name = "m",
				       .type = types[i],
				       .key_size = 4,
				       .value_size = 4,
				       .max_entries = 1 };
		struct map *m = NULL;
		struct diag d;

		diag_init(&d);
		assert_int_equal(map_create(&m, &def, &d), -EOPNOTSUPP);
		assert_int_equal(d.errors, 1);
		assert_non_null(strstr(d.first->text, map_info(types[i])->name));
		diag_fini(&d);
	}
	for (u32 type = 1; type <= known; type++)
		ours += map_ops(type) != NULL;
	assert_int_equal(ours + ARRAY_SIZE(types), known);
}

static const struct CMUnitTest tests[] = {
	TEST(arrays_agree),
	TEST(hashes_agree),
	TEST(percpu_hashes_agree),
	TEST(lru_hashes_agree_while_there_is_room),
	TEST(tries_agree),
	TEST(redirect_maps_agree),
	TEST(queues_and_stacks_agree),
	TEST(bloom_filters_know_their_members),
	TEST(full_lru_hashes_keep_linux_promises),
	TEST(maps_of_maps_agree),
	TEST(arrays_of_programs_and_events_agree),
	TEST(types_of_the_kernel_are_refused_by_name),
};
TEST_MAIN(tests)
