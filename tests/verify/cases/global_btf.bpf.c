// SPDX-License-Identifier: BSD-2-Clause
/* Global functions: each is verified alone, for any arguments that its types allow. */
#include "cases.h"

struct pair {
	int a, b;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, u64[8]);
} array SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct pair);
} pairs SEC(".maps");

static __noinline u64 *value(void)
{
	u32 key = 0;

	return bpf_map_lookup_elem(&array, &key);
}

__noinline int any_number(int index)
{
	u64 *v = value();

	if (!v)
		return 0;
	return v[index & 7];
}

SEC("tc") int accept_number(struct __sk_buff *ctx)
{
	return any_number(ctx->len);
}

__noinline int small_number(int index)
{
	u64 *v = value();

	if (!v || index < 0)
		return 0;
	return *(volatile u64 *)(v + index);
}

SEC("tc") int reject_number_that_only_the_caller_bounds(struct __sk_buff *ctx)
{
	return small_number(3);
}

__noinline int two_results(int x)
{
	return x ? 1 : 0;
}

SEC("cgroup/dev") int reject_result_is_any_number(void *ctx)
{
	return two_results(1);
}

SEC("cgroup/dev") int accept_result_is_tested(void *ctx)
{
	return two_results(1) == 1;
}

__noinline int with_memory(struct pair *p)
{
	if (!p)
		return 0;
	p->a = 1;
	return p->b;
}

__noinline int with_memory_unchecked(struct pair *p)
{
	return p->b;
}

__noinline int with_memory_nonnull(struct pair *p __tag("arg:nonnull"))
{
	return p->b;
}

__noinline int past_memory(struct pair *p)
{
	if (!p)
		return 0;
	return *(volatile int *)(p + 1);
}

SEC("tc") int accept_memory_on_the_stack(struct __sk_buff *ctx)
{
	struct pair p = { 1, 2 };

	return with_memory(&p);
}

SEC("tc") int accept_memory_null(struct __sk_buff *ctx)
{
	return with_memory(0);
}

SEC("tc") int reject_memory_unchecked(struct __sk_buff *ctx)
{
	struct pair p = { 1, 2 };

	return with_memory_unchecked(&p);
}

SEC("tc") int accept_memory_nonnull(struct __sk_buff *ctx)
{
	struct pair p = { 1, 2 };

	return with_memory_nonnull(&p);
}

SEC("tc") int accept_memory_nonnull_given_null(struct __sk_buff *ctx)
{
	return with_memory_nonnull(0);
}

SEC("tc") int reject_memory_past_its_type(struct __sk_buff *ctx)
{
	struct pair p[2] = { { 1, 2 }, { 3, 4 } };

	return past_memory(p);
}

SEC("tc") int reject_memory_too_small(struct __sk_buff *ctx)
{
	int one = 1;

	return with_memory((void *)&one - 0 + 4);
}

SEC("tc") int accept_memory_in_a_map(struct __sk_buff *ctx)
{
	u32 key = 0;
	struct pair *p = bpf_map_lookup_elem(&pairs, &key);

	return p ? with_memory(p) : 0;
}

SEC("tc") int accept_memory_that_may_be_null(struct __sk_buff *ctx)
{
	u32 key = 0;

	return with_memory(bpf_map_lookup_elem(&pairs, &key));
}

SEC("tc") int reject_memory_nonnull_that_may_be_null(struct __sk_buff *ctx)
{
	u32 key = 0;

	return with_memory_nonnull(bpf_map_lookup_elem(&pairs, &key));
}

SEC("tc") int reject_memory_in_a_map_past(struct __sk_buff *ctx)
{
	u32 key = 0;
	void *p = bpf_map_lookup_elem(&pairs, &key);

	return p ? with_memory(p + 4) : 0;
}

SEC("tc") int reject_number_for_memory(struct __sk_buff *ctx)
{
	return with_memory((void *)(long)ctx->len);
}

__noinline int with_context(struct __sk_buff *ctx)
{
	return ctx->len;
}

SEC("tc") int accept_context(struct __sk_buff *ctx)
{
	return with_context(ctx);
}

SEC("tc") int reject_stack_for_context(struct __sk_buff *ctx)
{
	u64 x[4] = { 0 };

	return with_context((void *)x);
}

SEC("xdp") int reject_context_of_another_type(struct xdp_md *ctx)
{
	return with_context((void *)ctx);
}

__noinline int with_pointer_to_pointer(void **p)
{
	return p ? 1 : 0;
}

SEC("tc") int accept_pointer_to_pointer(struct __sk_buff *ctx)
{
	u64 x = 0;

	return with_pointer_to_pointer((void **)&x);
}

__noinline void without_result(struct __sk_buff *ctx)
{
	ctx->mark = 1;
}

SEC("tc") int reject_function_without_result(struct __sk_buff *ctx)
{
	without_result(ctx);
	return 0;
}

__noinline void *returns_a_pointer(struct __sk_buff *ctx)
{
	return ctx;
}

SEC("tc") int reject_pointer_result(struct __sk_buff *ctx)
{
	return returns_a_pointer(ctx) != 0;
}

__noinline int writes_stack_of_its_own(int x)
{
	volatile char room[200];

	room[x & 127] = 1;
	return room[3];
}

__noinline int deep(int x)
{
	volatile char room[200];

	room[x & 127] = 2;
	return room[3] + writes_stack_of_its_own(x);
}

SEC("tc") int accept_stacks_of_two_frames(struct __sk_buff *ctx)
{
	return deep(ctx->len);
}

SEC("tc") int reject_stacks_of_three_frames(struct __sk_buff *ctx)
{
	volatile char room[200];

	room[ctx->len & 127] = 2;
	return room[3] + deep(ctx->len);
}

__noinline int many(int a, int b, int c, int d, int e)
{
	return a + b + c + d + e;
}

SEC("tc") int accept_five_arguments(struct __sk_buff *ctx)
{
	return many(ctx->len, 2, 3, 4, 5);
}

__weak int replaceable(int x)
{
	return 0;
}

SEC("cgroup/dev") int reject_weak_result_is_any_number(void *ctx)
{
	return replaceable(1);
}

/* Verified although no path calls it with anything that would go wrong. */
__noinline int always_wrong(int x)
{
	u64 *v = value();

	return v ? *(volatile u64 *)(v + 8) : 0;
}

SEC("tc") int accept_wrong_function_behind_a_dead_branch(struct __sk_buff *ctx)
{
	u32 len = ctx->len & 1;

	asm volatile("" : "+r"(len));
	return len > 1 ? always_wrong(1) : 0;
}
