// SPDX-License-Identifier: BSD-2-Clause
// Pointer stored where user space can read it
// linux: leaks addr into map
// unpriv
// Addresses of the kernel are a secret from users without privilege.
#include <skep/bpf.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} last SEC(".maps");

SEC("socket")
int remember(struct __sk_buff *skb)
{
	__u32 key = 0;
	__u64 *value = bpf_map_lookup_elem(&last, &key);

	if (value)
		*value = (__u64)(long)skb;
	return 0;
}
