// SPDX-License-Identifier: BSD-2-Clause
// Arithmetic that pointers do not allow
// linux: operator &= on pointer prohibited
// A pointer may be moved by adding and subtracting numbers, nothing else.
#include <skep/bpf.h>

SEC("xdp")
int page(struct xdp_md *ctx)
{
	unsigned long data = ctx->data;
	unsigned long in_page = data & 4095;

	return in_page > 2048 ? XDP_DROP : XDP_PASS;
}
