// SPDX-License-Identifier: BSD-2-Clause
/* Arguments of global functions: tags, contexts, memory, kernel objects; sections around the call.
 */
#include "cases.h"
struct task_struct {
	int pid;
	struct task_struct *group_leader;
} __attribute__((preserve_access_index));
#define NI   __attribute__((noinline))
#define T(t) __tag("arg:" t)
extern void bpf_rcu_read_lock(void) __ksym;
extern void bpf_rcu_read_unlock(void) __ksym;
extern struct task_struct *bpf_task_acquire(struct task_struct *p) __ksym;
extern void bpf_task_release(struct task_struct *p) __ksym;
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 4);
	__type(key, u32);
	__type(value, u64);
} m SEC(".maps");
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} rb SEC(".maps");
struct pair {
	u64 a, b;
};
#define KEEP asm volatile("" ::: "memory")

NI int g_ctx_tag(void *ctx T("ctx"))
{
	KEEP;
	return ((struct __sk_buff *)ctx)->len;
}
SEC("tc") int accept_ctx_tag(struct __sk_buff *c)
{
	return g_ctx_tag(c);
}
SEC("tc") int reject_ctx_tag_stack(struct __sk_buff *c)
{
	u64 x = 0;
	return g_ctx_tag(&x);
}
NI int g_ctx_tag_int(u64 *ctx T("ctx"))
{
	KEEP;
	return ctx != 0;
}
SEC("tc") int reject_ctx_tag_of_u64(struct __sk_buff *c)
{
	return g_ctx_tag_int((u64 *)c);
}
SEC("tp_btf/task_newtask") int accept_ctx_tag_of_u64_tp(u64 *c)
{
	return g_ctx_tag_int(c);
}
SEC("raw_tp/task_newtask") int accept_ctx_tag_of_u64_rawtp(u64 *c)
{
	return g_ctx_tag_int(c);
}
SEC("kprobe/x") int reject_ctx_tag_of_u64_kprobe(u64 *c)
{
	return g_ctx_tag_int(c);
}
SEC("tracepoint/syscalls/sys_enter_openat") int accept_ctx_tag_of_u64_tracepoint(u64 *c)
{
	return g_ctx_tag_int(c);
}
SEC("perf_event") int reject_ctx_tag_of_u64_perf(u64 *c)
{
	return g_ctx_tag_int(c);
}
NI int g_trusted(struct task_struct *t T("trusted"))
{
	KEEP;
	return t->pid & 1;
}
SEC("tp_btf/task_newtask") int accept_trusted(u64 *c)
{
	return g_trusted((void *)c[0]);
}
SEC("tp_btf/task_newtask") int accept_trusted_member_of_the_argument(u64 *c)
{
	struct task_struct *t = (void *)c[0];
	return g_trusted(t->group_leader);
}
SEC("tc") int accept_trusted_current(struct __sk_buff *c)
{
	return g_trusted((void *)bpf_get_current_task_btf());
}
SEC("tc") int reject_trusted_null(struct __sk_buff *c)
{
	return g_trusted(0);
}
NI int g_trusted_nullable(struct task_struct *t T("trusted") T("nullable"))
{
	KEEP;
	return t ? t->pid & 1 : 0;
}
SEC("tc") int accept_trusted_nullable_null(struct __sk_buff *c)
{
	return g_trusted_nullable(0);
}
NI int g_trusted_nullable_unchecked(struct task_struct *t T("trusted") T("nullable"))
{
	KEEP;
	return t->pid & 1;
}
SEC("tc") int reject_trusted_nullable_unchecked(struct __sk_buff *c)
{
	return g_trusted_nullable_unchecked(0);
}
NI int g_trusted_release(struct task_struct *t T("trusted"))
{
	KEEP;
	bpf_task_release(t);
	return 0;
}
SEC("tc") int reject_trusted_released(struct __sk_buff *c)
{
	struct task_struct *t = bpf_task_acquire((void *)bpf_get_current_task_btf());
	if (!t)
		return 0;
	return g_trusted_release(t);
}
NI int g_nonnull(struct pair *p T("nonnull"))
{
	KEEP;
	return p->a + p->b > 5;
}
SEC("tc") int accept_nonnull(struct __sk_buff *c)
{
	struct pair p = { 1, 2 };
	return g_nonnull(&p);
}
SEC("tc") int reject_nonnull_half(struct __sk_buff *c)
{
	u64 *p = 0;
	u32 k = 0;
	p = bpf_map_lookup_elem(&m, &k);
	if (!p)
		return 0;
	return g_nonnull((void *)p);
}
NI int g_mem_write(struct pair *p)
{
	if (!p)
		return 0;
	p->b = 7;
	return 0;
}
SEC("tc") int accept_mem_write(struct __sk_buff *c)
{
	struct pair p = { 1, 2 };
	g_mem_write(&p);
	return p.b > 5;
}
static const struct pair ro = { 3, 4 };
SEC("tc") int reject_mem_write_rodata(struct __sk_buff *c)
{
	return g_mem_write((void *)&ro);
}
SEC("tc") int accept_mem_ringbuf(struct __sk_buff *c)
{
	struct pair *p = bpf_ringbuf_reserve(&rb, 16, 0);
	if (!p)
		return 0;
	p->a = p->b = 0;
	g_mem_write(p);
	bpf_ringbuf_submit(p, 0);
	return 0;
}
SEC("tc") int accept_mem_packet(struct __sk_buff *c)
{
	void *d = (void *)(long)c->data, *e = (void *)(long)c->data_end;
	if (d + 16 > e)
		return 0;
	return g_mem_write(d);
}
SEC("tc") int reject_mem_packet_short(struct __sk_buff *c)
{
	void *d = (void *)(long)c->data, *e = (void *)(long)c->data_end;
	if (d + 15 > e)
		return 0;
	return g_mem_write(d);
}
SEC("cgroup_skb/ingress") int accept_mem_packet_where_it_is_read_only(struct __sk_buff *c)
{
	void *d = (void *)(long)c->data, *e = (void *)(long)c->data_end;
	if (d + 16 > e)
		return 0;
	g_mem_write(d);
	return 0;
}
SEC("tc") int accept_mem_unwritten(struct __sk_buff *c)
{
	struct pair p;
	asm volatile("" ::"r"(&p));
	return g_mem_write(&p);
}
NI int g_dynptr(struct bpf_dynptr *p)
{
	u64 x = 0;
	KEEP;
	bpf_dynptr_read(&x, 8, (void *)p, 0, 0);
	return x > 3;
}
SEC("tc") int accept_dynptr(struct __sk_buff *c)
{
	u32 k = 0;
	u64 *v = bpf_map_lookup_elem(&m, &k);
	struct bpf_dynptr d;
	if (!v)
		return 0;
	bpf_dynptr_from_mem(v, 8, 0, (void *)&d);
	return g_dynptr(&d);
}
SEC("tc") int reject_dynptr_none(struct __sk_buff *c)
{
	struct bpf_dynptr d = {};
	return g_dynptr(&d);
}
NI int g_untrusted(struct task_struct *t T("untrusted"))
{
	KEEP;
	return t->pid & 1;
}
SEC("tc") int accept_untrusted_number(struct __sk_buff *c)
{
	return g_untrusted((void *)(long)c->len);
}
NI int g_untrusted_int(int *t T("untrusted"))
{
	KEEP;
	return *t & 1;
}
SEC("tc") int accept_untrusted_int(struct __sk_buff *c)
{
	return g_untrusted_int((void *)(long)c->len);
}
NI int g_untrusted_write(int *t T("untrusted"))
{
	KEEP;
	*t = 1;
	return 0;
}
SEC("tc") int reject_untrusted_write(struct __sk_buff *c)
{
	return g_untrusted_write((void *)(long)c->len);
}
NI int g_bad_tag(int *t T("wrong"))
{
	KEEP;
	return t != 0;
}
SEC("tc") int reject_bad_tag(struct __sk_buff *c)
{
	return g_bad_tag(0);
}
NI int g_tag_on_number(int t T("nonnull"))
{
	KEEP;
	return t != 0;
}
SEC("tc") int reject_tag_on_number(struct __sk_buff *c)
{
	return g_tag_on_number(0);
}
NI int g_nonnull_trusted(struct task_struct *t T("trusted") T("nonnull"))
{
	KEEP;
	return t != 0;
}
SEC("tc") int reject_nonnull_trusted(struct __sk_buff *c)
{
	return g_nonnull_trusted((void *)bpf_get_current_task_btf());
}
NI int g_nullable_mem(struct pair *t T("nullable"))
{
	KEEP;
	return t != 0;
}
SEC("tc") int reject_nullable_mem(struct __sk_buff *c)
{
	return g_nullable_mem(0);
}
NI int g_ctx_nonnull(void *t T("ctx") T("nonnull"))
{
	KEEP;
	return t != 0;
}
SEC("tc") int reject_ctx_nonnull(struct __sk_buff *c)
{
	return g_ctx_nonnull(c);
}
NI int g_arena(void *t T("arena"))
{
	KEEP;
	return t != 0;
}
SEC("tc") int accept_arena_number(struct __sk_buff *c)
{
	return g_arena(0);
}
SEC("tc") int reject_arena_stack(struct __sk_buff *c)
{
	return g_arena(&c);
}
NI int g_void_ptr(void *t)
{
	KEEP;
	return t != 0;
}
SEC("tc") int reject_void_pointer(struct __sk_buff *c)
{
	return g_void_ptr(0);
}
struct fw;
NI int g_fwd(struct fw *t)
{
	KEEP;
	return t != 0;
}
SEC("tc") int reject_forward_declared(struct __sk_buff *c)
{
	return g_fwd(0);
}
NI int g_array(int (*t)[4])
{
	KEEP;
	return t ? (*t)[3] : 0;
}
SEC("tc") int accept_array(struct __sk_buff *c)
{
	int a[4] = { 1, 2, 3, 4 };
	return g_array(&a) > 9;
}
NI long g_long(long a, char b, _Bool d)
{
	KEEP;
	return a + b + d > 3;
}
SEC("tc") int accept_longs(struct __sk_buff *c)
{
	return g_long(c->len, 1, 1);
}
enum e { A, B };
NI enum e g_enum(enum e x)
{
	KEEP;
	return x ? A : B;
}
SEC("tc") int accept_enums(struct __sk_buff *c)
{
	return g_enum(A);
}
NI int g_copy(int x)
{
	u64 y;
	KEEP;
	bpf_copy_from_user(&y, 8, 0);
	return x;
}
SEC("syscall") int accept_sleeping_global(void *c)
{
	return g_copy(3) > 2;
}
SEC("tc") int reject_sleeping_global_in_tc(void *c)
{
	return g_copy(3) > 2;
}
SEC("syscall") int reject_sleeping_global_in_rcu(void *c)
{
	int r;
	bpf_rcu_read_lock();
	r = g_copy(3) > 2;
	bpf_rcu_read_unlock();
	return r;
}
NI int g_plain(int x)
{
	KEEP;
	return x;
}
SEC("syscall") int accept_global_in_rcu(void *c)
{
	int r;
	bpf_rcu_read_lock();
	r = g_plain(3) > 2;
	bpf_rcu_read_unlock();
	return r;
}
NI int g_inner(int x)
{
	KEEP;
	return g_copy(x);
}
SEC("syscall") int reject_sleeping_global_deep(void *c)
{
	int r;
	bpf_rcu_read_lock();
	r = g_inner(3) > 2;
	bpf_rcu_read_unlock();
	return r;
}
NI int g_leaks(int x)
{
	u64 *p = bpf_ringbuf_reserve(&rb, 8, 0);
	KEEP;
	return p != 0;
}
SEC("tc") int reject_global_leaks(void *c)
{
	return g_leaks(1);
}
NI int g_unlock(int x)
{
	KEEP;
	bpf_rcu_read_unlock();
	return 0;
}
SEC("syscall") int reject_global_unlocks(void *c)
{
	bpf_rcu_read_lock();
	return g_unlock(1);
}
NI int g_bad_unused(int *p)
{
	KEEP;
	return *p;
}
SEC("tc") int accept_bad_global_not_called(struct __sk_buff *c)
{
	return c->len > 7;
}
NI int g_tail(int a, int b, int c, int d, int e)
{
	KEEP;
	return a + b + c + d + e > 3;
}
SEC("tc") int accept_uninit_args(struct __sk_buff *c)
{
	return g_tail(1, 2, 3, 4, 5);
}
SEC("tc") int accept_ref_over_global(struct __sk_buff *c)
{
	u64 *p = bpf_ringbuf_reserve(&rb, 8, 0);
	int r;
	if (!p)
		return 0;
	r = g_plain(3);
	*p = r;
	bpf_ringbuf_submit(p, 0);
	return 0;
}
NI int g_stackptr(u64 **pp)
{
	KEEP;
	return pp ? *pp != 0 : 0;
}
SEC("tc") int accept_spilled_pointer_behind(struct __sk_buff *c)
{
	u64 x = 1, *p = &x;
	return g_stackptr(&p);
}
SEC("tc") int reject_spilled_pointer_used_after(struct __sk_buff *c)
{
	u64 x = 1, *volatile p = &x;
	g_stackptr((u64 **)&p);
	return *p > 3;
}
