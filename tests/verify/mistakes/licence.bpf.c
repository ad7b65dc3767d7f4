// SPDX-License-Identifier: BSD-2-Clause
// Helper for GPL programs only
// linux: cannot call GPL-restricted function
// Some helpers want a program that says it has a licence compatible with the GPL.
#include <skep/bpf.h>

char LICENSE[] SEC("license") = "Proprietary";

SEC("tc")
int classify(struct __sk_buff *skb)
{
	static const char text[] = "seen";

	bpf_trace_printk(text, sizeof(text));
	return TC_ACT_OK;
}
