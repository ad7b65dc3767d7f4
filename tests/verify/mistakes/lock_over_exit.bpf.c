// SPDX-License-Identifier: BSD-2-Clause
// Spin lock still held at the end
// linux: cannot be used inside bpf_spin_lock-ed region
// Each path that takes a lock must give it back.
#include <skep/bpf.h>

struct entry {
	struct bpf_spin_lock lock;
	__u32 count, limit;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct entry);
} entries SEC(".maps");

SEC("tc")
int limit(struct __sk_buff *skb)
{
	__u32 key = 0;
	struct entry *e = bpf_map_lookup_elem(&entries, &key);

	if (!e)
		return TC_ACT_OK;
	bpf_spin_lock(&e->lock);
	if (e->count >= e->limit)
		return TC_ACT_SHOT;
	e->count++;
	bpf_spin_unlock(&e->lock);
	return TC_ACT_OK;
}
