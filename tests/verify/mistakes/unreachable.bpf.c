// SPDX-License-Identifier: BSD-2-Clause
// Code that nothing leads to
// linux: unreachable insn
// Code after an exit is dead; compilers drop it, hand-written assembly may not.
#include <skep/bpf.h>

SEC("tc")
int classify(struct __sk_buff *skb)
{
	asm volatile("r0 = 0\n\texit");
	return skb->len > 1500 ? TC_ACT_SHOT : TC_ACT_OK;
}
