// SPDX-License-Identifier: BSD-2-Clause
/* A verdict over messages of the sockets of a map. */
#include <skep/bpf.h>
#include <skep/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_SOCKMAP);
	__type(key, unsigned);
	__type(value, unsigned);
	__uint(max_entries, 4);
} socks SEC(".maps");

SEC("sk_msg")
int judge(struct sk_msg_md *ctx)
{
	return 1;
}
