// SPDX-License-Identifier: BSD-2-Clause
/* Functions of the program's own, and bpf_loop. */
#include "bench.h"

static __noinline __u32 mix(__u32 a, __u32 b)
{
	a ^= b * 0x85ebca6b;
	return ROL32(a, 13) * 5;
}

PROGRAM(calls)
{
	__u32 h = 1, i;

	if (P + PACKET > E)
		return 0;
	for (i = 0; i < 128; i++)
		h = mix(h, P[PAYLOAD + i]);
	return h;
}

static __noinline __u32 depth3(__u32 x)
{
	return x * 3 + 1;
}
static __noinline __u32 depth2(__u32 x)
{
	return depth3(x) ^ depth3(x >> 3);
}
static __noinline __u32 depth1(__u32 x)
{
	return depth2(x) + depth2(x ^ 0x55);
}

PROGRAM(calls_nested)
{
	__u32 h = 0, i;

	if (P + PACKET > E)
		return 0;
	for (i = 0; i < 16; i++)
		h = depth1(h + P[PAYLOAD + i]);
	return h;
}

struct acc {
	__u64 sum, xor;
};

static long step(__u32 i, void *arg)
{
	struct acc *a = arg;

	a->sum += i * 3;
	a->xor ^= a->sum << (i & 7);
	return 0;
}

PROGRAM(loop_callback)
{
	struct acc a = { 1, 2 };

	if (P + PACKET > E)
		return 0;
	a.sum = P[PAYLOAD];
	bpf_loop(100, step, &a, 0);
	return (__u32)(a.sum ^ a.xor);
}
