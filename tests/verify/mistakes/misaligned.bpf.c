// SPDX-License-Identifier: BSD-2-Clause
// Misaligned access to the stack
// linux: misaligned stack access
// An access of eight bytes to the stack starts at a multiple of eight.
#include <skep/bpf.h>

static __noinline void store(void *to, __u64 value)
{
	*(volatile __u64 *)to = value;
}

SEC("tc")
int classify(struct __sk_buff *skb)
{
	char bytes[16] __attribute__((aligned(8))) = {};

	bytes[0] = skb->mark;
	store(bytes + 1, skb->len);
	return bytes[0];
}
