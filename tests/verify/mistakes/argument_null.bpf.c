// SPDX-License-Identifier: BSD-2-Clause
// Argument that may be NULL
// linux: type=map_value_or_null expected=
// The helper reads the memory it is given: NULL is no memory.
#include <skep/bpf.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 16);
	__type(key, __u32);
	__type(value, __u64);
} from SEC(".maps"), to SEC(".maps");

SEC("tc")
int copy(struct __sk_buff *skb)
{
	__u32 key = skb->mark;
	__u64 *value = bpf_map_lookup_elem(&from, &key);

	return bpf_map_update_elem(&to, &key, value, BPF_ANY) ? TC_ACT_SHOT : TC_ACT_OK;
}
