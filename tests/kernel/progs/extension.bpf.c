// SPDX-License-Identifier: BSD-2-Clause
/* Replaces a function of replaced.bpf.c; compiled once more with a name that is not there. */
#include <skep/bpf.h>
#include <skep/bpf_helpers.h>

#ifndef WHAT
#define WHAT "freplace/chosen"
#endif

char LICENSE[] SEC("license") = "GPL";

SEC(WHAT)
int instead(struct xdp_md *ctx)
{
	return XDP_DROP;
}
