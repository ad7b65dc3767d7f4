// SPDX-License-Identifier: BSD-2-Clause
// Write to a context field that is read only
// linux: invalid bpf_context access
// Which fields of the context may be written depends on the type of the program.
#include <skep/bpf.h>

SEC("tc")
int shorten(struct __sk_buff *skb)
{
	if (skb->len > 1500)
		skb->len = 1500;
	return TC_ACT_OK;
}
