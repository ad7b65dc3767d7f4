// SPDX-License-Identifier: BSD-2-Clause
/* What a kernel may refuse, for its explanation: WHAT is a section name. */
#include <skep/bpf.h>
#include <skep/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC(WHAT)
int refused(void *ctx)
{
	return 0;
}
