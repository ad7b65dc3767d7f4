// SPDX-License-Identifier: BSD-2-Clause
/*
 * What old and new loaders each lack: maps as struct bpf_map_def, programs that are static
 * functions, a section of any name; map_extra as an enumerator, own sections of zeros.
 */
#include "common.h"

#define __ulong(name, val) enum { extra_of_bloom = val } name

struct {
	u32 type, key_size, value_size, max_entries, flags;
} hits SEC("maps") = { ARRAY, 4, 8, 3, 0 }, seen SEC("maps") = { HASH, 8, 16, 5, 1 };

struct {
	__uint(type, 30); /* bloom filter */
	__uint(max_entries, 100);
	__uint(value_size, 4);
	__ulong(map_extra, 0x70005);
} bloom SEC(".maps");

u32 zeros[5] SEC(".bss.zeros");

SEC("any_section")
static int hidden(void *ctx)
{
	u32 key = 0;

	return map_lookup_elem(&hits, &key) != 0;
}

SEC("any_section")
int shown(void *ctx)
{
	u64 key = zeros[3]++;

	return map_lookup_elem(&seen, &key) != 0;
}

char _license[] SEC("license") = "GPL";
