// SPDX-License-Identifier: BSD-2-Clause
// Loop without a constant bound
// linux: program is too large
// Each round is followed; a bound that comes from outside may mean four thousand million of them.
#include <skep/bpf.h>

SEC("tc")
int sum(struct __sk_buff *skb)
{
	__u32 total = 0;

	for (__u32 i = 0; i < skb->len; i++) {
		total += bpf_get_prandom_u32() >> 31;
		asm volatile("" : "+r"(i));
	}
	return total > 100 ? TC_ACT_SHOT : TC_ACT_OK;
}
