// SPDX-License-Identifier: BSD-2-Clause
// Socket looked up and not released
// linux: Unreleased reference
// A socket found by a look-up is held until it is released.
#include <skep/bpf.h>

struct bpf_sock_tuple {
	struct {
		__be32 saddr, daddr;
		__be16 sport, dport;
	} ipv4;
};

SEC("tc")
int known(struct __sk_buff *skb)
{
	struct bpf_sock_tuple tuple = {};
	struct bpf_sock *sk;

	sk = bpf_sk_lookup_udp(skb, &tuple, sizeof(tuple.ipv4), -1, 0);
	return sk ? TC_ACT_OK : TC_ACT_SHOT;
}
