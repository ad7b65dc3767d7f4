// SPDX-License-Identifier: BSD-2-Clause
// Result out of range
// linux: At program exit the register R0
// Linux knows the results that a hook understands, and takes no others.
#include <skep/bpf.h>

SEC("cgroup_skb/ingress")
int filter(struct __sk_buff *skb)
{
	return skb->len > 1500 ? 2 : 1;
}
