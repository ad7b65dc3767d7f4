// SPDX-License-Identifier: BSD-2-Clause
/* Maps whose values have special fields, well formed and not: for test_fields.c. With BAD: one that
 * is not, as the kernel refuses the types of an object as a whole. */
#include "cases/cases.h"

struct bpf_res_spin_lock {
	u32 val;
	u32 pad;
};
struct bpf_wq {
	u64 opaque[2];
} __attribute__((aligned(8)));
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
struct task_struct {
	int pid;
};
typedef struct task_struct task;
struct own {
	u64 a;
};
typedef struct own own;

struct item {
	u64 key;
	struct bpf_list_node node;
};
struct leaf {
	struct bpf_rb_node node;
	u64 key;
};
struct twice {
	struct bpf_list_node list;
	struct bpf_rb_node tree;
	struct bpf_refcount refs;
};
struct twice_uncounted {
	struct bpf_list_node list;
	struct bpf_rb_node tree;
};

#define MAP(name, ...)                                                                             \
	struct name##_value __VA_ARGS__;                                                           \
	struct {                                                                                   \
		__uint(type, BPF_MAP_TYPE_ARRAY);                                                  \
		__uint(max_entries, 1);                                                            \
		__type(key, u32);                                                                  \
		__type(value, struct name##_value);                                                \
	} name SEC(".maps")

#if BAD == 0
MAP(plain, { u64 a, b; });
MAP(lock, {
	u64 a;
	struct bpf_spin_lock lock;
});
MAP(lock_nested, {
	u64 a;
	struct {
		u32 b;
		struct bpf_spin_lock lock;
	} in;
});
MAP(lock_array_of_one, { struct bpf_spin_lock locks[1]; });
MAP(res_lock, { struct bpf_res_spin_lock lock; });
MAP(timer, {
	u64 a;
	struct bpf_timer timer;
});
MAP(work, { struct bpf_wq wq; });
MAP(everything, {
	struct bpf_spin_lock lock;
	struct bpf_timer timer;
	struct bpf_wq wq;
	task __kptr *task;
});
MAP(kptrs, {
	task __kptr *a;
	u64 between;
	task __attribute__((btf_type_tag("kptr_untrusted"))) * b;
});
MAP(kptr_array, { task __kptr *tasks[4]; });
MAP(kptr_to_own, { own __kptr *a; });
MAP(percpu_kptr, { own __attribute__((btf_type_tag("percpu_kptr"))) * a; });
MAP(kptr_in_union, {
	union {
		task __kptr *a;
		u64 b;
	};
});
MAP(list, {
	struct bpf_spin_lock lock;
	struct bpf_list_head head __tag("contains:item:node");
});
MAP(tree, {
	struct bpf_rb_root root __tag("contains:leaf:node");
	struct bpf_spin_lock lock;
});
MAP(list_of_counted, {
	struct bpf_spin_lock lock;
	struct bpf_list_head head __tag("contains:twice:list");
});
MAP(list_array, {
	struct bpf_spin_lock lock;
	struct bpf_list_head heads[3] __tag("contains:item:node");
});
MAP(node_in_map, { struct bpf_list_node node; });
MAP(refcount_in_map, { struct bpf_refcount refs; });
#elif BAD == 1
MAP(two_locks, {
	struct bpf_spin_lock a;
	struct bpf_spin_lock b;
});
#elif BAD == 2
MAP(lock_array, { struct bpf_spin_lock locks[2]; });
#elif BAD == 3
MAP(both_locks, {
	struct bpf_spin_lock a;
	struct bpf_res_spin_lock b;
});
#elif BAD == 4
MAP(two_timers, { struct bpf_timer a, b; });
#elif BAD == 5
MAP(kptrs_too_many, { task __kptr *tasks[12]; });
#elif BAD == 6
MAP(kptr_to_int, { int __kptr *a; });
#elif BAD == 7
MAP(kptr_two_tags, { task __kptr __attribute__((btf_type_tag("kptr_untrusted"))) * a; });
#elif BAD == 8
MAP(list_unlocked, { struct bpf_list_head head __tag("contains:item:node"); });
#elif BAD == 9
MAP(list_untagged, {
	struct bpf_spin_lock lock;
	struct bpf_list_head head;
});
#elif BAD == 10
MAP(list_no_such_node, {
	struct bpf_spin_lock lock;
	struct bpf_list_head head __tag("contains:item:other");
});
#elif BAD == 11
MAP(list_no_such_struct, {
	struct bpf_spin_lock lock;
	struct bpf_list_head head __tag("contains:nothing:node");
});
#elif BAD == 12
MAP(list_of_tree_nodes, {
	struct bpf_spin_lock lock;
	struct bpf_list_head head __tag("contains:leaf:node");
});
#elif BAD == 13
MAP(tree_with_resilient_lock, {
	struct bpf_rb_root root __tag("contains:leaf:node");
	struct bpf_res_spin_lock lock;
});
#endif

/* The types of what hangs on lists and trees must be in the BTF. */
u64 sizes[] = { sizeof(struct item), sizeof(struct leaf), sizeof(struct twice),
		sizeof(struct own) };
struct item an_item;
struct leaf a_leaf;
struct twice a_twice;
task a_task;
own an_own;

SEC("tc") int user(struct __sk_buff *ctx)
{
	return (int)sizes[ctx->mark & 1];
}
