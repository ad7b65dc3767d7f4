// SPDX-License-Identifier: BSD-2-Clause
#include "common.h"

struct inner {
	__uint(type, ARRAY);
	__uint(max_entries, 2);
	__type(key, u32);
	__type(value, u64);
};

struct inner one SEC(".maps"), two SEC(".maps");

struct {
	__uint(type, ARRAY_OF_MAPS);
	__uint(max_entries, 4);
	__type(key, u32);
	__array(values, struct inner);
} outer SEC(".maps") = { .values = { [1] = &two, [3] = &one } };

int leaf(void *ctx);

struct {
	__uint(type, PROG_ARRAY);
	__uint(max_entries, 3);
	__uint(key_size, 4);
	__array(values, int(void *));
} jumps SEC(".maps") = { .values = { [2] = (void *)&leaf } };

struct {
	__uint(type, HASH);
	__uint(key_size, 12);
	__uint(value_size, 20);
	__uint(max_entries, 100);
	__uint(map_flags, 1);
	__uint(pinning, 1);
} sized SEC(".maps");

SEC("tc")
int leaf(void *ctx)
{
	return 2;
}

SEC("tc")
int root(void *ctx)
{
	u32 key = 0;

	tail_call(ctx, &jumps, 2);
	return map_lookup_elem(&outer, &key) != 0;
}

char _license[] SEC("license") = "GPL";
