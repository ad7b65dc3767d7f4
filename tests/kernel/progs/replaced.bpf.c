// SPDX-License-Identifier: BSD-2-Clause
/* A program with a function that an extension may replace. */
#include <skep/bpf.h>
#include <skep/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

__attribute__((noinline)) int chosen(struct xdp_md *ctx)
{
	volatile int result = XDP_PASS;

	return ctx ? result : XDP_ABORTED;
}

SEC("xdp")
int whole(struct xdp_md *ctx)
{
	return chosen(ctx);
}
