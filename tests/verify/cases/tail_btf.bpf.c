// SPDX-License-Identifier: BSD-2-Clause
/* Tail calls in functions, storage that belongs to sockets and tasks, per-CPU results. */
#include "cases.h"

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 4);
	__uint(key_size, 4);
	__uint(value_size, 4);
} progs SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, 1);
	__type(key, int);
	__type(value, u64);
} sockets SEC(".maps");

struct task_struct;

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, 1);
	__type(key, int);
	__type(value, u64);
} tasks SEC(".maps");

static __noinline int jump(struct __sk_buff *ctx)
{
	bpf_tail_call(ctx, &progs, 1);
	return 0;
}

SEC("tc") int accept_tail_call_in_a_function(struct __sk_buff *ctx)
{
	return jump(ctx);
}

SEC("tc") int accept_tail_call_beside_a_stack_of_224(struct __sk_buff *ctx)
{
	volatile u64 room[28];

	asm volatile("" ::"r"(room) : "memory");
	room[0] = ctx->len;
	return jump(ctx) + room[0];
}

SEC("tc") int reject_tail_call_beside_a_stack_of_272(struct __sk_buff *ctx)
{
	volatile u64 room[34];

	asm volatile("" ::"r"(room) : "memory");
	room[0] = ctx->len;
	return jump(ctx) + room[0];
}

static __noinline int load(struct __sk_buff *ctx)
{
	return bpf_skb_pull_data(ctx, 10) ? 0 : 1;
}

SEC("tc") int accept_packet_again_after_a_function_changed_it(struct __sk_buff *ctx)
{
	u8 *p;

	if (!load(ctx))
		return 0;
	p = (void *)(long)ctx->data;
	if (p + 1 > (u8 *)(long)ctx->data_end)
		return 0;
	return *p;
}

__noinline int global_pull(struct __sk_buff *ctx)
{
	return bpf_skb_pull_data(ctx, 10);
}

SEC("tc") int reject_packet_after_a_global_function_changed_it(struct __sk_buff *ctx)
{
	u8 *p = (void *)(long)ctx->data;

	if (p + 1 > (u8 *)(long)ctx->data_end)
		return 0;
	global_pull(ctx);
	return *(volatile u8 *)p;
}

__noinline int global_reads(struct __sk_buff *ctx)
{
	return ctx->len;
}

SEC("tc") int accept_packet_after_a_global_function_read_it(struct __sk_buff *ctx)
{
	u8 *p = (void *)(long)ctx->data;

	if (p + 1 > (u8 *)(long)ctx->data_end)
		return 0;
	global_reads(ctx);
	return *(volatile u8 *)p;
}

SEC("tc") int accept_socket_storage(struct __sk_buff *ctx)
{
	struct bpf_sock *sk = ctx->sk;
	u64 *v;

	if (!sk)
		return 0;
	sk = bpf_sk_fullsock(sk);
	if (!sk)
		return 0;
	v = bpf_sk_storage_get(&sockets, sk, 0, 1);
	return v ? *v : 0;
}

SEC("tc") int reject_socket_storage_unchecked(struct __sk_buff *ctx)
{
	struct bpf_sock *sk = ctx->sk;
	u64 *v;

	if (!sk)
		return 0;
	sk = bpf_sk_fullsock(sk);
	if (!sk)
		return 0;
	v = bpf_sk_storage_get(&sockets, sk, 0, 1);
	return *(volatile u64 *)v;
}

SEC("tc") int reject_socket_storage_past(struct __sk_buff *ctx)
{
	struct bpf_sock *sk = ctx->sk;
	u64 *v;

	if (!sk)
		return 0;
	sk = bpf_sk_fullsock(sk);
	if (!sk)
		return 0;
	v = bpf_sk_storage_get(&sockets, sk, 0, 1);
	return v ? *(volatile u64 *)(v + 1) : 0;
}

SEC("tc") int reject_socket_storage_of_a_possible_null(struct __sk_buff *ctx)
{
	return bpf_sk_storage_get(&sockets, ctx->sk, 0, 1) != 0;
}

SEC("tc") int reject_socket_storage_looked_up_by_key(struct __sk_buff *ctx)
{
	u32 key = 0;

	return bpf_map_lookup_elem(&sockets, &key) != 0;
}

SEC("tp_btf/task_newtask") int accept_task_storage(u64 *ctx)
{
	u64 *v = bpf_task_storage_get(&tasks, (void *)ctx[0], 0, 1);

	return v ? *v : 0;
}

SEC("tp_btf/task_newtask") int reject_task_storage_of_a_number(u64 *ctx)
{
	u64 *v = bpf_task_storage_get(&tasks, (void *)ctx[1], 0, 1);

	return v ? *v : 0;
}

SEC("tc") int reject_task_storage_of_a_socket(struct __sk_buff *ctx)
{
	struct bpf_sock *sk = ctx->sk;
	u64 *v;

	if (!sk)
		return 0;
	v = bpf_task_storage_get(&tasks, (void *)sk, 0, 1);
	return v ? *v : 0;
}

char room[64];

static __noinline int jump_or_zero(struct __sk_buff *ctx)
{
	int zero;

	asm volatile("%0 = 0" : "=r"(zero));
	bpf_tail_call(ctx, &progs, 1);
	return zero;
}

static __noinline int jump_or_two(struct __sk_buff *ctx)
{
	int zero;

	bpf_tail_call(ctx, &progs, 1);
	asm volatile("%0 = 0" : "=r"(zero));
	return zero;
}

/* The program that is called instead returns what it likes. */
SEC("tc") int reject_result_of_a_tail_call_as_index(struct __sk_buff *ctx)
{
	long at = jump_or_zero(ctx);

	return *(volatile char *)(room + at);
}

SEC("tc") int reject_result_of_a_tail_call_as_index_too(struct __sk_buff *ctx)
{
	long at = jump_or_two(ctx);

	return *(volatile char *)(room + at);
}

SEC("tc") int accept_result_of_a_tail_call_tested(struct __sk_buff *ctx)
{
	unsigned long at = jump_or_zero(ctx);

	asm volatile("" : "+r"(at));
	return at < 64 ? *(volatile char *)(room + at) : 0;
}

SEC("tc") int reject_packet_after_a_function_s_tail_call(struct __sk_buff *ctx)
{
	u8 *p = (void *)(long)ctx->data;

	if (p + 1 > (u8 *)(long)ctx->data_end)
		return 0;
	jump(ctx);
	return *(volatile u8 *)p;
}

static __noinline int jump_and_write(struct __sk_buff *ctx, u64 *at)
{
	bpf_tail_call(ctx, &progs, 1);
	*at = 3;
	return 0;
}

SEC("tc") int accept_stack_written_after_a_tail_call(struct __sk_buff *ctx)
{
	u64 at = 1;

	jump_and_write(ctx, &at);
	return *(volatile char *)(room + at);
}

SEC("tc") int reject_stack_not_written_when_the_tail_call_is_taken(struct __sk_buff *ctx)
{
	u64 at = 100;

	jump_and_write(ctx, &at);
	return *(volatile char *)(room + at);
}
