// SPDX-License-Identifier: BSD-2-Clause
/* Reads of what the kernel does not have, behind a test of the packet and not of the field. */
#include "common.h"

#define PAI __attribute__((preserve_access_index))

struct sk_buff {
	u32 data_lenn;
} PAI;
struct sk_buf {
	u32 len;
} PAI;
struct __sk_buff {
	u32 len, pkt_type, mark;
};

SEC("socket")
int member(struct __sk_buff *ctx)
{
	struct sk_buff *skb = (void *)ctx;

	return ctx->len > 20 ? skb->data_lenn : 1;
}

SEC("socket")
int type(struct __sk_buff *ctx)
{
	struct sk_buf *skb = (void *)ctx;

	return ctx->len > 20 ? skb->len : 1;
}

char _license[] SEC("license") = "GPL";
