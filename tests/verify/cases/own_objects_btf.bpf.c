// SPDX-License-Identifier: BSD-2-Clause
/* Objects of the program's own: allocated, counted, in lists and trees under a lock, in maps. */
#include "cases.h"

#define __contains(name, node) __tag("contains:" #name ":" #node)

struct bpf_list_head {
	u64 opaque[2];
} __attribute__((aligned(8)));
struct bpf_list_node {
	u64 opaque[3];
} __attribute__((aligned(8)));
struct bpf_rb_root {
	u64 opaque[2];
} __attribute__((aligned(8)));
struct bpf_rb_node {
	u64 opaque[4];
} __attribute__((aligned(8)));
struct bpf_refcount {
	u32 opaque[1];
} __attribute__((aligned(4)));
struct bpf_wq {
	u64 opaque[2];
} __attribute__((aligned(8)));

struct item {
	u64 key;
	struct bpf_list_node list;
	u64 value;
};

struct leaf {
	u64 key;
	struct bpf_rb_node tree;
	u64 value;
};

struct counted {
	u64 key;
	struct bpf_rb_node tree;
	struct bpf_refcount ref;
};

struct plain {
	u64 key, value;
};

struct node_first {
	struct bpf_rb_node tree;
	u64 key;
};

struct firsts {
	struct bpf_spin_lock lock;
	struct bpf_rb_root root __contains(node_first, tree);
};

struct firsts_map {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct firsts);
} firsts SEC(".maps");

struct lists {
	struct bpf_spin_lock lock;
	struct bpf_list_head head __contains(item, list);
	struct bpf_rb_root root __contains(leaf, tree);
};

struct roots {
	struct bpf_spin_lock lock;
	struct bpf_rb_root root __contains(counted, tree);
};

struct lists_map {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
	__type(key, u32);
	__type(value, struct lists);
} lists SEC(".maps");

struct roots_map {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct roots);
} roots SEC(".maps");

typedef struct plain plain_type; /* clang 14 tags no struct directly */

struct holder {
	plain_type __kptr *plain;
};

struct holder_map {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct holder);
} holders SEC(".maps");

struct work {
	u64 seen;
	struct bpf_wq wq;
};

struct work_map {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct work);
} works SEC(".maps"), other_works SEC(".maps");

extern void *bpf_obj_new_impl(u64 type, void *meta) __ksym;
extern void bpf_obj_drop_impl(void *object, void *meta) __ksym;
extern void *bpf_percpu_obj_new_impl(u64 type, void *meta) __ksym;
extern void bpf_percpu_obj_drop_impl(void *object, void *meta) __ksym;
extern void *bpf_refcount_acquire_impl(void *object, void *meta) __ksym;
extern int bpf_list_push_front_impl(struct bpf_list_head *head, struct bpf_list_node *node,
				    void *meta, u64 off) __ksym;
extern struct bpf_list_node *bpf_list_pop_front(struct bpf_list_head *head) __ksym;
extern struct bpf_list_node *bpf_list_front(struct bpf_list_head *head) __ksym;
extern int bpf_rbtree_add_impl(struct bpf_rb_root *root, struct bpf_rb_node *node,
			       _Bool (*less)(struct bpf_rb_node *, const struct bpf_rb_node *),
			       void *meta, u64 off) __ksym;
extern struct bpf_rb_node *bpf_rbtree_remove(struct bpf_rb_root *root,
					     struct bpf_rb_node *node) __ksym;
extern struct bpf_rb_node *bpf_rbtree_first(struct bpf_rb_root *root) __ksym;
extern struct bpf_rb_node *bpf_rbtree_root(struct bpf_rb_root *root) __ksym;
extern struct bpf_rb_node *bpf_rbtree_left(struct bpf_rb_root *root,
					   struct bpf_rb_node *node) __ksym;
extern int bpf_wq_init(struct bpf_wq *wq, void *map, unsigned int flags) __ksym;
extern int bpf_wq_start(struct bpf_wq *wq, unsigned int flags) __ksym;
extern int bpf_wq_set_callback_impl(struct bpf_wq *wq, int (*callback)(void *, int *, void *),
				    unsigned int flags, void *aux) __ksym;
extern void bpf_rcu_read_lock(void) __ksym;
extern void bpf_rcu_read_unlock(void) __ksym;

#define obj_new(type)	       ((type *)bpf_obj_new_impl(__builtin_btf_type_id(*(type *)0, 0), 0))
#define drop(object)	       bpf_obj_drop_impl(object, 0)
#define of(node, type, member) ((type *)((char *)(node) - __builtin_offsetof(type, member)))

static _Bool less(struct bpf_rb_node *a, const struct bpf_rb_node *b)
{
	return of(a, struct leaf, tree)->key < of(b, struct leaf, tree)->key;
}

static _Bool counted_less(struct bpf_rb_node *a, const struct bpf_rb_node *b)
{
	return of(a, struct counted, tree)->key < of(b, struct counted, tree)->key;
}

static __attribute__((always_inline)) struct lists *lists_at(u32 key)
{
	return bpf_map_lookup_elem(&lists, &key);
}

static __attribute__((always_inline)) struct roots *roots_at(u32 key)
{
	return bpf_map_lookup_elem(&roots, &key);
}

SEC("tc")
int accept_new_and_drop(void *ctx)
{
	struct item *i = obj_new(struct item);

	if (!i)
		return 0;
	i->key = 1;
	i->value = i->key;
	drop(i);
	return 0;
}

SEC("tc")
int reject_leaked(void *ctx)
{
	struct item *i = obj_new(struct item);

	if (!i)
		return 0;
	i->key = 1;
	return 0;
}

SEC("tc")
int reject_untested(void *ctx)
{
	struct item *i = obj_new(struct item);

	i->key = 1;
	drop(i);
	return 0;
}

SEC("tc")
int reject_dropped_untested(void *ctx)
{
	drop(obj_new(struct item));
	return 0;
}

SEC("tc")
int reject_used_after_drop(void *ctx)
{
	struct item *i = obj_new(struct item);

	if (!i)
		return 0;
	drop(i);
	return i->key;
}

SEC("tc")
int reject_dropped_twice(void *ctx)
{
	struct item *i = obj_new(struct item);

	if (!i)
		return 0;
	drop(i);
	drop(i);
	return 0;
}

SEC("tc")
int reject_read_past_its_end(void *ctx)
{
	struct item *i = obj_new(struct item);
	int value;

	if (!i)
		return 0;
	value = *((volatile int *)(i + 1));
	drop(i);
	return value;
}

SEC("tc")
int reject_node_written(void *ctx)
{
	struct item *i = obj_new(struct item);

	if (!i)
		return 0;
	i->list.opaque[0] = 1;
	drop(i);
	return 0;
}

SEC("tc")
int reject_drop_of_the_middle(void *ctx)
{
	struct item *i = obj_new(struct item);

	if (!i)
		return 0;
	drop(&i->value);
	return 0;
}

SEC("tc")
int reject_drop_of_a_map_value(void *ctx)
{
	struct lists *l = lists_at(0);

	if (l)
		drop(l);
	return 0;
}

SEC("socket")
int reject_new_in_a_socket_filter(void *ctx)
{
	struct item *i = obj_new(struct item);

	if (i)
		drop(i);
	return 0;
}

SEC("tc")
int reject_new_of_a_number(void *ctx)
{
	int *i = (int *)bpf_obj_new_impl(__builtin_btf_type_id(*(int *)0, 0), 0);

	if (i)
		drop(i);
	return 0;
}

SEC("tc")
int accept_pushed_and_popped(void *ctx)
{
	struct lists *l = lists_at(0);
	struct item *i = obj_new(struct item);
	struct bpf_list_node *n;

	if (!i)
		return 0;
	if (!l) {
		drop(i);
		return 0;
	}
	bpf_spin_lock(&l->lock);
	bpf_list_push_front_impl(&l->head, &i->list, 0, 0);
	n = bpf_list_pop_front(&l->head);
	bpf_spin_unlock(&l->lock);
	if (n)
		drop(of(n, struct item, list));
	return 0;
}

SEC("tc")
int reject_pushed_without_lock(void *ctx)
{
	struct lists *l = lists_at(0);
	struct item *i;

	if (!l)
		return 0;
	i = obj_new(struct item);
	if (!i)
		return 0;
	bpf_list_push_front_impl(&l->head, &i->list, 0, 0);
	return 0;
}

SEC("tc")
int reject_pushed_under_another_lock(void *ctx)
{
	struct lists *l = lists_at(0), *other = lists_at(1);
	struct item *i;

	if (!l || !other)
		return 0;
	i = obj_new(struct item);
	if (!i)
		return 0;
	bpf_spin_lock(&other->lock);
	bpf_list_push_front_impl(&l->head, &i->list, 0, 0);
	bpf_spin_unlock(&other->lock);
	return 0;
}

SEC("tc")
int reject_pushed_twice(void *ctx)
{
	struct lists *l = lists_at(0);
	struct item *i;

	if (!l)
		return 0;
	i = obj_new(struct item);
	if (!i)
		return 0;
	bpf_spin_lock(&l->lock);
	bpf_list_push_front_impl(&l->head, &i->list, 0, 0);
	bpf_list_push_front_impl(&l->head, &i->list, 0, 0);
	bpf_spin_unlock(&l->lock);
	return 0;
}

SEC("tc")
int accept_read_after_push(void *ctx)
{
	struct lists *l = lists_at(0);
	struct item *i;
	int value;

	if (!l)
		return 0;
	i = obj_new(struct item);
	if (!i)
		return 0;
	bpf_spin_lock(&l->lock);
	bpf_list_push_front_impl(&l->head, &i->list, 0, 0);
	value = i->value;
	i->value = 7;
	bpf_spin_unlock(&l->lock);
	return value;
}

SEC("tc")
int reject_read_after_push_and_unlock(void *ctx)
{
	struct lists *l = lists_at(0);
	struct item *i;

	if (!l)
		return 0;
	i = obj_new(struct item);
	if (!i)
		return 0;
	bpf_spin_lock(&l->lock);
	bpf_list_push_front_impl(&l->head, &i->list, 0, 0);
	bpf_spin_unlock(&l->lock);
	return i->value;
}

SEC("tc")
int reject_dropped_after_push(void *ctx)
{
	struct lists *l = lists_at(0);
	struct item *i;

	if (!l)
		return 0;
	i = obj_new(struct item);
	if (!i)
		return 0;
	bpf_spin_lock(&l->lock);
	bpf_list_push_front_impl(&l->head, &i->list, 0, 0);
	bpf_spin_unlock(&l->lock);
	drop(i);
	return 0;
}

SEC("tc")
int reject_drop_under_the_lock(void *ctx)
{
	struct lists *l = lists_at(0);
	struct item *i;

	if (!l)
		return 0;
	i = obj_new(struct item);
	if (!i)
		return 0;
	bpf_spin_lock(&l->lock);
	drop(i);
	bpf_spin_unlock(&l->lock);
	return 0;
}

SEC("tc")
int reject_new_under_the_lock(void *ctx)
{
	struct lists *l = lists_at(0);
	struct item *i;

	if (!l)
		return 0;
	bpf_spin_lock(&l->lock);
	i = obj_new(struct item);
	bpf_spin_unlock(&l->lock);
	if (i)
		drop(i);
	return 0;
}

SEC("tc")
int reject_popped_and_leaked(void *ctx)
{
	struct lists *l = lists_at(0);

	if (!l)
		return 0;
	bpf_spin_lock(&l->lock);
	bpf_list_pop_front(&l->head);
	bpf_spin_unlock(&l->lock);
	return 0;
}

SEC("tc")
int reject_wrong_node_pushed(void *ctx)
{
	struct lists *l = lists_at(0);
	struct item *i;

	if (!l)
		return 0;
	i = obj_new(struct item);
	if (!i)
		return 0;
	bpf_spin_lock(&l->lock);
	bpf_list_push_front_impl(&l->head, (void *)&i->value, 0, 0);
	bpf_spin_unlock(&l->lock);
	return 0;
}

SEC("tc")
int reject_pushed_into_the_tree(void *ctx)
{
	struct lists *l = lists_at(0);
	struct item *i;

	if (!l)
		return 0;
	i = obj_new(struct item);
	if (!i)
		return 0;
	bpf_spin_lock(&l->lock);
	bpf_list_push_front_impl((void *)&l->root, &i->list, 0, 0);
	bpf_spin_unlock(&l->lock);
	return 0;
}

SEC("tc")
int reject_other_type_pushed(void *ctx)
{
	struct lists *l = lists_at(0);
	struct counted *c;

	if (!l)
		return 0;
	c = obj_new(struct counted);
	if (!c)
		return 0;
	bpf_spin_lock(&l->lock);
	bpf_rbtree_add_impl(&l->root, &c->tree, less, 0, 0);
	bpf_spin_unlock(&l->lock);
	return 0;
}

SEC("tc")
int accept_looked_at_the_front(void *ctx)
{
	struct lists *l = lists_at(0);
	struct bpf_list_node *n;
	int value = 0;

	if (!l)
		return 0;
	bpf_spin_lock(&l->lock);
	n = bpf_list_front(&l->head);
	if (n)
		value = of(n, struct item, list)->value;
	bpf_spin_unlock(&l->lock);
	return value;
}

SEC("tc")
int accept_added_to_a_tree(void *ctx)
{
	struct lists *l = lists_at(0);
	struct leaf *i;

	if (!l)
		return 0;
	i = obj_new(struct leaf);
	if (!i)
		return 0;
	i->key = 3;
	bpf_spin_lock(&l->lock);
	bpf_rbtree_add_impl(&l->root, &i->tree, less, 0, 0);
	bpf_spin_unlock(&l->lock);
	return 0;
}

SEC("tc")
int reject_added_without_lock(void *ctx)
{
	struct lists *l = lists_at(0);
	struct leaf *i;

	if (!l)
		return 0;
	i = obj_new(struct leaf);
	if (!i)
		return 0;
	bpf_rbtree_add_impl(&l->root, &i->tree, less, 0, 0);
	return 0;
}

SEC("tc")
int accept_first_removed(void *ctx)
{
	struct lists *l = lists_at(0);
	struct bpf_rb_node *n;

	if (!l)
		return 0;
	bpf_spin_lock(&l->lock);
	n = bpf_rbtree_first(&l->root);
	if (n)
		n = bpf_rbtree_remove(&l->root, n);
	bpf_spin_unlock(&l->lock);
	if (n)
		drop(of(n, struct leaf, tree));
	return 0;
}

SEC("tc")
int reject_first_removed_untested(void *ctx)
{
	struct lists *l = lists_at(0);
	struct bpf_rb_node *n;

	if (!l)
		return 0;
	bpf_spin_lock(&l->lock);
	n = bpf_rbtree_remove(&l->root, bpf_rbtree_first(&l->root));
	bpf_spin_unlock(&l->lock);
	if (n)
		drop(of(n, struct leaf, tree));
	return 0;
}

SEC("tc")
int reject_removed_dropped_untested(void *ctx)
{
	struct lists *l = lists_at(0);
	struct bpf_rb_node *n;

	if (!l)
		return 0;
	bpf_spin_lock(&l->lock);
	n = bpf_rbtree_first(&l->root);
	if (!n) {
		bpf_spin_unlock(&l->lock);
		return 0;
	}
	n = bpf_rbtree_remove(&l->root, n);
	bpf_spin_unlock(&l->lock);
	drop(of(n, struct leaf, tree));
	return 0;
}

SEC("tc")
int reject_first_removed_in_another_section(void *ctx)
{
	struct lists *l = lists_at(0);
	struct bpf_rb_node *n;

	if (!l)
		return 0;
	bpf_spin_lock(&l->lock);
	n = bpf_rbtree_first(&l->root);
	bpf_spin_unlock(&l->lock);
	if (!n)
		return 0;
	bpf_spin_lock(&l->lock);
	n = bpf_rbtree_remove(&l->root, n);
	bpf_spin_unlock(&l->lock);
	if (n)
		drop(of(n, struct leaf, tree));
	return 0;
}

SEC("tc")
int reject_first_dropped(void *ctx)
{
	struct lists *l = lists_at(0);
	struct bpf_rb_node *n;

	if (!l)
		return 0;
	bpf_spin_lock(&l->lock);
	n = bpf_rbtree_first(&l->root);
	bpf_spin_unlock(&l->lock);
	if (n)
		drop(of(n, struct leaf, tree));
	return 0;
}

SEC("tc")
int accept_walked_down(void *ctx)
{
	struct lists *l = lists_at(0);
	struct bpf_rb_node *n;
	int value = 0;

	if (!l)
		return 0;
	bpf_spin_lock(&l->lock);
	n = bpf_rbtree_root(&l->root);
	if (n)
		n = bpf_rbtree_left(&l->root, n);
	if (n)
		value = of(n, struct leaf, tree)->value;
	bpf_spin_unlock(&l->lock);
	return value;
}

SEC("tc")
int reject_helper_under_the_lock(void *ctx)
{
	struct lists *l = lists_at(0);

	if (!l)
		return 0;
	bpf_spin_lock(&l->lock);
	bpf_ktime_get_ns();
	bpf_spin_unlock(&l->lock);
	return 0;
}

static _Bool bad_less(struct bpf_rb_node *a, const struct bpf_rb_node *b)
{
	bpf_ktime_get_ns();
	return 0;
}

SEC("tc")
int reject_helper_in_less(void *ctx)
{
	struct lists *l = lists_at(0);
	struct leaf *i;

	if (!l)
		return 0;
	i = obj_new(struct leaf);
	if (!i)
		return 0;
	bpf_spin_lock(&l->lock);
	bpf_rbtree_add_impl(&l->root, &i->tree, bad_less, 0, 0);
	bpf_spin_unlock(&l->lock);
	return 0;
}

SEC("tc")
int accept_counted(void *ctx)
{
	struct counted *c = obj_new(struct counted), *second;

	if (!c)
		return 0;
	second = bpf_refcount_acquire_impl(c, 0);
	drop(c);
	second->key = 1;
	drop(second);
	return 0;
}

SEC("tc")
int reject_counted_leaked(void *ctx)
{
	struct counted *c = obj_new(struct counted);

	if (!c)
		return 0;
	bpf_refcount_acquire_impl(c, 0);
	drop(c);
	return 0;
}

SEC("tc")
int reject_not_counted(void *ctx)
{
	struct plain *p = obj_new(struct plain), *second;

	if (!p)
		return 0;
	second = bpf_refcount_acquire_impl(p, 0);
	drop(p);
	drop(second);
	return 0;
}

SEC("tc")
int accept_counted_in_a_tree(void *ctx)
{
	struct roots *r = roots_at(0);
	struct counted *c, *second;

	if (!r)
		return 0;
	c = obj_new(struct counted);
	if (!c)
		return 0;
	second = bpf_refcount_acquire_impl(c, 0);
	bpf_spin_lock(&r->lock);
	bpf_rbtree_add_impl(&r->root, &c->tree, counted_less, 0, 0);
	bpf_spin_unlock(&r->lock);
	second->key = 2;
	drop(second);
	return 0;
}

SEC("tc")
int reject_counted_from_a_tree_untested(void *ctx)
{
	struct roots *r = roots_at(0);
	struct bpf_rb_node *n;
	struct counted *c = 0;

	if (!r)
		return 0;
	bpf_spin_lock(&r->lock);
	n = bpf_rbtree_first(&r->root);
	if (!n) {
		bpf_spin_unlock(&r->lock);
		return 0;
	}
	c = bpf_refcount_acquire_impl(of(n, struct counted, tree), 0);
	bpf_spin_unlock(&r->lock);
	drop(c);
	return 0;
}

SEC("tc")
int accept_counted_from_a_tree(void *ctx)
{
	struct roots *r = roots_at(0);
	struct bpf_rb_node *n;
	struct counted *c = 0;

	if (!r)
		return 0;
	bpf_spin_lock(&r->lock);
	n = bpf_rbtree_first(&r->root);
	if (!n) {
		bpf_spin_unlock(&r->lock);
		return 0;
	}
	c = bpf_refcount_acquire_impl(of(n, struct counted, tree), 0);
	bpf_spin_unlock(&r->lock);
	if (c)
		drop(c);
	return 0;
}

SEC("tc")
int accept_put_into_a_map(void *ctx)
{
	u32 key = 0;
	struct holder *h = bpf_map_lookup_elem(&holders, &key);
	struct plain *p;

	if (!h)
		return 0;
	p = obj_new(struct plain);
	if (!p)
		return 0;
	p = bpf_kptr_xchg(&h->plain, p);
	if (p)
		drop(p);
	return 0;
}

SEC("tc")
int reject_put_into_a_map_old_one_leaked(void *ctx)
{
	u32 key = 0;
	struct holder *h = bpf_map_lookup_elem(&holders, &key);
	struct plain *p;

	if (!h)
		return 0;
	p = obj_new(struct plain);
	if (!p)
		return 0;
	bpf_kptr_xchg(&h->plain, p);
	return 0;
}

SEC("tc")
int reject_other_type_put_into_a_map(void *ctx)
{
	u32 key = 0;
	struct holder *h = bpf_map_lookup_elem(&holders, &key);
	struct item *i;
	struct plain *p;

	if (!h)
		return 0;
	i = obj_new(struct item);
	if (!i)
		return 0;
	p = bpf_kptr_xchg(&h->plain, i);
	if (p)
		drop(p);
	return 0;
}

SEC("tc")
int reject_percpu_used_before_it_is_in_a_map(void *ctx)
{
	struct plain *p = bpf_percpu_obj_new_impl(__builtin_btf_type_id(*(struct plain *)0, 0), 0);
	struct plain *here;

	if (!p)
		return 0;
	here = bpf_this_cpu_ptr(p);
	here->key = 1;
	bpf_percpu_obj_drop_impl(p, 0);
	return 0;
}

SEC("tc")
int reject_percpu_used_directly(void *ctx)
{
	struct plain *p = bpf_percpu_obj_new_impl(__builtin_btf_type_id(*(struct plain *)0, 0), 0);

	if (!p)
		return 0;
	p->key = 1;
	bpf_percpu_obj_drop_impl(p, 0);
	return 0;
}

SEC("tc")
int reject_percpu_with_a_node(void *ctx)
{
	struct item *p = bpf_percpu_obj_new_impl(__builtin_btf_type_id(*(struct item *)0, 0), 0);

	if (p)
		bpf_percpu_obj_drop_impl(p, 0);
	return 0;
}

SEC("tc")
int reject_percpu_dropped_as_another(void *ctx)
{
	struct plain *p = bpf_percpu_obj_new_impl(__builtin_btf_type_id(*(struct plain *)0, 0), 0);

	if (p)
		drop(p);
	return 0;
}

static int do_work(void *map, int *key, void *value)
{
	((struct work *)value)->seen++;
	return 0;
}

static int do_work_1(void *map, int *key, void *value)
{
	return 1;
}

SEC("tc")
int accept_work_queue(void *ctx)
{
	u32 key = 0;
	struct work *w = bpf_map_lookup_elem(&works, &key);

	if (!w)
		return 0;
	bpf_wq_init(&w->wq, &works, 0);
	bpf_wq_set_callback_impl(&w->wq, do_work, 0, 0);
	bpf_wq_start(&w->wq, 0);
	return 0;
}

SEC("tc")
int reject_work_queue_of_another_map(void *ctx)
{
	u32 key = 0;
	struct work *w = bpf_map_lookup_elem(&works, &key);

	if (w)
		bpf_wq_init(&w->wq, &other_works, 0);
	return 0;
}

SEC("tc")
int reject_work_queue_untested(void *ctx)
{
	u32 key = bpf_get_prandom_u32();
	struct work *w = bpf_map_lookup_elem(&works, &key);

	bpf_wq_start(&w->wq, 0);
	return 0;
}

SEC("tc")
int reject_work_queue_at_the_wrong_place(void *ctx)
{
	u32 key = 0;
	struct work *w = bpf_map_lookup_elem(&works, &key);

	if (w)
		bpf_wq_start((void *)&w->seen, 0);
	return 0;
}

SEC("tc")
int reject_work_returns_1(void *ctx)
{
	u32 key = 0;
	struct work *w = bpf_map_lookup_elem(&works, &key);

	if (w)
		bpf_wq_set_callback_impl(&w->wq, do_work_1, 0, 0);
	return 0;
}

SEC("tc")
int accept_node_at_0(void *ctx)
{
	struct node_first *n = obj_new(struct node_first);

	if (n)
		drop(n);
	return 0;
}

SEC("tc")
int accept_first_of_nodes_at_0_removed_untested(void *ctx)
{
	u32 key = 0;
	struct firsts *f = bpf_map_lookup_elem(&firsts, &key);
	struct bpf_rb_node *n;

	if (!f)
		return 0;
	bpf_spin_lock(&f->lock);
	n = bpf_rbtree_remove(&f->root, bpf_rbtree_first(&f->root));
	bpf_spin_unlock(&f->lock);
	if (n)
		drop(of(n, struct node_first, tree));
	return 0;
}

SEC("tc")
int accept_first_of_nodes_at_0_asked_for_its_left_untested(void *ctx)
{
	u32 key = 0;
	struct firsts *f = bpf_map_lookup_elem(&firsts, &key);

	if (!f)
		return 0;
	bpf_spin_lock(&f->lock);
	bpf_rbtree_left(&f->root, bpf_rbtree_first(&f->root));
	bpf_spin_unlock(&f->lock);
	return 0;
}
