// SPDX-License-Identifier: BSD-2-Clause
/* Spin locks in values of maps. */
#include "cases.h"

struct value {
	int counter;
	struct bpf_spin_lock lock;
	int other;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4);
	__type(key, u32);
	__type(value, struct value);
} locked SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4);
	__type(key, u32);
	__type(value, struct value);
} also SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4);
	__type(key, u32);
	__type(value, u64);
} plain SEC(".maps");

#define LOOKUP(v, map)                                                                             \
	u32 key = 0;                                                                               \
	struct value *v = bpf_map_lookup_elem(&map, &key);                                         \
	if (!v)                                                                                    \
	return 0

SEC("tc") int accept_locked_and_unlocked(struct __sk_buff *ctx)
{
	LOOKUP(v, locked);
	bpf_spin_lock(&v->lock);
	v->counter++;
	bpf_spin_unlock(&v->lock);
	return 0;
}

SEC("tc") int reject_never_unlocked(struct __sk_buff *ctx)
{
	LOOKUP(v, locked);
	bpf_spin_lock(&v->lock);
	v->counter++;
	return 0;
}

SEC("tc") int reject_unlocked_on_one_path(struct __sk_buff *ctx)
{
	LOOKUP(v, locked);
	bpf_spin_lock(&v->lock);
	if (v->counter)
		bpf_spin_unlock(&v->lock);
	return 0;
}

SEC("tc") int reject_never_locked(struct __sk_buff *ctx)
{
	LOOKUP(v, locked);
	bpf_spin_unlock(&v->lock);
	return 0;
}

SEC("tc") int reject_locked_twice(struct __sk_buff *ctx)
{
	LOOKUP(v, locked);
	bpf_spin_lock(&v->lock);
	bpf_spin_lock(&v->lock);
	bpf_spin_unlock(&v->lock);
	return 0;
}

SEC("tc") int reject_unlocked_twice(struct __sk_buff *ctx)
{
	LOOKUP(v, locked);
	bpf_spin_lock(&v->lock);
	bpf_spin_unlock(&v->lock);
	bpf_spin_unlock(&v->lock);
	return 0;
}

SEC("tc") int reject_helper_under_lock(struct __sk_buff *ctx)
{
	LOOKUP(v, locked);
	bpf_spin_lock(&v->lock);
	v->counter = bpf_get_prandom_u32();
	bpf_spin_unlock(&v->lock);
	return 0;
}

SEC("tc") int reject_unlocked_through_another_lookup(struct __sk_buff *ctx)
{
	LOOKUP(v, locked);
	struct value *w = bpf_map_lookup_elem(&locked, &key);

	if (!w)
		return 0;
	bpf_spin_lock(&v->lock);
	bpf_spin_unlock(&w->lock);
	return 0;
}

SEC("tc") int reject_unlocked_in_another_map(struct __sk_buff *ctx)
{
	LOOKUP(v, locked);
	struct value *w = bpf_map_lookup_elem(&also, &key);

	if (!w)
		return 0;
	bpf_spin_lock(&v->lock);
	bpf_spin_unlock(&w->lock);
	return 0;
}

SEC("tc") int reject_two_locks_at_once(struct __sk_buff *ctx)
{
	LOOKUP(v, locked);
	struct value *w = bpf_map_lookup_elem(&also, &key);

	if (!w)
		return 0;
	bpf_spin_lock(&v->lock);
	bpf_spin_lock(&w->lock);
	bpf_spin_unlock(&w->lock);
	bpf_spin_unlock(&v->lock);
	return 0;
}

SEC("tc") int accept_two_locks_in_turn(struct __sk_buff *ctx)
{
	LOOKUP(v, locked);
	struct value *w = bpf_map_lookup_elem(&also, &key);

	if (!w)
		return 0;
	bpf_spin_lock(&v->lock);
	bpf_spin_unlock(&v->lock);
	bpf_spin_lock(&w->lock);
	bpf_spin_unlock(&w->lock);
	return 0;
}

SEC("tc") int reject_lock_is_read(struct __sk_buff *ctx)
{
	LOOKUP(v, locked);
	return *(volatile u32 *)&v->lock;
}

SEC("tc") int reject_lock_is_written(struct __sk_buff *ctx)
{
	LOOKUP(v, locked);
	*(volatile u32 *)&v->lock = 0;
	return 0;
}

SEC("tc") int reject_lock_is_written_by_a_helper(struct __sk_buff *ctx)
{
	LOOKUP(v, locked);
	bpf_skb_load_bytes(ctx, 0, v, sizeof(*v));
	return 0;
}

SEC("tc") int accept_beside_the_lock(struct __sk_buff *ctx)
{
	LOOKUP(v, locked);
	bpf_skb_load_bytes(ctx, 0, &v->other, sizeof(v->other));
	return v->counter + v->other;
}

SEC("tc") int reject_lock_at_a_wrong_offset(struct __sk_buff *ctx)
{
	LOOKUP(v, locked);
	bpf_spin_lock((void *)&v->other);
	bpf_spin_unlock((void *)&v->other);
	return 0;
}

SEC("tc") int reject_lock_at_a_variable_offset(struct __sk_buff *ctx)
{
	LOOKUP(v, locked);
	void *p = (void *)v + (ctx->len & 4);

	bpf_spin_lock(p);
	bpf_spin_unlock(p);
	return 0;
}

SEC("tc") int reject_lock_in_a_map_without_one(struct __sk_buff *ctx)
{
	LOOKUP(v, plain);
	bpf_spin_lock((void *)v);
	bpf_spin_unlock((void *)v);
	return 0;
}

SEC("tc") int reject_lock_on_the_stack(struct __sk_buff *ctx)
{
	struct bpf_spin_lock lock = {};

	bpf_spin_lock(&lock);
	bpf_spin_unlock(&lock);
	return 0;
}

SEC("tc") int reject_lock_that_may_be_null(struct __sk_buff *ctx)
{
	u32 key = 0;
	struct value *v = bpf_map_lookup_elem(&locked, &key);

	bpf_spin_lock(&v->lock);
	bpf_spin_unlock(&v->lock);
	return 0;
}

static __noinline void count(struct value *v)
{
	v->counter++;
}

SEC("tc") int accept_static_function_under_lock(struct __sk_buff *ctx)
{
	LOOKUP(v, locked);
	bpf_spin_lock(&v->lock);
	count(v);
	bpf_spin_unlock(&v->lock);
	return 0;
}

static __noinline int unlock(struct value *v)
{
	bpf_spin_unlock(&v->lock);
	return 0;
}

SEC("tc") int accept_unlocked_in_a_static_function(struct __sk_buff *ctx)
{
	LOOKUP(v, locked);
	bpf_spin_lock(&v->lock);
	return unlock(v);
}

__noinline int global(int x)
{
	return x + 1;
}

SEC("tc") int reject_global_function_under_lock(struct __sk_buff *ctx)
{
	LOOKUP(v, locked);
	bpf_spin_lock(&v->lock);
	v->counter = global(v->counter);
	bpf_spin_unlock(&v->lock);
	return 0;
}

SEC("tc") int accept_loop_under_lock(struct __sk_buff *ctx)
{
	LOOKUP(v, locked);
	bpf_spin_lock(&v->lock);
	for (volatile int i = 0; i < 8; i++)
		v->counter += 2;
	bpf_spin_unlock(&v->lock);
	return 0;
}

SEC("socket") int reject_lock_in_a_socket_filter(struct __sk_buff *ctx)
{
	LOOKUP(v, locked);
	bpf_spin_lock(&v->lock);
	bpf_spin_unlock(&v->lock);
	return 0;
}

SEC("kprobe/x") int reject_lock_in_a_kprobe(void *ctx)
{
	LOOKUP(v, locked);
	return v->counter;
}

SEC("tc") int accept_copied_with_the_lock_flag(struct __sk_buff *ctx)
{
	struct value v = {};
	u32 key = 0;

	bpf_map_update_elem(&locked, &key, &v, 4);
	return 0;
}
