// SPDX-License-Identifier: BSD-2-Clause
// Padding of a key left uninitialised
// linux: invalid read from stack
// unpriv
// The kernel hashes all bytes of the key, holes between members included.
#include <skep/bpf.h>

struct flow {
	__u8 proto;
	__u32 port; /* three bytes of padding before it */
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, struct flow);
	__type(value, __u64);
} flows SEC(".maps");

SEC("socket")
int count(struct __sk_buff *skb)
{
	struct flow key;
	__u64 *value;

	key.proto = skb->protocol;
	key.port = skb->ifindex;
	value = bpf_map_lookup_elem(&flows, &key);
	if (value)
		*value += 1;
	return 0;
}
