// SPDX-License-Identifier: BSD-2-Clause
/* One program a hook; each counts how often it runs, in the slot of its number. */
#include <skep/bpf.h>
#include <skep/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, unsigned);
	__type(value, unsigned long long);
	__uint(max_entries, 64);
} hits SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_SOCKMAP);
	__type(key, unsigned);
	__type(value, unsigned);
	__uint(max_entries, 4);
} socks SEC(".maps");

/* hook_NAME is slot N of hits and returns RESULT. */
#define HOOK(n, name, section, result)                                                             \
	SEC(section)                                                                               \
	int hook_##name(void *ctx)                                                                 \
	{                                                                                          \
		unsigned key = n;                                                                  \
		unsigned long long *hit = bpf_map_lookup_elem(&hits, &key);                        \
                                                                                                   \
		if (hit)                                                                           \
			__sync_fetch_and_add(hit, 1);                                              \
		return result;                                                                     \
	}

HOOK(0, xdp, "xdp", 2)
HOOK(1, tcx_ingress, "tcx/ingress", -1)
HOOK(2, tcx_egress, "tc/egress", -1)
HOOK(3, skb_egress, "cgroup_skb/egress", 1)
HOOK(4, skb_ingress, "cgroup_skb/ingress", 1)
HOOK(5, sock_create, "cgroup/sock_create", 1)
HOOK(6, connect4, "cgroup/connect4", 1)
HOOK(7, sendmsg4, "cgroup/sendmsg4", 1)
HOOK(8, recvmsg4, "cgroup/recvmsg4", 1)
HOOK(9, bind4, "cgroup/bind4", 1)
HOOK(10, post_bind4, "cgroup/post_bind4", 1)
HOOK(11, sockops, "sockops", 1)
HOOK(12, getsockopt, "cgroup/getsockopt", 1)
HOOK(13, setsockopt, "cgroup/setsockopt", 1)
HOOK(14, sysctl, "cgroup/sysctl", 1)
HOOK(15, dev, "cgroup/dev", 1)
HOOK(16, getsockname4, "cgroup/getsockname4", 1)
HOOK(17, getpeername4, "cgroup/getpeername4", 1)
HOOK(18, sock_release, "cgroup/sock_release", 1)
HOOK(19, connect_unix, "cgroup/connect_unix", 1)
HOOK(20, tracepoint, "tp/syscalls/sys_enter_getppid", 0)
HOOK(21, raw_tp, "raw_tp/sys_enter", 0)
HOOK(22, tp_btf, "tp_btf/sys_enter", 0)
HOOK(23, perf_event, "perf_event", 0)
HOOK(24, uprobe, "uprobe", 0)
HOOK(25, uretprobe, "uretprobe", 0)
HOOK(26, uprobe_multi, "uprobe.multi", 0)
HOOK(27, uprobe_session, "uprobe.session", 0)
HOOK(28, socket, "socket", -1)
HOOK(29, sk_lookup, "sk_lookup", 1)
HOOK(30, netfilter, "netfilter", 1)
HOOK(31, flow_dissector, "flow_dissector", 0)
HOOK(32, sk_msg, "sk_msg", 1)
HOOK(33, sk_skb_verdict, "sk_skb/verdict", 1)
HOOK(34, sk_reuseport, "sk_reuseport", 1)
HOOK(35, tc, "tc", -1)
HOOK(36, xdp_other, "xdp", 2)
HOOK(37, lwt_out, "lwt_out", 0)
HOOK(38, lwt_xmit, "lwt_xmit", 0)
HOOK(39, lwt_in, "lwt_in", 0)

HOOK(41, connect6, "cgroup/connect6", 1)
HOOK(42, bind6, "cgroup/bind6", 1)
HOOK(43, post_bind6, "cgroup/post_bind6", 1)
HOOK(44, sendmsg6, "cgroup/sendmsg6", 1)
HOOK(45, recvmsg6, "cgroup/recvmsg6", 1)
HOOK(46, getpeername6, "cgroup/getpeername6", 1)
HOOK(47, getsockname6, "cgroup/getsockname6", 1)
HOOK(48, sendmsg_unix, "cgroup/sendmsg_unix", 1)
HOOK(49, recvmsg_unix, "cgroup/recvmsg_unix", 1)
HOOK(50, getsockname_unix, "cgroup/getsockname_unix", 1)
HOOK(51, getpeername_unix, "cgroup/getpeername_unix", 1)
HOOK(52, raw_tp_writable, "raw_tp.w/bpf_test_finish", 0)
HOOK(53, syscall, "syscall", 7)
HOOK(54, uretprobe_multi, "uretprobe.multi", 0)
HOOK(55, sk_skb_parser, "sk_skb/stream_parser", 5)
HOOK(56, sk_skb_stream, "sk_skb/stream_verdict", 1)
HOOK(57, tp_exit, "tp/syscalls/sys_exit_getppid", 0)
HOOK(58, raw_tp_exit, "raw_tp/sys_exit", 0)
HOOK(59, tp_btf_exit, "tp_btf/sys_exit", 0)
HOOK(60, netfilter_out, "netfilter", 1)
HOOK(61, tp_btf_exec, "tp_btf/sched_process_exec", 0)

SEC("raw_tp/sys_enter")
int talk(void *ctx)
{
	unsigned key = 40;
	unsigned long long *hit = bpf_map_lookup_elem(&hits, &key);

	if (hit && __sync_fetch_and_add(hit, 1) < 3)
		bpf_printk("called %d", 42);
	return 0;
}

struct seq_file;
struct bpf_iter_meta {
	struct seq_file *seq;
	unsigned long long session_id, seq_num;
} __attribute__((preserve_access_index));
struct task_struct {
	int pid, tgid;
	char comm[16];
} __attribute__((preserve_access_index));
struct bpf_iter__task {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
} __attribute__((preserve_access_index));
struct bpf_iter__bpf_map_elem {
	struct bpf_iter_meta *meta;
	void *map, *key, *value;
} __attribute__((preserve_access_index));

SEC("iter/task")
int each_task(struct bpf_iter__task *ctx)
{
	static const char fmt[] = "task %d %s\n";
	struct task_struct *task = ctx->task;
	unsigned long long args[2];

	if (!task)
		return 0;
	args[0] = task->tgid;
	args[1] = (unsigned long long)task->comm;
	bpf_seq_printf(ctx->meta->seq, fmt, sizeof(fmt), args, sizeof(args));
	return 0;
}

SEC("iter/bpf_map_elem")
int each_element(struct bpf_iter__bpf_map_elem *ctx)
{
	static const char fmt[] = "%u\n";
	unsigned *key = ctx->key;
	unsigned long long arg;

	if (!key)
		return 0;
	arg = *key;
	bpf_seq_printf(ctx->meta->seq, fmt, sizeof(fmt), &arg, sizeof(arg));
	return 0;
}

/* Iterators that only count: NAME(slot, target). */
#define EACH(n, target)                                                                            \
	SEC("iter/" #target)                                                                       \
	int each_##target(void *ctx)                                                               \
	{                                                                                          \
		unsigned key = n;                                                                  \
		unsigned long long *hit = bpf_map_lookup_elem(&visits, &key);                      \
                                                                                                   \
		if (hit)                                                                           \
			__sync_fetch_and_add(hit, 1);                                              \
		return 0;                                                                          \
	}

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, unsigned);
	__type(value, unsigned long long);
	__uint(max_entries, 16);
} visits SEC(".maps");

EACH(0, bpf_map)
EACH(1, bpf_prog)
EACH(2, bpf_link)
EACH(3, tcp)
EACH(4, udp)
EACH(5, unix)
EACH(6, netlink)
EACH(7, task_file)
EACH(8, task_vma)
EACH(9, cgroup)
EACH(10, ksym)
