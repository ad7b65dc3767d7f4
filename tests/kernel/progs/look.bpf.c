// SPDX-License-Identifier: BSD-2-Clause
/* A program for a cgroup, to be looked at. */
#include <skep/bpf.h>
#include <skep/bpf_helpers.h>

SEC("cgroup_skb/ingress") int let_everything_in(struct __sk_buff *skb)
{
	return 1;
}

char LICENSE[] SEC("license") = "GPL";
