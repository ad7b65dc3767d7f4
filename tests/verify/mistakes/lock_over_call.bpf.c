// SPDX-License-Identifier: BSD-2-Clause
// Helper called while a spin lock is held
// linux: function calls are not allowed while holding a lock
// Between lock and unlock stand loads, stores and arithmetic only.
#include <skep/bpf.h>

struct entry {
	struct bpf_spin_lock lock;
	__u64 time;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct entry);
} entries SEC(".maps");

SEC("tc")
int stamp(struct __sk_buff *skb)
{
	__u32 key = 0;
	struct entry *e = bpf_map_lookup_elem(&entries, &key);

	if (!e)
		return TC_ACT_OK;
	bpf_spin_lock(&e->lock);
	e->time = bpf_ktime_get_ns();
	bpf_spin_unlock(&e->lock);
	return TC_ACT_OK;
}
