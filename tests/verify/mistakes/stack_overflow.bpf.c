// SPDX-License-Identifier: BSD-2-Clause
// More than 512 bytes of stack
// linux: Too large
// All functions of a chain of calls share 512 bytes.
#include <skep/bpf.h>

char LICENSE[] SEC("license") = "GPL";

static __noinline int hash(const char *name)
{
	char copy[280];

	bpf_probe_read_kernel(copy, sizeof(copy), name);
	return copy[0] ^ copy[279];
}

SEC("tc")
int classify(struct __sk_buff *skb)
{
	char name[280];

	if (bpf_skb_load_bytes(skb, 0, name, sizeof(name)))
		return TC_ACT_OK;
	return hash(name) ? TC_ACT_OK : TC_ACT_SHOT;
}
