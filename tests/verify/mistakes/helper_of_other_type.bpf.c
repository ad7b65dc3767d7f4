// SPDX-License-Identifier: BSD-2-Clause
// Helper that this type of program does not have
// linux: program of this type cannot use helper
// Each program type has its own set of helpers.
#include <skep/bpf.h>

SEC("xdp")
int mark(struct xdp_md *ctx)
{
	__u8 zero = 0;

	return bpf_skb_store_bytes((void *)ctx, 0, &zero, 1, 0) ? XDP_DROP : XDP_PASS;
}
