// SPDX-License-Identifier: BSD-2-Clause
/* Callbacks by kind of call and of map, timers of inner maps, storage, depth of frames. */
#include "cases.h"
struct task_struct {
	int pid;
	struct task_struct *group_leader;
} __attribute__((preserve_access_index));
struct vm_area_struct {
	u64 vm_start, vm_end;
	u64 vm_flags;
} __attribute__((preserve_access_index));
#define NI   __attribute__((noinline))
#define KEEP asm volatile("" ::: "memory")
#define MAP(n, t, k, v, e)                                                                         \
	struct {                                                                                   \
		__uint(type, BPF_MAP_TYPE_##t);                                                    \
		__uint(max_entries, e);                                                            \
		__type(key, k);                                                                    \
		__type(value, v);                                                                  \
	} n SEC(".maps")
struct tv {
	struct bpf_timer t;
	u64 n;
};
MAP(a, ARRAY, u32, u64, 4);
MAP(h, HASH, u32, u64, 4);
MAP(ph, PERCPU_HASH, u32, u64, 4);
MAP(pa, PERCPU_ARRAY, u32, u64, 4);
MAP(lh, LRU_HASH, u32, u64, 4);
MAP(lp, LRU_PERCPU_HASH, u32, u64, 4);
MAP(tm, ARRAY, u32, struct tv, 2);
MAP(th, HASH, u32, struct tv, 2);
struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 4);
	__uint(map_flags, 1);
	__type(key, u64);
	__type(value, u64);
} lt SEC(".maps");
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} rb SEC(".maps");
struct {
	__uint(type, BPF_MAP_TYPE_USER_RINGBUF);
	__uint(max_entries, 4096);
} ur SEC(".maps");
struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, 1);
	__type(key, int);
	__type(value, u64);
} ts SEC(".maps");
struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, 1);
	__type(key, int);
	__type(value, u64);
} ss SEC(".maps");
struct inner {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct tv);
} in1 SEC(".maps");
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 1);
	__type(key, u32);
	__array(values, struct inner);
} mm SEC(".maps") = { .values = { &in1 } };
static long each_ok(void *map, u32 *k, u64 *v, u64 *ctx)
{
	*ctx += *k + *v;
	return 0;
}
static long each_write_key(void *map, u32 *k, u64 *v, u64 *ctx)
{
	*k = 1;
	return 0;
}
static long each_past_key(void *map, u32 *k, u64 *v, u64 *ctx)
{
	*ctx += k[1];
	return 0;
}
static long each_past_value(void *map, u32 *k, u64 *v, u64 *ctx)
{
	*ctx += v[1];
	return 0;
}
static long each_map(void *map, u32 *k, u64 *v, u64 *ctx)
{
	bpf_map_delete_elem(map, k);
	return 0;
}
static long each_ret(void *map, u32 *k, u64 *v, u64 *ctx)
{
	return *v;
}
static long each_ret_masked(void *map, u32 *k, u64 *v, u64 *ctx)
{
	return *v & 1;
}
#define EACH(v, n, mapn, cb)                                                                       \
	SEC("tc") int v##_each_##n(struct __sk_buff *c)                                            \
	{                                                                                          \
		u64 s = 0;                                                                         \
		bpf_for_each_map_elem(&mapn, cb, &s, 0);                                           \
		return s > 4;                                                                      \
	}
/* clang-format off */
EACH(accept, array, a, each_ok)
EACH(accept, hash, h, each_ok)
EACH(accept, ph, ph, each_ok)
EACH(accept, pa, pa, each_ok)
EACH(accept, lh, lh, each_ok)
EACH(accept, lp, lp, each_ok)
EACH(reject, lt, lt, each_ok)
EACH(reject, mm, mm, each_ok)
EACH(reject, write_key, h, each_write_key)
EACH(reject, past_key, h, each_past_key)
EACH(reject, past_value, h, each_past_value)
EACH(accept, uses_map, h, each_map)
EACH(reject, ret_any, h, each_ret)
EACH(accept, ret_bit, h, each_ret_masked)
/* clang-format on */
SEC("tc") int reject_each_no_ctx_read(struct __sk_buff *c)
{
	bpf_for_each_map_elem(&h, each_ok, 0, 0);
	return 0;
}
static int vma_cb(struct task_struct *t, struct vm_area_struct *v, u64 *ctx)
{
	*ctx = v->vm_start + t->pid;
	return 0;
}
static int vma_cb2(struct task_struct *t, struct vm_area_struct *v, u64 *ctx)
{
	return 2;
}
static int vma_write(struct task_struct *t, struct vm_area_struct *v, u64 *ctx)
{
	v->vm_flags = 2;
	return 0;
}
SEC("perf_event") int accept_find_vma(void *c)
{
	u64 s = 0;
	bpf_find_vma((void *)bpf_get_current_task_btf(), 8, vma_cb, &s, 0);
	return s > 3;
}
SEC("perf_event") int reject_find_vma_2(void *c)
{
	u64 s = 0;
	bpf_find_vma((void *)bpf_get_current_task_btf(), 8, vma_cb2, &s, 0);
	return s > 3;
}
SEC("perf_event") int reject_find_vma_write(void *c)
{
	u64 s = 0;
	bpf_find_vma((void *)bpf_get_current_task_btf(), 8, vma_write, &s, 0);
	return s > 3;
}
static long drain(struct bpf_dynptr *d, u64 *ctx)
{
	u64 x;
	if (bpf_dynptr_read(&x, 8, d, 0, 0))
		return 0;
	*ctx += x;
	return 0;
}
static long drain_data(struct bpf_dynptr *d, u64 *ctx)
{
	u64 *x = bpf_dynptr_data(d, 0, 8);
	if (!x)
		return 1;
	*ctx += *x;
	return 0;
}
static long drain_data_un(struct bpf_dynptr *d, u64 *ctx)
{
	u64 *x = bpf_dynptr_data(d, 0, 8);
	*ctx += *x;
	return 0;
}
SEC("tc") int accept_drain_read(struct __sk_buff *c)
{
	u64 s = 0;
	bpf_user_ringbuf_drain(&ur, drain, &s, 0);
	return s > 3;
}
SEC("tc") int accept_drain_data(struct __sk_buff *c)
{
	u64 s = 0;
	bpf_user_ringbuf_drain(&ur, drain_data, &s, 0);
	return s > 3;
}
SEC("tc") int reject_drain_data_unchecked(struct __sk_buff *c)
{
	u64 s = 0;
	bpf_user_ringbuf_drain(&ur, drain_data_un, &s, 0);
	return s > 3;
}
SEC("tc") int reject_drain_wrong_map(struct __sk_buff *c)
{
	u64 s = 0;
	bpf_user_ringbuf_drain(&rb, drain, &s, 0);
	return s > 3;
}
static int tcb(void *map, u32 *k, struct tv *v)
{
	v->n = *k;
	bpf_timer_start(&v->t, 1, 0);
	return 0;
}
static int tcb_sleep(void *map, u32 *k, struct tv *v)
{
	u64 x;
	bpf_copy_from_user(&x, 8, 0);
	return 0;
}
SEC("tc") int accept_timer2(struct __sk_buff *c)
{
	u32 k = 0;
	struct tv *v = bpf_map_lookup_elem(&tm, &k);
	if (!v)
		return 0;
	bpf_timer_init(&v->t, &tm, 1);
	bpf_timer_set_callback(&v->t, tcb);
	return bpf_timer_start(&v->t, 1, 0) != 0;
}
SEC("syscall") int reject_timer_sleeps(void *c)
{
	u32 k = 0;
	struct tv *v = bpf_map_lookup_elem(&tm, &k);
	if (!v)
		return 0;
	bpf_timer_init(&v->t, &tm, 1);
	bpf_timer_set_callback(&v->t, tcb_sleep);
	return bpf_timer_start(&v->t, 1, 0) != 0;
}
SEC("tc") int accept_timer_nonnull_array(struct __sk_buff *c)
{
	u32 k = 0;
	struct tv *v = bpf_map_lookup_elem(&tm, &k);
	asm volatile("" : "+r"(v));
	if (!v)
		return 0;
	return bpf_timer_cancel(&v->t) != 0;
}
SEC("tc") int accept_timer_inner(struct __sk_buff *c)
{
	u32 k = 0;
	void *i = bpf_map_lookup_elem(&mm, &k);
	struct tv *v;
	if (!i)
		return 0;
	v = bpf_map_lookup_elem(i, &k);
	if (!v)
		return 0;
	return bpf_timer_init(&v->t, i, 1) != 0;
}
SEC("tc") int reject_timer_other_inner(struct __sk_buff *c)
{
	u32 k = 0;
	void *i = bpf_map_lookup_elem(&mm, &k), *j = bpf_map_lookup_elem(&mm, &k);
	struct tv *v;
	if (!i || !j)
		return 0;
	v = bpf_map_lookup_elem(i, &k);
	if (!v)
		return 0;
	return bpf_timer_init(&v->t, j, 1) != 0;
}
SEC("tc") int accept_timer_inner_cb(struct __sk_buff *c)
{
	u32 k = 0;
	void *i = bpf_map_lookup_elem(&mm, &k);
	struct tv *v;
	if (!i)
		return 0;
	v = bpf_map_lookup_elem(i, &k);
	if (!v)
		return 0;
	bpf_timer_init(&v->t, i, 1);
	return bpf_timer_set_callback(&v->t, tcb) != 0;
}
static int tcb_init(void *map, u32 *k, struct tv *v)
{
	bpf_timer_init(&v->t, map, 1);
	return 0;
}
SEC("tc") int accept_timer_init_in_cb(struct __sk_buff *c)
{
	u32 k = 0;
	struct tv *v = bpf_map_lookup_elem(&tm, &k);
	if (!v)
		return 0;
	return bpf_timer_set_callback(&v->t, tcb_init) != 0;
}
SEC("tc") int accept_timer_init_in_inner_cb(struct __sk_buff *c)
{
	u32 k = 0;
	void *i = bpf_map_lookup_elem(&mm, &k);
	struct tv *v;
	if (!i)
		return 0;
	v = bpf_map_lookup_elem(i, &k);
	if (!v)
		return 0;
	return bpf_timer_set_callback(&v->t, tcb_init) != 0;
}
SEC("tc") int accept_task_storage(struct __sk_buff *c)
{
	u64 *v = bpf_task_storage_get(&ts, (void *)bpf_get_current_task_btf(), 0, 1);
	if (v)
		*v = 1;
	return 0;
}
SEC("tc") int accept_task_storage_null_task(struct __sk_buff *c)
{
	u64 *v = bpf_task_storage_get(&ts, 0, 0, 1);
	if (v)
		*v = 1;
	return 0;
}
SEC("tc") int reject_task_storage_unchecked(struct __sk_buff *c)
{
	u64 *v = bpf_task_storage_get(&ts, (void *)bpf_get_current_task_btf(), 0, 1);
	*v = 1;
	return 0;
}
SEC("tc") int accept_task_storage_init(struct __sk_buff *c)
{
	u64 i = 4;
	u64 *v = bpf_task_storage_get(&ts, (void *)bpf_get_current_task_btf(), &i, 1);
	if (v)
		*v = 1;
	return 0;
}
SEC("tc") int accept_sk_storage(struct __sk_buff *c)
{
	u64 *v;
	struct bpf_sock *sk = c->sk;
	if (!sk)
		return 0;
	sk = bpf_sk_fullsock(sk);
	if (!sk)
		return 0;
	v = bpf_sk_storage_get(&ss, sk, 0, 1);
	if (v)
		*v = 1;
	return 0;
}
SEC("tc") int accept_sk_storage_common(struct __sk_buff *c)
{
	u64 *v;
	struct bpf_sock *sk = c->sk;
	if (!sk)
		return 0;
	v = bpf_sk_storage_get(&ss, sk, 0, 1);
	if (v)
		*v = 1;
	return 0;
}
SEC("cgroup/sock_create") int accept_sk_storage_ctx(struct bpf_sock *c)
{
	u64 *v = bpf_sk_storage_get(&ss, c, 0, 1);
	if (v)
		*v = 1;
	return 1;
}
static long outer(u64 i, u64 *ctx)
{
	u64 s = 0;
	bpf_for_each_map_elem(&h, each_ok, &s, 0);
	*ctx += s;
	return 0;
}
SEC("tc") int accept_nested_kinds(struct __sk_buff *c)
{
	u64 s = 0;
	bpf_loop(10, outer, &s, 0);
	return s > 3;
}
static long reads_pkt(u64 i, struct __sk_buff **pc)
{
	struct __sk_buff *c = *pc;
	void *d = (void *)(long)c->data, *e = (void *)(long)c->data_end;
	if (d + i + 1 > e)
		return 1;
	return 0;
}
SEC("tc") int reject_packet_offset_by_any_index(struct __sk_buff *c)
{
	bpf_loop(10, reads_pkt, &c, 0);
	return 0;
}
static long pulls(u64 i, struct __sk_buff **pc)
{
	bpf_skb_pull_data(*pc, 0);
	return 0;
}
SEC("tc") int reject_callback_moves_packet(struct __sk_buff *c)
{
	void *d = (void *)(long)c->data, *e = (void *)(long)c->data_end;
	struct __sk_buff *cc = c;
	if (d + 1 > e)
		return 0;
	bpf_loop(1, pulls, &cc, 0);
	KEEP;
	return *(u8 *)d;
}
static long idx(u64 i, u64 *arr)
{
	if (i < 4)
		arr[i] = i;
	return 0;
}
SEC("tc") int accept_index_into_the_stack(struct __sk_buff *c)
{
	u64 arr[4] = {};
	bpf_loop(4, idx, arr, 0);
	return arr[3] > 2;
}
static long idx_bad(u64 i, u64 *arr)
{
	if (i < 5)
		arr[i] = i;
	return 0;
}
SEC("tc") int reject_index_past_the_array(struct __sk_buff *c)
{
	u64 arr[4] = {};
	bpf_loop(4, idx_bad, arr, 0);
	return arr[3] > 2;
}
static long dec(u64 i, u64 *n)
{
	if (*n > 0)
		*n -= 1;
	return 0;
}
SEC("tc") int accept_loop_zero(struct __sk_buff *c)
{
	u64 n = 3;
	bpf_loop(0, dec, &n, 0);
	return n > 2;
}
static NI int f8(int x)
{
	KEEP;
	return x;
}
static NI int f7(int x)
{
	KEEP;
	return f8(x);
}
static NI int f6(int x)
{
	KEEP;
	return f7(x);
}
static NI int f5(int x)
{
	KEEP;
	return f6(x);
}
static NI int f4(int x)
{
	KEEP;
	return f5(x);
}
static NI int f3(int x)
{
	KEEP;
	return f4(x);
}
static NI int f2(int x)
{
	KEEP;
	return f3(x);
}
static NI int f1(int x)
{
	KEEP;
	return f2(x);
}
SEC("tc") int accept_eight_frames(struct __sk_buff *c)
{
	return f2(3) > 4;
}
SEC("tc") int reject_nine_frames(struct __sk_buff *c)
{
	return f1(3) > 4;
}
static long deep(u64 i, u64 *n)
{
	f3(i);
	return 0;
}
SEC("tc") int accept_eight_frames_cb(struct __sk_buff *c)
{
	u64 n = 3;
	bpf_loop(4, deep, &n, 0);
	return 0;
}
static long deep2(u64 i, u64 *n)
{
	f2(i);
	return 0;
}
SEC("tc") int reject_nine_frames_cb(struct __sk_buff *c)
{
	u64 n = 3;
	bpf_loop(4, deep2, &n, 0);
	return 0;
}
