// SPDX-License-Identifier: BSD-2-Clause
// Index that may be negative
// linux: register with unbounded min value
// Testing the upper bound of a signed index leaves the numbers below zero.
#include <skep/bpf.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64[16]);
} table SEC(".maps");

SEC("tc")
int look(struct __sk_buff *skb)
{
	__u32 key = 0;
	__u64 *values = bpf_map_lookup_elem(&table, &key);
	long i = (int)skb->mark;

	if (!values || i >= 16)
		return TC_ACT_OK;
	return values[i] ? TC_ACT_SHOT : TC_ACT_OK;
}
