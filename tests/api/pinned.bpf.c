// SPDX-License-Identifier: BSD-2-Clause
/* Maps that are pinned by name, and a program that counts in one of them. */
#include <skep/bpf.h>
#include <skep/bpf_helpers.h>

struct tally {
	unsigned long long packets, bytes;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8);
	__type(key, unsigned int);
	__type(value, struct tally);
	__uint(pinning, 1);
} tallies SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, unsigned int);
	__type(value, unsigned long long);
} unpinned SEC(".maps");

struct guarded {
	struct bpf_spin_lock lock;
	unsigned int n, twice;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, unsigned int);
	__type(value, struct guarded);
	__uint(pinning, 1);
} locked SEC(".maps");

SEC("xdp")
int guard(struct xdp_md *ctx)
{
	unsigned int key = 0;
	struct guarded *g = bpf_map_lookup_elem(&locked, &key);

	if (!g)
		return XDP_DROP;
	bpf_spin_lock(&g->lock);
	g->n++;
	g->twice = 2 * g->n;
	bpf_spin_unlock(&g->lock);
	return g->twice == 2 * g->n ? XDP_PASS : XDP_DROP;
}

SEC("xdp")
int count(struct xdp_md *ctx)
{
	struct tally fresh = { 1, ctx->data_end - ctx->data }, *t;
	unsigned int key = 0;
	unsigned long long *n = bpf_map_lookup_elem(&unpinned, &key);

	if (n)
		(*n)++;
	t = bpf_map_lookup_elem(&tallies, &key);
	if (!t) {
		bpf_map_update_elem(&tallies, &key, &fresh, BPF_ANY);
		return XDP_PASS;
	}
	__sync_fetch_and_add(&t->packets, 1);
	__sync_fetch_and_add(&t->bytes, ctx->data_end - ctx->data);
	return XDP_PASS;
}

char _license[] SEC("license") = "GPL";
