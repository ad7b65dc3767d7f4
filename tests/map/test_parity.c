// SPDX-License-Identifier: BSD-2-Clause
/*
 * Our maps against the running kernel's: the same calls to both, every errno and value compared.
 * LRU maps are kept below the size at which Linux begins to evict.
 */
#include "pair.h"

/* Both walks: the same keys, in the same order where the type has one. */
static void do_walk(struct pair *p, bool ordered)
{
	u8 a[KEY_MAX], b[KEY_MAX];
	int ours = map_next(p->ours, NULL, a);
	int theirs = kernel_elem(BPF_MAP_GET_NEXT_KEY, p->fd, NULL, b, 0);
	u32 steps = 0, size = p->ours->def.key_size;
	u8 value[VALUE_MAX];

	same("first key", ours, theirs);
	while (!ours && steps++ < 5000) {
		if (ordered)
			assert_memory_equal(a, b, size);
		else if (p->ours->ops->lookup)
			assert_int_equal(kernel_elem(BPF_MAP_LOOKUP_ELEM, p->fd, a, value, 0),
					 map_read(p->ours, a, value));
		ours = map_next(p->ours, a, a);
		theirs = kernel_elem(BPF_MAP_GET_NEXT_KEY, p->fd, b, b, 0);
		same("next key", ours, theirs);
	}
}

/* Random calls with keys from a small set; `range` is the number of distinct keys. */
static void storm(const struct map_def *def, u32 range, u32 steps, bool ordered)
{
	static const u64 flags[] = { 0, 0, 0, 0, 1, 2, 3, 4, 5, 8, 1ull << 40 };
	struct pair p;

	pair_make(&p, def);
	for (u32 i = 0; i < steps; i++) {
		u8 key[KEY_MAX] = { 0 }, value[VALUE_MAX];

		STORE(u32, key, rng(range));
		fill_random(value, (u32)map_read_size(p.ours));
		switch (rng(8)) {
		case 0:
			do_remove(&p, key);
			break;
		case 1:
			do_take(&p, key);
			break;
		case 2:
		case 3:
			do_read(&p, key);
			break;
		default:
			do_write(&p, key, value, flags[rng(ARRAY_SIZE(flags))]);
		}
		if (i % 50 == 0)
			do_walk(&p, ordered);
	}
	pair_drop(&p);
}

static void array_agrees(void **state)
{
	need_kernel();
	storm(&(struct map_def){ .type = MAP_TYPE_ARRAY,
				 .key_size = 4,
				 .value_size = 13,
				 .max_entries = 20 },
	      25, 2000, true);
}

static void percpu_array_agrees(void **state)
{
	need_kernel();
	storm(&(struct map_def){ .type = MAP_TYPE_PERCPU_ARRAY,
				 .key_size = 4,
				 .value_size = 12,
				 .max_entries = 7 },
	      9, 1000, true);
}

static void hash_agrees(void **state)
{
	static const u32 key_sizes[] = { 4, 5, 8, 16, 33 };

	need_kernel();
	for (size_t i = 0; i < ARRAY_SIZE(key_sizes); i++)
		for (u32 flags = 0; flags < 2; flags++)
			storm(&(struct map_def){ .type = MAP_TYPE_HASH,
						 .key_size = key_sizes[i],
						 .value_size = 10,
						 .max_entries = 24,
						 .flags = flags },
			      40, 1500, false);
}

static void percpu_hash_agrees(void **state)
{
	need_kernel();
	storm(&(struct map_def){ .type = MAP_TYPE_PERCPU_HASH,
				 .key_size = 4,
				 .value_size = 20,
				 .max_entries = 10 },
	      14, 1500, false);
}

static void lru_agrees_while_there_is_room(void **state)
{
	need_kernel();
	storm(&(struct map_def){ .type = MAP_TYPE_LRU_HASH,
				 .key_size = 4,
				 .value_size = 8,
				 .max_entries = 4096 },
	      30, 1500, false);
	storm(&(struct map_def){ .type = MAP_TYPE_LRU_PERCPU_HASH,
				 .key_size = 8,
				 .value_size = 8,
				 .max_entries = 4096 },
	      30, 1500, false);
}

/* Prefixes from few bytes, so that they nest, replace and fork often. */
static void lpm_storm(u32 bytes, u32 max_entries, u32 steps)
{
	static const u64 flags[] = { 0, 0, 0, 1, 2, 3 };
	struct map_def def = { .type = MAP_TYPE_LPM_TRIE,
			       .key_size = 4 + bytes,
			       .value_size = 5,
			       .max_entries = max_entries,
			       .flags = MAP_NO_PREALLOC };
	struct pair p;

	pair_make(&p, &def);
	for (u32 i = 0; i < steps; i++) {
		u8 key[KEY_MAX] = { 0 }, value[8];

		STORE(u32, key, rng(10) ? rng(bytes * 8 + 1) : bytes * 8 + rng(3));
		for (u32 n = 0; n < bytes; n++)
			key[4 + n] = (u8)(rng(4) ? 0 : rng(256));
		fill_random(value, sizeof(value));
		switch (rng(6)) {
		case 0:
			do_remove(&p, key);
			break;
		case 1:
		case 2:
			do_read(&p, key);
			break;
		default:
			do_write(&p, key, value, flags[rng(ARRAY_SIZE(flags))]);
		}
		if (i % 40 == 0)
			do_walk(&p, true);
	}
	pair_drop(&p);
}

static void lpm_agrees(void **state)
{
	need_kernel();
	lpm_storm(1, 300, 3000);
	lpm_storm(4, 30, 3000);
	lpm_storm(4, 1000, 3000);
	lpm_storm(2, 2000, 5000); /* from 1,024 prefixes on the table is larger */
	lpm_storm(4, 3000, 6000);
	lpm_storm(8, 2000, 4000);
	lpm_storm(9, 100, 2000);
	lpm_storm(16, 100, 2000);
}

static void queue_and_stack_agree(void **state)
{
	static const u64 flags[] = { 0, 0, 0, 2, 1, 3, 4 };
	static const u32 types[] = { MAP_TYPE_QUEUE, MAP_TYPE_STACK };

	need_kernel();
	for (u32 t = 0; t < 2; t++) {
		struct map_def def = { .type = types[t], .value_size = 11, .max_entries = 5 };
		struct pair p;
		u8 key[4] = { 0 };

		pair_make(&p, &def);
		for (u32 i = 0; i < 2000; i++) {
			u8 value[16];

			fill_random(value, sizeof(value));
			if (rng(2))
				do_write(&p, key, value, flags[rng(ARRAY_SIZE(flags))]);
			else if (rng(2))
				do_take(&p, key);
			else
				do_read(&p, key);
		}
		do_remove(&p, key);
		pair_drop(&p);
	}
}

static void devmaps_agree(void **state)
{
	static const u64 flags[] = { 0, 0, 0, 1, 2, 3 };
	static const u32 types[] = { MAP_TYPE_DEVMAP, MAP_TYPE_DEVMAP_HASH };

	need_kernel();
	for (u32 t = 0; t < 4; t++) {
		struct map_def def = { .type = types[t / 2],
				       .key_size = 4,
				       .value_size = t & 1 ? 8 : 4,
				       .max_entries = 6 };
		struct pair p;

		pair_make(&p, &def);
		for (u32 i = 0; i < 1000; i++) {
			u32 key = rng(9), value[2] = { rng(2), 0 }; /* 1 is the loopback device */

			switch (rng(5)) {
			case 0:
				do_remove(&p, &key);
				break;
			case 1:
				do_read(&p, &key);
				break;
			default:
				do_write(&p, &key, value, flags[rng(ARRAY_SIZE(flags))]);
			}
			if (i % 50 == 0)
				do_walk(&p, t < 2);
		}
		pair_drop(&p);
	}
}

static void cpumap_agrees(void **state)
{
	struct map_def def = {
		.type = MAP_TYPE_CPUMAP, .key_size = 4, .value_size = 4, .max_entries = 64
	};
	static const u32 sizes[] = { 0, 1, 192, 16384, 16385, UINT32_MAX };
	struct pair p;

	need_kernel();
	pair_make(&p, &def);
	for (u32 i = 0; i < 60; i++) {
		u32 key = rng(4) ? 0 : rng(70), size = sizes[rng(ARRAY_SIZE(sizes))];

		do_write(&p, &key, &size, rng(4));
		do_read(&p, &key);
		if (!rng(3))
			do_remove(&p, &key);
	}
	do_walk(&p, true);
	pair_drop(&p);
}

static void bloom_says_yes_to_members_as_the_kernel(void **state)
{
	struct map_def def = {
		.type = MAP_TYPE_BLOOM_FILTER, .value_size = 8, .max_entries = 1000, .extra = 3
	};
	struct pair p;
	u64 key = 0;

	need_kernel();
	pair_make(&p, &def);
	for (u64 i = 0; i < 200; i++)
		do_write(&p, &key, &i, i % 7 ? 0 : i % 5);
	for (u64 i = 1; i < 200; i++)
		if (i % 7) {
			assert_int_equal(map_read(p.ours, &key, &i), 0);
			assert_int_equal(kernel_elem(BPF_MAP_LOOKUP_ELEM, p.fd, NULL, &i, 0), 0);
		}
	do_remove(&p, &key);
	do_take(&p, &key);
	pair_drop(&p);
}

static void ring_refuses_element_calls_as_the_kernel(void **state)
{
	struct map_def def = { .type = MAP_TYPE_RINGBUF, .max_entries = 4096 };
	struct pair p;
	u64 key = 0, value = 0;

	need_kernel();
	pair_make(&p, &def);
	do_read(&p, &key);
	do_write(&p, &key, &value, 0);
	do_remove(&p, &key);
	do_take(&p, &key);
	pair_drop(&p);
}

/* What programs fill cannot be filled by bpf(2): the answers of empty maps. */
static void maps_of_programs_agree_while_empty(void **state)
{
	static const struct map_def defs[] = {
		{ .type = MAP_TYPE_USER_RINGBUF, .max_entries = 8192 },
		{ .type = MAP_TYPE_ARENA, .max_entries = 3, .flags = MAP_MMAPABLE },
		{ .type = MAP_TYPE_STACK_TRACE, .key_size = 4, .value_size = 64, .max_entries = 3 },
	};
	u8 value[64] = { 0 };

	need_kernel();
	for (size_t i = 0; i < ARRAY_SIZE(defs); i++) {
		struct pair p;

		pair_make(&p, &defs[i]);
		for (u32 key = 0; key < 6; key++) {
			do_read(&p, &key);
			do_remove(&p, &key);
			do_take(&p, &key);
			for (u64 flags = 0; flags < 4; flags++)
				do_write(&p, &key, value, flags);
			same("next", map_next(p.ours, &key, value),
			     kernel_elem(BPF_MAP_GET_NEXT_KEY, p.fd, key_of(&p, &key), value, 0));
		}
		do_walk(&p, true);
		pair_drop(&p);
	}
}

static void object_maps_agree_without_objects(void **state)
{
	struct map_def inner = {
		.type = MAP_TYPE_HASH, .key_size = 4, .value_size = 4, .max_entries = 4
	};
	static const u32 types[] = { MAP_TYPE_PROG_ARRAY, MAP_TYPE_PERF_EVENT_ARRAY,
				     MAP_TYPE_ARRAY_OF_MAPS, MAP_TYPE_HASH_OF_MAPS };

	need_kernel();
	for (size_t t = 0; t < ARRAY_SIZE(types); t++) {
		struct map_def def = {
			.type = types[t], .key_size = 4, .value_size = 4, .max_entries = 4
		};
		struct pair p;
		u32 bad = 1u << 30;

		if (t >= 2)
			def.inner = &inner;
		pair_make(&p, &def);
		for (u32 key = 0; key < 6; key++) {
			do_read(&p, &key);
			do_remove(&p, &key);
			do_take(&p, &key);
			do_write(&p, &key, &bad, 0);
			do_write(&p, &key, &bad, t == 3 ? 0 : 1);
		}
		do_walk(&p, true);
		pair_drop(&p);
	}
}

static void access_flags_agree(void **state)
{
	static const u32 flags[] = { MAP_RDONLY, MAP_WRONLY, MAP_RDONLY_PROG, MAP_WRONLY_PROG };

	need_kernel();
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
		struct map_def def = { .type = MAP_TYPE_HASH,
				       .key_size = 4,
				       .value_size = 8,
				       .max_entries = 4,
				       .flags = flags[i] };
		struct pair p;
		u32 key = 1;
		u64 value = 7;

		pair_make(&p, &def);
		do_write(&p, &key, &value, 0);
		do_read(&p, &key);
		do_walk(&p, true);
		do_take(&p, &key);
		do_remove(&p, &key);
		pair_drop(&p);
	}
}

static void freezing_agrees(void **state)
{
	struct map_def def = {
		.type = MAP_TYPE_ARRAY, .key_size = 4, .value_size = 8, .max_entries = 2
	};
	union bpf_attr attr = { 0 };
	struct pair p;
	u32 key = 1;
	u64 value = 7;

	need_kernel();
	pair_make(&p, &def);
	attr.map_fd = (u32)p.fd;
	do_write(&p, &key, &value, 0);
	same("freeze", map_freeze(p.ours), bpf(BPF_MAP_FREEZE, &attr));
	same("freeze again", map_freeze(p.ours), bpf(BPF_MAP_FREEZE, &attr));
	do_write(&p, &key, &value, 0);
	do_read(&p, &key);
	do_remove(&p, &key);
	pair_drop(&p);
}

static void compare_create(const struct map_def *def)
{
	struct map *m = NULL;
	struct diag d;
	int ours, fd = kernel_create(def);

	diag_init(&d);
	ours = map_create(&m, def, &d);
	if (ours != MIN(fd, 0))
		fail_msg("create type %u key %u value %u entries %u flags 0x%x extra %llu: ours %d "
			 "(%s), kernel %d",
			 def->type, def->key_size, def->value_size, def->max_entries, def->flags,
			 (unsigned long long)def->extra, ours, d.first ? d.first->text : "", fd);
	assert_int_equal(d.errors, ours < 0);
	diag_fini(&d);
	map_free(ours ? NULL : m);
	if (fd >= 0)
		close(fd);
}

static void arena_limits_agree(void **state)
{
	static const u64 extras[] = {
		0, 1, 4096, 1ull << 44, (1ull << 44) + 1, 0x10ffffff000, 0x10fffffe000
	};
	static const u32 entries[] = { 1, 2, 1 << 20, (1 << 20) + 1 };

	need_kernel();
	for (size_t i = 0; i < ARRAY_SIZE(extras); i++)
		for (size_t k = 0; k < ARRAY_SIZE(entries); k++) {
			struct map_def def = { .type = MAP_TYPE_ARENA,
					       .max_entries = entries[k],
					       .flags = MAP_MMAPABLE,
					       .extra = extras[i] };

			if (extras[i] == 4096) /* the lowest 4 GiB are ours to refuse */
				continue;
			compare_create(&def);
		}
}

/* Every type, attribute by attribute. Sizes stay small: the kernel allocates for real. */
static void creation_agrees(void **state)
{
	static const u32 key[] = { 0, 1, 4, 5, 8, 260, 261, 512 };
	static const u32 value[] = { 0, 1, 4, 8, 12, 32768, 32769 };
	static const u32 entries[] = { 0, 1, 3, 4096 };
	u32 tried = 0;

	need_kernel();
	for (u32 type = 1; type <= 33; type++) {
		if (!map_ops(type) || type == MAP_TYPE_ARRAY_OF_MAPS ||
		    type == MAP_TYPE_HASH_OF_MAPS)
			continue;
		for (size_t k = 0; k < ARRAY_SIZE(key); k++)
			for (size_t v = 0; v < ARRAY_SIZE(value); v++)
				for (size_t e = 0; e < ARRAY_SIZE(entries); e++) {
					struct map_def def = { .type = type,
							       .key_size = key[k],
							       .value_size = value[v],
							       .max_entries = entries[e] };

					if ((u64)value[v] * entries[e] > 1 << 20)
						continue;
					/* above NR_CPUS, which the build of the kernel decides */
					if (type == MAP_TYPE_CPUMAP && entries[e] > 3)
						continue;
					if (type == MAP_TYPE_LPM_TRIE)
						def.flags = MAP_NO_PREALLOC;
					if (type == MAP_TYPE_ARENA)
						def.flags = MAP_MMAPABLE;
					compare_create(&def);
					tried++;
				}
	}
	assert_true(tried > 2000);
}

static void creation_flags_agree(void **state)
{
	need_kernel();
	for (u32 type = 1; type <= 33; type++) {
		struct map_def inner = {
			.type = MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 4
		};
		struct map_def def = {
			.type = type, .key_size = 4, .value_size = 4, .max_entries = 4
		};

		if (!map_ops(type))
			continue;
		if (type == MAP_TYPE_LPM_TRIE)
			def.key_size = 8;
		if (type == MAP_TYPE_QUEUE || type == MAP_TYPE_STACK ||
		    type == MAP_TYPE_BLOOM_FILTER || type == MAP_TYPE_RINGBUF ||
		    type == MAP_TYPE_USER_RINGBUF || type == MAP_TYPE_ARENA)
			def.key_size = 0;
		if (type == MAP_TYPE_RINGBUF || type == MAP_TYPE_USER_RINGBUF)
			def.value_size = 0, def.max_entries = 4096;
		if (type == MAP_TYPE_ARENA)
			def.value_size = 0;
		if (type == MAP_TYPE_STACK_TRACE)
			def.value_size = 32;
		if (type == MAP_TYPE_ARRAY_OF_MAPS || type == MAP_TYPE_HASH_OF_MAPS)
			def.inner = &inner;
		for (u32 a = 0; a <= 19; a++)
			for (u32 b = 0; b <= 19; b++) {
				/* Tokens and modules' types need a descriptor besides. */
				if (a == 15 || a == 16 || b == 15 || b == 16)
					continue;
				def.flags = (a == 19 ? 0 : 1u << a) | (b == 19 ? 0 : 1u << b);
				compare_create(&def);
				def.flags |= MAP_NO_PREALLOC;
				compare_create(&def);
			}
		def.flags = type == MAP_TYPE_LPM_TRIE ? MAP_NO_PREALLOC : 0;
		if (type == MAP_TYPE_ARENA)
			def.flags = MAP_MMAPABLE;
		for (def.extra = 0; def.extra < 18; def.extra++)
			compare_create(&def);
	}
}

static void limits_of_sizes_agree(void **state)
{
	static const struct map_def defs[] = {
		{ .type = MAP_TYPE_ARRAY, .key_size = 4, .value_size = 1u << 31, .max_entries = 1 },
		{ .type = MAP_TYPE_ARRAY,
		  .key_size = 4,
		  .value_size = 1 << 30,
		  .max_entries = 1 << 30 },
		{ .type = MAP_TYPE_HASH, .key_size = 4, .value_size = 4 << 20, .max_entries = 1 },
		{ .type = MAP_TYPE_HASH,
		  .key_size = 4,
		  .value_size = (4 << 20) - 100,
		  .max_entries = 1 },
		{ .type = MAP_TYPE_HASH,
		  .key_size = 4,
		  .value_size = 4,
		  .max_entries = UINT32_MAX },
		{ .type = MAP_TYPE_QUEUE, .value_size = (4 << 20) + 1, .max_entries = 1 },
		{ .type = MAP_TYPE_LPM_TRIE,
		  .key_size = 8,
		  .value_size = 4 << 20,
		  .max_entries = 1,
		  .flags = MAP_NO_PREALLOC },
	};

	need_kernel();
	for (size_t i = 0; i < ARRAY_SIZE(defs); i++)
		compare_create(&defs[i]);
}

static const struct CMUnitTest tests[] = {
	TEST(array_agrees),
	TEST(percpu_array_agrees),
	TEST(hash_agrees),
	TEST(percpu_hash_agrees),
	TEST(lru_agrees_while_there_is_room),
	TEST(lpm_agrees),
	TEST(queue_and_stack_agree),
	TEST(devmaps_agree),
	TEST(cpumap_agrees),
	TEST(bloom_says_yes_to_members_as_the_kernel),
	TEST(ring_refuses_element_calls_as_the_kernel),
	TEST(maps_of_programs_agree_while_empty),
	TEST(arena_limits_agree),
	TEST(object_maps_agree_without_objects),
	TEST(access_flags_agree),
	TEST(freezing_agrees),
	TEST(creation_agrees),
	TEST(creation_flags_agree),
	TEST(limits_of_sizes_agree),
};
TEST_MAIN(tests)
