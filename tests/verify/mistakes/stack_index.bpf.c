// SPDX-License-Identifier: BSD-2-Clause
// Index past the end of an array on the stack
// linux: invalid variable-offset
// The index may be any number that the packet holds.
#include <skep/bpf.h>

SEC("tc")
int classify(struct __sk_buff *skb)
{
	volatile __u8 table[16] = {};
	__u32 i = skb->mark;

	if (i > 16)
		return TC_ACT_OK;
	table[i] = 1;
	return table[3];
}
