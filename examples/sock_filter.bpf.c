// SPDX-License-Identifier: BSD-2-Clause
/*
 * The filter that introductions to BPF begin with, "IPv6 only":
 *
 *     ldh [12]
 *     jeq #0x86dd, keep, drop
 *
 * as a socket filter in C. The result is how many bytes of the packet the socket gets.
 * sock_ipv6.s is the same in assembler.
 */
#include <skep/bpf.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* BPF_LD | BPF_ABS | BPF_H, one instruction, which ends the program where the packet is shorter. */
#ifdef __clang__
unsigned long long load_half(void *skb, unsigned long long off) __asm__("llvm.bpf.load.half");
#else /* gcc leaves it to the program to keep the context in r6: the helper says the same */
static __always_inline unsigned long long load_half(struct __sk_buff *skb, unsigned long long off)
{
	__be16 v = 0;

	bpf_skb_load_bytes(skb, off, &v, sizeof(v));
	return bpf_ntohs(v);
}
#endif

SEC("socket")
int ipv6_only(struct __sk_buff *skb)
{
	return load_half(skb, 12) == 0x86dd ? 0x40000 : 0;
}
