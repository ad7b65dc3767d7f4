// SPDX-License-Identifier: BSD-2-Clause
/* Kernel pointers kept in maps, objects of the program's own, lists and trees of them. */
#include "cases.h"

struct task_struct {
	int pid;
} __attribute__((preserve_access_index));

extern struct task_struct *bpf_task_acquire(struct task_struct *t) __ksym;
extern struct task_struct *bpf_task_from_pid(int pid) __ksym;
extern void bpf_task_release(struct task_struct *t) __ksym;
extern void bpf_rcu_read_lock(void) __ksym;
extern void bpf_rcu_read_unlock(void) __ksym;
extern void *bpf_obj_new_impl(u64 id, void *meta) __ksym;
extern void bpf_obj_drop_impl(void *p, void *meta) __ksym;

struct bpf_list_head {
	u64 opaque[2];
} __attribute__((aligned(8)));
struct bpf_list_node {
	u64 opaque[3];
} __attribute__((aligned(8)));
extern int bpf_list_push_front_impl(struct bpf_list_head *head, struct bpf_list_node *node,
				    void *meta, u64 off) __ksym;
extern struct bpf_list_node *bpf_list_pop_front(struct bpf_list_head *head) __ksym;

#define NEW(type) ((type *)bpf_obj_new_impl(__builtin_btf_type_id(*(type *)0, 0), 0))
#define drop(p)	  bpf_obj_drop_impl(p, 0)

/* clang 14 drops a tag in front of a struct. */
typedef struct task_struct task;

struct holder {
	task __kptr *task;
	task __attribute__((btf_type_tag("kptr_untrusted"))) * weak;
	u64 count;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct holder);
} holders SEC(".maps");

#define HOLDER(h)                                                                                  \
	u32 key = 0;                                                                               \
	struct holder *h = bpf_map_lookup_elem(&holders, &key);                                    \
	if (!h)                                                                                    \
	return 0

SEC("tc") int accept_from_pid_released(struct __sk_buff *ctx)
{
	struct task_struct *t = bpf_task_from_pid(1);

	if (t)
		bpf_task_release(t);
	return 0;
}

SEC("tc") int reject_from_pid_leaked(struct __sk_buff *ctx)
{
	return bpf_task_from_pid(1) != 0;
}

SEC("tc") int accept_exchanged_in(struct __sk_buff *ctx)
{
	HOLDER(h);
	struct task_struct *t = bpf_task_from_pid(1);

	if (!t)
		return 0;
	t = bpf_kptr_xchg(&h->task, t);
	if (t)
		bpf_task_release(t);
	return 0;
}

SEC("tc") int reject_exchanged_in_old_one_leaked(struct __sk_buff *ctx)
{
	HOLDER(h);
	struct task_struct *t = bpf_task_from_pid(1);

	if (!t)
		return 0;
	bpf_kptr_xchg(&h->task, t);
	return 0;
}

SEC("tc") int reject_exchanged_in_then_released(struct __sk_buff *ctx)
{
	HOLDER(h);
	struct task_struct *t = bpf_task_from_pid(1), *old;

	if (!t)
		return 0;
	old = bpf_kptr_xchg(&h->task, t);
	bpf_task_release(t);
	if (old)
		bpf_task_release(old);
	return 0;
}

SEC("tc") int accept_exchanged_out(struct __sk_buff *ctx)
{
	HOLDER(h);
	struct task_struct *t = bpf_kptr_xchg(&h->task, 0);

	if (t)
		bpf_task_release(t);
	return 0;
}

SEC("tc") int reject_exchanged_out_and_leaked(struct __sk_buff *ctx)
{
	HOLDER(h);
	bpf_kptr_xchg(&h->task, 0);
	return 0;
}

SEC("tc") int reject_exchanged_out_unchecked(struct __sk_buff *ctx)
{
	HOLDER(h);
	bpf_task_release(bpf_kptr_xchg(&h->task, 0));
	return 0;
}

SEC("tc") int reject_stored_directly(struct __sk_buff *ctx)
{
	HOLDER(h);
	h->task = bpf_task_from_pid(1);
	return 0;
}

SEC("tc") int reject_written_as_a_number(struct __sk_buff *ctx)
{
	HOLDER(h);
	*(volatile u64 *)&h->task = 5;
	return 0;
}

SEC("tc") int reject_written_by_a_helper(struct __sk_buff *ctx)
{
	HOLDER(h);
	bpf_skb_load_bytes(ctx, 0, h, sizeof(*h));
	return 0;
}

SEC("tc") int accept_beside_the_pointers(struct __sk_buff *ctx)
{
	HOLDER(h);
	return h->count++;
}

SEC("tc") int accept_read_and_checked(struct __sk_buff *ctx)
{
	HOLDER(h);
	struct task_struct *t = h->task;

	return t ? t->pid : 0;
}

SEC("tc") int reject_read_and_not_checked(struct __sk_buff *ctx)
{
	HOLDER(h);
	struct task_struct *t = h->task;

	return t->pid;
}

SEC("tc") int accept_acquired_from_the_map(struct __sk_buff *ctx)
{
	HOLDER(h);
	struct task_struct *t = h->task;

	if (!t)
		return 0;
	t = bpf_task_acquire(t);
	if (t)
		bpf_task_release(t);
	return 0;
}

SEC("tc") int reject_released_from_the_map(struct __sk_buff *ctx)
{
	HOLDER(h);
	struct task_struct *t = h->task;

	if (t)
		bpf_task_release(t);
	return 0;
}

SEC("tc") int reject_weak_acquired(struct __sk_buff *ctx)
{
	HOLDER(h);
	struct task_struct *t = h->weak;

	if (!t)
		return 0;
	t = bpf_task_acquire(t);
	if (t)
		bpf_task_release(t);
	return 0;
}

SEC("tc") int accept_weak_stored_and_read(struct __sk_buff *ctx)
{
	HOLDER(h);
	h->weak = 0;
	return h->weak ? 1 : 0;
}

SEC("tc") int reject_half_of_a_pointer_read(struct __sk_buff *ctx)
{
	HOLDER(h);
	return *(volatile u32 *)&h->task;
}

SEC("tc") int reject_exchanged_at_a_wrong_offset(struct __sk_buff *ctx)
{
	HOLDER(h);
	struct task_struct *t = bpf_kptr_xchg(&h->count, 0);

	if (t)
		bpf_task_release(t);
	return 0;
}

SEC("tc") int reject_exchanged_with_untrusted(struct __sk_buff *ctx)
{
	HOLDER(h);
	struct task_struct *t = bpf_kptr_xchg(&h->weak, 0);

	if (t)
		bpf_task_release(t);
	return 0;
}

/* ---- objects of the program's own ---- */

struct node {
	struct bpf_list_node link;
	u64 data;
};

struct item {
	u64 a, b;
};

SEC("tc") int accept_object_dropped(struct __sk_buff *ctx)
{
	struct item *i = NEW(struct item);

	if (!i)
		return 0;
	i->a = 1;
	drop(i);
	return 0;
}

SEC("tc") int reject_object_leaked(struct __sk_buff *ctx)
{
	struct item *i = NEW(struct item);

	if (i)
		i->a = 1;
	return 0;
}

SEC("tc") int reject_object_unchecked(struct __sk_buff *ctx)
{
	struct item *i = NEW(struct item);

	i->a = 1;
	drop(i);
	return 0;
}

SEC("tc") int reject_object_used_after_drop(struct __sk_buff *ctx)
{
	struct item *i = NEW(struct item);

	if (!i)
		return 0;
	drop(i);
	return *(volatile u64 *)&i->a;
}

SEC("tc") int reject_object_dropped_twice(struct __sk_buff *ctx)
{
	struct item *i = NEW(struct item);

	if (!i)
		return 0;
	drop(i);
	drop(i);
	return 0;
}

SEC("tc") int reject_object_past_its_end(struct __sk_buff *ctx)
{
	struct item *i = NEW(struct item);

	if (!i)
		return 0;
	*(volatile u64 *)(i + 1) = 1;
	drop(i);
	return 0;
}

SEC("tc") int reject_object_dropped_from_the_middle(struct __sk_buff *ctx)
{
	struct item *i = NEW(struct item);

	if (!i)
		return 0;
	drop(&i->b);
	return 0;
}

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(
		value, struct list_value {
			struct bpf_spin_lock lock;
			struct bpf_list_head head __tag("contains:node:link");
		});
} lists SEC(".maps");

#define LIST(l)                                                                                    \
	u32 key = 0;                                                                               \
	struct list_value *l = bpf_map_lookup_elem(&lists, &key);                                  \
	if (!l)                                                                                    \
	return 0

SEC("tc") int accept_list_pushed_under_lock(struct __sk_buff *ctx)
{
	LIST(l);
	struct node *n = NEW(struct node);

	if (!n)
		return 0;
	bpf_spin_lock(&l->lock);
	bpf_list_push_front_impl(&l->head, &n->link, 0, 0);
	bpf_spin_unlock(&l->lock);
	return 0;
}

SEC("tc") int reject_list_pushed_without_lock(struct __sk_buff *ctx)
{
	LIST(l);
	struct node *n = NEW(struct node);

	if (!n)
		return 0;
	bpf_list_push_front_impl(&l->head, &n->link, 0, 0);
	return 0;
}

SEC("tc") int reject_list_pushed_twice(struct __sk_buff *ctx)
{
	LIST(l);
	struct node *n = NEW(struct node);

	if (!n)
		return 0;
	bpf_spin_lock(&l->lock);
	bpf_list_push_front_impl(&l->head, &n->link, 0, 0);
	bpf_list_push_front_impl(&l->head, &n->link, 0, 0);
	bpf_spin_unlock(&l->lock);
	return 0;
}

SEC("tc") int accept_list_node_read_while_locked(struct __sk_buff *ctx)
{
	LIST(l);
	struct node *n = NEW(struct node);
	u64 x;

	if (!n)
		return 0;
	bpf_spin_lock(&l->lock);
	bpf_list_push_front_impl(&l->head, &n->link, 0, 0);
	x = *(volatile u64 *)&n->data;
	bpf_spin_unlock(&l->lock);
	return x;
}

SEC("tc") int reject_list_node_read_after_unlock(struct __sk_buff *ctx)
{
	LIST(l);
	struct node *n = NEW(struct node);

	if (!n)
		return 0;
	bpf_spin_lock(&l->lock);
	bpf_list_push_front_impl(&l->head, &n->link, 0, 0);
	bpf_spin_unlock(&l->lock);
	return *(volatile u64 *)&n->data;
}

SEC("tc") int reject_list_pushed_from_the_wrong_offset(struct __sk_buff *ctx)
{
	LIST(l);
	struct node *n = NEW(struct node);

	if (!n)
		return 0;
	bpf_spin_lock(&l->lock);
	bpf_list_push_front_impl(&l->head, (void *)&n->data, 0, 0);
	bpf_spin_unlock(&l->lock);
	return 0;
}

SEC("tc") int reject_list_of_other_objects(struct __sk_buff *ctx)
{
	LIST(l);
	struct item *i = NEW(struct item);

	if (!i)
		return 0;
	bpf_spin_lock(&l->lock);
	bpf_list_push_front_impl(&l->head, (void *)i, 0, 0);
	bpf_spin_unlock(&l->lock);
	return 0;
}

SEC("tc") int accept_list_popped_and_dropped(struct __sk_buff *ctx)
{
	LIST(l);
	struct bpf_list_node *n;

	bpf_spin_lock(&l->lock);
	n = bpf_list_pop_front(&l->head);
	bpf_spin_unlock(&l->lock);
	if (n)
		drop(n);
	return 0;
}

SEC("tc") int reject_list_popped_and_leaked(struct __sk_buff *ctx)
{
	LIST(l);

	bpf_spin_lock(&l->lock);
	bpf_list_pop_front(&l->head);
	bpf_spin_unlock(&l->lock);
	return 0;
}

SEC("tc") int reject_list_head_read(struct __sk_buff *ctx)
{
	LIST(l);
	return *(volatile u64 *)&l->head;
}
