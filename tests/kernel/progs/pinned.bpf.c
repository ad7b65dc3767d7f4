// SPDX-License-Identifier: BSD-2-Clause
/* A map that is pinned under its name; with BAD a program that does not load. */
#include <skep/bpf.h>
#include <skep/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

#ifndef ENTRIES
#define ENTRIES 4
#endif

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(key, unsigned);
	__type(value, unsigned);
	__uint(max_entries, ENTRIES);
	__uint(pinning, 1);
} skep_test_pin SEC(".maps");

SEC("xdp")
int keep(struct xdp_md *ctx)
{
	unsigned key = 1, value = 9;

#ifdef BAD
	return value + *(unsigned *)bpf_map_lookup_elem(&skep_test_pin, &key);
#else
	bpf_map_update_elem(&skep_test_pin, &key, &value, 0);
	return XDP_PASS;
#endif
}
