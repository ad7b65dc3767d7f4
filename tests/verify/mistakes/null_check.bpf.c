// SPDX-License-Identifier: BSD-2-Clause
// Map value used without a null check
// linux: invalid mem access 'map_value_or_null'
// A look-up gives NULL when the key is not in the map; every use must follow a test.
#include <skep/bpf.h>

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, __u64);
} counts SEC(".maps");

SEC("xdp")
int count(struct xdp_md *ctx)
{
	__u32 key = ctx->ingress_ifindex;
	__u64 *value = bpf_map_lookup_elem(&counts, &key);

	*value += 1;
	return XDP_PASS;
}
