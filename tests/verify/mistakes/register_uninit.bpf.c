// SPDX-License-Identifier: BSD-2-Clause
// Return without a value
// linux: R0 !read_ok
// A program's result is in R0: some statement on each path must set it.
#include <skep/bpf.h>

SEC("tc")
int classify(struct __sk_buff *skb)
{
	skb->mark = 1;
}
