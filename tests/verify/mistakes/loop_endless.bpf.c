// SPDX-License-Identifier: BSD-2-Clause
// Loop that never makes progress
// linux: infinite loop detected
// A loop's state must change with every round, and the change must lead out of it.
#include <skep/bpf.h>

SEC("xdp")
int wait(struct xdp_md *ctx)
{
	while (bpf_get_prandom_u32() & 1)
		;
	return XDP_PASS;
}
