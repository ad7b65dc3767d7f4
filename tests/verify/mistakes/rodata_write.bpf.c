// SPDX-License-Identifier: BSD-2-Clause
// Write to a constant
// linux: write into map forbidden
// Variables declared const live in a map that programs can only read.
#include <skep/bpf.h>

const volatile __u32 limit = 100;

SEC("tc")
int classify(struct __sk_buff *skb)
{
	if (skb->len > limit)
		*(volatile __u32 *)&limit = skb->len;
	return TC_ACT_OK;
}
