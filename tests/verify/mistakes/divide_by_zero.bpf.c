// SPDX-License-Identifier: BSD-2-Clause
// Division by the constant zero
// linux: div by zero
// A divisor in a register may be zero (the result is 0); a constant one may not.
#include <skep/bpf.h>

SEC("tc")
int classify(struct __sk_buff *skb)
{
	__u64 len = skb->len;

	asm volatile("%0 /= 0" : "+r"(len));
	return len ? TC_ACT_SHOT : TC_ACT_OK;
}
