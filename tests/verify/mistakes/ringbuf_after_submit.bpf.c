// SPDX-License-Identifier: BSD-2-Clause
// Ring buffer record used after it was submitted
// linux: invalid mem access 'scalar'
// Once submitted, the record belongs to its reader.
#include <skep/bpf.h>

struct event {
	__u32 ifindex;
	__u32 len;
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} events SEC(".maps");

SEC("tc")
int report(struct __sk_buff *skb)
{
	struct event *e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);

	if (!e)
		return TC_ACT_OK;
	e->ifindex = skb->ifindex;
	bpf_ringbuf_submit(e, 0);
	e->len = skb->len;
	return TC_ACT_OK;
}
