// SPDX-License-Identifier: BSD-2-Clause
/* What Linux promises of maps and the kernel cannot be asked from outside. */
#include "test.h"

#include <errno.h>
#include <pthread.h>
#include <unistd.h>

#include "map/lock.h"
#include "map/map.h"
#include "verify/fields.h"

static struct map *make(u32 type, u32 key_size, u32 value_size, u32 max_entries, u32 flags)
{
	struct map_def def = { .name = "m",
			       .type = type,
			       .key_size = key_size,
			       .value_size = value_size,
			       .max_entries = max_entries,
			       .flags = flags };
	struct map *m = NULL;

	assert_int_equal(map_create(&m, &def, NULL), 0);
	return m;
}

static int put(struct map *m, u32 key, u64 value)
{
	u64 room[128] = { value };

	assert_true(m->def.value_size <= sizeof(room));
	return m->ops->update(m, &key, room, 0, 0);
}

static u64 *get(struct map *m, u32 key)
{
	return m->ops->lookup(m, &key, 0);
}

static void refused(const struct map_def *def, int err, const char *text)
{
	struct map *m;
	struct diag d;

	diag_init(&d);
	assert_int_equal(map_create(&m, def, &d), err);
	assert_string_equal(d.first->text, text);
	diag_fini(&d);
}

static void refusals_name_map_attribute_and_limit(void **state)
{
	struct map_def def = { .name = "x",
			       .type = MAP_TYPE_SOCKHASH,
			       .key_size = 4,
			       .value_size = 4,
			       .max_entries = 1 };

	refused(&def, -EOPNOTSUPP, "map 'x': map type 'sockhash' needs the kernel engine");
	def.type = 999;
	refused(&def, -EINVAL, "map 'x' (unknown type): no Linux release defines map type 999");
	def.type = MAP_TYPE_ARRAY;
	def.key_size = 8;
	refused(&def, -EINVAL, "map 'x' (array): key_size is 8, must be 4");
	def.type = MAP_TYPE_HASH;
	def.flags = MAP_MMAPABLE;
	refused(&def, -EINVAL,
		"map 'x' (hash): flags 0x400: the type has no flag MMAPABLE (0x400)");
	def.flags = 0;
	def.max_entries = UINT32_MAX;
	refused(&def, -E2BIG, "map 'x' (hash): max_entries 4294967295 is too many");
}

static void million_entries_cost_nothing_until_used(void **state)
{
	struct map *m = make(MAP_TYPE_HASH, 4, 1024, 1000000, 0);
	long before, after, ignore;
	FILE *in = fopen("/proc/self/statm", "re");

	assert_int_equal(fscanf(in, "%ld %ld", &ignore, &before), 2);
	fclose(in);
	for (u32 i = 0; i < 10; i++)
		assert_int_equal(put(m, i, i), 0);
	in = fopen("/proc/self/statm", "re");
	assert_int_equal(fscanf(in, "%ld %ld", &ignore, &after), 2);
	fclose(in);
	assert_true(after - before < 256); /* pages */
	map_free(m);
}

static void old_pointer_keeps_old_value_after_update(void **state)
{
	struct map *m = make(MAP_TYPE_HASH, 4, 8, 2, 0);
	u64 *old;

	put(m, 1, 11);
	put(m, 2, 22);
	old = get(m, 1);
	assert_int_equal(put(m, 1, 33), 0); /* a full map has room for an exchange */
	assert_int_equal(*old, 11);
	assert_int_equal(*get(m, 1), 33);
	assert_int_equal(put(m, 3, 1), -E2BIG);
	map_free(m);
}

static void pointers_stay_memory_after_delete(void **state)
{
	struct map *m = make(MAP_TYPE_HASH, 4, 8, 4, MAP_NO_PREALLOC);
	u32 key = 1;
	u64 *old;

	put(m, 1, 11);
	old = get(m, 1);
	assert_int_equal(map_remove(m, &key), 0);
	assert_true(m->ops->owns(m, old, 8));
	*old = 99;
	assert_null(get(m, 1));
	map_free(m);
}

static void owns_is_exact_to_the_byte(void **state)
{
	static const u32 types[] = { MAP_TYPE_ARRAY,	   MAP_TYPE_HASH,     MAP_TYPE_PERCPU_ARRAY,
				     MAP_TYPE_PERCPU_HASH, MAP_TYPE_LRU_HASH, MAP_TYPE_LPM_TRIE };

	for (size_t t = 0; t < ARRAY_SIZE(types); t++) {
		bool lpm = types[t] == MAP_TYPE_LPM_TRIE;
		struct map *m = make(types[t], lpm ? 8 : 4, 13, 5, lpm ? MAP_NO_PREALLOC : 0);
		u8 key[8] = { 3 }, value[16] = { 0 }, *p;

		assert_int_equal(m->ops->update(m, key, value, 0, 0), 0);
		p = m->ops->lookup(m, key, 0);
		assert_non_null(p);
		for (s32 off = -20; off < 20; off++)
			for (u32 len = 1; len < 20; len++) {
				bool inside = off >= 0 && off + (s32)len <= 13;
				bool other = off + (s32)len <= -3 || off >= 16;

				if (!other) /* neighbours' values are the map's as well */
					assert_int_equal(m->ops->owns(m, p + off, len), inside);
			}
		assert_false(m->ops->owns(m, value, 1));
		assert_false(m->ops->owns(m, NULL, 1));
		assert_false(m->ops->owns(m, p, SIZE_MAX));
		assert_false(m->ops->owns(m, (void *)UINTPTR_MAX, 8));
		map_free(m);
	}
}

static void lru_never_fails_and_keeps_what_is_looked_up(void **state)
{
	struct map *m = make(MAP_TYPE_LRU_HASH, 4, 8, 100, 0);
	u32 live = 0;

	for (u32 i = 0; i < 10000; i++) {
		assert_int_equal(put(m, i, i), 0);
		assert_non_null(get(m, i));
		if (i >= 7)
			assert_non_null(get(m, 7));
	}
	for (u32 i = 0; i < 10000; i++)
		live += get(m, i) != NULL;
	assert_int_equal(live, 100);
	map_free(m);
}

static void lru_of_one_entry_holds_the_newest(void **state)
{
	struct map *m = make(MAP_TYPE_LRU_HASH, 4, 8, 1, 0);

	for (u32 i = 0; i < 100; i++) {
		assert_int_equal(put(m, i, i), 0);
		assert_int_equal(*get(m, i), i);
		assert_null(get(m, i + 1));
	}
	map_free(m);
}

static void lru_without_common_list_survives_updates_from_all_slots(void **state)
{
	struct map *m = make(MAP_TYPE_LRU_HASH, 4, 8, 8, MAP_NO_COMMON_LRU);

	for (u32 i = 0; i < 5000; i++) {
		u32 key = i * 7 % 31;
		u64 value = i;

		assert_int_equal(m->ops->update(m, &key, &value, 0, i % map_cpus()), 0);
		assert_int_equal(*get(m, key), i);
	}
	map_free(m);
}

static void percpu_slots_are_apart_and_new_ones_zero(void **state)
{
	struct map *m = make(MAP_TYPE_PERCPU_HASH, 4, 12, 4, 0);
	u32 key = 5, stride = 16;
	u8 value[12], *all = calloc(map_cpus(), stride);

	memset(value, 0xaa, sizeof(value));
	assert_int_equal(map_read_size(m), (size_t)stride * map_cpus());
	assert_int_equal(m->ops->update(m, &key, value, 0, 0), 0);
	assert_int_equal(map_read(m, &key, all), 0);
	assert_memory_equal(all, value, 12);
	for (u32 i = stride; i < stride * map_cpus(); i++)
		assert_int_equal(all[i], 0);
	assert_null(m->ops->lookup(m, &key, map_cpus()));
	free(all);
	map_free(m);
}

struct locked_write {
	struct map *m;
	u32 value[3], started;
	int err;
};

static void *write_locked(void *arg)
{
	struct locked_write *w = arg;
	u32 key = 1;

	STORE_RELEASE(w->started, 1);
	w->err = map_write(w->m, &key, w->value, UPDATE_F_LOCK);
	return NULL;
}

static void spin_lock_bytes_survive_updates_and_read_as_zero(void **state)
{
	struct map_def def = { .name = "m",
			       .type = MAP_TYPE_HASH,
			       .key_size = 4,
			       .value_size = 12,
			       .max_entries = 2,
			       .lock_at = 1 + 4 };
	u32 key = 1, value[3] = { 1, 2, 3 }, back[3], *p;
	struct locked_write w;
	pthread_t thread;
	struct map *m;

	assert_int_equal(map_create(&m, &def, NULL), 0);
	assert_int_equal(map_write(m, &key, value, 0), 0);
	p = m->ops->lookup(m, &key, 0);
	w = (struct locked_write){ m, { 9, 2, 3 }, 0, -1 };
	STORE_RELEASE(p[1], 1); /* as bpf_spin_lock does */
	assert_int_equal(map_read(m, &key, back), 0);
	assert_int_equal(back[1], 0);
	assert_int_equal(pthread_create(&thread, NULL, write_locked, &w), 0);
	while (!LOAD_ACQUIRE(w.started))
		sched_yield();
	usleep(2000);
	assert_int_equal(READ_ONCE(p[0]), 1);
	STORE_RELEASE(p[1], 0);
	pthread_join(thread, NULL);
	assert_int_equal(w.err, 0);
	assert_int_equal(p[0], 9); /* in place */
	assert_int_equal(p[1], 0);
	assert_int_equal(map_read_flags(m, &key, back, UPDATE_F_LOCK), 0);
	assert_int_equal(back[0], 9);
	assert_int_equal(map_read_flags(m, &key, back, 1), -EINVAL);
	map_free(m);
}

static u32 dropped;
static u64 dropped_sum;
static void count_drop(struct map *m, const struct map_field *f, void *at)
{
	dropped++;
	dropped_sum += LOAD(u64, at);
}

/* value: u64 data, 8 bytes of a timer's, u64 data. A field goes with its element, however that
 * goes. */
static void fields_are_dropped_with_their_element(void **state)
{
	static const u32 types[] = { MAP_TYPE_HASH, MAP_TYPE_LRU_HASH, MAP_TYPE_PERCPU_HASH,
				     MAP_TYPE_ARRAY };
	static const struct map_field field = { 8, 8, FIELD_TIMER };

	for (size_t t = 0; t < ARRAY_SIZE(types); t++) {
		struct map_def def = { .name = "m",
				       .type = types[t],
				       .key_size = 4,
				       .value_size = 24,
				       .max_entries = 4,
				       .fields = &field,
				       .field_count = 1 };
		bool array = types[t] == MAP_TYPE_ARRAY, percpu = types[t] == MAP_TYPE_PERCPU_HASH;
		u64 value[3] = { 1, 2, 3 }, *p, back[3 * 64];
		u32 key = 1, expect;
		struct map *m;

		assert_int_equal(map_create(&m, &def, NULL), 0);
		m->drop_field = count_drop;
		dropped = dropped_sum = 0;
		assert_int_equal(m->ops->update(m, &key, value, 0, 0), 0);
		p = m->ops->lookup(m, &key, 0);
		assert_int_equal(p[1], 0); /* not copied */
		p[1] = 100;
		assert_true(map_read_size(m) <= sizeof(back));
		assert_int_equal(map_read(m, &key, back), 0);
		assert_int_equal(back[0], 1);
		assert_int_equal(back[1], 0);
		assert_int_equal(back[2], 3);
		dropped = 0;
		assert_int_equal(m->ops->update(m, &key, value, 0, 0), 0);
		expect = percpu ? 0 : 100; /* in place, and the field stays */
		assert_int_equal(dropped_sum, expect);
		p = m->ops->lookup(m, &key, 0);
		if (percpu)
			assert_int_equal(p[1], 100);
		p[1] = 1000;
		if (!array) {
			assert_int_equal(map_take(m, &key, back), 0);
			assert_int_equal(back[1], 0);
			assert_int_equal(dropped_sum, expect + 1000);
			assert_int_equal(m->ops->update(m, &key, value, 0, 0), 0);
			p = m->ops->lookup(m, &key, 0);
			assert_int_equal(p[1], 0);
			p[1] = 10000;
			expect += 10000;
		}
		map_free(m);
		assert_int_equal(dropped_sum, expect + 1000);
	}
}

static u32 put_count;
static void count_put(void *ref)
{
	put_count++;
}

static u32 id_of(void *ref)
{
	return *(u32 *)ref;
}

static void slots_hold_objects_and_drop_them_once(void **state)
{
	struct map *m = make(MAP_TYPE_PROG_ARRAY, 4, 4, 4, 0);
	u32 prog = 42, id = 0, key = 2;

	put_count = 0;
	m->put_ref = count_put;
	m->ref_id = id_of;
	assert_int_equal(map_slot_set(m, 2, &prog), 0);
	assert_ptr_equal(map_slot_get(m, 2), &prog);
	assert_null(map_slot_get(m, 4));
	assert_int_equal(map_slot_set(m, 4, &prog), -E2BIG);
	assert_int_equal(map_read(m, &key, &id), 0);
	assert_int_equal(id, 42);
	assert_int_equal(map_slot_set(m, 2, &prog), 0);
	assert_int_equal(put_count, 1);
	assert_int_equal(map_remove(m, &key), 0);
	assert_int_equal(put_count, 2);
	assert_int_equal(map_slot_set(m, 0, &prog), 0);
	map_free(m);
	assert_int_equal(put_count, 3);
}

static void inner_maps_must_match_the_template(void **state)
{
	static const u32 types[] = { MAP_TYPE_ARRAY_OF_MAPS, MAP_TYPE_HASH_OF_MAPS };
	struct map *good = make(MAP_TYPE_ARRAY, 4, 8, 3, 0);
	struct map *bad = make(MAP_TYPE_ARRAY, 4, 8, 4, 0);

	for (u32 t = 0; t < 2; t++) {
		struct map_def def = { .name = "outer",
				       .type = types[t],
				       .key_size = 4,
				       .value_size = 4,
				       .max_entries = 2,
				       .inner = &good->def };
		u32 key = 1;
		struct map *m;

		assert_int_equal(map_create(&m, &def, NULL), 0);
		assert_int_equal(map_ref_set(m, &key, bad, 0), -EINVAL);
		assert_int_equal(map_ref_set(m, &key, good, 0), 0);
		assert_ptr_equal(m->ops->lookup(m, &key, 0), good);
		assert_int_equal(map_ref_set(m, &key, NULL, 0), 0);
		assert_null(m->ops->lookup(m, &key, 0));
		map_free(m);
	}
	map_free(good);
	map_free(bad);
}

struct seen {
	u32 count, next;
	bool ok;
};

static int see(void *arg, const void *data, size_t len)
{
	struct seen *s = arg;

	s->ok &= len >= 4 && LOAD(u32, data) == s->next;
	for (size_t i = 4; i < len; i++)
		s->ok &= ((const u8 *)data)[i] == (u8)s->next;
	s->next++;
	s->count++;
	return 0;
}

static void ring_keeps_order_and_bytes_past_its_end(void **state)
{
	struct map *m = make(MAP_TYPE_RINGBUF, 0, 0, 4096, 0);
	struct seen s = { .ok = true };
	u8 data[1000];

	for (u32 i = 0; i < 1000; i++) {
		u32 len = 4 + i * 37 % 900;

		memset(data, (u8)i, sizeof(data));
		STORE(u32, data, i);
		assert_int_equal(ring_output(m, data, len), 0);
		if (i % 3 == 2)
			assert_int_equal(ring_consume(m, see, &s), 3);
	}
	assert_int_equal(ring_consume(m, see, &s), 1);
	assert_true(s.ok);
	assert_int_equal(s.count, 1000);
	map_free(m);
}

static void ring_is_full_one_byte_early_and_counts_what_it_lost(void **state)
{
	struct map *m = make(MAP_TYPE_RINGBUF, 0, 0, 4096, 0);
	u8 data[4096] = { 0 };

	assert_null(ring_reserve(m, 4096));
	assert_null(ring_reserve(m, 4096 - 8)); /* would make producer - consumer the whole size */
	assert_null(ring_reserve(m, UINT64_MAX));
	assert_int_equal(ring_lost(m), 3);
	assert_int_equal(ring_lost(m), 0);
	assert_int_equal(ring_output(m, data, 4096 - 16), 0);
	assert_int_equal(ring_output(m, data, 0), -EAGAIN);
	assert_int_equal(ring_query(m, 0), 4096 - 8);
	assert_int_equal(ring_query(m, 1), 4096);
	assert_int_equal(ring_query(m, 3), 4096 - 8);
	assert_int_equal(ring_query(m, 4), 0);
	map_free(m);
}

static void ring_waits_for_busy_and_skips_discarded_records(void **state)
{
	struct map *m = make(MAP_TYPE_RINGBUF, 0, 0, 4096, 0);
	struct seen s = { .ok = true };
	u32 *a = ring_reserve(m, 4), *b = ring_reserve(m, 4), *c = ring_reserve(m, 4);

	*a = 0, *b = 99, *c = 1;
	ring_commit(c, false);
	ring_commit(b, true);
	assert_int_equal(ring_consume(m, see, &s), 0);
	ring_commit(a, false);
	assert_int_equal(ring_consume(m, see, &s), 2);
	assert_true(s.ok);
	map_free(m);
}

static void ring_knows_records_from_lookalikes(void **state)
{
	struct map *m = make(MAP_TYPE_RINGBUF, 0, 0, 4096, 0);
	struct map *other = make(MAP_TYPE_RINGBUF, 0, 0, 4096, 0);

	for (u32 round = 0; round < 30; round++) { /* passes the end now and then */
		u8 *r = ring_reserve(m, 1000), *s = ring_reserve(m, 21);
		struct seen seen = { 0 };

		assert_non_null(r);
		assert_int_equal(ring_record_size(m, r), 1000);
		assert_int_equal(ring_record_size(m, s), 21);
		assert_int_equal(ring_record_size(other, r), -1);
		STORE(u32, r + 8, 16 | 1u << 31); /* a forged head */
		for (u32 off = 1; off < 1000; off++)
			assert_int_equal(ring_record_size(m, r + off), -1);
		assert_true(ring_owns(m, r, 1000));
		assert_true(ring_owns(m, r + 999, 1));
		assert_true(ring_owns(m, s, 21));
		assert_false(ring_owns(m, r, 1001));
		assert_false(ring_owns(m, r - 1, 1));
		assert_false(ring_owns(m, s + 21, 1));
		assert_false(ring_owns(m, r, SIZE_MAX));
		ring_commit(r, true);
		assert_int_equal(ring_record_size(m, r), -1);
		assert_false(ring_owns(m, r, 1));
		ring_commit(s, true);
		assert_int_equal(ring_consume(m, see, &seen), 0);
	}
	map_free(m);
	map_free(other);
}

static const struct CMUnitTest tests[] = {
	TEST(refusals_name_map_attribute_and_limit),
	TEST(million_entries_cost_nothing_until_used),
	TEST(old_pointer_keeps_old_value_after_update),
	TEST(pointers_stay_memory_after_delete),
	TEST(owns_is_exact_to_the_byte),
	TEST(lru_never_fails_and_keeps_what_is_looked_up),
	TEST(lru_of_one_entry_holds_the_newest),
	TEST(lru_without_common_list_survives_updates_from_all_slots),
	TEST(percpu_slots_are_apart_and_new_ones_zero),
	TEST(spin_lock_bytes_survive_updates_and_read_as_zero),
	TEST(fields_are_dropped_with_their_element),
	TEST(slots_hold_objects_and_drop_them_once),
	TEST(inner_maps_must_match_the_template),
	TEST(ring_keeps_order_and_bytes_past_its_end),
	TEST(ring_is_full_one_byte_early_and_counts_what_it_lost),
	TEST(ring_waits_for_busy_and_skips_discarded_records),
	TEST(ring_knows_records_from_lookalikes),
};
TEST_MAIN(tests)
