// SPDX-License-Identifier: BSD-2-Clause
/* Hooks that only run where a test builds something for them; each counts in a variable. */
#include <skep/bpf.h>
#include <skep/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct {
	unsigned long long breakpoints, dissected, lwt_ins, segments, netkits, acked;
} counters;

#define HOOK(name, section, counter, result)                                                       \
	SEC(section)                                                                               \
	int name(void *ctx)                                                                        \
	{                                                                                          \
		__sync_fetch_and_add(&counters.counter, 1);                                        \
		return result;                                                                     \
	}

HOOK(on_breakpoint, "perf_event", breakpoints, 0)
HOOK(on_flow, "flow_dissector", dissected, 0)
HOOK(on_lwt_in, "lwt_in", lwt_ins, 0)
HOOK(on_segment, "lwt_seg6local", segments, 0)
HOOK(on_netkit, "netkit/primary", netkits, 0)

struct sock;
struct tcp_congestion_ops {
	unsigned (*ssthresh)(struct sock *sk);
	void (*cong_avoid)(struct sock *sk, unsigned ack, unsigned acked);
	unsigned (*undo_cwnd)(struct sock *sk);
	char name[16];
};

SEC("struct_ops/ssthresh")
unsigned ssthresh(unsigned long long *ctx)
{
	return 2;
}

SEC("struct_ops/cong_avoid")
void cong_avoid(unsigned long long *ctx)
{
	__sync_fetch_and_add(&counters.acked, 1);
}

SEC("struct_ops/undo_cwnd")
unsigned undo_cwnd(unsigned long long *ctx)
{
	return 10;
}

SEC(".struct_ops.link")
struct tcp_congestion_ops skep_hooks = {
	.ssthresh = (void *)ssthresh,
	.cong_avoid = (void *)cong_avoid,
	.undo_cwnd = (void *)undo_cwnd,
	.name = "skep_hooks",
};
