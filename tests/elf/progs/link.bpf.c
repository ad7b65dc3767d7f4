// SPDX-License-Identifier: BSD-2-Clause
#include "common.h"

struct {
	__uint(type, HASH);
	__uint(max_entries, 16);
	__uint(pinning, 0);
	__type(key, u32);
	__type(value, u64);
} counts SEC(".maps");

int setting = 5;
static int table[4] SEC(".data.table") = { 1, 2, 3, 4 };
const volatile u32 limit = 99;
const volatile u32 limits[4] = { 7, 8, 9, 10 };
u64 seen[3];

static __noinline int deep(int x)
{
	return x * setting + (int)limits[2] + table[3]++;
}

__noinline int middle(int x)
{
	seen[2]++;
	return deep(x) + 1;
}

static long each(u32 i, u64 *sum)
{
	*sum += i + limit;
	return 0;
}

SEC("xdp")
int first(void *ctx)
{
	u32 key = 1;
	u64 *value = map_lookup_elem(&counts, &key), sum = 0;

	if (value)
		*value += 1;
	loop(4, each, &sum, 0);
	return (middle((int)sum) + deep(3)) & 1;
}

SEC("xdp")
int second(void *ctx)
{
	return middle(2) & 1;
}

SEC("?tc")
int asleep(void *ctx)
{
	return deep(1) & 1;
}

char _license[] SEC("license") = "Dual BSD/GPL";
