// SPDX-License-Identifier: BSD-2-Clause
/* Sections in which pointers stay valid, the processor stays, interrupts stay away. */
#include "cases.h"

struct cgroup;
struct css_set {
	struct cgroup *dfl_cgrp;
} __attribute__((preserve_access_index));

struct task_struct {
	int pid;
	struct task_struct *real_parent;
	struct task_struct *group_leader;
	struct css_set *cgroups;
	struct mm_struct *mm;
} __attribute__((preserve_access_index));

extern void bpf_rcu_read_lock(void) __ksym;
extern void bpf_rcu_read_unlock(void) __ksym;
extern void bpf_preempt_disable(void) __ksym;
extern void bpf_preempt_enable(void) __ksym;
extern void bpf_local_irq_save(unsigned long *flags) __ksym;
extern void bpf_local_irq_restore(unsigned long *flags) __ksym;
extern struct task_struct *bpf_task_acquire(struct task_struct *t) __ksym;
extern void bpf_task_release(struct task_struct *t) __ksym;

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4);
	__type(key, u32);
	__type(value, u64);
} hash SEC(".maps");

SEC("syscall") int accept_rcu(void *ctx)
{
	bpf_rcu_read_lock();
	bpf_rcu_read_unlock();
	return 0;
}

SEC("syscall") int reject_rcu_never_unlocked(void *ctx)
{
	bpf_rcu_read_lock();
	return 0;
}

SEC("syscall") int reject_rcu_unlocked_on_one_path(void *ctx)
{
	bpf_rcu_read_lock();
	if (bpf_get_prandom_u32())
		bpf_rcu_read_unlock();
	return 0;
}

SEC("syscall") int reject_rcu_never_locked(void *ctx)
{
	bpf_rcu_read_unlock();
	return 0;
}

SEC("syscall") int reject_rcu_locked_twice(void *ctx)
{
	bpf_rcu_read_lock();
	bpf_rcu_read_lock();
	bpf_rcu_read_unlock();
	bpf_rcu_read_unlock();
	return 0;
}

SEC("syscall") int accept_rcu_in_turn(void *ctx)
{
	bpf_rcu_read_lock();
	bpf_rcu_read_unlock();
	bpf_rcu_read_lock();
	bpf_rcu_read_unlock();
	return 0;
}

SEC("syscall") int reject_sleeping_helper_under_rcu(void *ctx)
{
	u64 x;

	bpf_rcu_read_lock();
	bpf_copy_from_user(&x, sizeof(x), 0);
	bpf_rcu_read_unlock();
	return 0;
}

SEC("syscall") int accept_sleeping_helper_after_rcu(void *ctx)
{
	u64 x;

	bpf_rcu_read_lock();
	bpf_rcu_read_unlock();
	bpf_copy_from_user(&x, sizeof(x), 0);
	return 0;
}

SEC("tc") int reject_sleeping_helper_in_a_program_that_cannot(struct __sk_buff *ctx)
{
	u64 x;

	bpf_copy_from_user(&x, sizeof(x), 0);
	return 0;
}

SEC("syscall") int accept_parent_under_rcu(void *ctx)
{
	struct task_struct *t = bpf_get_current_task_btf();
	int pid;

	bpf_rcu_read_lock();
	pid = t->real_parent->pid;
	bpf_rcu_read_unlock();
	return pid & 1;
}

SEC("syscall") int accept_parent_without_rcu(void *ctx)
{
	struct task_struct *t = bpf_get_current_task_btf();

	return t->real_parent->pid & 1;
}

SEC("syscall") int accept_parent_acquired_under_rcu(void *ctx)
{
	struct task_struct *t = bpf_get_current_task_btf(), *p;

	bpf_rcu_read_lock();
	p = bpf_task_acquire(t->real_parent);
	bpf_rcu_read_unlock();
	if (p)
		bpf_task_release(p);
	return 0;
}

SEC("syscall") int reject_parent_acquired_without_rcu(void *ctx)
{
	struct task_struct *t = bpf_get_current_task_btf(), *p;

	p = bpf_task_acquire(t->real_parent);
	if (p)
		bpf_task_release(p);
	return 0;
}

SEC("syscall") int reject_parent_acquired_after_rcu(void *ctx)
{
	struct task_struct *t = bpf_get_current_task_btf(), *p;

	bpf_rcu_read_lock();
	p = t->real_parent;
	bpf_rcu_read_unlock();
	p = bpf_task_acquire(p);
	if (p)
		bpf_task_release(p);
	return 0;
}

SEC("syscall") int accept_current_acquired(void *ctx)
{
	struct task_struct *p = bpf_task_acquire(bpf_get_current_task_btf());

	if (p)
		bpf_task_release(p);
	return 0;
}

SEC("syscall") int reject_current_acquired_and_leaked(void *ctx)
{
	struct task_struct *p = bpf_task_acquire(bpf_get_current_task_btf());

	return p != 0;
}

SEC("syscall") int reject_current_released(void *ctx)
{
	bpf_task_release(bpf_get_current_task_btf());
	return 0;
}

SEC("syscall") int reject_released_unchecked(void *ctx)
{
	bpf_task_release(bpf_task_acquire(bpf_get_current_task_btf()));
	return 0;
}

SEC("syscall") int reject_member_of_memory_acquired(void *ctx)
{
	struct task_struct *p = bpf_task_acquire((void *)ctx);

	if (p)
		bpf_task_release(p);
	return 0;
}

SEC("syscall") int reject_address_of_a_member_acquired(void *ctx)
{
	struct task_struct *t = bpf_get_current_task_btf();
	struct task_struct *p = bpf_task_acquire((void *)&t->real_parent);

	if (p)
		bpf_task_release(p);
	return 0;
}

SEC("syscall") int accept_preempt(void *ctx)
{
	bpf_preempt_disable();
	bpf_preempt_enable();
	return 0;
}

SEC("syscall") int accept_preempt_nested(void *ctx)
{
	bpf_preempt_disable();
	bpf_preempt_disable();
	bpf_preempt_enable();
	bpf_preempt_enable();
	return 0;
}

SEC("syscall") int reject_preempt_never_enabled(void *ctx)
{
	bpf_preempt_disable();
	return 0;
}

SEC("syscall") int reject_preempt_enabled_once_of_two(void *ctx)
{
	bpf_preempt_disable();
	bpf_preempt_disable();
	bpf_preempt_enable();
	return 0;
}

SEC("syscall") int reject_preempt_never_disabled(void *ctx)
{
	bpf_preempt_enable();
	return 0;
}

SEC("syscall") int reject_sleeping_helper_without_preemption(void *ctx)
{
	u64 x;

	bpf_preempt_disable();
	bpf_copy_from_user(&x, sizeof(x), 0);
	bpf_preempt_enable();
	return 0;
}

__noinline int global(int x)
{
	return x + 1;
}

SEC("syscall") int accept_global_function_without_preemption(void *ctx)
{
	int x;

	bpf_preempt_disable();
	x = global(2);
	bpf_preempt_enable();
	return x & 1;
}

__noinline int sleeps(int x)
{
	u64 y = 0;

	bpf_copy_from_user(&y, sizeof(y), 0);
	return x;
}

SEC("syscall") int accept_global_function_that_sleeps(void *ctx)
{
	return sleeps(1) & 1;
}

SEC("syscall") int reject_global_function_that_sleeps_without_preemption(void *ctx)
{
	int x;

	bpf_preempt_disable();
	x = sleeps(2);
	bpf_preempt_enable();
	return x & 1;
}

SEC("syscall") int reject_global_function_that_sleeps_under_rcu(void *ctx)
{
	int x;

	bpf_rcu_read_lock();
	x = sleeps(2);
	bpf_rcu_read_unlock();
	return x & 1;
}

static __noinline void enable(void)
{
	bpf_preempt_enable();
}

SEC("syscall") int accept_enabled_in_a_function(void *ctx)
{
	bpf_preempt_disable();
	enable();
	return 0;
}

SEC("syscall") int accept_interrupts(void *ctx)
{
	unsigned long flags;

	bpf_local_irq_save(&flags);
	bpf_local_irq_restore(&flags);
	return 0;
}

SEC("syscall") int reject_interrupts_never_restored(void *ctx)
{
	unsigned long flags;

	bpf_local_irq_save(&flags);
	return 0;
}

SEC("syscall") int reject_interrupts_never_saved(void *ctx)
{
	unsigned long flags = 0;

	bpf_local_irq_restore(&flags);
	return 0;
}

SEC("syscall") int reject_interrupts_restored_twice(void *ctx)
{
	unsigned long flags;

	bpf_local_irq_save(&flags);
	bpf_local_irq_restore(&flags);
	bpf_local_irq_restore(&flags);
	return 0;
}

SEC("syscall") int accept_interrupts_nested(void *ctx)
{
	unsigned long outer, inner;

	bpf_local_irq_save(&outer);
	bpf_local_irq_save(&inner);
	bpf_local_irq_restore(&inner);
	bpf_local_irq_restore(&outer);
	return 0;
}

SEC("syscall") int reject_interrupts_out_of_order(void *ctx)
{
	unsigned long outer, inner;

	bpf_local_irq_save(&outer);
	bpf_local_irq_save(&inner);
	bpf_local_irq_restore(&outer);
	bpf_local_irq_restore(&inner);
	return 0;
}

SEC("syscall") int reject_interrupt_flags_read(void *ctx)
{
	unsigned long flags;
	int x;

	bpf_local_irq_save(&flags);
	x = *(volatile int *)&flags;
	bpf_local_irq_restore(&flags);
	return x & 1;
}

SEC("syscall") int reject_interrupt_flags_stored_over(void *ctx)
{
	unsigned long flags;

	bpf_local_irq_save(&flags);
	*(volatile unsigned long *)&flags = 0;
	bpf_local_irq_restore(&flags);
	return 0;
}

SEC("syscall") int reject_sleeping_helper_without_interrupts(void *ctx)
{
	unsigned long flags;
	u64 x;

	bpf_local_irq_save(&flags);
	bpf_copy_from_user(&x, sizeof(x), 0);
	bpf_local_irq_restore(&flags);
	return 0;
}

SEC("syscall") int reject_value_after_rcu_in_a_sleepable_program(void *ctx)
{
	u32 key = 0;
	u64 *v;

	v = bpf_map_lookup_elem(&hash, &key);
	bpf_rcu_read_lock();
	bpf_rcu_read_unlock();
	return v ? *(volatile u64 *)(v + 1) : 0;
}

SEC("syscall") int accept_value_in_a_sleepable_program(void *ctx)
{
	u32 key = 0;
	u64 *v = bpf_map_lookup_elem(&hash, &key);

	return v ? *v & 1 : 0;
}

SEC("tp_btf/task_newtask") int accept_argument_acquired(u64 *ctx)
{
	struct task_struct *p = bpf_task_acquire((void *)ctx[0]);

	if (p)
		bpf_task_release(p);
	return 0;
}

SEC("tp_btf/task_newtask") int reject_number_argument_acquired(u64 *ctx)
{
	struct task_struct *p = bpf_task_acquire((void *)ctx[1]);

	if (p)
		bpf_task_release(p);
	return 0;
}

SEC("tp_btf/task_newtask") int accept_group_leader_of_the_argument(u64 *ctx)
{
	struct task_struct *t = (void *)ctx[0];

	return t->group_leader->pid;
}

SEC("tp_btf/task_newtask") int reject_walked_pointer_acquired(u64 *ctx)
{
	struct task_struct *t = (void *)ctx[0];
	struct task_struct *p = bpf_task_acquire((void *)t->mm);

	if (p)
		bpf_task_release(p);
	return 0;
}

extern int skep_no_such_function(int x) __ksym __weak;
extern struct task_struct *bpf_task_from_pid(int pid) __ksym __weak;

SEC("syscall") int accept_function_that_is_not_there_tested(void *ctx)
{
	if (&skep_no_such_function)
		return skep_no_such_function(1) & 1;
	return 0;
}

SEC("syscall") int reject_function_that_is_not_there_called(void *ctx)
{
	return skep_no_such_function(1) & 1;
}

SEC("syscall") int accept_function_that_is_there_tested(void *ctx)
{
	struct task_struct *t;

	if (!&bpf_task_from_pid)
		return skep_no_such_function(1) & 1;
	t = bpf_task_from_pid(1);
	if (t)
		bpf_task_release(t);
	return 0;
}

SEC("syscall") int reject_function_as_memory(void *ctx)
{
	return *(volatile char *)&bpf_task_from_pid;
}
