// SPDX-License-Identifier: BSD-2-Clause
// Access past the end of a map's value
// linux: invalid access to map value
// The map's value is smaller than the struct it is used as.
#include <skep/bpf.h>

struct counter {
	__u64 packets, bytes;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 256);
	__type(key, __u32);
	__type(value, __u64);
} counters SEC(".maps");

SEC("xdp")
int count(struct xdp_md *ctx)
{
	__u32 key = ctx->rx_queue_index;
	struct counter *c = bpf_map_lookup_elem(&counters, &key);

	if (!c)
		return XDP_PASS;
	c->packets += 1;
	c->bytes += ctx->data_end - ctx->data;
	return XDP_PASS;
}
