// SPDX-License-Identifier: BSD-2-Clause
// Array in a map's value indexed without a bound
// linux: max value is outside of the allowed memory range
// The index comes from outside: test it against the length of the array.
#include <skep/bpf.h>

struct histogram {
	__u64 slots[64];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct histogram);
} histograms SEC(".maps");

SEC("tc")
int measure(struct __sk_buff *skb)
{
	__u32 key = 0;
	struct histogram *h = bpf_map_lookup_elem(&histograms, &key);

	if (!h)
		return TC_ACT_OK;
	h->slots[skb->len / 64] += 1;
	return TC_ACT_OK;
}
