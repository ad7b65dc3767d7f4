// SPDX-License-Identifier: BSD-2-Clause
/* Functions that helpers call back: any number of turns, results, the frame they share. */
#include "cases.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4);
	__type(key, u32);
	__type(value, u64);
} hash SEC(".maps");

struct timed {
	struct bpf_timer timer;
	u64 count;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4);
	__type(key, u32);
	__type(value, struct timed);
} timers SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_USER_RINGBUF);
	__uint(max_entries, 4096);
} user SEC(".maps");

struct context {
	u32 index, limit;
	u8 *bytes;
};

char room[64];

static long nothing(u32 i, void *arg)
{
	return 0;
}

static long stop(u32 i, void *arg)
{
	return 1;
}

static long returns_2(u32 i, void *arg)
{
	return 2;
}

static long count(u32 i, struct context *c)
{
	c->index++;
	return 0;
}

static long index_tested(u32 i, struct context *c)
{
	if (i < sizeof(room))
		room[i] = 1;
	return 0;
}

static long index_not_tested(u32 i, struct context *c)
{
	room[i] = 1;
	return 0;
}

static long sets_index_60(u32 i, struct context *c)
{
	c->index = 60;
	return 0;
}

static long sets_index_70(u32 i, struct context *c)
{
	c->index = 70;
	return 0;
}

static long uses_argument_as_pointer(u32 i, u64 *arg)
{
	return *arg & 1;
}

SEC("tc") int accept_loop(struct __sk_buff *ctx)
{
	return bpf_loop(100, nothing, 0, 0);
}

SEC("tc") int accept_loop_of_unknown_count(struct __sk_buff *ctx)
{
	return bpf_loop(ctx->len, stop, 0, 0);
}

SEC("tc") int reject_loop_of_an_address(struct __sk_buff *ctx)
{
	return bpf_loop((long)ctx, nothing, 0, 0);
}

SEC("tc") int accept_loop_of_any_constant(struct __sk_buff *ctx)
{
	bpf_loop(1 << 30, nothing, 0, 0);
	return 0;
}

SEC("tc") int reject_loop_callback_returns_2(struct __sk_buff *ctx)
{
	return bpf_loop(100, returns_2, 0, 0);
}

SEC("tc") int accept_loop_with_context(struct __sk_buff *ctx)
{
	struct context c = {};

	bpf_loop(100, count, &c, 0);
	return c.index;
}

SEC("tc") int accept_loop_index_tested(struct __sk_buff *ctx)
{
	struct context c = {};

	bpf_loop(100, index_tested, &c, 0);
	return 0;
}

SEC("tc") int reject_loop_index_not_tested(struct __sk_buff *ctx)
{
	struct context c = {};

	bpf_loop(64, index_not_tested, &c, 0);
	return 0;
}

SEC("tc") int accept_context_changed_within_bounds(struct __sk_buff *ctx)
{
	struct context c = {};

	bpf_loop(100, sets_index_60, &c, 0);
	return *(volatile char *)(room + c.index);
}

SEC("tc") int reject_context_changed_out_of_bounds(struct __sk_buff *ctx)
{
	struct context c = {};

	bpf_loop(100, sets_index_70, &c, 0);
	return *(volatile char *)(room + c.index);
}

SEC("tc") int accept_context_counted_ten_times(struct __sk_buff *ctx)
{
	struct context c = {};

	bpf_loop(10, count, &c, 0);
	return *(volatile char *)(room + c.index);
}

SEC("tc") int reject_context_counted_out_of_bounds(struct __sk_buff *ctx)
{
	struct context c = {};

	bpf_loop(100, count, &c, 0);
	return *(volatile char *)(room + c.index);
}

SEC("tc") int reject_callback_s_argument_is_no_pointer(struct __sk_buff *ctx)
{
	bpf_loop(10, uses_argument_as_pointer, (void *)7, 0);
	return 0;
}

SEC("tc") int accept_loop_flags(struct __sk_buff *ctx)
{
	return bpf_loop(100, nothing, 0, 1);
}

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} ring SEC(".maps");

static long acquires_and_leaks(u32 i, void *arg)
{
	return bpf_ringbuf_reserve(&ring, 8, 0) ? 1 : 0;
}

SEC("tc") int reject_callback_leaks_a_reference(struct __sk_buff *ctx)
{
	bpf_loop(10, acquires_and_leaks, 0, 0);
	return 0;
}

static long submits(u32 i, void **arg)
{
	bpf_ringbuf_submit(*arg, 0);
	return 0;
}

SEC("tc") int reject_callback_releases_the_caller_s_reference(struct __sk_buff *ctx)
{
	void *r = bpf_ringbuf_reserve(&ring, 8, 0);

	if (!r)
		return 0;
	bpf_loop(1, submits, &r, 0);
	return 0;
}

SEC("tc") int accept_reference_held_over_a_loop(struct __sk_buff *ctx)
{
	void *r = bpf_ringbuf_reserve(&ring, 8, 0);

	if (!r)
		return 0;
	bpf_loop(10, nothing, 0, 0);
	bpf_ringbuf_submit(r, 0);
	return 0;
}

static long nested(u32 i, void *arg)
{
	bpf_loop(10, nothing, 0, 0);
	return 0;
}

SEC("tc") int accept_loop_in_a_loop(struct __sk_buff *ctx)
{
	bpf_loop(10, nested, 0, 0);
	return 0;
}

static long calls_itself(u32 i, void *arg)
{
	bpf_loop(10, calls_itself, 0, 0);
	return 0;
}

SEC("tc") int reject_loop_callback_calls_itself(struct __sk_buff *ctx)
{
	bpf_loop(10, calls_itself, 0, 0);
	return 0;
}

static long element(void *map, const u32 *key, u64 *value, u64 *sum)
{
	*sum += *value + *key;
	return 0;
}

static long writes_key(void *map, u32 *key, u64 *value, u64 *sum)
{
	*key = 1;
	return 0;
}

static long past_value(void *map, u32 *key, u64 *value, u64 *sum)
{
	return value[1] & 1;
}

static long writes_value(void *map, u32 *key, u64 *value, u64 *sum)
{
	*value = *sum;
	return 0;
}

static long updates(void *map, u32 *key, u64 *value, u64 *sum)
{
	bpf_map_delete_elem(map, key);
	return 0;
}

static long returns_minus_1(void *map, u32 *key, u64 *value, u64 *sum)
{
	return -1;
}

#define EACH(verdict, fn)                                                                          \
	SEC("tc") int verdict##_each_##fn(struct __sk_buff *ctx)                                   \
	{                                                                                          \
		u64 sum = 0;                                                                       \
		bpf_for_each_map_elem(&hash, fn, &sum, 0);                                         \
		return sum;                                                                        \
	}

EACH(accept, element)
EACH(reject, writes_key)
EACH(reject, past_value)
EACH(accept, writes_value)
EACH(accept, updates)
EACH(reject, returns_minus_1)

SEC("tc") int reject_each_element_of_a_ring_buffer(struct __sk_buff *ctx)
{
	u64 sum = 0;

	bpf_for_each_map_elem(&ring, element, &sum, 0);
	return sum;
}

static int fires(void *map, u32 *key, struct timed *value)
{
	value->count++;
	return 0;
}

static int fires_1(void *map, u32 *key, struct timed *value)
{
	return 1;
}

static int fires_and_starts(void *map, u32 *key, struct timed *value)
{
	bpf_timer_start(&value->timer, 1000, 0);
	return 0;
}

#define TIMER(v)                                                                                   \
	u32 key = 0;                                                                               \
	struct timed *v = bpf_map_lookup_elem(&timers, &key);                                      \
	if (!v)                                                                                    \
	return 0

SEC("tc") int accept_timer(struct __sk_buff *ctx)
{
	TIMER(v);
	bpf_timer_init(&v->timer, &timers, 1);
	bpf_timer_set_callback(&v->timer, fires);
	bpf_timer_start(&v->timer, 1000, 0);
	bpf_timer_cancel(&v->timer);
	return 0;
}

SEC("tc") int reject_timer_callback_returns_1(struct __sk_buff *ctx)
{
	TIMER(v);
	bpf_timer_set_callback(&v->timer, fires_1);
	return 0;
}

SEC("tc") int accept_timer_started_in_its_callback(struct __sk_buff *ctx)
{
	TIMER(v);
	bpf_timer_set_callback(&v->timer, fires_and_starts);
	return 0;
}

SEC("tc") int reject_timer_is_read(struct __sk_buff *ctx)
{
	TIMER(v);
	return *(volatile u32 *)&v->timer;
}

SEC("tc") int accept_beside_the_timer(struct __sk_buff *ctx)
{
	TIMER(v);
	return v->count++;
}

SEC("tc") int reject_timer_of_another_map(struct __sk_buff *ctx)
{
	TIMER(v);
	bpf_timer_init(&v->timer, &hash, 1);
	return 0;
}

SEC("tc") int reject_timer_at_a_wrong_offset(struct __sk_buff *ctx)
{
	TIMER(v);
	bpf_timer_cancel((void *)&v->count);
	return 0;
}

SEC("tc") int reject_timer_on_the_stack(struct __sk_buff *ctx)
{
	struct bpf_timer t = {};

	bpf_timer_cancel(&t);
	return 0;
}

SEC("kprobe/x") int reject_timer_in_a_kprobe(void *ctx)
{
	TIMER(v);
	return v->count;
}

static long drained(struct bpf_dynptr *d, void *arg)
{
	u64 *p = bpf_dynptr_data(d, 0, 8);

	return p && *p == 5;
}

static long drained_and_writes(struct bpf_dynptr *d, void *arg)
{
	u64 *p = bpf_dynptr_data(d, 0, 8);

	if (p)
		*p = 1;
	return 0;
}

static long drained_and_discards(struct bpf_dynptr *d, void *arg)
{
	bpf_ringbuf_discard_dynptr(d, 0);
	return 0;
}

SEC("tc") int accept_drain(struct __sk_buff *ctx)
{
	return bpf_user_ringbuf_drain(&user, drained, 0, 0);
}

SEC("tc") int accept_drain_and_write(struct __sk_buff *ctx)
{
	return bpf_user_ringbuf_drain(&user, drained_and_writes, 0, 0);
}

SEC("tc") int reject_drain_and_discard(struct __sk_buff *ctx)
{
	return bpf_user_ringbuf_drain(&user, drained_and_discards, 0, 0);
}

__noinline long global_callback(u32 i, void *arg)
{
	return 0;
}

SEC("tc") int reject_global_callback(struct __sk_buff *ctx)
{
	return bpf_loop(10, global_callback, 0, 0);
}

static long clears_pointer(u32 i, void **p)
{
	*p = 0;
	return 0;
}

SEC("tc") int reject_pointer_that_the_callback_clears(struct __sk_buff *ctx)
{
	void *p = ctx;

	bpf_loop(ctx->len, clears_pointer, &p, 0);
	return ((struct __sk_buff *)p)->len;
}
