// SPDX-License-Identifier: BSD-2-Clause
/*
 * A histogram of packet sizes in traffic control: slot n of `sizes` counts packets of
 * [2^n, 2^(n+1)) bytes; the last slot all that are larger.
 *
 *     skep run pkt_hist.o --pcap in.pcap
 */
#include <skep/bpf.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

enum { SLOTS = 17 };

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, SLOTS);
	__type(key, __u32);
	__type(value, __u64);
} sizes SEC(".maps");

static __always_inline __u32 floor_log2(__u32 v)
{
	__u32 n = 0;

	if (v >> 16)
		return 16;
	if (v >> 8) {
		n += 8;
		v >>= 8;
	}
	if (v >> 4) {
		n += 4;
		v >>= 4;
	}
	if (v >> 2) {
		n += 2;
		v >>= 2;
	}
	return n + (v >> 1);
}

SEC("tc")
int packet_sizes(struct __sk_buff *skb)
{
	__u32 slot = floor_log2(skb->len);
	__u64 *n = bpf_map_lookup_elem(&sizes, &slot);

	if (n)
		__sync_fetch_and_add(n, 1);
	return TC_ACT_OK;
}
