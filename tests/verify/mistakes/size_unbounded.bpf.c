// SPDX-License-Identifier: BSD-2-Clause
// Size of a copy without a bound
// linux: unbounded memory access
// The helper writes as many bytes as it is told to: they must fit the buffer on every path.
#include <skep/bpf.h>

SEC("tc")
int copy(struct __sk_buff *skb)
{
	char buf[64] = {};
	__u64 len = skb->mark;

	if (!len)
		return TC_ACT_OK;
	if (bpf_skb_load_bytes(skb, 0, buf, len))
		return TC_ACT_OK;
	return buf[0];
}
