// SPDX-License-Identifier: BSD-2-Clause
/* Iterators on the stack: made, asked for the next until it has none, destroyed. */
#include "cases.h"

struct bpf_iter_num {
	u64 opaque[1];
} __attribute__((aligned(8)));

struct bpf_iter_task {
	u64 opaque[3];
} __attribute__((aligned(8)));

struct task_struct {
	int pid;
} __attribute__((preserve_access_index));

extern int bpf_iter_num_new(struct bpf_iter_num *it, int start, int end) __ksym;
extern int *bpf_iter_num_next(struct bpf_iter_num *it) __ksym;
extern void bpf_iter_num_destroy(struct bpf_iter_num *it) __ksym;
extern int bpf_iter_task_new(struct bpf_iter_task *it, struct task_struct *t,
			     unsigned flags) __ksym;
extern struct task_struct *bpf_iter_task_next(struct bpf_iter_task *it) __ksym;
extern void bpf_iter_task_destroy(struct bpf_iter_task *it) __ksym;
extern void bpf_rcu_read_lock(void) __ksym;
extern void bpf_rcu_read_unlock(void) __ksym;

char room[64];

#define IT     struct bpf_iter_num it
#define BAR(x) asm volatile("" : "+r"(x))

SEC("tc") int accept_numbers(struct __sk_buff *ctx)
{
	IT;
	int *i, sum = 0;

	bpf_iter_num_new(&it, 0, 10);
	while ((i = bpf_iter_num_next(&it)))
		sum += *i;
	bpf_iter_num_destroy(&it);
	return sum;
}

SEC("tc") int accept_many_numbers(struct __sk_buff *ctx)
{
	IT;
	int *i, sum = 0;

	bpf_iter_num_new(&it, 0, 8000000);
	while ((i = bpf_iter_num_next(&it)))
		sum += *i;
	bpf_iter_num_destroy(&it);
	return sum;
}

SEC("tc") int reject_never_destroyed(struct __sk_buff *ctx)
{
	IT;

	bpf_iter_num_new(&it, 0, 10);
	while (bpf_iter_num_next(&it))
		;
	return 0;
}

SEC("tc") int reject_never_made(struct __sk_buff *ctx)
{
	IT;

	while (bpf_iter_num_next(&it))
		;
	return 0;
}

SEC("tc") int reject_destroyed_but_never_made(struct __sk_buff *ctx)
{
	IT;

	bpf_iter_num_destroy(&it);
	return 0;
}

SEC("tc") int reject_destroyed_twice(struct __sk_buff *ctx)
{
	IT;

	bpf_iter_num_new(&it, 0, 10);
	bpf_iter_num_destroy(&it);
	bpf_iter_num_destroy(&it);
	return 0;
}

SEC("tc") int reject_made_twice(struct __sk_buff *ctx)
{
	IT;

	bpf_iter_num_new(&it, 0, 10);
	bpf_iter_num_new(&it, 0, 10);
	bpf_iter_num_destroy(&it);
	return 0;
}

SEC("tc") int accept_made_again_after_destroyed(struct __sk_buff *ctx)
{
	IT;

	bpf_iter_num_new(&it, 0, 10);
	bpf_iter_num_destroy(&it);
	bpf_iter_num_new(&it, 0, 10);
	bpf_iter_num_destroy(&it);
	return 0;
}

SEC("tc") int reject_next_after_destroyed(struct __sk_buff *ctx)
{
	IT;

	bpf_iter_num_new(&it, 0, 10);
	bpf_iter_num_destroy(&it);
	return bpf_iter_num_next(&it) != 0;
}

SEC("tc") int reject_element_unchecked(struct __sk_buff *ctx)
{
	IT;
	int x;

	bpf_iter_num_new(&it, 0, 10);
	x = *bpf_iter_num_next(&it);
	bpf_iter_num_destroy(&it);
	return x;
}

SEC("tc") int reject_element_written(struct __sk_buff *ctx)
{
	IT;
	int *i;

	bpf_iter_num_new(&it, 0, 10);
	while ((i = bpf_iter_num_next(&it)))
		*i = 1;
	bpf_iter_num_destroy(&it);
	return 0;
}

SEC("tc") int reject_element_after_destroyed(struct __sk_buff *ctx)
{
	IT;
	int *i;

	bpf_iter_num_new(&it, 0, 10);
	i = bpf_iter_num_next(&it);
	bpf_iter_num_destroy(&it);
	return i ? *i : 0;
}

SEC("tc") int accept_element_of_the_turn_before(struct __sk_buff *ctx)
{
	IT;
	int *i, *last = 0, sum = 0;

	bpf_iter_num_new(&it, 0, 10);
	while ((i = bpf_iter_num_next(&it))) {
		if (last)
			sum += *(volatile int *)last;
		last = i;
	}
	bpf_iter_num_destroy(&it);
	return sum;
}

SEC("tc") int reject_read_as_memory(struct __sk_buff *ctx)
{
	IT;
	u64 x;

	bpf_iter_num_new(&it, 0, 10);
	x = *(volatile u64 *)&it;
	bpf_iter_num_destroy(&it);
	return x;
}

SEC("tc") int reject_stored_over(struct __sk_buff *ctx)
{
	IT;

	bpf_iter_num_new(&it, 0, 10);
	*(volatile u64 *)&it = 0;
	bpf_iter_num_destroy(&it);
	return 0;
}

SEC("tc") int accept_left_early(struct __sk_buff *ctx)
{
	IT;
	int *i;

	bpf_iter_num_new(&it, 0, 10);
	while ((i = bpf_iter_num_next(&it))) {
		if (*i == 5)
			break;
	}
	bpf_iter_num_destroy(&it);
	return 0;
}

SEC("tc") int reject_left_early_without_destroying(struct __sk_buff *ctx)
{
	IT;
	int *i;

	bpf_iter_num_new(&it, 0, 10);
	while ((i = bpf_iter_num_next(&it))) {
		if (*i == 5)
			return 0;
	}
	bpf_iter_num_destroy(&it);
	return 0;
}

SEC("tc") int accept_element_tested(struct __sk_buff *ctx)
{
	IT;
	int *i;

	bpf_iter_num_new(&it, 0, 64);
	while ((i = bpf_iter_num_next(&it))) {
		u32 at = *i;

		BAR(at);
		if (at < sizeof(room))
			room[at] = 1;
	}
	bpf_iter_num_destroy(&it);
	return 0;
}

SEC("tc") int reject_element_not_tested(struct __sk_buff *ctx)
{
	IT;
	int *i;

	bpf_iter_num_new(&it, 0, 64);
	while ((i = bpf_iter_num_next(&it)))
		room[*i] = 1;
	bpf_iter_num_destroy(&it);
	return 0;
}

SEC("tc") int reject_own_counter_as_index(struct __sk_buff *ctx)
{
	IT;
	u64 at = 0;

	bpf_iter_num_new(&it, 0, 64);
	while (bpf_iter_num_next(&it)) {
		BAR(at);
		room[at] = 1;
		at++;
	}
	bpf_iter_num_destroy(&it);
	return 0;
}

SEC("tc") int accept_own_counter_tested(struct __sk_buff *ctx)
{
	IT;
	u64 at = 0;

	bpf_iter_num_new(&it, 0, 64);
	while (bpf_iter_num_next(&it)) {
		BAR(at);
		if (at >= sizeof(room))
			break;
		room[at] = 1;
		at++;
	}
	bpf_iter_num_destroy(&it);
	return 0;
}

SEC("tc") int accept_nested(struct __sk_buff *ctx)
{
	IT, in;
	int sum = 0;

	bpf_iter_num_new(&it, 0, 100);
	while (bpf_iter_num_next(&it)) {
		bpf_iter_num_new(&in, 0, 100);
		while (bpf_iter_num_next(&in))
			sum++;
		bpf_iter_num_destroy(&in);
	}
	bpf_iter_num_destroy(&it);
	return sum;
}

SEC("tc") int reject_nested_inner_never_destroyed(struct __sk_buff *ctx)
{
	IT, in;

	bpf_iter_num_new(&it, 0, 100);
	while (bpf_iter_num_next(&it)) {
		bpf_iter_num_new(&in, 0, 100);
		while (bpf_iter_num_next(&in))
			;
	}
	bpf_iter_num_destroy(&it);
	return 0;
}

static __noinline void make(struct bpf_iter_num *it)
{
	bpf_iter_num_new(it, 0, 10);
}

SEC("tc") int accept_made_in_a_function(struct __sk_buff *ctx)
{
	IT;

	make(&it);
	while (bpf_iter_num_next(&it))
		;
	bpf_iter_num_destroy(&it);
	return 0;
}

static __noinline int all_of_it(void)
{
	IT;
	int sum = 0;

	bpf_iter_num_new(&it, 0, 10);
	while (bpf_iter_num_next(&it))
		sum++;
	bpf_iter_num_destroy(&it);
	return sum;
}

SEC("tc") int accept_all_in_a_function(struct __sk_buff *ctx)
{
	return all_of_it();
}

SEC("tc") int reject_in_a_map_value(struct __sk_buff *ctx)
{
	bpf_iter_num_new((void *)room, 0, 10);
	return 0;
}

SEC("syscall") int reject_tasks_without_rcu(void *ctx)
{
	struct bpf_iter_task it;

	bpf_iter_task_new(&it, 0, 0);
	bpf_iter_task_destroy(&it);
	return 0;
}

SEC("syscall") int accept_tasks_under_rcu(void *ctx)
{
	struct bpf_iter_task it;
	struct task_struct *t;
	int sum = 0;

	bpf_rcu_read_lock();
	bpf_iter_task_new(&it, 0, 0);
	while ((t = bpf_iter_task_next(&it)))
		sum += t->pid;
	bpf_iter_task_destroy(&it);
	bpf_rcu_read_unlock();
	return sum & 1;
}

SEC("syscall") int reject_tasks_when_rcu_ends_between(void *ctx)
{
	struct bpf_iter_task it;
	struct task_struct *t;
	int sum = 0;

	bpf_rcu_read_lock();
	bpf_iter_task_new(&it, 0, 0);
	bpf_rcu_read_unlock();
	bpf_rcu_read_lock();
	while ((t = bpf_iter_task_next(&it)))
		sum += t->pid;
	bpf_iter_task_destroy(&it);
	bpf_rcu_read_unlock();
	return sum & 1;
}

SEC("socket") int accept_in_a_socket_filter(struct __sk_buff *ctx)
{
	IT;

	bpf_iter_num_new(&it, 0, 10);
	while (bpf_iter_num_next(&it))
		;
	bpf_iter_num_destroy(&it);
	return 0;
}

SEC("tc") int accept_progress_of_a_second_kind(struct __sk_buff *ctx)
{
	IT;
	int *i, state = 0;

	bpf_iter_num_new(&it, 0, 10);
	while ((i = bpf_iter_num_next(&it))) {
		BAR(state);
		state = *i & 1 ? 1 : 2;
	}
	bpf_iter_num_destroy(&it);
	return state;
}
