// SPDX-License-Identifier: BSD-2-Clause
// Shift by more than the width
// linux: invalid shift
// A number of 64 bits is shifted by 0 to 63.
#include <skep/bpf.h>

SEC("tc")
int classify(struct __sk_buff *skb)
{
	__u64 mark = skb->mark;

	asm volatile("%0 <<= 65" : "+r"(mark));
	return mark ? TC_ACT_SHOT : TC_ACT_OK;
}
