// SPDX-License-Identifier: BSD-2-Clause
/* Stack traces, user ring buffers, arenas: what the helpers over them rely on. */
#include "test.h"

#include <errno.h>

#include "map/area.h"
#include "map/map.h"
#include "map/stack.h"
#include "map/uring.h"

static struct map *make(const struct map_def *def)
{
	struct map *m = NULL;

	assert_int_equal(map_create(&m, def, NULL), 0);
	return m;
}

static struct map *make_stacks(u32 entries)
{
	return make(&(struct map_def){ .type = MAP_TYPE_STACK_TRACE,
				       .key_size = 4,
				       .value_size = 64,
				       .max_entries = entries });
}

static void a_trace_is_read_back_by_its_id(void **state)
{
	struct map *m = make_stacks(1000);
	u64 trace[3] = { 0x1000, 0x2000, 0x3000 }, back[8];
	s64 id = stack_put(m, trace, sizeof(trace), 0);
	u32 key = (u32)id, next;

	assert_in_range(id, 0, 1023);
	assert_int_equal(stack_put(m, trace, sizeof(trace), 0), id);
	memset(back, 0xee, sizeof(back));
	assert_int_equal(map_read(m, &key, back), 0);
	assert_memory_equal(back, trace, sizeof(trace));
	for (u32 i = 3; i < 8; i++)
		assert_int_equal(back[i], 0);
	assert_int_equal(map_next(m, NULL, &next), 0);
	assert_int_equal(next, key);
	assert_int_equal(map_next(m, &next, &next), -ENOENT);
	assert_int_equal(map_remove(m, &key), 0);
	assert_int_equal(map_read(m, &key, back), -ENOENT);
	assert_int_equal(stack_put(m, trace, sizeof(trace), 0), id);
	memset(back, 0xee, sizeof(back));
	assert_int_equal(map_take(m, &key, back), 0);
	assert_memory_equal(back, trace, sizeof(trace));
	assert_int_equal(map_take(m, &key, back), -ENOENT);
	map_free(m);
}

static void another_trace_of_an_id_needs_leave_to_replace(void **state)
{
	struct map *m = make_stacks(1); /* one bucket */
	u64 a = 1, b = 2, back[8];
	u32 key = 0;

	assert_int_equal(stack_put(m, &a, 8, 0), 0);
	assert_int_equal(stack_put(m, &b, 8, 0), -EEXIST);
	assert_int_equal(map_read(m, &key, back), 0);
	assert_int_equal(back[0], a);
	assert_int_equal(stack_put(m, &b, 8, STACK_REUSE_ID), 0);
	assert_int_equal(map_read(m, &key, back), 0);
	assert_int_equal(back[0], b);
	assert_int_equal(stack_put(m, &b, 0, 0), -EFAULT);
	map_free(m);
}

static void a_trace_is_cut_to_a_value(void **state)
{
	struct map *m = make_stacks(4);
	u64 trace[20], back[8];
	u32 key;

	for (u32 i = 0; i < 20; i++)
		trace[i] = i + 1;
	key = (u32)stack_put(m, trace, sizeof(trace), 0);
	assert_int_equal(map_read(m, &key, back), 0);
	assert_memory_equal(back, trace, sizeof(back));
	map_free(m);
}

static void user_ring_gives_records_in_order(void **state)
{
	struct map *m =
		make(&(struct map_def){ .type = MAP_TYPE_USER_RINGBUF, .max_entries = 4096 });
	u32 put = 0, got = 0;

	for (u32 round = 0; round < 200; round++) {
		void *data;
		u32 *record, len;
		int err = 0;

		while ((record = uring_reserve(m, 4 + put % 61, &err))) {
			*record = put;
			uring_commit(m, record, put % 7 == 3);
			put++;
		}
		assert_int_equal(err, -ENOSPC);
		assert_int_equal(uring_begin(m), 0);
		assert_int_equal(uring_begin(m), -EBUSY);
		while ((err = uring_peek(m, &data, &len)) != -ENODATA) {
			if (err == -EAGAIN) {
				assert_int_equal(got++ % 7, 3);
				continue;
			}
			assert_int_equal(err, 0);
			assert_int_equal(LOAD(u32, data), got);
			assert_int_equal(len, 4 + got % 61);
			assert_true(m->ops->owns(m, data, len));
			uring_release(m, len);
			got++;
		}
		uring_end(m);
		assert_int_equal(got, put);
	}
	map_free(m);
}

static void user_ring_waits_for_a_busy_record(void **state)
{
	struct map *m =
		make(&(struct map_def){ .type = MAP_TYPE_USER_RINGBUF, .max_entries = 4096 });
	void *first, *second, *data;
	u32 len;
	int err = 0;

	assert_null(uring_reserve(m, 4096, &err));
	assert_int_equal(err, -E2BIG);
	first = uring_reserve(m, 8, &err);
	second = uring_reserve(m, 16, &err);
	uring_commit(m, second, false);
	assert_int_equal(uring_peek(m, &data, &len), -ENODATA);
	uring_commit(m, first, false);
	assert_int_equal(uring_peek(m, &data, &len), 0);
	assert_ptr_equal(data, first);
	assert_int_equal(len, 8);
	map_free(m);
}

static struct map *make_arena(u32 pages, u64 extra)
{
	return make(&(struct map_def){ .type = MAP_TYPE_ARENA,
				       .max_entries = pages,
				       .flags = MAP_MMAPABLE,
				       .extra = extra });
}

static void arena_pages_are_zero_each_time_they_are_given(void **state)
{
	struct map *m = make_arena(8, 0);
	struct area area;

	assert_true(area_of(m, &area));
	assert_int_equal(area.window % AREA_WINDOW, 0);
	assert_int_equal(area.size, 8 * 4096);
	for (u32 round = 0; round < 3; round++) {
		u64 at = area_alloc(m, 0, 8);
		u64 *word = (u64 *)(uintptr_t)at;

		assert_int_equal(at, area.start);
		for (u32 i = 0; i < 8 * 512; i++) {
			assert_int_equal(word[i], 0);
			word[i] = i;
		}
		assert_int_equal(area_alloc(m, 0, 1), 0);
		area_free(m, at, 8);
	}
	map_free(m);
}

static void arena_gives_no_page_twice(void **state)
{
	struct map *m = make_arena(10, 0);
	struct area area;
	u64 a, b;

	area_of(m, &area);
	assert_int_equal(area_reserve(m, area.start + 4 * 4096, 2), 0);
	assert_int_equal(area_reserve(m, area.start + 5 * 4096, 2), -EBUSY);
	assert_int_equal(area_reserve(m, area.start + 9 * 4096, 2), -EINVAL);
	assert_int_equal(area_alloc(m, area.start + 5 * 4096, 1), 0);
	a = area_alloc(m, 0, 4);
	b = area_alloc(m, 0, 4);
	assert_int_equal(a, area.start);
	assert_int_equal(b, area.start + 6 * 4096);
	assert_int_equal(area_alloc(m, 0, 1), 0);
	area_free(m, b, 100); /* no further than the end */
	assert_int_equal(area_alloc(m, b + 4096, 3), b + 4096);
	assert_int_equal(area_alloc(m, b + 1, 1), 0);
	map_free(m);
}

/* An address cut to the window, with any offset of an instruction, is memory of the arena. */
static void whole_window_of_an_arena_can_be_touched(void **state)
{
	struct map *m = make_arena(1, 0);
	struct area area;

	area_of(m, &area);
	for (u64 low = 0; low < AREA_WINDOW; low += AREA_WINDOW / 16 - 1)
		assert_int_equal(*(volatile u8 *)(uintptr_t)(area.window + low), 0);
	*(volatile u8 *)(uintptr_t)(area.window - 32768) = 1;
	*(volatile u64 *)(uintptr_t)(area.window + AREA_WINDOW - 1 + 32767) = 1;
	assert_int_equal(area_cast(area.window, 0), 0);
	assert_int_equal(area_cast(area.window, 0x1200000034), area.window + 0x34);
	map_free(m);
}

static const struct CMUnitTest tests[] = {
	TEST(a_trace_is_read_back_by_its_id),
	TEST(another_trace_of_an_id_needs_leave_to_replace),
	TEST(a_trace_is_cut_to_a_value),
	TEST(user_ring_gives_records_in_order),
	TEST(user_ring_waits_for_a_busy_record),
	TEST(arena_pages_are_zero_each_time_they_are_given),
	TEST(arena_gives_no_page_twice),
	TEST(whole_window_of_an_arena_can_be_touched),
};
TEST_MAIN(tests)
