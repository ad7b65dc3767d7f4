// SPDX-License-Identifier: BSD-2-Clause
/* Kernel functions whose arguments need BTF: resilient locks, iterated objects, trust, exceptions.
 */
#include "cases.h"

struct cpumask;
struct vm_area_struct;
struct cgroup;
struct cgroup_subsys_state {
	struct cgroup *cgroup;
} __attribute__((preserve_access_index));
struct css_set {
	struct cgroup *dfl_cgrp;
} __attribute__((preserve_access_index));
struct cgroup {
	struct cgroup_subsys_state self;
} __attribute__((preserve_access_index));
struct task_struct {
	int pid;
	struct task_struct *real_parent;
	struct css_set *cgroups;
	const struct cpumask *cpus_ptr;
	struct cpumask *user_cpus_ptr;
} __attribute__((preserve_access_index));
struct sk_buff {
	unsigned int len;
	struct sk_buff *next;
} __attribute__((preserve_access_index));
struct bpf_iter__task {
	void *meta;
	struct task_struct *task;
} __attribute__((preserve_access_index));
struct sock_common;
struct bpf_iter__tcp {
	void *meta;
	struct sock_common *sk_common;
} __attribute__((preserve_access_index));

struct bpf_res_spin_lock {
	u32 val;
} __attribute__((aligned(4)));
struct bpf_iter_task {
	u64 opaque[3];
} __attribute__((aligned(8)));
struct bpf_iter_css {
	u64 opaque[3];
} __attribute__((aligned(8)));
struct bpf_iter_css_task {
	u64 opaque[1];
} __attribute__((aligned(8)));
struct bpf_iter_task_vma {
	u64 opaque[1];
} __attribute__((aligned(8)));
struct bpf_iter_num {
	u64 opaque[1];
} __attribute__((aligned(8)));

struct locked {
	u64 value;
	struct bpf_res_spin_lock lock;
};

struct locked_map {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
	__type(key, u32);
	__type(value, struct locked);
} locks SEC(".maps"), other_locks SEC(".maps");

struct plain {
	u64 a, b;
};
typedef struct plain plain_type; /* clang 14 tags no struct directly */
#define __percpu_kptr __attribute__((btf_type_tag("percpu_kptr")))

struct holder {
	plain_type __percpu_kptr *each;
};

struct holder_map {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct holder);
} holders SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_USER_RINGBUF);
	__uint(max_entries, 4096);
} sent SEC(".maps");

extern int bpf_res_spin_lock(struct bpf_res_spin_lock *lock) __ksym;
extern void bpf_res_spin_unlock(struct bpf_res_spin_lock *lock) __ksym;
extern int bpf_res_spin_lock_irqsave(struct bpf_res_spin_lock *lock, unsigned long *flags) __ksym;
extern void bpf_res_spin_unlock_irqrestore(struct bpf_res_spin_lock *lock,
					   unsigned long *flags) __ksym;
extern void bpf_local_irq_save(unsigned long *flags) __ksym;
extern void bpf_local_irq_restore(unsigned long *flags) __ksym;
extern void bpf_rcu_read_lock(void) __ksym;
extern void bpf_rcu_read_unlock(void) __ksym;
extern struct task_struct *bpf_task_acquire(struct task_struct *t) __ksym;
extern struct task_struct *bpf_task_from_pid(int pid) __ksym;
extern void bpf_task_release(struct task_struct *t) __ksym;
extern long bpf_task_under_cgroup(struct task_struct *t, struct cgroup *c) __ksym;
extern struct cgroup *bpf_cgroup_from_id(u64 id) __ksym;
extern struct cgroup *bpf_cgroup_acquire(struct cgroup *c) __ksym;
extern struct cgroup *bpf_cgroup_ancestor(struct cgroup *c, int level) __ksym;
extern void bpf_cgroup_release(struct cgroup *c) __ksym;
extern u32 bpf_cpumask_first(const struct cpumask *mask) __ksym;
extern int bpf_iter_task_new(struct bpf_iter_task *it, struct task_struct *t, u32 flags) __ksym;
extern struct task_struct *bpf_iter_task_next(struct bpf_iter_task *it) __ksym;
extern void bpf_iter_task_destroy(struct bpf_iter_task *it) __ksym;
extern int bpf_iter_css_new(struct bpf_iter_css *it, struct cgroup_subsys_state *start,
			    u32 flags) __ksym;
extern struct cgroup_subsys_state *bpf_iter_css_next(struct bpf_iter_css *it) __ksym;
extern void bpf_iter_css_destroy(struct bpf_iter_css *it) __ksym;
extern int bpf_iter_css_task_new(struct bpf_iter_css_task *it, struct cgroup_subsys_state *css,
				 u32 flags) __ksym;
extern struct task_struct *bpf_iter_css_task_next(struct bpf_iter_css_task *it) __ksym;
extern void bpf_iter_css_task_destroy(struct bpf_iter_css_task *it) __ksym;
extern int bpf_iter_task_vma_new(struct bpf_iter_task_vma *it, struct task_struct *t,
				 u64 address) __ksym;
extern struct vm_area_struct *bpf_iter_task_vma_next(struct bpf_iter_task_vma *it) __ksym;
extern void bpf_iter_task_vma_destroy(struct bpf_iter_task_vma *it) __ksym;
extern int bpf_iter_num_new(struct bpf_iter_num *it, int start, int end) __ksym;
extern int *bpf_iter_num_next(struct bpf_iter_num *it) __ksym;
extern void bpf_iter_num_destroy(struct bpf_iter_num *it) __ksym;
extern int bpf_dynptr_from_skb(void *skb, u64 flags, struct bpf_dynptr *out) __ksym;
extern void *bpf_dynptr_slice(const struct bpf_dynptr *p, u64 offset, void *buffer,
			      u64 size) __ksym;
extern u64 bpf_dynptr_size(const struct bpf_dynptr *p) __ksym;
extern int bpf_dynptr_adjust(const struct bpf_dynptr *p, u64 start, u64 end) __ksym;
extern int bpf_dynptr_clone(const struct bpf_dynptr *p, struct bpf_dynptr *clone) __ksym;
extern void *bpf_percpu_obj_new_impl(u64 type, void *meta) __ksym;
extern void bpf_percpu_obj_drop_impl(void *object, void *meta) __ksym;
extern int bpf_sock_destroy(struct sock_common *sk) __ksym;
extern void bpf_throw(u64 cookie) __ksym;
extern void *bpf_cast_to_kern_ctx(void *ctx) __ksym;
extern void *bpf_rdonly_cast(const void *object, u32 type) __ksym;

static __attribute__((always_inline)) struct locked *lock_at(u32 key)
{
	return bpf_map_lookup_elem(&locks, &key);
}

SEC("tc")
int accept_lock_tested(void *ctx)
{
	struct locked *l = lock_at(0);

	if (!l)
		return 0;
	if (bpf_res_spin_lock(&l->lock))
		return 0;
	l->value++;
	bpf_res_spin_unlock(&l->lock);
	return 0;
}

SEC("tc")
int reject_lock_not_tested(void *ctx)
{
	struct locked *l = lock_at(0);

	if (!l)
		return 0;
	bpf_res_spin_lock(&l->lock);
	l->value++;
	bpf_res_spin_unlock(&l->lock);
	return 0;
}

SEC("tc")
int reject_lock_not_given_back(void *ctx)
{
	struct locked *l = lock_at(0);

	if (!l)
		return 0;
	bpf_res_spin_lock(&l->lock);
	return 0;
}

SEC("tc")
int reject_lock_taken_twice(void *ctx)
{
	struct locked *l = lock_at(0);

	if (!l)
		return 0;
	if (bpf_res_spin_lock(&l->lock))
		return 0;
	if (!bpf_res_spin_lock(&l->lock))
		bpf_res_spin_unlock(&l->lock);
	bpf_res_spin_unlock(&l->lock);
	return 0;
}

SEC("tc")
int accept_two_locks(void *ctx)
{
	struct locked *l = lock_at(0), *m = lock_at(1);

	if (!l || !m)
		return 0;
	if (bpf_res_spin_lock(&l->lock))
		return 0;
	if (bpf_res_spin_lock(&m->lock)) {
		bpf_res_spin_unlock(&l->lock);
		return 0;
	}
	bpf_res_spin_unlock(&m->lock);
	bpf_res_spin_unlock(&l->lock);
	return 0;
}

SEC("tc")
int reject_two_locks_out_of_order(void *ctx)
{
	struct locked *l = lock_at(0), *m = lock_at(1);

	if (!l || !m)
		return 0;
	if (bpf_res_spin_lock(&l->lock))
		return 0;
	if (bpf_res_spin_lock(&m->lock)) {
		bpf_res_spin_unlock(&l->lock);
		return 0;
	}
	bpf_res_spin_unlock(&l->lock);
	bpf_res_spin_unlock(&m->lock);
	return 0;
}

SEC("tc")
int reject_other_lock_given_back(void *ctx)
{
	struct locked *l = lock_at(0), *m = lock_at(1);

	if (!l || !m)
		return 0;
	if (bpf_res_spin_lock(&l->lock))
		return 0;
	bpf_res_spin_unlock(&m->lock);
	return 0;
}

SEC("tc")
int reject_helper_under_a_resilient_lock(void *ctx)
{
	struct locked *l = lock_at(0);

	if (!l)
		return 0;
	if (bpf_res_spin_lock(&l->lock))
		return 0;
	l->value = bpf_ktime_get_ns();
	bpf_res_spin_unlock(&l->lock);
	return 0;
}

SEC("tc")
int accept_lock_without_interrupts(void *ctx)
{
	struct locked *l = lock_at(0);
	unsigned long flags;

	if (!l)
		return 0;
	if (bpf_res_spin_lock_irqsave(&l->lock, &flags))
		return 0;
	bpf_res_spin_unlock_irqrestore(&l->lock, &flags);
	return 0;
}

SEC("tc")
int reject_lock_without_interrupts_given_back_with(void *ctx)
{
	struct locked *l = lock_at(0);
	unsigned long flags;

	if (!l)
		return 0;
	if (bpf_res_spin_lock_irqsave(&l->lock, &flags))
		return 0;
	bpf_res_spin_unlock(&l->lock);
	return 0;
}

SEC("tc")
int reject_interrupts_of_a_lock_restored_alone(void *ctx)
{
	struct locked *l = lock_at(0);
	unsigned long flags;

	if (!l)
		return 0;
	if (bpf_res_spin_lock_irqsave(&l->lock, &flags))
		return 0;
	bpf_local_irq_restore(&flags);
	return 0;
}

SEC("tc")
int reject_interrupts_saved_alone_restored_by_a_lock(void *ctx)
{
	struct locked *l = lock_at(0);
	unsigned long flags;

	if (!l)
		return 0;
	bpf_local_irq_save(&flags);
	if (bpf_res_spin_lock(&l->lock)) {
		bpf_local_irq_restore(&flags);
		return 0;
	}
	bpf_res_spin_unlock_irqrestore(&l->lock, &flags);
	return 0;
}

SEC("tc")
int accept_numbers_counted_under_the_lock(void *ctx)
{
	struct locked *l = lock_at(0);
	struct bpf_iter_num it;

	if (!l)
		return 0;
	if (bpf_res_spin_lock(&l->lock))
		return 0;
	bpf_iter_num_new(&it, 0, 3);
	while (bpf_iter_num_next(&it))
		l->value++;
	bpf_iter_num_destroy(&it);
	bpf_res_spin_unlock(&l->lock);
	return 0;
}

SEC("tc")
int reject_tasks_iterated_under_the_lock(void *ctx)
{
	struct locked *l = lock_at(0);
	struct bpf_iter_task it;

	if (!l)
		return 0;
	if (bpf_res_spin_lock(&l->lock))
		return 0;
	bpf_iter_task_new(&it, 0, 0);
	bpf_iter_task_destroy(&it);
	bpf_res_spin_unlock(&l->lock);
	return 0;
}

SEC("tc")
int reject_lock_elsewhere_in_the_value(void *ctx)
{
	struct locked *l = lock_at(0);

	if (!l)
		return 0;
	if (!bpf_res_spin_lock((void *)&l->value))
		bpf_res_spin_unlock((void *)&l->value);
	return 0;
}

SEC("syscall")
int accept_task_of_an_iteration_acquired(void *ctx)
{
	struct bpf_iter_task it;
	struct task_struct *t, *mine = 0;

	bpf_rcu_read_lock();
	bpf_iter_task_new(&it, 0, 0);
	t = bpf_iter_task_next(&it);
	if (t)
		mine = bpf_task_acquire(t);
	bpf_iter_task_destroy(&it);
	bpf_rcu_read_unlock();
	if (mine)
		bpf_task_release(mine);
	return 0;
}

SEC("syscall")
int reject_task_of_an_iteration_acquired_after_rcu(void *ctx)
{
	struct bpf_iter_task it;
	struct task_struct *t, *mine = 0;

	bpf_rcu_read_lock();
	bpf_iter_task_new(&it, 0, 0);
	t = bpf_iter_task_next(&it);
	bpf_iter_task_destroy(&it);
	bpf_rcu_read_unlock();
	if (t)
		mine = bpf_task_acquire(t);
	if (mine)
		bpf_task_release(mine);
	return 0;
}

SEC("tc")
int accept_task_of_an_iteration_read_after_destroy(void *ctx)
{
	struct bpf_iter_task it;
	struct task_struct *t;
	int pid = 0;

	bpf_iter_task_new(&it, 0, 0);
	t = bpf_iter_task_next(&it);
	bpf_iter_task_destroy(&it);
	if (t)
		pid = t->pid;
	return pid;
}

SEC("tc")
int accept_threads_of_the_current_task(void *ctx)
{
	struct bpf_iter_task it;

	bpf_iter_task_new(&it, (void *)bpf_get_current_task_btf(), 1);
	while (bpf_iter_task_next(&it))
		;
	bpf_iter_task_destroy(&it);
	return 0;
}

SEC("tc")
int reject_threads_of_the_parent(void *ctx)
{
	struct bpf_iter_task it;
	struct task_struct *t = (void *)bpf_get_current_task_btf();

	bpf_iter_task_new(&it, t->real_parent, 1);
	bpf_iter_task_destroy(&it);
	return 0;
}

SEC("tc")
int accept_areas_of_the_current_task(void *ctx)
{
	struct bpf_iter_task_vma it;

	bpf_iter_task_vma_new(&it, (void *)bpf_get_current_task_btf(), 0);
	while (bpf_iter_task_vma_next(&it))
		;
	bpf_iter_task_vma_destroy(&it);
	return 0;
}

SEC("tc")
int accept_groups_below(void *ctx)
{
	struct cgroup *c = bpf_cgroup_from_id(1);
	struct bpf_iter_css it;

	if (!c)
		return 0;
	bpf_iter_css_new(&it, &c->self, 0);
	while (bpf_iter_css_next(&it))
		;
	bpf_iter_css_destroy(&it);
	bpf_cgroup_release(c);
	return 0;
}

SEC("tc")
int reject_groups_below_of_a_released_one(void *ctx)
{
	struct cgroup *c = bpf_cgroup_from_id(1);
	struct bpf_iter_css it;

	if (!c)
		return 0;
	bpf_cgroup_release(c);
	bpf_iter_css_new(&it, &c->self, 0);
	bpf_iter_css_destroy(&it);
	return 0;
}

SEC("tc")
int reject_tasks_of_a_group_in_a_classifier(void *ctx)
{
	struct cgroup *c = bpf_cgroup_from_id(1);
	struct bpf_iter_css_task it;

	if (!c)
		return 0;
	bpf_iter_css_task_new(&it, &c->self, 0);
	bpf_iter_css_task_destroy(&it);
	bpf_cgroup_release(c);
	return 0;
}

SEC("syscall")
int accept_tasks_of_a_group(void *ctx)
{
	struct cgroup *c = bpf_cgroup_from_id(1);
	struct bpf_iter_css_task it;
	struct task_struct *t;

	if (!c)
		return 0;
	bpf_iter_css_task_new(&it, &c->self, 0);
	while ((t = bpf_iter_css_task_next(&it))) {
		t = bpf_task_acquire(t);
		if (t)
			bpf_task_release(t);
	}
	bpf_iter_css_task_destroy(&it);
	bpf_cgroup_release(c);
	return 0;
}

SEC("tc")
int accept_group_of_a_task(void *ctx)
{
	struct cgroup *c = bpf_cgroup_from_id(1), *up;
	long in;

	if (!c)
		return 0;
	in = bpf_task_under_cgroup((void *)bpf_get_current_task_btf(), c);
	up = bpf_cgroup_ancestor(c, 0);
	if (up)
		bpf_cgroup_release(up);
	bpf_cgroup_release(c);
	return in;
}

SEC("tc")
int reject_group_of_a_task_untested(void *ctx)
{
	return bpf_task_under_cgroup((void *)bpf_get_current_task_btf(), bpf_cgroup_from_id(1));
}

SEC("tp_btf/task_newtask")
int accept_mask_of_the_current_task(void *ctx)
{
	struct task_struct *t = (void *)bpf_get_current_task_btf();

	return bpf_cpumask_first(t->cpus_ptr);
}

SEC("tp_btf/task_newtask")
int reject_mask_that_may_be_anything(void *ctx)
{
	struct task_struct *t = (void *)bpf_get_current_task_btf();
	struct cpumask *mask = t->user_cpus_ptr;

	return mask ? bpf_cpumask_first(mask) : 0;
}

SEC("tp_btf/kfree_skb")
int accept_dynptr_of_a_traced_packet(u64 *ctx)
{
	struct sk_buff *skb = (void *)ctx[0];
	struct bpf_dynptr p;
	char buffer[8];
	char *bytes;

	if (bpf_dynptr_from_skb(skb, 0, &p))
		return 0;
	bytes = bpf_dynptr_slice(&p, 0, buffer, sizeof(buffer));
	return bytes ? bytes[0] : 0;
}

SEC("tp_btf/kfree_skb")
int reject_dynptr_of_the_next_packet(u64 *ctx)
{
	struct sk_buff *skb = (void *)ctx[0];
	struct bpf_dynptr p;

	return bpf_dynptr_from_skb(skb->next, 0, &p);
}

SEC("tp_btf/kfree_skb")
int reject_dynptr_of_the_context(u64 *ctx)
{
	struct bpf_dynptr p;

	return bpf_dynptr_from_skb(ctx, 0, &p);
}

SEC("tc")
int accept_packet_seen_by_the_kernel(void *ctx)
{
	struct sk_buff *skb = bpf_cast_to_kern_ctx(ctx);

	return skb->len;
}

SEC("tc")
int reject_dynptr_of_the_packet_seen_by_the_kernel(void *ctx)
{
	struct sk_buff *skb = bpf_cast_to_kern_ctx(ctx);
	struct bpf_dynptr p;

	return bpf_dynptr_from_skb(skb, 0, &p);
}

SEC("tc")
int accept_cast_to_a_packet(void *ctx)
{
	struct task_struct *t = (void *)bpf_get_current_task_btf();
	struct sk_buff *skb = bpf_rdonly_cast(t, __builtin_btf_type_id(*(struct sk_buff *)0, 1));

	return skb->len;
}

SEC("tc")
int reject_cast_task_acquired(void *ctx)
{
	struct task_struct *t = (void *)bpf_get_current_task_btf();

	t = bpf_rdonly_cast(t, __builtin_btf_type_id(*(struct task_struct *)0, 1));
	t = bpf_task_acquire(t);
	if (t)
		bpf_task_release(t);
	return 0;
}

static long drain_size(struct bpf_dynptr *p, void *ctx)
{
	bpf_dynptr_size(p);
	return 0;
}

SEC("tc")
int accept_sent_record_size(void *ctx)
{
	return bpf_user_ringbuf_drain(&sent, drain_size, 0, 0);
}

static long drain_adjust(struct bpf_dynptr *p, void *ctx)
{
	bpf_dynptr_adjust(p, 1, 2);
	return 0;
}

SEC("tc")
int accept_sent_record_adjust(void *ctx)
{
	return bpf_user_ringbuf_drain(&sent, drain_adjust, 0, 0);
}

static long drain_slice(struct bpf_dynptr *p, void *ctx)
{
	char buffer[4], *bytes = bpf_dynptr_slice(p, 0, buffer, sizeof(buffer));

	return bytes ? bytes[0] & 1 : 0;
}

SEC("tc")
int accept_sent_record_slice(void *ctx)
{
	return bpf_user_ringbuf_drain(&sent, drain_slice, 0, 0);
}

static long drain_clone(struct bpf_dynptr *p, void *ctx)
{
	struct bpf_dynptr other;

	bpf_dynptr_clone(p, &other);
	bpf_dynptr_size(&other);
	return 0;
}

SEC("tc")
int accept_sent_record_clone(void *ctx)
{
	return bpf_user_ringbuf_drain(&sent, drain_clone, 0, 0);
}

static long drain_into(struct bpf_dynptr *p, void *ctx)
{
	struct bpf_dynptr other;

	bpf_dynptr_from_mem(ctx, 8, 0, &other);
	bpf_dynptr_clone(&other, p);
	return 0;
}

SEC("tc")
int reject_sent_record_into(void *ctx)
{
	return bpf_user_ringbuf_drain(&sent, drain_into, 0, 0);
}

SEC("tc")
int accept_percpu_object_in_a_map(void *ctx)
{
	struct plain *p = bpf_percpu_obj_new_impl(__builtin_btf_type_id(*(struct plain *)0, 0), 0);
	u32 key = 0;
	struct holder *h = bpf_map_lookup_elem(&holders, &key);

	if (!p)
		return 0;
	if (h)
		p = bpf_kptr_xchg(&h->each, p);
	if (p)
		bpf_percpu_obj_drop_impl(p, 0);
	return 0;
}

SEC("tc")
int accept_percpu_object_of_a_map(void *ctx)
{
	u32 key = 0;
	struct holder *h = bpf_map_lookup_elem(&holders, &key);
	struct plain *p, *here;

	if (!h)
		return 0;
	p = h->each;
	if (!p)
		return 0;
	here = bpf_this_cpu_ptr(p);
	here->a = 1;
	here = bpf_per_cpu_ptr(p, 1);
	return here ? here->b : 0;
}

SEC("tc")
int reject_percpu_object_of_a_map_untested(void *ctx)
{
	u32 key = 0;
	struct holder *h = bpf_map_lookup_elem(&holders, &key);
	struct plain *here;

	if (!h)
		return 0;
	here = bpf_this_cpu_ptr(h->each);
	here->a = 1;
	return 0;
}

SEC("tc")
int accept_percpu_object_of_some_cpu_untested(void *ctx)
{
	u32 key = 0;
	struct holder *h = bpf_map_lookup_elem(&holders, &key);
	struct plain *p, *there;

	if (!h)
		return 0;
	p = h->each;
	if (!p)
		return 0;
	there = bpf_per_cpu_ptr(p, 1);
	return there->b;
}

SEC("syscall")
int reject_percpu_object_of_a_map_after_rcu(void *ctx)
{
	u32 key = 0;
	struct holder *h = bpf_map_lookup_elem(&holders, &key);
	struct plain *p, *here;

	if (!h)
		return 0;
	bpf_rcu_read_lock();
	p = h->each;
	bpf_rcu_read_unlock();
	if (!p)
		return 0;
	here = bpf_this_cpu_ptr(p);
	here->a = 1;
	return 0;
}

SEC("iter/tcp")
int accept_socket_destroyed(struct bpf_iter__tcp *ctx)
{
	struct sock_common *sk = ctx->sk_common;

	return sk ? bpf_sock_destroy(sk) & 1 : 0;
}

SEC("iter/tcp")
int reject_socket_destroyed_untested(struct bpf_iter__tcp *ctx)
{
	return bpf_sock_destroy(ctx->sk_common) & 1;
}

SEC("iter/task")
int accept_iterated_task_acquired(struct bpf_iter__task *ctx)
{
	struct task_struct *t = ctx->task;

	if (!t)
		return 0;
	t = bpf_task_acquire(t);
	if (t)
		bpf_task_release(t);
	return 0;
}

SEC("iter/task")
int reject_iterated_task_acquired_untested(struct bpf_iter__task *ctx)
{
	struct task_struct *t = bpf_task_acquire(ctx->task);

	if (t)
		bpf_task_release(t);
	return 0;
}

__attribute__((noinline)) int throws(u64 cookie)
{
	bpf_throw(cookie);
	return 0;
}

__attribute__((noinline)) int caught(u64 cookie)
{
	return 1;
}

__attribute__((noinline)) int caught_badly(u64 cookie)
{
	return cookie;
}

SEC("cgroup/dev")
int accept_global_function_throws(void *ctx)
{
	return throws(1) & 1;
}

SEC("cgroup/dev")
__tag("exception_callback:caught") int accept_exception_is_caught(void *ctx)
{
	bpf_throw(77);
	return 0;
}

SEC("cgroup/dev")
__tag("exception_callback:caught_badly") int reject_catcher_returns_anything(void *ctx)
{
	bpf_throw(77);
	return 0;
}

SEC("tc")
int reject_throw_with_a_task(void *ctx)
{
	struct task_struct *t = bpf_task_from_pid(1);

	if (!t)
		return 0;
	bpf_throw(0);
	bpf_task_release(t);
	return 0;
}

SEC("tc")
int reject_throw_in_an_iteration(void *ctx)
{
	struct bpf_iter_num it;

	bpf_iter_num_new(&it, 0, 10);
	while (bpf_iter_num_next(&it))
		bpf_throw(0);
	bpf_iter_num_destroy(&it);
	return 0;
}
