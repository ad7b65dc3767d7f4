// SPDX-License-Identifier: BSD-2-Clause
/* A congestion control: functions of a kernel structure. */
#include "common.h"

struct sock;

struct tcp_congestion_ops {
	u32 (*ssthresh)(struct sock *sk);
	void (*cong_avoid)(struct sock *sk, u32 ack, u32 acked);
	u32 (*undo_cwnd)(struct sock *sk);
	char name[16];
	u32 flags;
};

SEC("struct_ops/skep_ssthresh")
u32 skep_ssthresh(u64 *ctx)
{
	return 2;
}

SEC("struct_ops")
void skep_cong_avoid(u64 *ctx)
{
}

SEC("struct_ops/skep_undo")
u32 skep_undo(u64 *ctx)
{
	return 10;
}

SEC(".struct_ops")
struct tcp_congestion_ops skep_first = {
	.ssthresh = (void *)skep_ssthresh,
	.cong_avoid = (void *)skep_cong_avoid,
	.undo_cwnd = (void *)skep_undo,
	.name = "skep_first",
};

SEC(".struct_ops")
struct tcp_congestion_ops skep_second = {
	.ssthresh = (void *)skep_ssthresh,
	.cong_avoid = (void *)skep_cong_avoid,
	.undo_cwnd = (void *)skep_undo,
	.flags = 1,
	.name = "skep_second",
};

char _license[] SEC("license") = "GPL";
